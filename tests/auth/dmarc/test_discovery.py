"""Where policy records are found, and organizational domains: RFC 9989 §4.10, its examples; AUTHN-28, AUTHN-55."""

import pytest

from gatepost.auth.dmarc.discovery import Discovery, Found, Records, organizational, steps
from gatepost.auth.dmarc.record import read_record
from gatepost.ports.unavailable import Unavailable
from tests.auth.zone import Zone

RECORD = "v=DMARC1; p=none"


def zone(**records):
    """Keyword `mail_example_com` is the record of mail.example.com."""
    return Zone({f"_dmarc.{name.replace('_', '.')}": {"TXT": [text]} for name, text in records.items()})


async def top(domain, **records):
    return await Records(zone(**records), Discovery.TREE_WALK).organizational(domain)


async def policy_domain(domain, discovery=Discovery.TREE_WALK, **records):
    found, _ = await Records(zone(**records), discovery).policy(domain)
    return found.domain if found else None


def test_AUTHN_55_a_walk_asks_eight_times_at_most():
    assert steps("a.b.c.d.e.f.g.h.i.j.mail.example.com") == [
        "a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com", "h.i.j.mail.example.com",
        "i.j.mail.example.com", "j.mail.example.com", "mail.example.com", "example.com", "com",
    ]  # fmt: skip
    assert steps("mail.a.b.c.d.e.f.g.example.com")[1] == "c.d.e.f.g.example.com"
    assert len(steps("a.b.c.d.e.f.g.h")) == len(steps("a.b.c.d.e.f.g.h.i")) == 8
    assert steps("example.com") == ["example.com", "com"] and steps("com") == ["com"]


@pytest.mark.parametrize(
    ("domain", "records", "found"),
    [
        ("a.mail.example.com", {"mail_example_com": RECORD, "example_com": RECORD}, "example.com"),
        ("a.mail.example.com", {"mail_example_com": f"{RECORD}; psd=n", "example_com": RECORD}, "mail.example.com"),
        ("a.mail.example.com", {"com": f"{RECORD}; psd=y"}, "example.com"),
        ("a.mail.example.com", {"example_com": f"{RECORD}; psd=y"}, "mail.example.com"),
        ("a.mail.example.com", {}, "a.mail.example.com"),
        ("a.mail.example.com", {"a_mail_example_com": RECORD}, "a.mail.example.com"),
        ("example.com", {"example_com": f"{RECORD}; psd=y"}, "example.com"),
        ("example.com", {"com": RECORD}, "com"),
        ("a.b.c.d.e.f.g.h.example.com", {"f_g_h_example_com": f"{RECORD}; psd=y"}, "e.f.g.h.example.com"),
        ("big.bank.example", {"big_bank_example": RECORD, "bank_example": f"{RECORD}; psd=y"}, "big.bank.example"),
    ],
)  # fmt: skip
async def test_AUTHN_55_the_organizational_domain_is_found_by_walking(domain, records, found):
    assert await top(domain, **records) == found


@pytest.mark.parametrize(
    ("domain", "records", "found"),
    [
        ("a.mail.example.com", {"a_mail_example_com": RECORD, "example_com": RECORD}, "a.mail.example.com"),
        ("a.mail.example.com", {"mail_example_com": RECORD, "example_com": RECORD}, "example.com"),
        ("a.mail.example.com", {"mail_example_com": f"{RECORD}; psd=n", "example_com": RECORD}, "mail.example.com"),
        ("a.example.com", {"com": f"{RECORD}; psd=y"}, "com"),
        ("a.example.com", {"example_com": RECORD, "com": f"{RECORD}; psd=y"}, "example.com"),
        ("a.example.com", {}, None),
        ("example.com", {"com": "v=spf1 -all"}, None),
    ],
)
async def test_AUTHN_55_the_policy_is_the_authors_or_the_organizations_or_the_suffixes(domain, records, found):
    assert await policy_domain(domain, **records) == found


async def test_AUTHN_55_two_records_are_none_and_the_walk_goes_on():
    two = Zone({
        "_dmarc.a.example.com": {"TXT": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]},
        "_dmarc.example.com": {"TXT": ["other", "v=DMARC1; p=reject"]},
    })  # fmt: skip
    found, _ = await Records(two, Discovery.TREE_WALK).policy("a.example.com")
    assert found == Found("example.com", read_record(b"v=DMARC1; p=reject"))


@pytest.mark.parametrize("stop", ["y", "n"])
async def test_a_walk_ends_where_a_record_says_what_it_is(stop):
    dns = zone(mail_example_com=f"{RECORD}; psd={stop}", example_com=RECORD)
    await Records(dns, Discovery.TREE_WALK).organizational("a.mail.example.com")
    assert [name for _, name in dns.asked] == ["_dmarc.a.mail.example.com", "_dmarc.mail.example.com"]


async def test_a_name_is_asked_for_once():
    dns = zone(example_com=RECORD)
    records = Records(dns, Discovery.TREE_WALK)
    await records.policy("a.example.com")
    await records.organizational("b.example.com")
    assert len(dns.asked) == len(set(dns.asked)) == 4


async def test_no_answer_is_told():
    with pytest.raises(Unavailable):
        await Records(Zone({"_dmarc.example.com": {"TIMEOUT": True}}), Discovery.TREE_WALK).policy("a.example.com")


@pytest.mark.parametrize(
    ("domain", "records", "found"),
    [
        ("a.mail.example.com", {"mail_example_com": RECORD, "example_com": RECORD}, "example.com"),
        ("a.mail.example.com", {"mail_example_com": f"{RECORD}; psd=n", "com": RECORD}, None),
        ("mail.example.com", {"mail_example_com": RECORD, "example_com": RECORD}, "mail.example.com"),
        ("mail.example.co.uk", {"example_co_uk": RECORD, "co_uk": RECORD}, "example.co.uk"),
    ],
)
async def test_by_the_suffix_list_only_two_names_count(domain, records, found):
    assert await policy_domain(domain, Discovery.SUFFIX_LIST, **records) == found


async def test_by_the_suffix_list_nobody_is_asked_for_the_organizational_domain():
    dns = zone()
    assert await Records(dns, Discovery.SUFFIX_LIST).organizational("a.b.example.co.uk") == "example.co.uk"
    assert not dns.asked


def test_a_domain_without_records_is_its_own_organization():
    assert organizational("a.example.com", ()) == "a.example.com"
