"""What is known of senders: how it fades, what it is worth at most, and what nobody can do to another's name."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.reputation import (
    FIRM,
    MOST,
    NO_HISTORY,
    SHORTEST,
    History,
    domain_key,
    faded,
    learned,
    lifetime,
    network,
    network_key,
    network_of_text,
    read,
    vouched,
    written,
)
from gatepost.auth.spf.result import Identity, Spf, SpfResult
from gatepost.model.finding import Findings

HALF = 14 * 86_400.0
counts = st.floats(0, MOST / 2)
times = st.floats(0, 4e9)
halves = st.floats(3600, 365 * 86_400)
histories = st.builds(History, counts, counts, times)


def seen(good=0, bad=0, now=0.0, history=NO_HISTORY):
    for _ in range(good):
        history = learned(history, 1, 0, now, HALF)
    for _ in range(bad):
        history = learned(history, 0, 1, now, HALF)
    return history


# ── fading ───────────────────────────────────────────────────────────────────
@given(histories, halves)
def test_after_a_half_life_half_is_left(history, half):
    left = faded(history, history.at + half, half)
    assert left.good == pytest.approx(history.good / 2, rel=1e-3, abs=1e-9)
    assert left.bad == pytest.approx(history.bad / 2, rel=1e-3, abs=1e-9)


@given(histories, times, halves)
def test_time_only_takes_away_and_never_turns_a_name_round(history, now, half):
    left = faded(history, now, half)
    assert 0 <= left.good <= history.good and 0 <= left.bad <= history.bad
    assert abs(left.lean) <= abs(history.lean) + 1e-12
    assert left.lean * history.lean >= 0


@given(histories, st.floats(0, 1e8), st.floats(0, 1e8), halves)
def test_it_does_not_matter_how_often_one_looks(history, first, second, half):
    once = faded(history, history.at + first + second, half)
    twice = faded(faded(history, history.at + first, half), history.at + first + second, half)
    assert once.weight == pytest.approx(twice.weight, rel=1e-3, abs=1e-6)


def test_a_clock_that_goes_back_takes_nothing_away():
    history = History(5, 1, 1000.0)
    assert faded(history, 10.0, HALF) == history
    assert learned(history, 1, 0, 10.0, HALF) == History(6, 1, 1000.0)


# ── what it is worth ─────────────────────────────────────────────────────────
@given(histories, st.floats(0, 20), st.floats(0, 20))
def test_points_are_bounded_whatever_was_seen(history, best, worst):
    assert -best <= history.score(best, worst) <= worst


def test_few_messages_say_nearly_nothing():
    assert NO_HISTORY.lean == 0.0
    assert abs(seen(good=1).score(2, 2)) < 0.2 and abs(seen(bad=1).score(2, 2)) < 0.2
    assert not (seen(good=4).is_good or seen(bad=4).is_bad)
    assert seen(good=5).is_good and seen(bad=5).is_bad


def test_many_messages_say_nearly_all():
    assert seen(good=200).score(2, 2) == pytest.approx(-2, abs=0.1)
    assert seen(bad=200).score(2, 2) == pytest.approx(2, abs=0.1)


def test_as_many_good_as_bad_ones_say_nothing():
    mixed = seen(good=50, bad=50)
    assert not (mixed.is_good or mixed.is_bad) and mixed.score(2, 2) == pytest.approx(0, abs=0.05)


@given(histories, st.booleans())
def test_one_message_moves_a_name_by_little_and_to_its_own_side(history, is_good):
    after = learned(history, is_good, not is_good, history.at, HALF)
    moved = after.lean - history.lean
    assert (moved >= -1e-12) if is_good else (moved <= 1e-12)
    assert abs(moved) <= 2 / 11


@given(st.lists(st.booleans(), max_size=400), st.lists(st.floats(0, 1e6), min_size=1, max_size=9))
def test_a_history_never_weighs_more_than_the_bound(events, gaps):
    history, now = NO_HISTORY, 0.0
    for i, is_good in enumerate(events):
        now += gaps[i % len(gaps)]
        history = learned(history, is_good, not is_good, now, HALF)
    assert history.weight <= MOST + 1e-9


# ── poisoning ────────────────────────────────────────────────────────────────
def test_however_long_one_was_good_three_hundred_bad_messages_make_a_bad_name():
    assert seen(good=100_000, bad=300).is_bad


def test_however_long_one_was_bad_it_is_over_some_half_lives_later():
    flooded = seen(bad=100_000)
    assert not faded(flooded, 6 * HALF, HALF).is_bad


def test_batches_and_single_messages_lead_to_the_same_name():
    assert learned(NO_HISTORY, 8, 2, 0.0, HALF).lean == pytest.approx(seen(good=8, bad=2).lean)


def test_no_domain_has_the_key_of_a_network_and_no_network_that_of_a_domain():
    assert domain_key("192.0.2.0/24") != network_key("192.0.2.0/24")


def passed(**more):
    return Findings(values=(SpfResult(**{"result": Spf.PASS, "domain": "example.net", **more}),))


def test_a_domain_counts_where_spf_vouches_for_it():
    assert vouched(passed()) == "example.net"


@pytest.mark.parametrize("result", [result for result in Spf if result is not Spf.PASS])
def test_a_domain_that_is_only_claimed_does_not_count(result):
    assert vouched(passed(result=result)) == ""


def test_nor_does_a_pass_that_half_the_internet_has():
    assert vouched(passed(is_weak=True)) == ""
    assert vouched(passed(identity=Identity.HELO)) == ""
    assert vouched(Findings()) == ""


# ── in the memory ────────────────────────────────────────────────────────────
@given(histories)
def test_what_is_written_is_read_again(history):
    again = read(written(history))
    assert (again.good, again.bad) == (pytest.approx(history.good, abs=1e-3), pytest.approx(history.bad, abs=1e-3))
    assert again.at == pytest.approx(history.at, abs=1)


@pytest.mark.parametrize(
    "text", [None, "", "x", "1 2", "1 2 3 4", "-1 0 0", "nan 0 0", "inf 0 0", "0 0 inf", "1e9 0 0"]
)
def test_what_nobody_wrote_is_no_history(text):
    assert read(text) == NO_HISTORY


def test_what_hardly_weighs_makes_room_first():
    assert lifetime(seen(bad=1), HALF) == SHORTEST
    assert lifetime(seen(good=8), HALF) == 2 * HALF
    assert lifetime(seen(good=100_000), HALF) < 7 * HALF


@given(histories, halves)
def test_what_is_forgotten_could_not_be_told_from_nothing(history, half):
    left = faded(history, history.at + lifetime(history, half), half)
    assert left.weight <= 2.001 and abs(left.lean) < FIRM


# ── networks ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("ip", "around"), [("192.0.2.99", "192.0.2.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("::1", "::/64")]
)
def test_a_network(ip, around):
    assert network(ip_address(ip)) == around


@given(st.ip_addresses())
def test_the_network_of_an_address_is_that_of_its_text(ip):
    assert network_of_text(str(ip)) == network(ip)
