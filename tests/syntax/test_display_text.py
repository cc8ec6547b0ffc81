"""What is shown of a text, and what is hidden in it: ATTACKS AUTHN-22, AUTHN-30."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.display_text import SHOWN_LIMIT, Hidden, shown


@pytest.mark.parametrize(
    ("text", "seen", "hidden"),
    [
        ("John Doe", "John Doe", ()),
        ("  John \t  Doe ", "John Doe", ()),
        ("\r\n John\n", "John", ()),
        ("Jörg", "Jörg", ()),
        ("a\0b", "ab", (Hidden.NUL,)),
        ("a\r\nb", "a b", (Hidden.LINE_BREAK,)),
        ("a\u2028b", "a b", (Hidden.LINE_BREAK,)),
        ("a\x07b\x9f", "ab", (Hidden.CONTROL,)),
        ("moc.\u202eevil", "moc.evil", (Hidden.DIRECTION,)),
        ("pay\u200bpal\ufeff", "paypal", (Hidden.NO_WIDTH,)),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u062e", ()),
        ("a\0\u202e\u200b\nb", "a b", (Hidden.NUL, Hidden.LINE_BREAK, Hidden.DIRECTION, Hidden.NO_WIDTH)),
        ("", "", ()),
    ],
)
def test_what_is_hidden_is_taken_out_and_named(text, seen, hidden):
    assert shown(text) == (seen, hidden)


def test_what_nobody_would_see_is_cut():
    assert shown("a" * (SHOWN_LIMIT + 1)) == ("a" * SHOWN_LIMIT, ())
    assert shown(" " * 10_000 + "a")[0] == "a"


@given(st.text(st.sampled_from("ab \t\n\r\0\x1b\x7f\x85\u202e\u200b\u2029é\ufeff"), max_size=30))
def test_what_is_shown_is_one_line_without_controls(text):
    seen, hidden = shown(text)
    assert not [c for c in seen if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
    assert shown(seen) == (seen, ())
    assert hidden or "".join(text.split()) == "".join(seen.split())
