"""Chains of whole messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.arc.chain import ArcChain, ArcReason, ArcResult
from gatepost.auth.arc.seal import seal
from gatepost.auth.arc.validate import validate
from gatepost.auth.dkim.body import body_hashes
from gatepost.auth.dkim.result import Reason
from gatepost.auth.dkim.verify import forms_wanted
from gatepost.model.message import Message
from tests.auth.arc.relays import KEYS, PLAIN, body_digest, chain, relayed, signer
from tests.auth.dkim.workshop import NOW, answer, letter
from tests.auth.zone import Zone


def test_a_message_without_arc_fields_has_no_chain():
    assert chain(PLAIN) == ArcChain(reason=ArcReason.NO_SETS)


@pytest.mark.parametrize("relays", [(1,), (0,), (1, 2, 0, 3), tuple(range(1, 51))], ids=len)
def test_a_chain_passes_and_names_its_sealers_in_order(relays):
    found = chain(relayed(PLAIN, *relays))
    assert (found.result, found.instance, found.oldest_pass) == (ArcResult.PASS, len(relays), 0)
    domains = ["relay.example" if number == 0 else f"relay{number}.example" for number in relays]
    assert [(one.instance, one.domain) for one in found.sealers] == list(enumerate(domains, 1))
    assert [one.results for one in found.sealers] == [f"{domain}; spf=pass" for domain in domains]


def test_a_relay_may_change_what_it_then_signs():
    once = relayed(PLAIN, 1)
    changed = relayed(once.replace(b"Hello", b"Dear"), 2)
    assert chain(changed).reason is ArcReason.ENDED  # relay 2 has seen that
    honest = relayed(once, 2).replace(b"good bye", b"farewell")
    assert (chain(honest).reason, chain(honest).signature) == (ArcReason.MESSAGE, Reason.BODY)


def test_who_signed_the_message_as_it_is_can_be_told():
    """Relay 2 finds the chain whole, then puts a word into the subject and signs that, as mailing lists do."""
    once = relayed(PLAIN, 1)
    listed = once.replace(b"Subject: ", b"Subject: [list] ")
    made = seal(signer(2), letter(listed).header, body_digest(listed), chain(once), "relay2.example; arc=pass", NOW)
    twice = b"".join(made) + listed
    assert (chain(twice).result, chain(twice).oldest_pass) == (ArcResult.PASS, 2)
    thrice = relayed(twice, 3)
    assert (chain(thrice).result, chain(thrice).oldest_pass) == (ArcResult.PASS, 2)


@pytest.mark.parametrize("tag", [b"spf=pass", b"t=1700000000", b"d=relay1.example"])
def test_a_change_in_any_set_breaks_the_chain(tag):
    octets = relayed(PLAIN, 1, 2)
    assert chain(octets.replace(tag, tag + b"1", 1)).result is ArcResult.FAIL
    last = octets.rindex(tag)
    found = chain(octets[:last] + tag + b"1" + octets[last + len(tag) :])
    assert (found.result, found.sealers, found.instance) == (ArcResult.FAIL, (), 2)


def test_sets_of_another_message_do_not_fit():
    other = relayed(PLAIN.replace(b"bob", b"eve"), 1)
    stolen = other[: other.index(b"From:")]
    found = chain(stolen + PLAIN)
    assert (found.reason, found.signature, found.at) == (ArcReason.MESSAGE, Reason.SIGNATURE, 1)


def test_a_set_in_the_middle_cannot_be_taken_out():
    octets = relayed(PLAIN, 1)
    second = relayed(octets, 2)
    third = relayed(second, 3)
    without = third[: len(third) - len(second)] + octets
    assert chain(without).reason is ArcReason.INCOMPLETE
    renumbered = without.replace(b"i=3;", b"i=2;")
    assert chain(renumbered).result is ArcResult.FAIL


def test_want_of_an_answer_leaves_it_undecided():
    octets = relayed(PLAIN, 1, 2)
    for relay, reason in ((1, ArcReason.SEAL), (2, ArcReason.MESSAGE)):
        dns = Zone({**KEYS.names, f"s1._domainkey.relay{relay}.example": {"TIMEOUT": True}})
        found = chain(octets, dns)
        assert (found.result, found.reason, found.is_undecided, found.at) == (ArcResult.FAIL, reason, True, relay)
    gone = Zone({name: records for name, records in KEYS.names.items() if "relay1." not in name})
    assert (chain(octets, gone).signature, chain(octets, gone).is_undecided) == (Reason.NO_KEY, False)


def test_a_message_signature_may_expire():
    octets = relayed(PLAIN, 1).replace(b"ARC-Message-Signature: i=1;", b"ARC-Message-Signature: i=1; x=1700000001;")
    assert chain(octets, now=NOW + 2).signature is Reason.EXPIRED


def test_a_body_hashed_before_is_not_read_again():
    message = letter(relayed(PLAIN, 1))
    bodies = body_hashes(message, forms_wanted(message.header))
    unread = Message(size=message.size, header=message.header, header_octets=message.header_octets, content=None)
    assert answer(validate(KEYS, unread, NOW, hashes=bodies)).result is ArcResult.PASS


class Unreadable(Zone):
    def answer(self, name, kind, read):
        raise AssertionError("asked")


def fails_unread(octets):
    message = letter(octets)
    unread = Message(size=message.size, header=message.header, header_octets=message.header_octets, content=None)
    return answer(validate(Unreadable({}), unread, NOW)).reason


def test_authn_53_what_is_no_chain_fails_without_query_body_or_crypto():
    one = relayed(PLAIN, 1)
    top = one[: -len(PLAIN)]
    sets = {number: top.replace(b"i=1;", b"i=%d;" % number).replace(b"cv=none", b"cv=pass") for number in range(2, 101)}
    assert fails_unread(b"".join(sets.values()) + one) is ArcReason.MANY_SETS
    assert fails_unread(sets[3] + one) is ArcReason.INCOMPLETE
    assert fails_unread(sets[51] + one) is ArcReason.INSTANCE
    assert fails_unread(top + one) is ArcReason.REPEATED
    assert fails_unread(sets[2].replace(b"cv=pass", b"cv=fail") + one) is ArcReason.ENDED
    assert fails_unread(b"ARC-Seal: i=9; cv=fail\r\n" + sets[3] + one) is ArcReason.ENDED


def test_authn_54_a_chain_says_who_sealed_it_and_not_that_he_is_to_be_believed():
    forged = relayed(PLAIN.replace(b"ann@example.com", b"ceo@victim.example"), 6)
    assert chain(forged).result is ArcResult.PASS
    assert [one.domain for one in chain(forged).sealers] == ["relay6.example"]


SEALED = relayed(PLAIN, 1, 0)


@given(st.integers(0, len(SEALED) - 1), st.sampled_from([b"", b"x", b";", b"\r\n", b"0"]))
def test_whatever_is_changed_the_chain_never_passes_with_other_sealers(at, put):
    octets = (SEALED[:at] + put + SEALED[at + 1 :]).replace(b"\r", b"").replace(b"\n", b"\r\n")
    found = chain(octets)
    assert found.result is not ArcResult.PASS or found.sealers == chain(SEALED).sealers
