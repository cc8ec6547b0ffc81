"""Our own seals: when there is one, what it covers, and that others accept it."""

import dkim
import pytest

from gatepost.auth.arc.chain import SETS_LIMIT, ArcChain, ArcReason, ArcResult, BrokenChain
from gatepost.auth.arc.seal import seal
from gatepost.auth.dkim.result import Reason
from gatepost.auth.dkim.sign import sign
from gatepost.auth.tags import read_tags
from gatepost.syntax.bad_syntax import BadSyntax
from tests.auth.arc.relays import KEYS, PLAIN, body_digest, chain, relayed, seals, signer
from tests.auth.dkim.workshop import NOW, letter


def tags_of(field):
    return read_tags(field.partition(b":")[2])


def test_a_set_is_on_top_in_the_order_of_the_rfc():
    sealed, message, results = seals(PLAIN, 1)
    assert (sealed[:9], message[:22]) == (b"ARC-Seal:", b"ARC-Message-Signature:")
    assert results == b"ARC-Authentication-Results: i=1; relay1.example; spf=pass\r\n"
    assert (tags_of(sealed)["cv"], tags_of(sealed)["i"], tags_of(message)["i"]) == ("none", "1", "1")


def test_results_may_be_folded_but_not_ended():
    folded = seals(PLAIN, 1, "spf=pass;\r\n\tdkim=pass")[2]
    assert folded.endswith(b"spf=pass;\r\n\tdkim=pass\r\n")
    for bad in ("spf=pass\r\nBcc: x", "a\nb", "a\rb", "a\x00", "a\r\n", "a\r\n\r\n b"):
        with pytest.raises(BadSyntax):
            seals(PLAIN, 1, bad)


def test_lines_are_short_and_ascii_where_the_results_are():
    for field in seals(relayed(PLAIN, 1), 2):
        assert all(len(line) <= 78 for line in field.split(b"\r\n")) and field.isascii()


def test_the_message_signature_covers_what_the_author_wrote_and_no_arc_field():
    one = relayed(b"DKIM-Signature: a\r\nDKIM-Signature: b\r\nReceived: x\r\nAuthentication-Results: y\r\n" + PLAIN, 1)
    names = tags_of(seals(one, 2)[1])["h"].replace("\r\n\t", "").split(":")
    assert {"from", "to", "subject"} < set(names) and names.count("dkim-signature") == 2
    assert not [name for name in names if name.startswith(("arc-", "received", "authentication"))]


def test_names_that_must_not_be_signed_are_not_whatever_the_settings_say():
    who = signer(1, signed=("arc-seal", "authentication-results", "to"), oversigned=("arc-message-signature",))
    made = seal(who, letter(PLAIN).header, body_digest(PLAIN), chain(PLAIN), "x", NOW)
    assert tags_of(made[1])["h"] == "from:to"


def test_a_signature_of_ours_below_the_seal_holds_with_it():
    octets = sign(signer(1), letter(PLAIN).header, body_digest(PLAIN), NOW) + PLAIN
    assert chain(relayed(octets, 1, 2)).result is ArcResult.PASS


def test_a_broken_chain_is_sealed_as_such_once():
    broken = relayed(PLAIN, 1, 2).replace(b"Hello", b"Dear")
    (sealed, _, _) = made = seals(broken, 3)
    assert (tags_of(sealed)["cv"], tags_of(sealed)["i"]) == ("fail", "3")
    after = b"".join(made) + broken
    assert chain(after).reason is ArcReason.ENDED
    assert seals(after, 4) == ()


def test_the_seal_of_a_broken_chain_covers_its_own_set_alone():
    """RFC 8617 §5.1.2: as if it were the only one."""
    broken = relayed(PLAIN, 1, 2).replace(b"Hello", b"Dear")
    made = b"".join(seals(broken, 3)).replace(b"i=3;", b"i=1;").replace(b"cv=fail", b"cv=none")
    stripped = broken[broken.index(b"From:") :]
    assert chain(made + stripped).signature is Reason.SIGNATURE  # for it was not made as i=1 …
    seal_of_it, message, results = seals(broken, 3)
    other_sets = relayed(PLAIN.replace(b"bob", b"eve"), 4, 5).replace(b"Hello", b"Dear")
    again = seals(other_sets[: other_sets.index(b"From:")] + stripped, 3)
    assert again == (seal_of_it, message, results)  # … and the sets below make no difference


def test_a_malformed_chain_is_sealed_one_above_what_can_be_read():
    for octets, instance in (
        (b"ARC-Seal: junk\r\n", "1"),
        (b"ARC-Seal: i=7\r\n", "8"),
        (b"ARC-Seal: i=7\r\n" * 60, "8"),
    ):
        sealed, _, _ = seals(octets + PLAIN, 3)
        assert (tags_of(sealed)["i"], tags_of(sealed)["cv"]) == (instance, "fail")


def test_a_full_chain_is_not_sealed():
    full = relayed(PLAIN, *range(1, SETS_LIMIT))
    assert len(seals(full, 50)) == 3
    assert seals(relayed(full, 50), 51) == ()


def test_a_chain_that_could_not_be_decided_is_not_sealed():
    undecided = ArcChain(reason=ArcReason.SEAL, instance=1, signature=Reason.NO_ANSWER)
    assert seal(signer(2), letter(PLAIN).header, body_digest(PLAIN), undecided, "x", NOW) == ()


def test_a_seal_is_not_put_on_another_header_than_the_one_that_passed():
    octets = relayed(PLAIN, 1, 2)
    changed = octets.replace(b"ARC-Seal: i=1;", b"X-Seal: i=1;")
    with pytest.raises(BrokenChain):
        seal(signer(3), letter(changed).header, body_digest(PLAIN), chain(octets), "x", NOW)


def dnsfunc(name, timeout=5):
    records = KEYS.names.get(name.decode().rstrip("."))
    return records["TXT"][0].encode() if records else None


@pytest.mark.parametrize("relays", [(1,), (1, 2), (3, 1, 2, 4)], ids=len)
def test_dkimpy_accepts_our_chains(relays):
    octets = relayed(PLAIN, *relays)
    assert dkim.arc_verify(octets, dnsfunc=dnsfunc)[0] == b"pass"
    assert dkim.arc_verify(octets.replace(b"Hello", b"Dear"), dnsfunc=dnsfunc)[0] == b"fail"
