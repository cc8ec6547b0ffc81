import pytest
from pydantic import TypeAdapter, ValidationError

from gatepost.adapters.engines.opinion_settings import (
    RspamdAddress,
    RspamdSettings,
    SpamdAddress,
    SpamdSettings,
    spamd_address,
    web_address,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://127.0.0.1:11333", "http://127.0.0.1:11333"),
        ("http://127.0.0.1:11334/", "http://127.0.0.1:11334"),
        ("http://spam.example.com", "http://spam.example.com:11333"),
        ("http://[::1]", "http://[::1]:11333"),
        ("unix:/run/rspamd/normal.sock", "unix:/run/rspamd/normal.sock"),
    ],
)
def test_rspamd_is_at_a_url_or_a_socket(text, shown):
    assert str(web_address(text)) == shown
    assert web_address(shown) == web_address(text) == web_address(web_address(text))
    assert TypeAdapter(RspamdAddress).dump_python(web_address(text)) == shown


@pytest.mark.parametrize(
    "value",
    ["", "127.0.0.1:11333", "https://x", "http://u@x", "http://x/checkv2", "http://x?a", "http://x#a", "http://x:0",
     "http://", "http://x\r\nEvil: y", "http://[x", "unix:x", 7],
)  # fmt: skip
def test_what_is_no_address_of_rspamd_is_refused_with_an_example(value):
    with pytest.raises(ValueError, match=r"write|takes"):
        web_address(value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("127.0.0.1:784", "127.0.0.1:784"),
        ("spam.example.com", "spam.example.com:783"),
        ("[::1]", "[::1]:783"),
        ("unix:/run/spamd.sock", "unix:/run/spamd.sock"),
    ],
)
def test_spamd_is_at_a_host_and_port_or_a_socket(text, shown):
    assert str(spamd_address(text)) == shown
    assert spamd_address(shown) == spamd_address(text) == spamd_address(spamd_address(text))
    assert TypeAdapter(SpamdAddress).dump_python(spamd_address(text)) == shown


@pytest.mark.parametrize("value", ["", "http://x", "x:0", "::1", "unix:x", 7])
def test_what_is_no_address_of_spamd_is_refused_with_an_example(value):
    with pytest.raises(ValueError, match=r"write|takes|bracket"):
        spamd_address(value)


@pytest.mark.parametrize("settings", [RspamdSettings, SpamdSettings])
def test_one_address_or_several_and_not_both(settings):
    one = "unix:/run/x"
    assert settings(address=one).places == settings(addresses=[one]).places
    for wrong in ({}, {"address": one, "addresses": [one]}):
        with pytest.raises(ValidationError, match="needs address"):
            settings(**wrong)


def test_nobody_waits_longer_than_a_client_would():
    with pytest.raises(ValidationError):
        RspamdSettings(address="unix:/run/x", timeout="16s")


def test_limits_are_those_of_their_own_clients():
    assert SpamdSettings(address="unix:/run/x").max_size == 500 * 1024
    assert RspamdSettings(address="unix:/run/x").max_size == 4 * 1024**2


@pytest.mark.parametrize("user", ["a b", "a\r\nX: y", "é", "-x", "x" * 101])
def test_what_is_no_user_is_refused(user):
    with pytest.raises(ValidationError, match="no name of a user"):
        SpamdSettings(address="unix:/run/x", user=user)


@pytest.mark.parametrize("octets", [b"", b"\n", b"a\nb", b"a\0b", b"x" * 2000, "é".encode(), b" x"])
def test_what_is_no_password_is_not_sent(tmp_path, octets):
    file = tmp_path / "password"
    file.write_bytes(octets)
    with pytest.raises(ValueError, match="no password"):
        RspamdSettings(address="unix:/run/x", password_file=file).read_password()


def test_a_password_is_one_line(tmp_path):
    file = tmp_path / "password"
    file.write_bytes(b"correct horse\r\n")
    assert RspamdSettings(address="unix:/run/x", password_file=file).read_password() == b"correct horse"
    assert RspamdSettings(address="unix:/run/x").read_password() == b""
