"""Words in texts, whatever their letters were dressed up as."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.keywords import Keywords, plain

LOTTERY = Keywords(["lottery", "you have won", "cialis", "C++"])


def in_letters_from(first):
    """Full-width or bold letters, as Unicode has whole alphabets of them."""
    return "".join(chr(first + ord(letter) - ord("a")) for letter in "lottery")


@pytest.mark.parametrize(
    "text",
    [
        "the LOTTERY is",
        "You\r\n have\twon!",
        "lot\u200btery",
        "l\u00adottery",
        in_letters_from(0xFF41),
        in_letters_from(0x1D41A),
        "(cialis)",
        "write c++ now",
    ],
)
def test_what_is_written_otherwise_is_found(text):
    assert LOTTERY.are_in(plain(text))


@pytest.mark.parametrize("text", ["", "specialist", "lotteryx", "you have not won", "xyou have won"])
def test_what_is_only_within_a_word_is_not(text):
    assert not LOTTERY.are_in(plain(text))


def test_no_words_are_nowhere():
    assert not Keywords([]).are_in("anything")


@given(st.text(st.sampled_from("aA .\u200b\n\u00a0ﬁß")), st.sampled_from(["a", "fi", "ss"]))
def test_what_is_found_is_there_as_a_word(text, word):
    found = Keywords([word]).are_in(plain(text))
    assert found == (word in "".join(c if c.isalnum() else " " for c in plain(text)).split())


def test_a_long_text_costs_no_more_than_its_length():
    words = Keywords(["aaaa!", "a b", "x" * 300])
    begun = time.process_time()
    words.are_in(plain("aaaa " * 200_000))
    assert time.process_time() - begun < 2
