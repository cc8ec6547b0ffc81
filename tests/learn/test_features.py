import time

from hypothesis import given
from hypothesis import strategies as st

from gatepost.learn.features import GROUPS, TEXT_LIMIT, features, sight
from gatepost.learn.hashing import PRIME
from gatepost.model.inspection import Inspection, Link, Text
from tests.learn.letters import SALES, header, inspection, letter

ANY_TEXT = st.text(st.characters(), max_size=200)
PIECES = st.lists(
    st.sampled_from(
        ["=?utf-8?q?", "?=", "<", ">", "@", '"', ",", "\u202e", "\u200b", "\u0430", "a", "\ud800", " ", "\r\n ", "\0"]
    ),
    max_size=20,
).map("".join)
AT = {name: number for number, name in enumerate(GROUPS)}


@given(ANY_TEXT, ANY_TEXT, PIECES, PIECES, st.sampled_from(["plain", "html", "hidden", "odd"]))
def test_whatever_is_written_has_features(text, subject, sender, name, kind):
    octets = {part: value.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
              for part, value in (("subject", subject), ("from", sender), ("reply_to", name), ("message_id", name),
                                  ("x_mailer", sender), ("content_type", subject))}  # fmt: skip
    links = (Link(url=text, host=subject[:9], shown=name, traits=("image",)), Link(url=sender))
    seen = Inspection(texts=(Text(path="1", kind=kind, text=text),), links=links)
    found = features(sight(header(**octets), seen, ("a.b",)))
    assert len(found) == len(GROUPS)
    assert all(0 <= place < PRIME for places in found for place in places)
    assert all(len(set(places)) == len(places) for places in found)


def test_the_same_mail_has_the_same_features_in_every_run():
    found = letter(SALES[0])
    assert [len(places) for places in found] == [len(places) for places in letter(SALES[0])]
    assert sorted(letter("free")[AT["words"]]) == [205375]


def test_letters_that_only_look_latin_are_read_as_latin():
    dressed = letter("v\u0435rify y\u043eur p\u0430ssword")
    assert set(dressed[AT["words"]]) == set(letter("verify your password")[AT["words"]])
    assert set(dressed[AT["structure"]]) != set(letter("verify your password")[AT["structure"]]), "and it is noticed"


def test_a_text_that_is_cyrillic_stays_so():
    assert set(letter("\u0441\u043e\u0440")[AT["words"]]).isdisjoint(letter("cop")[AT["words"]])


def test_characters_without_width_and_wide_letters_change_nothing():
    plain = letter("free money")
    assert set(letter("fr\u200be\u200ce mo\u00adney")[AT["words"]]) == set(plain[AT["words"]])
    assert set(letter("\uff46\uff52\uff45\uff45 \U0001d426oney")[AT["words"]]) == set(plain[AT["words"]])


def test_what_is_hidden_adds_nothing_to_what_is_seen():
    seen = "Verify your password now " * 10
    alone, stuffed = letter(html=seen), letter(html=seen, hidden="minutes of the meeting are attached, thanks, Bob")
    for group in ("letters", "words", "subject", "sender", "links"):
        assert set(alone[AT[group]]) == set(stuffed[AT[group]])
    assert stuffed[AT["hidden"]]
    assert set(stuffed[AT["hidden"]]).isdisjoint(stuffed[AT["words"]])


def test_plain_text_beside_enough_html_is_not_what_is_read():
    seen = "Verify your password now " * 10
    stuffed = letter("minutes of the meeting are attached", html=seen)
    assert set(stuffed[AT["words"]]) == set(letter(html=seen)[AT["words"]])
    assert set(stuffed[AT["structure"]]) != set(letter(html=seen)[AT["structure"]])


def test_the_end_of_a_long_text_is_read_as_its_beginning_is():
    padded = letter("the quick brown fox " * 2000 + " verify your password here")
    assert set(letter("verify your password here")[AT["words"]]) <= set(padded[AT["words"]])
    padded = letter("verify your password here " + "the quick brown fox " * 2000)
    assert set(letter("verify your password here")[AT["words"]]) <= set(padded[AT["words"]])


def test_spam_06_a_megabyte_of_random_words_costs_no_more_than_the_limit():
    words = " ".join(f"{number * 2654435761 % 2**32:x}" for number in range(120_000))
    assert len(words) > 1_000_000
    began = time.process_time()
    found = letter(words, html=words, hidden=words, subject=words[:100_000])
    assert time.process_time() - began < 0.5
    assert sum(map(len, found)) < 6 * TEXT_LIMIT


def test_spam_04_long_texts_of_every_kind_are_read_in_time_that_grows_with_them():
    for piece in ("\u200b", "\u0430", "a\u0430", " ", "=", "<", "\u4e2d", "\U0001f600", "a" * 50 + "\u0430"):
        text = (piece * 1_000_000)[:1_000_000]
        began = time.process_time()
        letter(text, subject=text[:10_000], sender=text[:10_000])
        assert time.process_time() - began < 1.0, repr(piece)


def test_spam_02_encoded_words_without_end_cost_no_more_than_the_limit():
    for piece in ("=?utf-8?q?a?= ", "=?", "=?utf-8?b?", "?=", "=?utf-8?q?=0D=0AX:?="):
        began = time.process_time()
        found = letter("x", subject=piece * 40_000, sender=piece * 40_000)
        assert time.process_time() - began < 0.5, piece
        assert len(found[AT["subject"]]) < 1000


def test_spam_03_what_is_odd_about_a_link_is_a_feature():
    plain = Link(url="http://example.com/a", host="example.com", source="html")
    odd = Link(url="http://example.com/a", host="example.com", source="html", traits=("text-differs", "userinfo"))
    one, two = (features(sight((), inspection("x", links=(link,))))[AT["links"]] for link in (plain, odd))
    assert len(set(two) - set(one)) == 2


def test_spam_05_a_picture_without_words_is_told_from_words():
    image = Link(url="https://example.com/a.png", host="example.com", source="html", traits=("image",))
    picture = features(sight((), inspection(html="x", links=(image,))))
    words = features(sight((), inspection(html="some words " * 20, links=(image,))))
    assert set(picture[AT["structure"]]) - set(words[AT["structure"]])


def test_findings_of_others_are_features():
    found = features(sight((), inspection("x"), ("spf.fail", "dnsbl.listed")))
    assert len(found[AT["evidence"]]) == 2


def test_who_sends_is_only_for_the_site_to_learn():
    one, two = letter("x", sender="Ann <ann@blue.example>"), letter("x", sender="Ann <ann@gray.example>")
    assert set(one[AT["site"]]) != set(two[AT["site"]])
    assert set(one[AT["sender"]]) == set(two[AT["sender"]])


def test_a_number_is_any_number():
    assert set(letter("invoice 4711 of 2019")[AT["words"]]) == set(letter("invoice 9023 of 2024")[AT["words"]])
