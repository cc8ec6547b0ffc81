from hypothesis import given
from hypothesis import strategies as st

from gatepost.learn.calibration import CUTS, LEVELS, UNTAUGHT, Calibration, fitted

SCORES = st.floats(-50, 50)


@given(SCORES, SCORES, st.booleans())
def test_a_higher_score_never_has_a_lower_level(one, two, is_taught):
    low, high = sorted((one, two))
    levels = [Calibration().level(score, is_taught) for score in (low, high)]
    assert 0 <= levels[0] <= levels[1] <= LEVELS


def test_each_level_begins_where_it_is_cut():
    assert [Calibration().level(cut, is_taught=True) for cut in CUTS] == list(range(1, LEVELS + 1))
    assert Calibration().level(CUTS[0] - 1, is_taught=True) == 0


def test_a_filter_that_the_site_has_not_taught_is_never_sure():
    assert Calibration().level(1e9, is_taught=False) == UNTAUGHT
    assert Calibration().level(1e9, is_taught=True) == LEVELS


def test_scores_that_are_too_sure_are_brought_down():
    scores = [6.0] * 400 + [-6.0] * 400
    is_spam = [True] * 300 + [False] * 100 + [False] * 300 + [True] * 100
    found = fitted(scores, is_spam)
    assert abs(found.probability(6.0) - 0.75) < 0.02
    assert abs(found.probability(-6.0) - 0.25) < 0.02


def test_a_handful_of_mails_changes_little():
    found = fitted([3.0, -3.0], [False, True])
    assert found.probability(3.0) > 0.6


@given(st.lists(st.tuples(SCORES, st.booleans()), max_size=30))
def test_any_scores_can_be_fitted(mails):
    found = fitted([score for score, _ in mails], [spam for _, spam in mails])
    assert found.slope > 0
    assert 0.0 <= found.probability(0.0) <= 1.0
