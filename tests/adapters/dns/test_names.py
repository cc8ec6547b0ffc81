import dns.name
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.dns.names import as_written, is_askable, is_usual

LABELS = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=".\\"), min_size=1, max_size=63
)
NAMES = st.lists(LABELS, min_size=1, max_size=6).map(".".join).filter(lambda name: len(name) <= 253)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "a..b",
        ".a",
        "a.",
        "é.example",
        "a\0.example",
        "a\x7f.example",
        "a\n",
        "a" * 64,
        ".".join(["a" * 63] * 4),
    ],
)
def test_a_name_that_no_query_can_carry_is_not_askable(name):
    assert not is_askable(name)


@given(NAMES)
def test_any_printable_name_is_askable(name):
    assert is_askable(name)


def test_the_longest_name_can_be_asked():
    assert is_askable(".".join(["a" * 63] * 3 + ["b" * 61]))
    assert not is_askable(".".join(["a" * 63] * 3 + ["b" * 62]))


@pytest.mark.parametrize("name", ["_dmarc.example.com", "*.example.com", "0/25.2.0.192.in-addr.arpa", "A-1.test"])
def test_most_names_are_usual(name):
    assert is_usual(name)


@pytest.mark.parametrize("name", ["jack+list.test", "a b.test", "a@b.test", r"a\b.test", "a=b.test", "a%b.test"])
def test_those_with_parts_of_addresses_are_not(name):
    assert not is_usual(name)


@pytest.mark.parametrize(
    ("escaped", "written"),
    [
        ("Mail.Example.COM", "mail.example.com"),
        ("", ""),
        (".", ""),
        (r"a\@b\$.test", "a@b$.test"),
        (r"a\.b.test", r"a\046b.test"),
        (r"a\046b.test", r"a\046b.test"),
        (r"a\032b\255.test", r"a b\255.test"),
        (r"a\\046.test", r"a\046.test"),
        (r"\999.test", r"\999.test"),
        ("a\\", "a\\"),
    ],
)
def test_a_name_of_an_answer_is_written_without_needless_escapes(escaped, written):
    assert as_written(escaped) == written


@given(NAMES)
def test_what_was_asked_is_what_is_written(name):
    asked = dns.name.Name([*(label.encode() for label in name.split(".")), b""])
    assert as_written(asked.to_text(omit_final_dot=True)) == name.lower()


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=6))
def test_any_label_is_written_as_printable_text(labels):
    name = as_written(dns.name.Name([*labels, b""]).to_text(omit_final_dot=True))
    assert name.isascii() and (name.isprintable() or not name)
    assert len(name.split(".")) == max(len(labels), 1)
