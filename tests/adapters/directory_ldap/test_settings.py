import json
import re
import subprocess
import sys

import pytest
from pydantic import ValidationError

from gatepost.adapters.directory_ldap.settings import LdapSettings, Url, missing, url

GOOD = {"urls": ["ldaps://dc1.example.com"], "base": "dc=example,dc=com"}
ACCOUNT = {"bind_dn": "cn=gatepost,dc=example,dc=com", "password_file": "/etc/gatepost/ad.password"}


def test_the_example_of_the_documents_is_valid():
    settings = LdapSettings(type="ldap", schema="active-directory", **GOOD, **ACCOUNT)
    assert settings.base == ("dc=example,dc=com",)


def test_there_may_be_several_bases_in_a_list_as_the_file_has_it():
    text = json.dumps({**GOOD, "base": ["ou=a,dc=example,dc=com", "ou=b,dc=example,dc=com"]})
    settings = LdapSettings.model_validate_json(text, strict=True)
    assert settings.base == ("ou=a,dc=example,dc=com", "ou=b,dc=example,dc=com")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("ldaps://dc1.example.com", Url("ldaps", "dc1.example.com", 636)),
        ("ldap://192.0.2.1:3268/", Url("ldap", "192.0.2.1", 3268)),
        ("ldaps://[2001:db8::1]:3269", Url("ldaps", "2001:db8::1", 3269)),
    ],
)
def test_a_url_names_scheme_host_and_port(text, parsed):
    assert url(text) == parsed and str(parsed) == text.rstrip("/")


@pytest.mark.parametrize(
    "text",
    [
        "dc1.example.com",
        "http://dc1",
        "ldaps://",
        "ldaps://dc1:port",
        "ldaps://dc1:99999",
        "ldaps://me:secret@dc1",
        "ldaps://dc1/dc=example",
        "ldaps://dc1?x",
        "ldaps://[::1",
        "ldaps://bücher.example",
        7,
    ],
)
def test_a_url_that_is_none_is_refused_with_advice(text):
    with pytest.raises(ValueError, match="write"):
        url(text)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (ACCOUNT | {"urls": ["ldap://dc1"]}, "in clear: write"),
        (ACCOUNT | {"urls": ["ldaps://dc1", "ldap://dc2"]}, "in clear: write"),
        ({"starttls": True}, 'starttls is for "ldap://" servers: write one kind only'),
        ({"bind_dn": "cn=x"}, "bind_dn has no password: write"),
        ({"password_file": "/x"}, "password_file is for nobody: write"),
        ({"schema": "(mail=*)"}, "the same for everybody: write"),
        ({"urls": []}, "at least 1"),
        ({"base": []}, "at least 1"),
        ({"password": "secret"}, "Extra inputs"),
    ],
)
def test_what_does_not_fit_together_is_refused(wrong, complaint):
    with pytest.raises(ValidationError, match=complaint):
        LdapSettings(**GOOD | wrong)


@pytest.mark.parametrize(
    "right",
    [
        {"urls": ["ldap://dc1"], "starttls": True},
        {"urls": ["ldap://127.0.0.1"], "allow_plaintext": True},
    ],
)
def test_a_password_goes_over_plain_ldap_only_with_starttls_or_by_decision(right):
    assert LdapSettings(**GOOD | ACCOUNT | right).bind_dn


def test_the_global_catalog_is_searched_from_its_root():
    assert LdapSettings(**GOOD | {"base": ""}).base == ("",)


@pytest.mark.parametrize("octets", [b"se cret", b"se cret\n", b"se cret\r\n"])
def test_the_password_is_the_line_in_the_file(tmp_path, octets):
    (tmp_path / "password").write_bytes(octets)
    settings = LdapSettings(**GOOD | ACCOUNT | {"password_file": tmp_path / "password"})
    assert settings.read_password() == "se cret"


@pytest.mark.parametrize(
    ("octets", "complaint"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"a\nb", "one line"),
        (b"a\0b", "one line"),
        (b"a" * 2000, "one line"),
        (b"\xff", "UTF-8"),
    ],
)
def test_a_file_that_is_no_password_is_refused_without_being_shown(tmp_path, octets, complaint):
    (tmp_path / "password").write_bytes(octets)
    settings = LdapSettings(**GOOD | ACCOUNT | {"password_file": tmp_path / "password"})
    with pytest.raises(ValueError, match=complaint) as raised:
        settings.read_password()
    assert re.fullmatch(r".*/password (is|takes) .*", str(raised.value))


def test_an_anonymous_has_no_password():
    assert LdapSettings(**GOOD).read_password() == ""


def test_a_missing_driver_is_named_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "pip install 'gatepost[ldap]'" in missing()


def test_a_driver_that_is_there_is_no_complaint():
    pytest.importorskip("ldap")
    assert missing() == ""


@pytest.mark.parametrize("module", ["settings", "client", "process", "wellbeing"])
def test_what_everybody_imports_needs_no_driver(module):
    code = f"import sys; sys.modules['ldap'] = None; import gatepost.adapters.directory_ldap.{module}"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
