import pytest

from gatepost.adapters.dns.settings import DnsSettings, ServerAddress, server_address
from tests.config.texts import loaded, wrong


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("127.0.0.1", ("127.0.0.1", 53)),
        ("10.0.0.1:5353", ("10.0.0.1", 5353)),
        ("::1", ("::1", 53)),
        ("2001:DB8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
        ("fe80::1%eth0", ("fe80::1%eth0", 53)),
    ],
)
def test_a_server_is_an_address_with_or_without_a_port(written, meant):
    assert server_address(written) == ServerAddress(*meant)
    assert server_address(str(server_address(written))) == ServerAddress(*meant)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("resolver.example.com", "is no IP address"),
        ("", "is no IP address"),
        ("[::1", "is no IP address"),
        ("10.0.0.1:", '"" is no port'),
        ("10.0.0.1:0", '"0" is no port'),
        ("10.0.0.1:65536", '"65536" is no port'),
        ("[::1]53", "is no IP address"),
        ("[::1]:x", '"x" is no port'),
        (53, "takes a string"),
    ],
)
def test_anything_else_is_a_mistake_that_says_what_would_be_right(written, complaint):
    (mistake,) = wrong({"dns": {"servers": [written]}})
    assert complaint in mistake


def test_the_default_is_the_system_and_five_seconds_at_most():
    settings = loaded({}).settings.dns
    assert settings.servers == ()
    assert settings.deadline == 5.0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"min_ttl": "2m", "max_ttl": "1m"}, "min_ttl is longer than max_ttl"),
        ({"timeout": "6s"}, "timeout is longer than deadline"),
        ({"servers": ["127.0.0.1"] * 9}, "at most 8"),
        ({"deadline": "31s"}, "at most"),
    ],
)
def test_settings_that_do_not_fit_together_are_told(change, complaint):
    assert complaint in wrong({"dns": change})[0]


def test_settings_say_themselves_in_the_words_of_the_file():
    assert DnsSettings(servers=("127.0.0.1:5353",)).model_dump(mode="json")["servers"] == ["127.0.0.1:5353"]
