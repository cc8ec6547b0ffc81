"""What the opinions of other engines are worth, and what their silence means."""

import pytest
from pydantic import ValidationError

from gatepost.checks.second_opinion import Config, SecondOpinionCheck
from gatepost.model.check import NOTHING_FOUND
from gatepost.model.samples import found, message
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_engines import FakeSecondOpinions

DOWN = {"silent": "rspamd: http://127.0.0.1:11333: Connection refused"}


def check(engines, **settings):
    return SecondOpinionCheck(Config(engines=tuple(engines), **settings), FakeSecondOpinions(engines))


async def findings(engines, **settings):
    report = await check(engines, **settings)(message())
    return [(each.code.partition(".")[2], each.score) for each in report.findings]


def scored(score, threshold=6.0, *rules):
    return {"score": score, "threshold": threshold, "rules": rules}


@pytest.mark.parametrize(
    ("score", "kind", "points"),
    [
        (6.0, "spam", 3.0), (9.0, "spam", 4.5), (12.0, "spam", 6.0), (900.0, "spam", 6.0), (5.9, "suspicious", 2.95),
        (0.6, "suspicious", 0.3), (-1.2, "ham", -0.6), (-3.0, "ham", -1.5), (-90.0, "ham", -1.5),
    ],
)  # fmt: skip
async def test_a_score_counts_by_its_share_of_the_threshold_within_bounds(score, kind, points):
    assert await findings({"rspamd": scored(score)}) == [(kind, points)]


@pytest.mark.parametrize("score", [0.0, 0.05, -0.05])
async def test_what_is_next_to_nothing_is_nothing(score):
    assert await check({"rspamd": scored(score)})(message()) is NOTHING_FOUND


async def test_a_weight_is_for_all_or_for_one():
    engines = {"rspamd": scored(6.0), "sa": scored(5.0, 5.0)}
    assert await findings(engines, weight=1.0, weights={"sa": 4.0}) == [("spam", 1.0), ("spam", 4.0)]
    assert await findings({"rspamd": scored(90.0)}, weight=0) == []


async def test_a_tiny_threshold_is_bounded_too():
    assert await findings({"rspamd": scored(1e6, 1e-300)}) == [("spam", 6.0)]


async def test_what_was_seen_is_told_printable_and_bounded():
    (finding,) = (await check({"sa": scored(9.25, 5.0, "A", "B", "C", "D", "E")})(message())).findings
    assert finding.detail == "sa 9.2 of 5: A, B, C, D ..."
    (finding,) = (await check({"sa": scored(9.0, 5.0, *["é\x1b" * 99] * 9)})(message())).findings
    assert len(finding.detail) == 160 and finding.detail.isprintable() and finding.detail.isascii()


async def test_who_gives_no_answer_counts_for_nothing():
    engines = {"rspamd": DOWN, "sa": scored(5.0, 5.0)}
    assert await findings(engines) == [("spam", 3.0), ("no_answer", 0.0)]
    assert await findings(engines, if_unavailable="open") == [("spam", 3.0), ("no_answer", 0.0)]


@pytest.mark.parametrize("mode", ["tempfail", "closed"])
async def test_where_an_answer_is_needed_none_is_no_answer_of_the_check(mode):
    with pytest.raises(Unavailable, match="Connection refused"):
        await check({"rspamd": DOWN, "sa": scored(5.0, 5.0)}, if_unavailable=mode)(message())


@pytest.mark.parametrize(
    "at",
    [message(user="ann"), *(message(so_far=found(f"access_{what}.allowed")) for what in ("client", "sender"))],
    ids=["logged in", "allowed client", "allowed sender"],
)
def test_nobody_is_asked_about_who_is_known(at):
    assert check({"rspamd": scored(9.0)})(at) is NOTHING_FOUND


def test_without_engines_there_is_nothing_to_do():
    assert check({}).is_idle() and not check({"rspamd": DOWN}).is_idle()


@pytest.mark.parametrize("weights", [{"x": 1.0}, {"rspamd": -1.0}, {"rspamd": 21.0}, {"rspamd": float("nan")}])
def test_a_weight_is_of_an_engine_that_is_asked_and_sane(weights):
    with pytest.raises(ValidationError, match="weights"):
        Config(engines=("rspamd",), weights=weights)
