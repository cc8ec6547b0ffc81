from hypothesis import given
from hypothesis import strategies as st

from gatepost.learn.folding import folded, mixed_words

PIECES = st.lists(
    st.sampled_from(["a", "B", "\u0430", "\u03a9", "1", " ", "\n", "\u200b", "ﬁ", "İ", "中"]), max_size=30
).map("".join)


@given(PIECES, st.integers(1, 40))
def test_folding_twice_is_folding_once(text, limit):
    once = folded(text, limit)
    assert len(once) <= limit
    assert folded(once, limit) == once.strip()


def test_ascii_is_read_as_all_else_is():
    assert folded("Free  MONEY\n now 4711", 100) == "free money now 0000"
    assert folded("Free  MONEY\n now 4711 é", 100) == "free money now 0000 é"


def test_only_words_of_two_scripts_are_mixed():
    assert mixed_words("\u043f\u0440\u0438\u0432\u0435\u0442 hello") == 0
    assert mixed_words("p\u0430ypal и b\u0430nk") == 2
    assert mixed_words("plain") == 0
