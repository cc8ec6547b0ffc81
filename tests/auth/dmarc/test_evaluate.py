"""DMARC results: RFC 9989 §5.3, appendix B.1; ATTACKS AUTHN-01, AUTHN-27, AUTHN-28, AUTHN-55, AUTHN-56, AUTHN-58."""

import pytest

from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.evaluate import (
    IDENTIFIERS_LIMIT,
    Authenticated,
    Identifier,
    Method,
    Outcome,
    evaluate,
)
from gatepost.auth.dmarc.record import Policy
from tests.auth.zone import Zone

HOST = {"A": ["192.0.2.1"]}
DOWN = {"TIMEOUT": True}
REJECT = "v=DMARC1; p=reject"


def spf(domain, authenticated=Authenticated.YES):
    return Identifier(Method.SPF, domain, authenticated)


def dkim(domain, authenticated=Authenticated.YES):
    return Identifier(Method.DKIM, domain, authenticated)


def zone(records, **others):
    """Records by domain, as one text or several; others by name."""
    names = {f"_dmarc.{d}": {"TXT": [t] if isinstance(t, str) else t} for d, t in records.items()}
    return Zone(names | others)


async def outcome(records, author, *identifiers, **others):
    return (await evaluate(zone(records, **others), author, identifiers)).outcome


@pytest.mark.parametrize(
    ("author", "identifier", "tags", "expected"),
    [
        # RFC 9989 appendix B.1 and table 1
        ("example.com", spf("example.com"), "", Outcome.PASS),
        ("example.com", spf("child.example.com"), "", Outcome.PASS),
        ("child.example.com", spf("example.net"), "", Outcome.FAIL),
        ("example.com", dkim("example.com"), "", Outcome.PASS),
        ("child.example.com", dkim("example.com"), "", Outcome.PASS),
        ("child.example.com", dkim("example.net"), "", Outcome.FAIL),
        ("news.example.com", dkim("foo.example.com"), "", Outcome.PASS),
        ("news.example.com", dkim("foo.example.net"), "", Outcome.FAIL),
        # strict
        ("example.com", spf("example.com"), "; aspf=s", Outcome.PASS),
        ("example.com", spf("child.example.com"), "; aspf=s", Outcome.FAIL),
        ("example.com", dkim("child.example.com"), "; adkim=s", Outcome.FAIL),
        ("example.com", dkim("child.example.com"), "; aspf=s", Outcome.PASS),
        ("example.com", spf("child.example.com"), "; adkim=s", Outcome.PASS),
        # what only looks like a child, and what is above
        ("example.com", dkim("badexample.com"), "", Outcome.FAIL),
        ("example.com", dkim("com"), "", Outcome.FAIL),
        ("example.com", dkim(""), "", Outcome.FAIL),
        # not authenticated
        ("example.com", spf("example.com", Authenticated.NO), "", Outcome.FAIL),
        ("example.com", dkim("example.com", Authenticated.NO), "", Outcome.FAIL),
    ],
)
async def test_AUTHN_55_a_message_passes_by_an_aligned_identifier(author, identifier, tags, expected):
    assert await outcome({"example.com": REJECT + tags}, author, identifier) is expected


async def test_one_aligned_identifier_is_enough_and_all_of_them_are_told():
    result = await evaluate(
        zone({"example.com": REJECT}),
        "example.com",
        [spf("example.net"), dkim("other.example"), dkim("a.example.com"), dkim("example.com")],
    )
    assert (result.outcome, result.policy, result.published) == (Outcome.PASS, Policy.NONE, Policy.REJECT)
    assert result.aligned == (dkim("a.example.com"), dkim("example.com"))
    assert result.has_aligned(Method.DKIM) and not result.has_aligned(Method.SPF)


@pytest.mark.parametrize(
    ("record", "author", "exists", "policy"),
    [
        ("p=none", "example.com", True, Policy.NONE),
        ("p=quarantine", "example.com", True, Policy.QUARANTINE),
        ("p=reject", "example.com", True, Policy.REJECT),
        ("p=reject; sp=quarantine; np=none", "example.com", True, Policy.REJECT),
        ("p=reject; sp=quarantine; np=none", "sub.example.com", True, Policy.QUARANTINE),
        ("p=reject; sp=quarantine; np=none", "ghost.example.com", False, Policy.NONE),
        ("p=none; np=reject", "ghost.example.com", False, Policy.REJECT),
        ("p=none; np=reject", "sub.example.com", True, Policy.NONE),
        ("p=none; sp=reject", "ghost.example.com", False, Policy.REJECT),
        ("p=reject; sp=none", "a.b.example.com", True, Policy.NONE),
        ("p=reject", "ghost.example.com", False, Policy.REJECT),
        ("p=reject; np=none", "a.b.c.d.e.f.g.h.i.j.mail.example.com", False, Policy.NONE),
        # testing: one step down
        ("p=reject; t=y", "example.com", True, Policy.QUARANTINE),
        ("p=quarantine; t=y", "example.com", True, Policy.NONE),
        ("p=none; t=y", "example.com", True, Policy.NONE),
        ("p=none; sp=reject; t=y", "sub.example.com", True, Policy.QUARANTINE),
        ("p=none; np=quarantine; t=y", "ghost.example.com", False, Policy.NONE),
        # what is not valid
        ("sp=reject; rua=mailto:d@example.com", "sub.example.com", True, Policy.NONE),
        ("p=reject; sp=x; rua=mailto:d@example.com", "example.com", True, Policy.NONE),
        ("p=reject; pct=0", "example.com", True, Policy.REJECT),
    ],
)
async def test_AUTHN_28_55_the_policy_is_p_or_sp_or_np(record, author, exists, policy):
    names = {author: HOST} if exists else {}
    result = await evaluate(zone({"example.com": f"v=DMARC1; {record}"}, **names), author, [])
    assert (result.outcome, result.policy) == (Outcome.FAIL, policy)
    assert (result.record_domain, result.organizational) == ("example.com", "example.com")


async def test_AUTHN_01_mail_from_a_name_that_does_not_exist_fails_under_np():
    """SPF of a subdomain without a record is none; it never passes for the domain above it."""
    result = await evaluate(
        zone({"victim.example": "v=DMARC1; p=none; np=reject"}),
        "ghost.victim.example",
        [spf("ghost.victim.example", Authenticated.NO)],
    )
    assert (result.outcome, result.policy) == (Outcome.FAIL, Policy.REJECT)


async def test_AUTHN_27_a_helo_domain_that_passes_has_to_align():
    records = {"victim.example": REJECT}
    assert await outcome(records, "victim.example", spf("attacker.example")) is Outcome.FAIL
    assert await outcome(records, "victim.example", spf("mail.victim.example")) is Outcome.PASS


@pytest.mark.parametrize(
    ("records", "author", "identifier", "expected"),
    [
        # psd=n: an organization within another
        ({"mail.example.com": f"{REJECT}; psd=n"}, "a.mail.example.com", spf("b.mail.example.com"), Outcome.PASS),
        ({"mail.example.com": f"{REJECT}; psd=n", "example.com": REJECT}, "a.mail.example.com", spf("example.com"),
         Outcome.FAIL),
        ({"mail.example.com": f"{REJECT}; psd=n", "example.com": REJECT}, "example.com", spf("mail.example.com"),
         Outcome.FAIL),
        # psd=y: neighbours are strangers
        ({"bank.example": f"{REJECT}; psd=y", "giant.bank.example": REJECT}, "giant.bank.example",
         spf("mega.bank.example"), Outcome.FAIL),
        ({"bank.example": f"{REJECT}; psd=y"}, "giant.bank.example", spf("mega.bank.example"), Outcome.FAIL),
        ({"bank.example": f"{REJECT}; psd=y"}, "a.giant.bank.example", spf("giant.bank.example"), Outcome.PASS),
        ({"bank.example": f"{REJECT}; psd=y"}, "bank.example", spf("bank.example"), Outcome.PASS),
        # RFC 9989 §11.8
        ({"mail.example.com": REJECT, "example.com": REJECT}, "evil.example.com", dkim("mail.example.com"),
         Outcome.PASS),
        ({"mail.example.com": f"{REJECT}; psd=n", "example.com": REJECT}, "evil.example.com", dkim("mail.example.com"),
         Outcome.FAIL),
    ],
)  # fmt: skip
async def test_AUTHN_55_psd_draws_the_borders_of_organizations(records, author, identifier, expected):
    assert await outcome(records, author, identifier) is expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], Outcome.NONE),
        (["other"], Outcome.NONE),
        (["v=DMARC1; p=reject", "v=DMARC1; p=none"], Outcome.NONE),
        (["v=DMARC1; p=bogus"], Outcome.PERMERROR),
        (["v=DMARC1; sp=reject; np=reject"], Outcome.PERMERROR),
        (["v=DMARC1;"], Outcome.PERMERROR),
        ([b"v=DMARC1; p=reject\x00"], Outcome.PERMERROR),
        ([b"\x00\xff" * 100], Outcome.NONE),
        ([b"v=DMARC1; p=reject; x=" + b"a" * 65_536], Outcome.NONE),
    ],
)
async def test_AUTHN_55_58_without_a_record_that_has_a_policy_dmarc_does_not_apply(texts, expected):
    result = await evaluate(zone({"example.com": texts}), "example.com", [spf("example.com", Authenticated.NO)])
    assert (result.outcome, result.policy) == (expected, Policy.NONE)


@pytest.mark.parametrize(
    ("identifiers", "expected"),
    [
        ([spf("mail.example.com", Authenticated.UNKNOWN)], Outcome.TEMPERROR),
        ([dkim("sub.example.com", Authenticated.UNKNOWN)], Outcome.TEMPERROR),
        ([spf("mail.example.com", Authenticated.UNKNOWN), dkim("example.com")], Outcome.PASS),
        ([spf("mail.example.com"), dkim("sub.example.com", Authenticated.UNKNOWN)], Outcome.PASS),
        ([spf("other.example", Authenticated.UNKNOWN), dkim("other.example", Authenticated.UNKNOWN)], Outcome.FAIL),
        ([spf("a.mute.example.com")], Outcome.TEMPERROR),
        ([dkim("a.mute.example.com", Authenticated.UNKNOWN)], Outcome.TEMPERROR),
        ([spf("a.mute.example.com"), dkim("example.com")], Outcome.PASS),
        ([spf("mute.attacker.example")], Outcome.FAIL),
    ],
)
async def test_AUTHN_55_what_may_yet_pass_is_a_temporary_error(identifiers, expected):
    mute = {"_dmarc.mute.example.com": DOWN, "_dmarc.mute.attacker.example": DOWN, "_dmarc.a.mute.example.com": DOWN}
    result = await evaluate(zone({"example.com": REJECT}, **mute), "example.com", identifiers)
    assert result.outcome is expected
    assert (result.policy is Policy.REJECT) == (expected is Outcome.FAIL)


@pytest.mark.parametrize("name", ["_dmarc.a.example.com", "_dmarc.example.com"])
async def test_a_policy_lookup_without_answer_is_a_temporary_error(name):
    result = await evaluate(zone({}, **{name: DOWN}), "a.example.com", [dkim("a.example.com")])
    assert (result.outcome, result.policy, result.record) == (Outcome.TEMPERROR, Policy.NONE, None)


async def test_whether_a_domain_exists_is_asked_only_if_it_counts():
    records = {"example.com": "v=DMARC1; p=none; np=reject"}
    for author, identifiers in (("example.com", []), ("sub.example.com", [dkim("example.com")])):
        dns = zone(records)
        await evaluate(dns, author, identifiers)
        assert not [kind for kind, _ in dns.asked if kind != "TXT"]
    assert await outcome(records, "sub.example.com", **{"sub.example.com": DOWN}) is Outcome.TEMPERROR


async def test_a_stranger_is_not_asked_for_his_records():
    dns = zone({"example.com": REJECT})
    await evaluate(dns, "example.com", [spf("a.b.attacker.example"), dkim("c.attacker.example")])
    assert [name for _, name in dns.asked] == ["_dmarc.example.com", "_dmarc.com"]


async def test_however_many_signatures_there_are_the_questions_are_few():
    dns = zone({"example.com": REJECT})
    many = [dkim(f"a.b.c.d.e.f.g.h{number}.example.com") for number in range(1000)]
    assert (await evaluate(dns, "example.com", many)).outcome is Outcome.PASS
    assert len(dns.asked) <= 2 + 8 * IDENTIFIERS_LIMIT


@pytest.mark.parametrize("author", ["[192.0.2.1]", "[IPv6:2001:db8::1]"])
async def test_an_address_literal_has_no_policy(author):
    dns = zone({})
    assert (await evaluate(dns, author, [])).outcome is Outcome.NONE and not dns.asked


async def test_by_the_suffix_list_organizations_are_those_that_registered():
    records = {"example.co.uk": REJECT}
    for identifier, expected in ((dkim("mail.example.co.uk"), Outcome.PASS), (dkim("other.co.uk"), Outcome.FAIL)):
        result = await evaluate(zone(records), "news.example.co.uk", [identifier], discovery=Discovery.SUFFIX_LIST)
        assert (result.outcome, result.discovery) == (expected, Discovery.SUFFIX_LIST)


# What rspamd tests end to end: policy, sp for subdomains, alignment modes, who passes. One domain for each policy.
RSPAMD = {
    "none.example": "v=DMARC1; p=none; sp=reject",
    "quarantine.example": "v=DMARC1; p=quarantine",
    "reject.example": "v=DMARC1; p=reject",
    "strict.example": "v=DMARC1; p=reject; aspf=s; adkim=s",
    "subnone.example": "v=DMARC1; p=reject; sp=none",
    "subquarantine.example": "v=DMARC1; p=reject; sp=quarantine",
    "broken.example": "v=DMARC1; p=",
    "pct0.example": "v=DMARC1; p=quarantine; pct=0",
}


@pytest.mark.parametrize(
    ("author", "identifiers", "expected", "policy"),
    [
        ("none.example", [dkim("none.example")], Outcome.PASS, Policy.NONE),
        ("none.example", [spf("none.example")], Outcome.PASS, Policy.NONE),
        ("none.example", [spf("other.example")], Outcome.FAIL, Policy.NONE),
        ("mom.none.example", [], Outcome.FAIL, Policy.REJECT),
        ("quarantine.example", [dkim("quarantine.example")], Outcome.PASS, Policy.NONE),
        ("quarantine.example", [], Outcome.FAIL, Policy.QUARANTINE),
        ("reject.example", [dkim("reject.example")], Outcome.PASS, Policy.NONE),
        ("reject.example", [dkim("other.example")], Outcome.FAIL, Policy.REJECT),
        ("sub.reject.example", [dkim("reject.example")], Outcome.PASS, Policy.NONE),
        ("sub.reject.example", [spf("sub.reject.example")], Outcome.PASS, Policy.NONE),
        ("strict.example", [dkim("strict.example")], Outcome.PASS, Policy.NONE),
        ("strict.example", [dkim("sub.strict.example")], Outcome.FAIL, Policy.REJECT),
        ("sub.strict.example", [spf("strict.example")], Outcome.FAIL, Policy.REJECT),
        ("sub.subnone.example", [], Outcome.FAIL, Policy.NONE),
        ("sub.subquarantine.example", [], Outcome.FAIL, Policy.QUARANTINE),
        ("subquarantine.example", [], Outcome.FAIL, Policy.REJECT),
        ("broken.example", [dkim("broken.example")], Outcome.PERMERROR, Policy.NONE),
        ("absent.example", [dkim("absent.example")], Outcome.NONE, Policy.NONE),
        ("pct0.example", [], Outcome.FAIL, Policy.QUARANTINE),
    ],
)
async def test_AUTHN_56_policies_alignment_and_subdomains_as_others_test_them(author, identifiers, expected, policy):
    result = await evaluate(zone(RSPAMD), author, identifiers)
    assert (result.outcome, result.policy) == (expected, policy)
