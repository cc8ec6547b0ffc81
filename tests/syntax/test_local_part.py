"""Local parts, and what quoted ones mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.local_part import local_part, quoted_end, unquoted


@pytest.mark.parametrize(
    ("local", "meant"),
    [
        ("a.b", "a.b"),
        ('"a.b"', "a.b"),
        ('""', ""),
        ('"a\\.b"', "a.b"),
        ('"a\\"b"', 'a"b'),
        ('"\\\\"', "\\"),
        ('"\\\\\\""', '\\"'),
        ('"a\\\\b"', "a\\b"),
        ('"a\\\\\\\\b"', "a\\\\b"),
    ],
)
def test_quotes_and_backslashes_are_taken_off(local, meant):
    assert unquoted(local_part(local)) == meant


@given(st.text(st.sampled_from('ab"\\ @.'), max_size=20))
def test_what_is_quoted_means_what_it_was_before(meant):
    escaped = meant.replace("\\", "\\\\").replace('"', '\\"')
    quoted = f'"{escaped}"'
    if len(quoted) <= 64:
        assert unquoted(local_part(quoted)) == meant


def test_a_quoted_string_ends_at_its_own_quote():
    assert quoted_end('"a\\"b>@c"@d') == len('"a\\"b>@c"')


@pytest.mark.parametrize("text", ["", '"a"b', '"a".b', "é\x00", "a" * 65, "é" * 33, '"' + "é" * 32 + '"'])
def test_what_is_no_local_part_is_refused(text):
    with pytest.raises(BadSyntax):
        local_part(text)


def test_the_end_of_quotes_is_not_looked_for_beyond_the_limit():
    with pytest.raises(BadSyntax):
        quoted_end('"' + "a" * 1_000_000 + '"')


@pytest.mark.parametrize("text", ["用户", "θσερ", "उपयोगकर्ता", "😀", "a\u200db"])
def test_letters_of_every_script_are_let_pass(text):
    assert local_part(text) == text
