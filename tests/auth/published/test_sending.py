"""SPF: whether those who should pass do, and nobody else."""

from ipaddress import ip_address

import pytest

from gatepost.auth.published.line import Standing
from gatepost.auth.published.sending import sender_term, spf, spf_of_host, wanted
from gatepost.auth.published.site import Host, Site
from gatepost.testing.fake_dns import FakeDns

HERE = Host(name="mx1.example.com", addresses=(ip_address("192.0.2.25"),))
UNTOLD = Host(name="mx1.example.com")


def site(*senders, host=HERE, soft=False):
    return Site(domain="example.com", hosts=(host,), senders=tuple(map(sender_term, senders)), soft=soft)


def dns(*records, **more):
    return FakeDns({
        "example.com": {"TXT": list(records), "MX": [(10, "mx1.example.com")]},
        "mx1.example.com": {"A": ["192.0.2.25"]},
        "list.example.net": {"A": ["203.0.113.7"]},
        **more,
    })  # fmt: skip


def test_the_record_of_the_paper_can_be_made():
    made = wanted(site("mailhost1.sans.org", "mailhost2.sans.org", host=UNTOLD, soft=True))
    assert made == "v=spf1 mx a:mailhost1.sans.org a:mailhost2.sans.org ~all"


def test_it_names_the_gateway_and_who_else_sends():
    made = wanted(site("203.0.113.0/24", "2001:db8::1", "include:spf.example.net"))
    assert made == "v=spf1 mx ip4:192.0.2.25 ip4:203.0.113.0/24 ip6:2001:db8::1 include:spf.example.net -all"


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Mail.Example.net", "a:mail.example.net"),
        ("192.0.2.1", "ip4:192.0.2.1"),
        ("192.0.2.0/24", "ip4:192.0.2.0/24"),
        ("2001:db8::/32", "ip6:2001:db8::/32"),
        ("include:_spf.example.net", "include:_spf.example.net"),
        ("a:mail.example.net", "a:mail.example.net"),
        ("mx:example.net", "mx:example.net"),
    ],
)
def test_who_sends_may_be_said_in_several_ways(text, term):
    assert sender_term(text) == term


@pytest.mark.parametrize("text", ["", "mail", "a b.example", "192.0.2.1/33", "-all", "x..example"])
def test_what_is_no_sender_is_refused(text):
    with pytest.raises(ValueError):
        sender_term(text)


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 mx -all",
        "v=spf1 ip4:192.0.2.25 -all",
        "v=spf1 ip4:192.0.2.0/24 include:other.test -all",
        "v=spf1 redirect=spf.example.com",
    ],
)
async def test_a_record_that_means_the_same_is_right_however_it_is_written(record):
    names = dns(
        record, **{"other.test": {"TXT": ["v=spf1 -all"]}, "spf.example.com": {"TXT": ["v=spf1 mx:example.com -all"]}}
    )
    line = await spf(names, site())
    assert (line.standing, line.published, line.note) == (Standing.OK, (record,), "")


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ("v=spf1 ip4:198.51.100.1 -all", "Mail from 192.0.2.25 does not pass: fail."),
        ("v=spf1 mx +all", "Every host on the Internet"),
        ("v=spf1 mx", "does not end in -all"),
        ("v=spf1 mx ?all", "does not end in -all"),
        ("v=spf1 foo:bar -all", "The record is broken"),
    ],
)
async def test_a_record_that_means_something_else_differs(record, problem):
    line = await spf(dns(record), site())
    assert line.standing is Standing.DIFFERS and problem in line.note


async def test_whoever_else_sends_has_to_pass():
    record = "v=spf1 mx a:list.example.net -all"
    assert (await spf(dns(record), site("list.example.net"))).standing is Standing.OK
    assert "203.0.113.7 does not pass" in (await spf(dns("v=spf1 mx -all"), site("list.example.net"))).note
    assert "198.51.100.0 does not" in (await spf(dns("v=spf1 mx -all"), site("198.51.100.0/24"))).note
    line = await spf(dns("v=spf1 mx -all"), site("include:spf.example.net"))
    assert line.note == "include:spf.example.net is not in it."


async def test_two_records_are_none():
    line = await spf(dns("v=spf1 mx -all", "v=spf1 -all"), site())
    assert line.standing is Standing.DIFFERS and len(line.published) == 2


async def test_other_texts_are_none():
    assert (await spf(dns("google-site-verification=x", "v=spf10 mx"), site())).standing is Standing.MISSING


async def test_a_soft_end_is_good_and_could_be_better():
    line = await spf(dns("v=spf1 mx ~all"), site())
    assert line.standing is Standing.OK and "-all" in line.note
    assert (await spf(dns("v=spf1 mx ~all"), site(soft=True))).note == ""


async def test_without_an_answer_nothing_is_known():
    names = dns("v=spf1 include:silent.test -all", **{"silent.test": None})
    assert (await spf(names, site())).standing is Standing.UNKNOWN
    names.down = True
    assert (await spf(names, site())).note.startswith("no answer")


async def test_the_gateways_own_name_has_a_record_too():
    names = FakeDns({"mx1.example.com": {"A": ["192.0.2.25"], "TXT": ["v=spf1 a -all"]}})
    assert (await spf_of_host(names, HERE)).standing is Standing.OK
    names = FakeDns({"mx1.example.com": {"A": ["192.0.2.26"], "TXT": ["v=spf1 a -all"]}})
    assert "192.0.2.25 does not pass" in (await spf_of_host(names, HERE)).note
    names = FakeDns({"mx1.example.com": {"TXT": ["v=spf1 a -all", "v=spf1 -all"]}})
    assert (await spf_of_host(names, HERE)).standing is Standing.DIFFERS
    line = await spf_of_host(FakeDns(), HERE)
    assert line.standing is Standing.MISSING and not line.needed
