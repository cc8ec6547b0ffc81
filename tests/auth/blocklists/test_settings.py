"""What can be set of lists, and what cannot."""

import pytest
from pydantic import ValidationError

from gatepost.auth.blocklists.settings import DEFAULT_TEXT, Addresses, DnsblSettings, ListKind, What


def section(*lists, **more):
    return DnsblSettings(lists=lists, **more)


def one(**settings):
    return section({"zone": "bl.example", **settings}).lists[0]


def test_lists_are_off_and_ask_for_the_client_and_one_is_enough():
    assert not DnsblSettings().enabled and DnsblSettings().lists == ()
    plain = one()
    assert (plain.kind, plain.what, plain.addresses) == (ListKind.BLOCK, (What.CLIENT,), Addresses.BOTH)
    assert plain.weight == DnsblSettings().refuse_at
    assert plain.text == DEFAULT_TEXT
    assert DnsblSettings().exempt_names == ("abuse", "postmaster")


@pytest.mark.parametrize(
    ("written", "zone"), [("BL.Example.", "bl.example"), ("bücher.example", "xn--bcher-kva.example")]
)
def test_a_zone_has_one_spelling(written, zone):
    assert section({"zone": written}).lists[0].zone == zone


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"zone": "bl example"}, "is no zone"),
        ({"zone": ""}, "is no zone"),
        ({"zone": "[127.0.0.1]"}, "is an address"),
        ({"what": []}, "at least 1 item"),
        ({"what": ["client", "helo"]}, "an entry of their own"),
        ({"what": ["helo"], "addresses": "ipv4"}, "this list has domains"),
        ({"what": ["sender"], "kind": "allow"}, "anybody can write a name"),
        ({"codes": [{"answer": "127.0.0.2", "exempt": True}]}, 'goes with kind = "allow"'),
        ({"codes": [{"answer": "10.0.0.2"}]}, "begin with 127"),
        ({"codes": [{"answer": "127.0.0.2", "weight": -1}]}, "greater than or equal to 0"),
        ({"codes": [{"answer": "127.0.0.2", "reason": "Grüße"}]}, "printable ASCII"),
        ({"text": "On {lst}"}, "{lst} stands for nothing"),
        ({"text": "On {}"}, "{} stands for nothing"),
        ({"text": "two\nlines"}, "printable ASCII"),
        ({"text": ""}, "at least 1 character"),
        ({"text": "x" * 151}, "at most 150 characters"),
        ({"weight": 101}, "less than or equal to 100"),
        ({"test_entry": "dbltest.example"}, "is no IP address"),
        ({"what": ["from"], "test_entry": "127.0.0.2"}, "is an address"),
        ({"what": ["from"], "test_entry": "no domain"}, "is no zone"),
    ],
)
def test_what_cannot_be_is_told(wrong, why):
    with pytest.raises(ValidationError, match=why):
        one(**wrong)


@pytest.mark.parametrize(
    "right",
    [
        {"what": ["helo", "sender", "from"], "test_entry": "dbltest.example"},
        {"kind": "allow", "codes": [{"answer": "127.0.*.3", "exempt": True, "weight": 0}]},
        {"addresses": "ipv6", "test_entry": "2001:db8::2"},
        {"text": "{client} {listed} {list} {reason}", "name": "Ours"},
        {"weight": 0},
    ],
)
def test_what_can_be_is_taken(right):
    assert one(**right)


def test_a_list_is_asked_for_the_same_once():
    domains = {"zone": "dbl.example", "what": ["helo"]}
    assert section({"zone": "bl.example"}, {"zone": "bl.example", "what": ["helo"]}, domains)
    with pytest.raises(ValidationError, match=r'dbl\.example is asked for "helo" twice'):
        section(domains, {"zone": "DBL.example", "what": ["sender", "helo"]})


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [("refuse_at", 0, 1000), ("test_interval", 60, 86_400), ("retry_interval", 10, 86_400)],
)
def test_numbers_have_bounds(key, low, high):
    for value in (low, high):
        assert getattr(section(**{key: value}), key) == value
    for value in (low - 1, high + 1):
        with pytest.raises(ValidationError):
            section(**{key: value})


def test_there_are_not_too_many_lists():
    lists = [{"zone": f"bl{i}.example"} for i in range(21)]
    assert section(*lists[:20])
    with pytest.raises(ValidationError, match="at most 20 items"):
        section(*lists)
