"""Settings to directories: who is asked whether a recipient exists."""

from pathlib import Path

import pytest

from gatepost.adapters.directory_callout import CalloutDirectory
from gatepost.adapters.directory_file import FileDirectory
from gatepost.adapters.directory_ldap.client import LdapDirectory
from gatepost.app.recipients import directories_of, ldap_socket, recipients_of
from gatepost.gateway.directory_cache import CachedDirectory
from gatepost.testing.fakes import FakeBackend, FakeClock
from tests.config.texts import loaded

BACKENDS = {"inside": FakeBackend("inside")}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "recipients"
    path.write_text("bob@example.com\n")
    return {"type": "file", "path": str(path)}


def made(recipients, sections):
    change = {"domains": {"example.com": {"recipients": recipients}}, "directories": sections}
    settings = loaded(change).settings
    return directories_of(settings, BACKENDS, FakeClock(), 7)


def test_a_file_is_asked_itself(file):
    assert isinstance(made("staff", {"staff": file})["staff"], FileDirectory)


def test_a_callout_is_asked_through_a_cache():
    directory = made("calls", {"calls": {"type": "callout", "backend": "inside"}})["calls"]
    assert isinstance(directory, CachedDirectory) and isinstance(directory.source, CalloutDirectory)


def test_an_ldap_directory_is_asked_through_a_cache(tmp_path):
    (tmp_path / "password").write_text("x")
    section = {
        "type": "ldap", "urls": ["ldaps://dc1.example.com"], "base": "dc=example,dc=com", "bind_dn": "cn=reader",
        "password_file": str(tmp_path / "password"),
    }  # fmt: skip
    directory = made("ad", {"ad": section})["ad"]
    assert isinstance(directory, CachedDirectory) and isinstance(directory.source, LdapDirectory)


def test_a_directory_that_no_domain_asks_is_not_made(file):
    assert made("any", {"staff": file}) == {}


def test_each_generation_of_the_configuration_has_its_own_socket():
    assert (
        ldap_socket(Path("/data"), "ad", 1)
        == Path("/data/run/directory.ad.1.sock")
        != ldap_socket(Path("/data"), "ad", 2)
    )


def test_domains_ask_their_own_directories(file):
    change = {
        "domains": {"example.com": {"recipients": "staff", "subaddressing": "+"}, "example.org": {"backend": "inside",
        "recipients": "any"}},
        "directories": {"staff": file},
    }  # fmt: skip
    settings = loaded(change).settings
    recipients = recipients_of(settings, directories_of(settings, BACKENDS, FakeClock(), 1))
    assert recipients.domains["example.com"].delimiter == "+" and recipients.domains["example.org"].directory is None
