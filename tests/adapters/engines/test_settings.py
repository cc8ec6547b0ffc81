import pytest
from pydantic import TypeAdapter, ValidationError

from gatepost.adapters.engines.settings import (
    ClamdSettings,
    CommandSettings,
    IcapSettings,
    engine_address,
    icap_service,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("unix:/run/clamav/clamd.ctl", "unix:/run/clamav/clamd.ctl"),
        ("/run/clamav/clamd.ctl", "unix:/run/clamav/clamd.ctl"),
        ("127.0.0.1:3311", "127.0.0.1:3311"),
        ("clamd.example.com", "clamd.example.com:3310"),
        ("[2001:db8::5]:3310", "[2001:db8::5]:3310"),
        ("[::1]", "[::1]:3310"),
    ],
)
def test_an_address_is_a_socket_or_a_host_and_port(text, shown):
    assert str(engine_address(text)) == shown
    assert engine_address(shown) == engine_address(text) == engine_address(engine_address(text))


@pytest.mark.parametrize(
    "value",
    ["", "unix:", "unix:relative", "unix:/" + "x" * 200, "host:0", "host:99999", "host:x", "host:", "::1", "a b:1", 7,
     "tcp://x:1", "/a\0b", "host:\u0661"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_an_example(value):
    with pytest.raises(ValueError, match=r"write|takes|bracket"):
        engine_address(value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("icap://127.0.0.1/avscan", "icap://127.0.0.1:1344/avscan"),
        ("icap://scan.example.com:1345", "icap://scan.example.com:1345/"),
        ("icap://[::1]:1344/a?b=c", "icap://[::1]:1344/a?b=c"),
    ],
)
def test_a_service_is_a_uri(text, shown):
    assert str(icap_service(text)) == shown
    assert icap_service(shown) == icap_service(text)


@pytest.mark.parametrize(
    "value",
    ["", "http://x/", "icap://", "icap://x/\r\nHost: y", "icap://u@x/", "icap://x/#f", "icap://x:0/", 7, "x:1344"],
)
def test_what_is_no_service_is_refused(value):
    with pytest.raises(ValueError, match=r"write|takes|bracket"):
        icap_service(value)


def test_one_address_or_several():
    assert len(ClamdSettings(address="127.0.0.1").places) == 1
    assert len(IcapSettings(addresses=("icap://a/x", "icap://b/x")).places) == 2
    for model in (ClamdSettings, IcapSettings):
        with pytest.raises(ValidationError, match="addresses"):
            model()


def test_settings_read_back_as_they_are_written():
    settings = ClamdSettings(addresses=("unix:/run/x", "10.0.0.1:3310"))
    assert TypeAdapter(ClamdSettings).validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"command": ()},
        {"command": ("scan",)},
        {"command": ("/bin/scan", "a\0b")},
        {"command": ("/bin/scan",), "infected": (0,)},
        {"command": ("/bin/scan",), "infected": (1,), "unscannable": (1,)},
        {"command": ("/bin/scan",), "infected": ()},
    ],
)
def test_a_command_that_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValidationError):
        CommandSettings(**wrong)
