from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatepost.learn.near_duplicates import FEWEST, TEXT_LIMIT, bands, readable, words
from gatepost.model.inspection import Inspection, Text

OFFER = (
    "Dear {name}, our doctors have found what drug stores do not want you to know. Order number {number} is waiting in "
    "our shop in the islands, and you save more than half of the {price} that others pay today. No prescription is "
    "asked for, nobody at home will see what is in the parcel, and if you are not happy we send your money back. "
    "Look at {link} or write to {mailbox} while this offer lasts, for the stocks are low and the season is short. "
    "Yours truly, the friends of the house"
)
MINUTES = (
    "Hello all, here are the minutes of Tuesday. We agreed that the tests must be green before the branch is cut, that "
    "the cache is warmed by the job and not by hand, and that Bob looks into the slow queries until Friday. The board "
    "wants figures for the last quarter, which Carol will bring to the next meeting. Please comment by the end of the "
    "week, after that I shall send them on. Thanks for coming, and see you at the station on Sunday."
)
FILLED = {
    "name": "Ann",
    "number": "4711",
    "price": "$12.50",
    "link": "http://a.example/x?y=1",
    "mailbox": "a@b.example",
}
STABLE = (
    "00991a9704a215ea081e771c0c3e4765",
    "106a5d5914e8b62418212ce71cad0389",
    "20a372d725c2db93297cc3c02cce5b95",
    "3052e38634414cfc39f037ff3c290ab9",
)
KINDS = ("plain", "html", "hidden")
CHINESE = "我们的医生发现了药店不想让你知道的事情请到岛上的商店订购今天就能省下一半以上的钱库存不多请尽快"
PIECES = st.lists(
    st.sampled_from((
        "word ", "a@b ", "x" * 50, "\u0430", "ﬁ", "İ", "中", "ก", "1", "_", " ", "\n", ">", "\n> q", "@", "://",
        "http://", "www.", "\u200b", "\ufdfa", "\ud800",
    )),
    max_size=60,
).map("".join)  # fmt: skip


def seen(*texts, kind="plain"):
    return Inspection(texts=tuple(Text(path="1", kind=kind, text=text) for text in texts))


def of(text, kind="plain"):
    return set(bands(seen(text, kind=kind)))


def offer(**filled):
    return OFFER.format(**{**FILLED, **filled})


def test_the_numbers_are_the_same_on_every_machine():
    assert bands(seen(MINUTES)) == STABLE


def test_different_texts_have_none_in_common():
    assert of(MINUTES) and of(offer()) and not of(MINUTES) & of(offer())


@pytest.mark.parametrize(
    "filled",
    [
        {"number": "815"},
        {"price": "€ 1,299.99"},
        {"link": "https://www.b.example/another/path"},
        {"link": "www.c.example"},
        {"mailbox": "somebody.else@c.example"},
        {"number": "8f3a-22c"},
    ],
)
def test_numbers_links_and_addresses_change_nothing(filled):
    assert of(offer(**filled)) == of(offer())


@pytest.mark.parametrize(
    "dress",
    [
        str.upper,
        lambda text: text.replace("a", "\u0430"),
        lambda text: "\u200b".join(text),
        lambda text: text.replace(" ", " \r\n\t "),
        lambda text: text.replace(".", " \u2014 ").replace(",", "\u2026"),
        lambda text: f"{text}\r\n> somebody's words before\r\n> these",
    ],
)
def test_what_a_text_is_dressed_up_in_changes_nothing(dress):
    assert of(dress(MINUTES)) == of(MINUTES)


def test_changed_names_leave_most_texts_what_they_were():
    first = of(offer())
    names = ["Bob", "Carol Smith", "Dr. Dave", "friend", "Erin of the North", "Frank", "Грета", "田中"]
    assert sum(bool(of(offer(name=name)) & first) for name in names) >= 7


def test_a_line_more_or_less_is_nearly_the_same():
    assert of(MINUTES) & of(f"{MINUTES}\r\nSent from my telephone")


def test_the_order_of_parts_does_not_matter():
    third = "And a third part that has some other words of its own in it, as signatures do"
    assert len({bands(seen(*parts)) for parts in permutations((MINUTES, offer(), third))}) == 1


def test_html_plain_text_or_both_are_the_same():
    html, plain = Text(path="1.2", kind="html", text=MINUTES), Text(path="1.1", kind="plain", text=f"{MINUTES}\r\n")
    assert len({bands(Inspection(texts=texts)) for texts in ((html,), (plain,), (plain, html), (html, plain))}) == 1


def test_beside_html_what_is_plain_or_hidden_does_not_matter():
    texts = tuple(
        Text(path="1", kind=kind, text=text) for kind, text in zip(KINDS, (offer(), MINUTES, "x "), strict=True)
    )
    assert set(bands(Inspection(texts=texts))) == of(MINUTES)


def test_where_the_html_says_little_the_plain_text_is_read():
    texts = (Text(path="1.2", kind="html", text="See the picture"), Text(path="1.1", kind="plain", text=MINUTES))
    assert set(bands(Inspection(texts=texts))) == of(MINUTES)


def test_a_short_text_has_none():
    said = MINUTES.split()
    assert not of(" ".join(said[: FEWEST - 1]))
    assert not of("one word " * 500)


def test_scripts_without_blanks_have_a_character_for_a_word():
    assert len(words(CHINESE)) == len(CHINESE)
    assert of(CHINESE) & of(CHINESE.replace("今天", "明天"))
    assert words("ไทย ok") == [char.encode() for char in "ไทย"] + [b"ok"]


@given(st.text(st.characters(max_codepoint=127), max_size=300))
def test_a_character_beyond_ascii_changes_no_other_word(text):
    assert words(readable(f"é\n{text}", 1000)) == ["é".encode(), *words(readable(text, 1000))]


def test_what_lies_beyond_the_limit_does_not_matter():
    long = " ".join(f"{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}x" for at in range(2 * TEXT_LIMIT))
    assert of(long) and of(long) == of(f"{long[: 2 * TEXT_LIMIT]} {MINUTES}")


@given(PIECES, st.integers(1, 60))
@example("\ufdfa" * 1000, 10)
@example("\n>" * 5000, 10)
def test_no_more_is_read_than_asked_for(text, limit):
    assert len(readable(text, limit)) <= limit


@given(st.lists(st.tuples(st.sampled_from(KINDS), PIECES), max_size=8), st.integers(1, 300))
def test_whatever_the_texts_there_are_at_most_four(texts, times):
    inspection = Inspection(texts=tuple(Text(path="1", kind=kind, text=text * times) for kind, text in texts))
    found = bands(inspection)
    assert len(found) <= 4 and all(len(band) == 32 for band in found)
    assert bands(inspection) == found
