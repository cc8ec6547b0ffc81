"""What spamd says; whatever is not clear is no answer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.engines.exchange import BadAnswer
from gatepost.adapters.engines.spamd.replies import BODY_LIMIT, HEADER_LIMIT, MOST_RULES, ReplyReader, Told
from tests.adapters.engines.spamd.scripted_spamd import says

HEAD = b"SPAMD/1.1 0 EX_OK\r\n"
SPAM = b"Spam: True ; 9.5 / 5.0\r\n"
PIECES = st.lists(
    st.sampled_from([
        HEAD, SPAM, b"SPAMD/1.5 76 EX_PROTOCOL\r\n", b"Spam: ", b"True", b"False", b" ; ", b" / ", b"5.0", b"-1",
        b"nan", b"inf", b"1e9", b"Content-length: ", b"7", b"\r\n", b"\r\n\r\n", b"\r", b"\n", b"\x00", b"A,B", b",",
        b"\xff", b"Spam: False ; 1.0 / 5.0\r\n",
    ]),
    max_size=14,
).map(b"".join)  # fmt: skip


def outcome(*pieces):
    made = ReplyReader()
    try:
        for piece in pieces:
            if (told := made.feed(piece)) is not None:
                return told
        return made.end()
    except BadAnswer as bad:
        assert str(bad).isprintable() and len(str(bad)) < 120
        return "refused"


def cut(octets, size):
    return [octets[i : i + size] for i in range(0, len(octets), size)]


@given(st.integers(1, 50))
def test_however_it_is_cut_the_reply_is_the_same(size):
    assert outcome(*cut(says(), size)) == Told(1000.0, 5.0, ("GTUBE", "NO_RECEIVED"))


def test_without_a_length_the_end_of_the_connection_is_the_end():
    assert outcome(HEAD + SPAM + b"\r\nA,B\r\n") == Told(9.5, 5.0, ("A", "B"))


def test_no_rule_at_all_is_well():
    assert outcome(says(0.0, rules=b"")) == Told(0.0, 5.0)


def test_a_score_in_favour_is_below_zero():
    assert outcome(says(-2.5, rules=b"ALL_TRUSTED")) == Told(-2.5, 5.0, ("ALL_TRUSTED",))


@pytest.mark.parametrize("keep", [0, 5, 30, 60, -1])
def test_one_that_is_cut_off_is_none(keep):
    assert outcome(says()[:keep]) == "refused"


def test_rules_are_bounded_and_printable():
    told = outcome(says(rules=b",".join([b"\x1b[2J\xe9" + b"x" * 500] * 90)))
    assert len(told.rules) == MOST_RULES
    assert all(len(name) <= 60 and name.isascii() and name.isprintable() for name in told.rules)


def test_what_was_rounded_to_the_threshold_is_no_contradiction():
    assert outcome(HEAD + b"Spam: False ; 5.0 / 5.0\r\n\r\n") == Told(5.0, 5.0)


@pytest.mark.parametrize(
    "reply",
    [
        b"junk\r\n\r\n", b"\x00\r\n\r\n", b"SPAMD/1.5 76 EX_PROTOCOL\r\n\r\n", b"SPAMD/1.5 79 EX_TIMEOUT\r\n\r\n",
        HEAD + b"\r\n", HEAD + SPAM + SPAM + b"\r\n", HEAD + b"Spam: True ; nan / 5.0\r\n\r\n",
        HEAD + b"Spam: True ; inf / 5.0\r\n\r\n", HEAD + b"Spam: True ; 9999999999.0 / 5.0\r\n\r\n",
        HEAD + b"Spam: True ; 9.0 / 0.0\r\n\r\n", HEAD + b"Spam: True ; 9.0 / -5.0\r\n\r\n",
        HEAD + b"Spam: False ; 9.0 / 5.0\r\n\r\n", HEAD + b"Spam: True ; 1.0 / 5.0\r\n\r\n",
        HEAD + b"Spam: Maybe ; 9.0 / 5.0\r\n\r\n", HEAD + b"Spam: True ; 9,5 / 5.0\r\n\r\n",
        HEAD + SPAM + b"Content-length: -1\r\n\r\n", HEAD + SPAM + b"Content-length: 99999999\r\n\r\n",
        HEAD + SPAM + b"Content-length: 1\r\n\r\nAB", HEAD + SPAM + b"a\nb: c\r\n\r\n", HEAD + b"no colon\r\n\r\n",
        b"SPAMD/1.1 0 EX_OK\n" + SPAM + b"\r\n",
    ],
    ids=lambda reply: repr(reply[19:50]),
)  # fmt: skip
def test_what_is_no_good_reply_is_refused(reply):
    assert outcome(reply) == "refused"


@pytest.mark.parametrize("start", [b"", HEAD, HEAD + SPAM + b"\r\n"], ids=["nothing", "header", "body"])
def test_one_without_an_end_is_refused(start):
    made, fed = ReplyReader(), 0
    made.feed(start)
    with pytest.raises(BadAnswer):
        while True:
            made.feed(b"x" * 1000)
            fed += 1000
    assert fed <= max(HEADER_LIMIT, BODY_LIMIT) + 1000


@given(PIECES, st.integers(1, 9))
def test_whatever_comes_it_is_read_or_refused_and_never_read_otherwise_in_pieces(octets, size):
    found = outcome(octets)
    assert outcome(*cut(octets, size)) in (found, first_of(octets))
    if found != "refused":
        assert math.isfinite(found.score) and 0 < found.threshold < math.inf


def first_of(octets):
    """What a reader says that gets one octet after the other: what comes behind the end it need not see."""
    return outcome(*cut(octets, 1))
