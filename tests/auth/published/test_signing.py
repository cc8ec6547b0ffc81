"""DKIM keys and the DMARC policy."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from gatepost.auth.dmarc.record import Policy
from gatepost.auth.published.line import Standing
from gatepost.auth.published.signing import dkim, dmarc, key_record
from gatepost.auth.published.site import Host, Selector, Site
from gatepost.testing.fake_dns import FakeDns

HERE = Host(name="mx1.example.com")
ED = key_record(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())
OTHER = key_record(ed25519.Ed25519PrivateKey.from_private_bytes(b"\1" * 32).public_key())
RSA = key_record(rsa.generate_private_key(65537, 2048).public_key())
SHORT = key_record(rsa.generate_private_key(65537, 1024).public_key())  # noqa: S505 - the least that still counts
NAME = "s1._domainkey.example.com"


def site(record="", **more):
    return Site(domain="example.com", hosts=(HERE,), selectors=(Selector("s1", record),), **more)


async def key_line(published, wanted=""):
    (line,) = await dkim(FakeDns({NAME: {"TXT": [published]}} if published else {}), site(wanted))
    return line


@pytest.mark.parametrize("record", [ED, RSA, SHORT], ids=["Ed25519", "RSA", "RSA of 1024 bits"])
async def test_a_key_as_it_should_be_published_is_right(record):
    line = await key_line(record, record)
    assert (line.name, line.standing, line.note) == (NAME, Standing.OK, "")


async def test_a_key_that_nobody_here_knows_has_to_be_a_key():
    assert (await key_line(RSA)).standing is Standing.OK
    assert (await key_line("v=DKIM1; p=nonsense")).standing is Standing.DIFFERS


@pytest.mark.parametrize(
    ("published", "problem"),
    [(OTHER, "another key"), ("v=DKIM1; k=ed25519; p=", "revoked"), (f"{ED}; t=y", "test"), ("hello", "no key")],
)
async def test_a_key_that_does_not_serve_differs(published, problem):
    line = await key_line(published, ED)
    assert line.standing is Standing.DIFFERS and problem in line.note


async def test_beside_an_old_key_the_right_one_counts():
    (line,) = await dkim(FakeDns({NAME: {"TXT": [OTHER, ED]}}), site(ED))
    assert line.standing is Standing.OK


async def test_a_key_that_is_not_published_is_missing():
    assert (await key_line("", ED)).standing is Standing.MISSING


async def test_without_a_selector_it_is_said_what_is_wanted():
    (line,) = await dkim(FakeDns(), Site(domain="example.com", hosts=(HERE,)))
    assert line.standing is Standing.UNKNOWN and "--dkim-selector" in line.note


async def test_the_key_of_our_seals_is_looked_at_beside_that_of_who_signs():
    sealed = Site(domain="example.com", hosts=(HERE,), seals=(Selector("s1", ED),))
    unknown, seal = await dkim(FakeDns({NAME: {"TXT": [ED]}}), sealed)
    assert (unknown.standing, seal.standing, seal.name) == (Standing.UNKNOWN, Standing.OK, NAME)


# ── DMARC ────────────────────────────────────────────────────────────────────
async def policy_line(*published, **more):
    names = {"_dmarc.example.com": {"TXT": list(published)}, "example.com": {}, **more.pop("names", {})}
    wanted = Site(domain="example.com", hosts=(HERE,), reports_to="postmaster@example.com", **more)
    return await dmarc(FakeDns(names), wanted)


async def test_a_policy_with_reports_is_right():
    line = await policy_line("v=DMARC1; p=reject; rua=mailto:dmarc@example.com")
    assert (line.standing, line.note) == (Standing.OK, "")
    assert line.wanted == ("v=DMARC1; p=none; rua=mailto:postmaster@example.com",)


async def test_a_policy_that_only_watches_should_be_raised_some_day():
    line = await policy_line("v=DMARC1; p=none; rua=mailto:dmarc@example.com")
    assert line.standing is Standing.OK and "only watches" in line.note


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ("v=DMARC1; p=reject", "no rua"),
        ("v=DMARC1; p=burn", "no valid policy"),
        ("v=DMARC1; p=reject; adkim=x; rua=mailto:a@example.com", "no valid value for adkim"),
        ("v=DMARC1; p=quarantine; rua=mailto:a@example.com", "asks for quarantine only"),
        (
            "v=DMARC1; p=reject; rua=mailto:x@collector.example",
            'without example.com._report._dmarc.collector.example TXT "v=DMARC1"',
        ),
    ],
)
async def test_what_is_wrong_with_a_policy_is_said(record, problem):
    line = await policy_line(record, policy=Policy.REJECT)
    assert line.standing is Standing.DIFFERS and problem in line.note


async def test_a_collector_that_agrees_is_right():
    consent = {"example.com._report._dmarc.collector.example": {"TXT": ["v=DMARC1"]}}
    line = await policy_line("v=DMARC1; p=reject; rua=mailto:x@collector.example", names=consent)
    assert line.standing is Standing.OK


async def test_two_policies_are_none():
    record = "v=DMARC1; p=reject; rua=mailto:a@example.com"
    assert (await policy_line(record, record)).standing is Standing.DIFFERS


async def test_without_one_it_is_missing():
    assert (await policy_line("something else")).standing is Standing.MISSING
