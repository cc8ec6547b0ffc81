"""Tokens of structured fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.mail_tokens import DEEPEST_COMMENT, Kind, Token, meant, tokens
from gatepost.syntax.mailbox_list import Defect

PIECES = st.text(st.sampled_from('ab.@<>()[],:;\\" \t=?\0é'), max_size=30)


def kinds(text):
    return [(token.kind, token.text) for token in tokens(text)[0]]


def test_a_text_is_cut_into_what_the_grammar_names():
    assert kinds('a"b\\"c"(d(e)\\))=?utf-8?q?f,g?=<[h]>.') == [
        (Kind.ATOM, "a"), (Kind.QUOTED, '"b\\"c"'), (Kind.COMMENT, "(d(e)\\))"), (Kind.WORD, "=?utf-8?q?f,g?="),
        (Kind.SPECIAL, "<"), (Kind.LITERAL, "[h]"), (Kind.SPECIAL, ">"), (Kind.SPECIAL, "."),
    ]  # fmt: skip


def test_blanks_are_told_of_the_token_behind_them():
    assert [token.spaced for token in tokens(" a\t(b) <c ")[0]] == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ('"a', Defect.UNCLOSED), ('"a\\"', Defect.UNCLOSED), ("(a", Defect.UNCLOSED), ("(a\\", Defect.UNCLOSED),
        ("[a", Defect.UNCLOSED), ("]", Defect.BAD_CHARACTER), (")", Defect.BAD_CHARACTER),
        ("\\a", Defect.BAD_CHARACTER),
        ("\0", Defect.BAD_CHARACTER), ("\x7f", Defect.BAD_CHARACTER), ("\r", Defect.BAD_CHARACTER),
        ("(" * (DEEPEST_COMMENT + 1) + ")" * (DEEPEST_COMMENT + 1), Defect.TOO_DEEP),
    ],
)  # fmt: skip
def test_cutting_ends_at_what_is_no_token(text, defect):
    assert tokens(f"a {text}") == ([Token(Kind.ATOM, "a", False)], defect)


def test_comments_may_lie_in_each_other_to_a_depth():
    comment = "(" * DEEPEST_COMMENT + ")" * DEEPEST_COMMENT
    assert kinds(comment) == [(Kind.COMMENT, comment)]


@pytest.mark.parametrize(
    "text", ["=?utf-8?q?a<b?=", '=?utf-8?q?a"b"?=', "=?utf-8?q?a b?=", "=?utf-8?x?a?=", "=?utf-8?q?a\\?="]
)
def test_structure_goes_before_encoded_words(text):
    assert Kind.WORD not in [kind for kind, _ in kinds(text)]


def test_what_a_token_says_is_without_quotes_and_backslashes():
    assert [meant(token) for token in tokens('"a\\"b" (c\\)d) e')[0]] == ['a"b', "(c)d)", "e"]


@given(PIECES)
def test_tokens_and_blanks_are_the_whole_text(text):
    found, defect = tokens(text)
    assert (defect is not None) or "".join(t.text for t in found if True) == remove_outer_blanks(text, found)


def remove_outer_blanks(text, found):
    kept = []
    for token in found:
        text = text.lstrip(" \t")
        assert text.startswith(token.text)
        kept.append(token.text)
        text = text[len(token.text) :]
    assert not text.strip(" \t")
    return "".join(kept)
