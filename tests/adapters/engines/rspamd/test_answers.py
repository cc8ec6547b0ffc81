"""What rspamd's answer means; whatever is not clear is no answer."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.engines.exchange import BadAnswer
from gatepost.adapters.engines.rspamd.answers import MOST_RULES, NAME_LIMIT, opinion
from tests.adapters.engines.rspamd.scripted_rspamd import answer

THRESHOLDS = {"reject": 15.0, "add header": 6.0, "greylist": 4.0}
PIECES = st.lists(
    st.sampled_from([
        b"{", b"}", b"[", b"]", b'"score":', b'"required_score":', b'"action":', b'"no action"', b'"reject"', b",",
        b'"symbols":', b'"thresholds":', b"15.0", b"-1", b"1e999", b"NaN", b"Infinity", b"null", b'"A":', b"\x00",
        b"\xff", b'"\\ud800"',
    ]),
    max_size=16,
).map(b"".join)  # fmt: skip


def said(*args, **more):
    found = opinion("rspamd", json.dumps(answer(*args, **more)).encode())
    return (found.score, found.threshold)


def scored(**scores):
    return {name: {"name": name, "score": score} for name, score in scores.items()}


def test_its_threshold_is_that_of_add_header():
    assert said(9.0, "add header", thresholds=THRESHOLDS) == (9.0, 6.0)
    assert said(-2.0, thresholds=THRESHOLDS) == (-2.0, 6.0)
    assert said(5.0, "greylist", thresholds=THRESHOLDS) == (5.0, 6.0)


def test_without_thresholds_it_is_the_required_score():
    assert said(3.0) == (3.0, 15.0)
    assert said(20.0, "reject") == (20.0, 15.0)


def test_what_it_marks_is_spam_though_the_threshold_for_that_is_not_told():
    assert said(8.3, "add header") == (8.3, 8.3)


def test_what_is_forced_counts_whatever_the_score_is():
    assert said(0.5, "reject", thresholds=THRESHOLDS) == (15.0, 6.0)
    assert said(0.0, "add header", thresholds=THRESHOLDS) == (6.0, 6.0)
    assert said(-3.0, "discard", thresholds=THRESHOLDS) == (6.0, 6.0)
    assert said(-3.0, "reject") == (15.0, 15.0)
    assert said(40.0, "no action", thresholds=THRESHOLDS) == (0.0, 6.0)


def test_a_message_that_it_skips_is_neither():
    assert said(0.0, is_skipped=True) == (0.0, 15.0)


def test_the_test_message_is_spam():
    assert said(15.0, "reject", is_skipped=True, symbols=scored(GTUBE=0.0)) == (15.0, 15.0)


def test_rules_are_those_that_pull_its_way_the_strongest_first():
    symbols = scored(A=1.0, B=5.0, C=-9.0, D=0.0)
    assert opinion("r", json.dumps(answer(6.0, symbols=symbols)).encode()).rules == ("B", "A")
    assert opinion("r", json.dumps(answer(-3.0, symbols=symbols)).encode()).rules == ("C",)
    forced = answer(15.0, "reject", symbols=scored(GTUBE=0.0))
    assert opinion("r", json.dumps(forced).encode()).rules == ("GTUBE",)


def test_rules_are_bounded_and_printable():
    symbols = scored(**{f"é\x1b[2J{i}" + "x" * 500: 1.0 for i in range(100)})
    found = opinion("r", json.dumps(answer(6.0, symbols=symbols)).encode()).rules
    assert len(found) == MOST_RULES
    assert all(len(name) <= NAME_LIMIT and name.isprintable() and name.isascii() for name in found)


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e300", "null", '"5"', "[]"])
@pytest.mark.parametrize("field", ["score", "required_score"])
def test_what_is_no_number_is_no_answer(field, score):
    text = json.dumps(answer(1.0, "no action")).replace(f'"{field}": ', f'"{field}": {score}, "other": ')
    with pytest.raises(BadAnswer):
        opinion("rspamd", text.encode())


@pytest.mark.parametrize("wrong", [{"required_score": -1}, {"required_score": 0}, {"thresholds": {"add header": -6}},
                                   {"thresholds": {"add header": 0}}])  # fmt: skip
def test_a_threshold_that_everything_reaches_is_no_answer(wrong):
    with pytest.raises(BadAnswer, match="threshold"):
        said(1.0, **wrong)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"null", b"junk", b'{"error":"task timeout"}', b"[" * 100_000, b'{"a":' * 100_000,
        b'{"score":1,"required_score":15,"action":5}', b'{"score":1,"required_score":15}',
        b'\xff\xfe{"score":1}', b'{"score":1,"required_score":15,"action":"reject","symbols":[]}',
        b'{"score":1,"required_score":15,"action":"x"} more',
    ],
    ids=lambda body: repr(body[:24]),
)  # fmt: skip
def test_what_is_not_its_answer_is_none(body):
    with pytest.raises(BadAnswer) as bad:
        opinion("rspamd", body)
    assert str(bad.value).isprintable() and len(str(bad.value)) < 200


@given(PIECES)
def test_whatever_comes_it_is_refused_or_finite(body):
    try:
        found = opinion("rspamd", body)
    except BadAnswer:
        return
    assert math.isfinite(found.score) and 0 < found.threshold < math.inf


@given(
    st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["reject", "add header", "no action", "greylist", "soft reject", "?"]),
    st.dictionaries(st.sampled_from(["add header", "reject", "x"]), st.none() | st.floats(-100, 100)),
)  # fmt: skip
def test_whatever_it_says_is_refused_or_finite(score, required, action, thresholds):
    body = json.dumps(answer(score, action, required_score=required, thresholds=thresholds)).encode()
    try:
        found = opinion("rspamd", body)
    except BadAnswer:
        return
    assert math.isfinite(found.score) and 0 < found.threshold < math.inf
