"""A stranger's text."""

from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.printable import printable


def test_what_is_not_printable_ascii_becomes_a_question_mark():
    assert printable("a\r\nb\tc\x00é\u202e ~", 100) == "a??b?c??? ~"


@given(st.text(), st.integers(0, 20))
def test_the_text_is_printable_and_bounded(text, limit):
    shown = printable(text, limit)
    assert len(shown) <= limit and all(" " <= character <= "~" for character in shown)
