"""Domains that look like protected ones, beyond the worked examples: AUTHN-29."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gatepost.checks.lookalike import Config, LookalikeCheck
from gatepost.model.samples import message
from gatepost.ports.own_names import OwnNames
from gatepost.testing.fakes import FakeLists

OWN = OwnNames("mx1.example.com", frozenset({"example.com"}))


def check(**settings):
    lists = FakeLists({"/known": (".honest.test", "exarnple.com")})
    return LookalikeCheck(Config.model_validate({"partners": ["contoso.test"], **settings}), OWN, lists)


PLAIN = check()


def codes(author, *, reply_to="", sender="ann@stranger.test", helo="client.stranger.test", asked=PLAIN, user=""):
    header = f"From: ann@{author}\r\n" + (f"Reply-To: {reply_to}\r\n" if reply_to else "")
    report = asked(message(header.encode(), sender=sender, helo=helo, user=user))
    return [finding.code.partition(".")[2] for finding in report.findings]


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("example.com", []),
        ("mail.example.com", []),
        ("contoso.test", []),
        ("stranger.test", []),
        ("\u0435xample.com", ["disguised"]),
        ("mail.c\u043entoso.test", ["disguised"]),
        ("\u0441\u043ent\u043e\u0455\u043e.test", ["disguised"]),
        ("ex\u00e1mple.com", ["homograph"]),
        ("examp1e.com", ["homograph"]),
        ("c0ntoso.test", ["homograph"]),
        ("contosso.test", ["typo"]),
        ("contoso.test.attacker.test", ["embedded"]),
        ("contoso-test.attacker.test", ["hyphenated"]),
        ("my-contoso.test", ["combined"]),
        ("contoso.com", ["other_suffix"]),
        ("w\u043erd.test", ["mixed_scripts"]),
        ("\u0441\u0441\u0441\u0440.test", ["latin_looks"]),
        ("\u043f\u0440\u0438\u0432\u0435\u0442.xn--p1ai", []),
        ("b\u00fccher.test", []),
        ("[192.0.2.1]", []),
    ],
)
def test_AUTHN_29_each_likeness_has_its_kind(author, expected):
    assert codes(author) == expected
    assert codes("stranger.test", reply_to=f"x@{author}") == expected


def test_without_partners_only_our_own_are_protected():
    assert codes("c0ntoso.test", asked=check(partners=())) == []
    assert codes("examp1e.com", asked=check(partners=())) == ["homograph"]


def test_a_partner_may_be_written_in_its_own_letters():
    assert codes("bucher.test", asked=check(partners=["B\u00fccher.test"])) == ["homograph"]
    with pytest.raises(ValidationError, match="bad character in domain"):
        Config(partners=("b cher.test",))


def test_honest_neighbours_are_known():
    for settings in ({"known": ("exarnple.com", ".honest.test")}, {"known_file": "/known"}):
        assert codes("exarnple.com", asked=check(**settings)) == []
        assert codes("example.com.honest.test", asked=check(**settings)) == []
        assert codes("stranger.test", sender="x@exarnple.com", asked=check(**settings)) == []
        assert codes("examp1e.com", asked=check(**settings)) == ["homograph"]


@pytest.mark.parametrize(
    ("sender", "helo", "expected"),
    [
        ("x@exarnple.com", "client.test", ["envelope"]),
        ("x@exmaple.com", "client.test", ["envelope"]),
        ("x@stranger.test", "mail.Exarnple.com.", ["envelope"]),
        ("x@exarnple.com", "exarnple.com", ["envelope"]),
        ("x@example.com.service.test", "example-com.service.test", []),
        ("x@example.net", "my-example.net", []),
        ("", "client.test", []),
        ("x@stranger.test", "[192.0.2.1]", []),
    ],
)
def test_the_envelope_is_looked_at_for_letters_and_slips(sender, helo, expected):
    assert codes("stranger.test", sender=sender, helo=helo) == expected


def test_what_is_read_is_not_told_of_the_envelope_again():
    assert codes("exarnple.com", sender="x@exarnple.com", helo="exarnple.com") == ["homograph"]


def test_a_kind_is_told_once():
    assert codes("exarnple.com", reply_to="x@examp1e.com") == ["homograph"]


def test_a_thousand_fields_are_not_all_read():
    many = "x@stranger.test\r\n" + "Reply-To: x@stranger.test\r\n" * 1000 + "Reply-To: x@exarnple.com"
    assert codes("stranger.test", reply_to=many) == []


def test_who_has_logged_in_is_not_asked():
    assert codes("exarnple.com", user="bob") == []


def test_both_domains_are_told():
    (finding,) = PLAIN(message(b"From: ann@mail.exarnple.com\r\n")).findings
    assert finding.detail == "mail.exarnple.com looks like example.com (homograph)"


NAMES = st.lists(
    st.sampled_from(["example", "com", ".", "-", "xn--", "rn", "m", "a", "\u0430", "[", "contoso", "\u200d", " "]),
    max_size=10,
).map("".join)


@given(NAMES, NAMES)
def test_any_names_are_judged_without_an_error(author, helo):
    codes(author, helo=helo)
