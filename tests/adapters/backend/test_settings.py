"""`[backends.<name>]`: what may be written there."""

import pytest
from pydantic import ValidationError

from gatepost.adapters.backend.settings import BackendSettings, HostPort


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.0.0.5:25", "10.0.0.5", 25),
        ("mail.example.com:2525", "mail.example.com", 2525),
        ("mail.example.com", "mail.example.com", 25),
        ("[2001:db8::5]:26", "2001:db8::5", 26),
        ("[2001:db8::5]", "2001:db8::5", 25),
    ],
)
def test_a_host_is_read_as(text, host, port):
    (found,) = BackendSettings(hosts=[text]).hosts
    assert found == HostPort(host, port)
    assert BackendSettings(hosts=[str(found)]).hosts == (found,)


NO_HOSTS = "host: host:0 host:65536 host:25x 2001:db8::5 2001:db8::5:25 []:25 a@b:25 http://a:25 hö:25 :25".split()


@pytest.mark.parametrize("text", [*NO_HOSTS, "", "a b:25", "h\r\nx:25", "host:\u0662\u0665", 25])
def test_this_is_no_host(text):
    with pytest.raises(ValidationError):
        BackendSettings(hosts=[text])


@pytest.mark.parametrize(
    "change",
    [
        {"hosts": []},
        {"tls": "maybe"},
        {"connections": 0},
        {"messages_per_connection": 0},
        {"command_timeout": 0},
        {"idle_timeout": "-1s"},
        {"server_name": ""},
        {"client_certificate": {"certificate": "a.pem"}},
        {"colour": "red"},
    ],
    ids=repr,
)
def test_this_is_no_setting(change):
    with pytest.raises(ValidationError):
        BackendSettings(**({"hosts": ["10.0.0.5:25"]} | change))


def test_durations_have_units():
    assert BackendSettings(hosts=["h"], final_timeout="10m").final_timeout == 600


def test_settings_survive_a_round_trip_as_json():
    settings = BackendSettings(hosts=["[2001:db8::5]:26", "h"])
    assert BackendSettings.model_validate_json(settings.model_dump_json()) == settings
