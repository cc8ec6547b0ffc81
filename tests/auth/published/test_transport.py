"""Certificates, MTA-STS, reports about TLS, DANE."""

import hashlib
import subprocess

import pytest
from msgspec.structs import replace

from gatepost.auth.published.line import Standing
from gatepost.auth.published.site import Host, Site
from gatepost.auth.published.transport import (
    Tlsa,
    association,
    certificate,
    mta_sts,
    mta_sts_host,
    policy_file,
    policy_place,
    tls_reports,
    tlsa,
)
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_dns import FakeDns

ONE, TWO = "3 1 1 " + "aa" * 32, "3 1 1 " + "bb" * 32
HERE = Host(name="mx1.example.com", certificates=(("mx1.example.com",),), associations=(ONE,))
SITE = Site(domain="example.com", hosts=(HERE,), reports_to="postmaster@example.com")


@pytest.mark.parametrize("names", [("mx1.example.com",), ("a.test", "*.example.com")])
def test_a_certificate_fits_by_its_name_or_a_wildcard(names):
    assert certificate(replace(HERE, certificates=(names,))).standing is Standing.OK


@pytest.mark.parametrize("names", [("mx2.example.com",), ("*.com",), ("*.mx1.example.com",), ()])
def test_any_other_does_not(names):
    assert certificate(replace(HERE, certificates=(names,))).standing is Standing.DIFFERS


def test_without_a_certificate_it_is_missing():
    assert certificate(Host(name="mx1.example.com")).standing is Standing.MISSING


def test_one_of_several_certificates_is_enough():
    host = replace(HERE, certificates=(("other.test",), ("mx1.example.com",)))
    assert certificate(host).standing is Standing.OK


def test_the_policy_file_is_as_rfc_8461_wants_it():
    assert policy_file(SITE) == "version: STSv1\r\nmode: testing\r\nmx: mx1.example.com\r\nmax_age: 86400\r\n"
    assert "mode: enforce\r\n" in policy_file(replace(SITE, enforces=True))
    assert policy_place(SITE) == "https://mta-sts.example.com/.well-known/mta-sts.txt"


async def test_the_record_has_another_identity_when_the_policy_has_changed():
    wanted = {(await mta_sts(FakeDns(), site)).wanted for site in (SITE, replace(SITE, enforces=True))}
    assert len(wanted) == 2


@pytest.mark.parametrize(
    ("texts", "standing"),
    [
        (["v=STSv1; id=20240101"], Standing.OK),
        (["v=STSv1; id=20240101;"], Standing.OK),
        (["v=STSv1;"], Standing.DIFFERS),
        (["v=STSv1; id=a-b"], Standing.DIFFERS),
        (["v=STSv1; id=1", "v=STSv1; id=2"], Standing.DIFFERS),
        (["v=STSv10; id=1"], Standing.MISSING),
        ([], Standing.MISSING),
    ],
)
async def test_the_record_of_mta_sts(texts, standing):
    line = await mta_sts(FakeDns({"_mta-sts.example.com": {"TXT": texts}}), SITE)
    assert line.standing is standing


async def test_the_policy_file_needs_a_web_server():
    assert (await mta_sts_host(FakeDns(), SITE)).standing is Standing.MISSING
    there = FakeDns(
        {"mta-sts.example.com": {"CNAME": "www.example.com"}, "www.example.com": {"AAAA": ["2001:db8::80"]}}
    )
    line = await mta_sts_host(there, SITE)
    assert (line.standing, line.published) == (Standing.OK, ("2001:db8::80",))


@pytest.mark.parametrize(
    ("texts", "standing"),
    [
        (["v=TLSRPTv1; rua=mailto:tls@example.com"], Standing.OK),
        (["v=TLSRPTv1;rua=https://reports.example/"], Standing.OK),
        (["v=TLSRPTv1; rua=ftp://x"], Standing.DIFFERS),
        (["v=TLSRPTv1"], Standing.DIFFERS),
        (["v=TLSRPTv1; rua=mailto:a@b.c"] * 2, Standing.DIFFERS),
        (["v=spf1"], Standing.MISSING),
    ],
)
async def test_the_record_of_reports_about_tls(texts, standing):
    line = await tls_reports(FakeDns({"_smtp._tls.example.com": {"TXT": texts}}), SITE)
    assert line.standing is standing


def test_the_key_in_use_is_published_and_validated():
    line = tlsa(HERE, Tlsa((ONE,), is_authentic=True))
    assert (line.name, line.standing, line.note) == ("_25._tcp.mx1.example.com", Standing.OK, "")


def test_the_key_to_come_may_be_published_too():
    assert tlsa(HERE, Tlsa((ONE, TWO), is_authentic=True)).standing is Standing.OK


def test_a_stale_key_stops_mail():
    line = tlsa(HERE, Tlsa((TWO,), is_authentic=True))
    assert line.standing is Standing.DIFFERS and "deliver nothing" in line.note


def test_each_certificate_needs_its_own():
    line = tlsa(replace(HERE, associations=(ONE, TWO)), Tlsa((ONE,), is_authentic=True))
    assert line.standing is Standing.DIFFERS and "one certificate" in line.note


def test_without_dnssec_it_does_not_count():
    assert "DNSSEC" in tlsa(HERE, Tlsa((ONE,))).note
    line = tlsa(HERE, Tlsa())
    assert line.standing is Standing.MISSING and "DNSSEC" in line.note


def test_without_an_answer_or_a_certificate_nothing_is_known():
    line = tlsa(HERE, Unavailable("timed out"))
    assert (line.standing, line.note) == (Standing.UNKNOWN, "no answer: timed out")
    assert "certificate" in tlsa(Host(name="mx1.example.com"), Tlsa(is_authentic=True)).note


def test_the_association_is_what_openssl_computes(authority):
    issued = authority.issue("mx1.example.com")
    public = subprocess.run(
        ["openssl", "x509", "-in", issued.chain, "-pubkey", "-noout"], capture_output=True, check=True, timeout=20
    )
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "DER"],
        input=public.stdout,
        capture_output=True,
        check=True,
        timeout=20,
    )
    assert association(issued.chain.read_bytes()) == f"3 1 1 {hashlib.sha256(der.stdout).hexdigest()}"
