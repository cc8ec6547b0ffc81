"""A message that is only tried out meets the gateway's own protocol, checks and policy, and a real directory."""

import importlib.util
from ipaddress import ip_address
from pathlib import Path

import pytest

from gatepost.adapters.dns.resolver import Resolver
from gatepost.app import offline
from gatepost.app.offline import CannotPlay, rehearse
from gatepost.app.offline_session import Attempt
from gatepost.app.offline_world import Unasked
from gatepost.model.address import Address, Domain
from gatepost.model.trace import End
from gatepost.ports.dns import Dns
from tests.config.texts import loaded, over
from tests.servers import need
from tests.servers.loopback import free_port
from tests.servers.slapd import PASSWORD, READER, SUFFIX, Slapd

OCTETS = b"From: ann@partner.test\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\nHi.\r\n"
ENTRY = f"dn: uid=bob,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: bob\ncn: bob\nsn: bob\nmail: bob@example.com\n"


def attempt(recipient="bob", **more):
    whole = {
        "listener": "inbound",
        "client_ip": ip_address("192.0.2.1"),
        "helo": "client.example.net",
        "sender": Address("ann", Domain("partner.test")),
        "recipients": (Address(recipient, Domain("example.com")),),
        "octets": OCTETS,
    }
    return Attempt(**{**whole, **more})


@pytest.fixture
def settings():
    """A configuration with this change. No DNS knows its senders, so it does not ask about them."""
    return lambda change: loaded(over({"checks": {"sender_domain": {"enabled": False}}}, change)).settings


@pytest.fixture
def by_ldap(settings, tmp_path):
    """A configuration that asks a directory at this address."""
    (tmp_path / "password").write_text(PASSWORD)

    def make(url, **more):
        section = {
            "type": "ldap",
            "urls": [url],
            "base": SUFFIX,
            "schema": "posix",
            "bind_dn": READER,
            "password_file": str(tmp_path / "password"),
            "allow_plaintext": True,
            "connect_timeout": "1s",
            "timeout": "2s",
        }
        change = {"domains": {"example.com": {"recipients": "ldap"}}, "directories": {"ldap": {**section, **more}}}
        return settings(change)

    return make


def test_the_message_arrives_as_the_mail_server_would_get_it(settings):
    played = rehearse(settings({}), attempt())
    assert played.trace.end is End.DELIVERED
    assert played.message.startswith(b"Authentication-Results: mx1.example.com;")
    assert b"\r\nReceived: from client.example.net ([192.0.2.1])\r\n" in played.message
    assert played.message.endswith(OCTETS)


def test_nobody_gets_what_is_refused(settings):
    played = rehearse(settings({}), attempt(octets=b"a\rb\r\n"))
    assert (played.trace.end, played.message) == (End.REFUSED, None)


def test_the_trace_names_no_mail_server(settings):
    assert rehearse(settings({}), attempt()).trace.handovers == ()


def test_a_session_that_a_bad_command_ends_is_not_gone_on_with(settings):
    change = {"listeners": {"inbound": {"policies": {"on_overlength": "drop"}, "commands": {"EHLO": 20}}}}
    played = rehearse(settings(change), attempt(helo="a-rather-long-name.example.net"))
    assert (played.trace.end, len(played.trace.exchanges)) == (End.DROPPED, 2)


@pytest.mark.parametrize("known", [True, False])
def test_checks_that_count_are_named_only_where_they_would_run(settings, known):
    change = {"checks": {"harvest": {"enabled": known}, "rate": {"enabled": False}}}
    checks = rehearse(settings(change), attempt()).checks
    assert ("harvest" in checks, "rate" in checks) == (known, False)


@pytest.fixture(scope="module")
def slapd():
    needs_ldap()
    server = Slapd([ENTRY])
    server.start()
    yield server
    server.discard()


def needs_ldap():
    if importlib.util.find_spec("ldap") is None:
        need.absent("needs python-ldap: pip install 'gatepost[ldap]'")


def children():
    return {child for path in Path("/proc/self/task").glob("*/children") for child in path.read_text().split()}


@pytest.mark.servers
def test_a_directory_is_asked(by_ldap, slapd):
    settings = by_ldap(f"ldap://127.0.0.1:{slapd.port}")
    assert rehearse(settings, attempt()).trace.end is End.DELIVERED
    played = rehearse(settings, attempt("nobody"))
    assert (played.trace.end, played.trace.rule) == (End.REFUSED, "unknown-recipient")


@pytest.mark.servers
def test_no_process_is_left(by_ldap, slapd):
    before = children()
    rehearse(by_ldap(f"ldap://127.0.0.1:{slapd.port}"), attempt())
    assert children() == before


def test_a_directory_that_is_away_defers(by_ldap):
    needs_ldap()
    played = rehearse(by_ldap(f"ldap://127.0.0.1:{free_port()}"), attempt())
    assert (played.trace.end, played.trace.rule) == (End.DEFERRED, "recipient-unavailable")


def test_a_password_that_cannot_be_read_defers_and_is_told(by_ldap, capfd, tmp_path):
    needs_ldap()
    missing = str(tmp_path / "no-password")
    played = rehearse(by_ldap("ldap://127.0.0.1:1", password_file=missing), attempt())
    assert played.trace.end is End.DEFERRED
    assert "no-password" in capfd.readouterr().err


def test_a_directory_that_is_not_to_be_asked_is_not(by_ldap):
    played = rehearse(by_ldap("ldap://127.0.0.1:1"), attempt(), ask=False)
    assert (played.trace.end, played.directories) == (End.DELIVERED, ("ldap",))


@pytest.mark.parametrize("asks", [True, False])
def test_checks_ask_the_resolver_of_the_configuration_unless_nothing_is_to_be_asked(settings, asks, monkeypatch):
    given = []

    def judge_for(settings, role, ports, *arguments, **more):
        given.append(ports[Dns])
        return original(settings, role, ports, *arguments, **more)

    original = offline.judge_for
    monkeypatch.setattr(offline, "judge_for", judge_for)
    rehearse(settings({"dns": {"servers": ["192.0.2.53"]}}), attempt(), ask=asks)
    (dns,) = given
    assert isinstance(dns, Resolver if asks else Unasked)
    if asks:
        assert [str(server) for server in dns.servers.all] == ["192.0.2.53:53"]


def test_without_the_ldap_library_it_says_how_to_get_it(by_ldap, monkeypatch):
    monkeypatch.setattr(offline, "missing", lambda: "python-ldap is not installed: write …")
    with pytest.raises(CannotPlay, match="python-ldap is not installed"):
        rehearse(by_ldap("ldap://127.0.0.1:1"), attempt())


def test_a_list_that_cannot_be_read_is_no_bug(settings):
    change = {"checks": {"access_client": {"deny_file": "/nonexistent/list"}}}
    with pytest.raises(CannotPlay, match="/nonexistent/list"):
        rehearse(settings(change), attempt())
