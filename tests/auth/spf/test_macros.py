"""Syntax of macro strings and domain-specs (RFC 7208 §7.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.spf.errors import BadRecord
from gatepost.auth.spf.macros import ALL_PARTS, Macro, domain_spec, macro_string

PIECES = st.lists(
    st.sampled_from(
        [
            "%",
            "%{",
            "}",
            "d",
            "L",
            "p",
            "1",
            "0",
            "12r",
            "r",
            "-",
            ".",
            "_",
            "%%",
            "%_",
            "%-",
            "%{d}",
            "%{x}",
            "a",
            ".com",
            "/",
        ]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    ("text", "macro"),
    [
        ("%{d}", Macro("d")),
        ("%{D}", Macro("d", escape=True)),
        ("%{d2}", Macro("d", keep=2, delimiters=".")),
        ("%{d002}", Macro("d", keep=2, delimiters=".")),
        ("%{ir}", Macro("i", reverse=True, delimiters=".")),
        ("%{iR}", Macro("i", reverse=True, delimiters=".")),
        ("%{l1r-}", Macro("l", keep=1, reverse=True, delimiters="-")),
        ("%{l.-+,/_=}", Macro("l", delimiters=".-+,/_=")),
        ("%{d127}", Macro("d", keep=127, delimiters=".")),
        ("%{d" + "9" * 5000 + "}", Macro("d", keep=ALL_PARTS, delimiters=".")),
    ],
)
def test_a_macro_is_read_with_its_transformers(text, macro):
    assert macro_string(text).pieces == (macro,)


def test_escapes_stand_for_a_percent_sign_a_space_and_an_encoded_space():
    assert macro_string("a%%b%_c%-").pieces == ("a", "%", "b", " ", "c", "%20")


@pytest.mark.parametrize(
    "text",
    [
        "%",
        "a%",
        "%a",
        "%(d)",
        "%{d",
        "%{}",
        "%{x}",
        "%{d0}",
        "%{d00}",
        "%{dr2}",
        "%{d!}",
        "%{d }",
        "%{d-r}",
        "a\tb",
        "é",
    ],
)
def test_what_is_no_macro_string_is_refused(text):
    with pytest.raises(BadRecord):
        macro_string(text)


@pytest.mark.parametrize("letter", "crtCRT")
def test_some_letters_are_for_explanations_only(letter):
    with pytest.raises(BadRecord, match="explanations only"):
        macro_string(f"%{{{letter}}}")
    assert macro_string(f"%{{{letter}}}", explains=True).letters == {letter.lower()}


@pytest.mark.parametrize(
    "text",
    [
        "example.com", "example.com.", "_spf.example.com", "a.b-c", "x.1a", "x.1-2", "x.xn--zckzah", "%{d}", "a.%{d}",
        "%{d}.com", "%{d}.com.", "a%%", "a%_", "a%-", "foo:bar/baz.example", "!.com", "a..com", "%{l1r-}.%{v}.%{d2}",
    ],
)  # fmt: skip
def test_a_domain_spec_ends_in_a_macro_or_a_top_label(text):
    assert domain_spec(text).pieces


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "com", "com.", "a.1", "1.2.3.4", "a.-b", "a.b-", "a.b_c", "a.", "a..", "%{d}com", "%{d}.", "%{d}-",
        "a.b/24", "a.b:25", "a.é", "a.b\x00", "%{d}.1", "a." + "b" * 512,
    ],
)  # fmt: skip
def test_what_is_no_domain_spec_is_refused(text):
    with pytest.raises(BadRecord):
        domain_spec(text)


def test_a_domain_spec_without_macros_is_a_name_at_once():
    assert domain_spec("Mail.Example.COM.").constant == "mail.example.com"
    assert domain_spec("%{d}.com").constant is None


@given(PIECES)
def test_any_text_is_read_or_refused_with_a_printable_reason(text):
    try:
        found = macro_string(text, explains=True)
    except BadRecord as refused:
        assert refused.args[0].isprintable() and len(refused.args[0]) < 100
        with pytest.raises(BadRecord):
            domain_spec(text)
    else:
        literal = "".join(piece for piece in found.pieces if isinstance(piece, str))
        assert len(literal) <= 2 * len(text)
        assert found.letters == {piece.letter for piece in found.pieces if isinstance(piece, Macro)}
