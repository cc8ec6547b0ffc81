"""Which words of a message could be a password?"""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.passwords import MOST, candidates


@pytest.mark.parametrize(
    ("text", "word"),
    [("Password: geheim", "geheim"), ("password:geheim", "geheim"), ("Das Passwort lautet \"geheim\".", "geheim"),
     ("Kennwort = 12345", "12345"), ("mot de passe : abc-d", "abc-d"), ("contraseña «xyz!»", "xyz"),
     ("PW 2024#Q1", "2024#Q1"), ("code:[7719]", "7719"), ("The pin is 0815.", "0815"), ("pass: ab?!", "ab?!")],
)  # fmt: skip
def test_what_stands_behind_the_word_comes_among_the_first(text, word):
    filler = "some words that are before it " * 50
    assert word in candidates([filler, text])[:30]


def test_any_word_may_be_it():
    assert {"please", "kiwi-77"} <= set(candidates(["please open with kiwi-77"]))


def test_they_are_bounded_and_come_once():
    many = " ".join(f"password{number} word{number}" for number in range(5000))
    found = candidates([many, many])
    assert (len(found) <= MOST, len(set(found)) == len(found)) == (True, True)


@given(st.lists(st.sampled_from(["password", "pw", " ", ":", "a" * 50, "geheim", "\n", "„", "=", "p"])).map("".join))
def test_each_is_of_a_likely_length(text):
    assert all(3 <= len(word) <= 40 for word in candidates([text]))


@pytest.mark.parametrize("piece", ["password ", "a:", "pw", "=" * 40 + " ", "x" * 41])
def test_it_takes_linear_time(piece):
    began = time.process_time()
    candidates([piece * (64 * 1024 // len(piece))])
    assert time.process_time() - began < 1
