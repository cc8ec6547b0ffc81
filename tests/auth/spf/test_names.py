"""Which name is asked for."""

import pytest

from gatepost.auth.spf.names import is_domain, is_under, query_name

LABELS = ".".join(["x" * 49] * 5)  # 249 octets


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mail.Example.COM", "mail.example.com"),
        ("example.com.", "example.com"),
        ("example.com..", "example.com."),
        ("", ""),
        (".", ""),
        ("jörg.example", ""),
        ("a b.example", "a b.example"),
    ],
)
def test_a_name_is_lower_case_without_a_dot_at_its_end_and_ascii(text, name):
    assert query_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"abc.{LABELS}", f"abc.{LABELS}"),
        (f"abcd.{LABELS}", LABELS),
        (f"a.b.c.d.{LABELS}", f"c.d.{LABELS}"),
        (f"a.b.c.d.{LABELS}.", f"c.d.{LABELS}"),
        (f"{'y' * 300}.{LABELS}", LABELS),
        ("y" * 300, "y" * 300),
    ],
)
def test_authn_36_too_long_a_name_loses_whole_labels_from_the_left(text, name):
    assert query_name(text) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("example.com", True),
        ("_spf.example.com", True),
        (f"{'a' * 63}.com", True),
        ("abc." + LABELS, True),
        ("", False),
        ("localhost", False),
        (".", False),
        ("a..com", False),
        (".example.com", False),
        (f"{'a' * 64}.com", False),
        ("abcd." + LABELS, False),
        ("[192.0.2.1]", False),
        ("jörg.example", False),
        ("a\x00.example", False),
        ("a\r\n.example", False),
    ],
)
def test_a_domain_that_may_have_a_record_has_two_sound_labels_or_more(name, expected):
    assert is_domain(name) is expected


def test_a_domain_holds_itself_and_the_names_below_it():
    assert is_under("example.com", "example.com") and is_under("a.example.com", "example.com")
    assert not is_under("badexample.com", "example.com") and not is_under("com", "example.com")
