"""What looks alike: UTS #39 §4; ATTACKS AUTHN-29."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.confusables import TABLE, folded, skeleton


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("\u0440\u0430\u0443\u0440\u0430l", "paypal"),
        ("\u0430\u0440\u0440\u04cf\u0435", "apple"),
        ("g\u03bf\u03bfgle", "google"),
        ("micr0s0ft", "microsoft"),
        ("paypa1", "paypal"),
        ("exarnple", "example"),
        ("vvww", "www"),
        ("cloud", "doud"),
        ("ex\u00e4mpl\u0113", "example"),
        ("\uff45\uff58ample", "example"),
        ("\U0001d41echo", "echo"),
        ("EXAMPLE", "example"),
        ("\u0578et", "net"),
        ("stra\u00dfe", "strasse"),
        ("\u017fecure", "secure"),
    ],
)
def test_two_texts_that_look_alike_have_one_skeleton(text, other):
    assert skeleton(text) == skeleton(other)


@pytest.mark.parametrize(("text", "other"), [("example", "exampie"), ("a", "b"), ("\u043b", "l"), ("\u4e2d", "o")])
def test_two_texts_that_do_not_have_two(text, other):
    assert skeleton(text) != skeleton(other)


def test_the_table_leads_to_plain_letters():
    assert all(letters.isascii() and letters.isalnum() and letters == letters.lower() for letters in TABLE.values())
    assert all(code > 127 for code in TABLE)


@given(st.text(max_size=30))
def test_what_is_folded_stays_as_it_is(text):
    assert folded(folded(text)) == folded(text)
