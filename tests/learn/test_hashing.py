from hypothesis import given
from hypothesis import strategies as st

from gatepost.learn.hashing import GRAM, PRIME, gram_codes, gram_places, place, word_places, words


@given(st.text(st.characters(max_codepoint=0xFFFF)))
def test_every_run_of_four_characters_is_there_once(text):
    runs = {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)}
    codes = {code.to_bytes(8, "little").decode("utf-16-le", "surrogatepass") for code in gram_codes(text)}
    assert codes == runs


@given(st.text())
def test_places_are_in_the_table(text):
    for at in (*gram_places(text), *word_places(text, 0), place(text)):
        assert 0 <= at < PRIME


def test_words_are_cut_at_marks_and_digits_are_alike():
    assert words("Pay $100, now! naïve") == [b"Pay", b"$000", b"now", "naïve".encode()]


def test_words_of_one_field_are_not_those_of_another():
    assert set(word_places("free money", 0)).isdisjoint(word_places("free money", 1))
