"""Relay control and who exists: attacks PROTO-15 and PROTO-17 as far as this check sees them."""

import pytest
from pydantic import ValidationError

from gatepost.checks.recipient import Config, Recipient
from gatepost.model.address import Address, Domain
from gatepost.model.samples import rcpt
from gatepost.testing.fakes import FakeDirectories

ROUTED = ["user%elsewhere.example", "elsewhere.example!user", '"user@elsewhere.example"', "a!b%c", '"@x"', "user%"]


async def codes(recipient, **domains):
    check = Recipient(Config(), FakeDirectories(domains or {"example.com": ("bob",)}))
    return [finding.code for finding in (await check(rcpt(**recipient))).findings]


@pytest.mark.parametrize("local", ROUTED)
async def test_proto_15_a_route_at_our_domain_is_an_unknown_recipient(local):
    at = {"recipient": f"{local}@example.com"}
    assert await codes(at) == ["recipient.unknown"]


@pytest.mark.parametrize("local", ROUTED)
async def test_proto_15_a_route_is_not_believed_where_everybody_exists(local):
    check = Recipient(Config(), FakeDirectories({"example.com": "any"}))
    report = await check(rcpt(f"{local}@example.com"))
    assert [finding.code for finding in report.findings] == ["recipient.routed"]


@pytest.mark.parametrize("domain", ["elsewhere.example", "sub.example.com", "example.com.evil.example", "[192.0.2.1]"])
async def test_proto_17_another_domain_is_not_ours(domain):
    assert await codes({"recipient": f"bob@{domain}"}) == ["recipient.not_ours"]


async def test_who_exists_where_everybody_does():
    check = Recipient(Config(), FakeDirectories({"example.com": "any"}))
    assert not (await check(rcpt("whoever@example.com"))).findings


async def test_the_bare_postmaster_is_not_even_looked_up():
    directories = FakeDirectories({})
    directories.down = True
    stage = rcpt("postmaster")
    assert stage.recipient == Address("postmaster", Domain(""))
    assert not (await Recipient(Config(), directories)(stage)).findings


def test_relay_control_cannot_be_switched_off():
    with pytest.raises(ValidationError, match="relay control cannot be switched off"):
        Config(enabled=False)
