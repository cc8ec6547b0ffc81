"""To whom aggregate reports may go: RFC 9990 §4; ATTACKS AUTHN-57."""

import pytest

from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.record import read_record
from gatepost.auth.dmarc.report_addresses import aggregate_addresses
from tests.auth.zone import Zone

OWN = {"_dmarc.example.com": {"TXT": ["v=DMARC1; p=none"]}}
CONSENT = "example.com._report._dmarc.thirdparty.example.net"


async def chosen(rua, zone, *, domain="example.com", octets=1000, discovery=Discovery.TREE_WALK):
    asked = read_record(f"v=DMARC1; rua={rua}".encode()).rua
    dns = zone if isinstance(zone, Zone) else Zone(OWN | zone)
    return [str(address) for address in await aggregate_addresses(dns, domain, asked, octets, discovery=discovery)]


@pytest.mark.parametrize("rua", ["mailto:d@example.com", "mailto:d@reports.example.com", "mailto:d@EXAMPLE.com"])
async def test_an_address_of_the_same_organization_needs_no_consent(rua):
    assert await chosen(rua, {}) == [rua.removeprefix("mailto:").lower()]


async def test_AUTHN_57_a_stranger_gets_no_report_without_consent():
    assert await chosen("mailto:a@thirdparty.example.net,mailto:b@example.com", {}) == ["b@example.com"]


@pytest.mark.parametrize("text", ["v=DMARC1", "v=DMARC1;", "v=DMARC1; p=none", "v=DMARC1; bogus"])
async def test_a_stranger_that_consents_gets_it(text):
    assert await chosen("mailto:a@thirdparty.example.net", {CONSENT: {"TXT": ["other", text]}})


@pytest.mark.parametrize("texts", [[], ["other"], ["v=DMARC2"], ["p=none"]])
async def test_what_is_no_record_is_no_consent(texts):
    assert not await chosen("mailto:a@thirdparty.example.net", {CONSENT: {"TXT": texts}})


async def test_two_records_consent_as_well_as_one():
    assert await chosen("mailto:a@thirdparty.example.net", {CONSENT: {"TXT": ["v=DMARC1", "v=DMARC1; p=none"]}})


async def test_a_consent_may_name_another_address_at_the_same_host():
    there = {CONSENT: {"TXT": ["v=DMARC1; rua=mailto:aggregate@thirdparty.example.net"]}}
    assert await chosen("mailto:a@thirdparty.example.net", there) == ["aggregate@thirdparty.example.net"]


async def test_AUTHN_57_a_consent_that_names_another_host_counts_for_neither():
    there = {CONSENT: {"TXT": ["v=DMARC1; rua=mailto:victim@example.org"]}}
    assert not await chosen("mailto:a@thirdparty.example.net", there)


async def test_a_subdomain_that_is_an_organization_of_its_own_has_to_consent():
    own = {"_dmarc.sub.example.com": {"TXT": ["v=DMARC1; p=none; psd=n"]}}
    assert not await chosen("mailto:a@sub.example.com", own)


async def test_a_lookup_without_answer_is_no_consent_and_stops_no_other():
    zone = {CONSENT: {"TIMEOUT": True}}
    assert await chosen("mailto:a@thirdparty.example.net,mailto:b@example.com", zone) == ["b@example.com"]


async def test_AUTHN_57_who_wants_small_reports_gets_no_large_one():
    rua = "mailto:a@example.com!1k,mailto:b@example.com!2k,mailto:c@example.com"
    assert await chosen(rua, {}, octets=1025) == ["b@example.com", "c@example.com"]


async def test_AUTHN_57_ten_addresses_cost_few_questions():
    dns = Zone(OWN)
    rua = ",".join(f"mailto:a@a.b.c.d.e.f.g.h{number}.example.org" for number in range(10))
    assert not await chosen(rua, dns)
    assert len(dns.asked) <= 10


@pytest.mark.parametrize("rua", ["mailto:a@[192.0.2.1]", "mailto:d@example.com,mailto:d@example.com"])
async def test_an_address_counts_once_and_a_literal_never(rua):
    assert await chosen(rua, {}) == ["d@example.com"] * ("example" in rua)


async def test_a_name_that_no_query_can_carry_is_no_consent():
    long = ".".join(["a" * 60] * 4)
    assert not await chosen("mailto:a@thirdparty.example.net", Zone({}), domain=long)


async def test_by_the_suffix_list_the_registered_domain_is_the_organization():
    psl = Discovery.SUFFIX_LIST
    assert await chosen("mailto:d@example.co.uk", Zone({}), domain="mail.example.co.uk", discovery=psl)
    assert not await chosen("mailto:d@other.co.uk", Zone({}), domain="mail.example.co.uk", discovery=psl)
