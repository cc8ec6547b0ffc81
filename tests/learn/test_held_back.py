from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.learn.calibration import Calibration
from gatepost.learn.classifier import blank_model
from gatepost.learn.evaluation import auc_loss
from gatepost.learn.held_back import CERTAIN, FURTHEST, SUSPECT, held_back_scores, site_calibration
from tests.learn.letters import LETTERS, SALES, letter

BASE = Calibration(slope=1.5, shift=-0.5)
SCORED = st.lists(st.tuples(st.floats(-30, 30), st.booleans()), max_size=60)


def test_a_mail_is_not_judged_by_what_it_taught_itself():
    mails = [(letter(SALES[0]), True), (letter(LETTERS[0]), False)]
    alone = held_back_scores(blank_model(), mails, folds=2)
    assert alone[0] < 0 < alone[1]  # each was judged by the other


def test_mail_like_that_which_taught_is_told_apart():
    mails = [(letter(f"{text} {number}"), text in SALES) for number in range(4) for text in (*SALES, *LETTERS)]
    scores = held_back_scores(blank_model(), mails)
    assert auc_loss(scores, [spam for _, spam in mails]) < 0.1


@given(SCORED)
def test_levels_rise_and_begin_not_far_from_where_they_did(scored):
    found = site_calibration(BASE, [score for score, _ in scored], [spam for _, spam in scored])
    assert all(low <= high for low, high in pairwise(found.cuts)) and found.slope > 0
    assert all(abs(cut - own) <= FURTHEST + 1e-9 for cut, own in zip(found.cuts, BASE.cuts, strict=True))


def test_nothing_held_back_leaves_levels_about_as_they_were():
    found = site_calibration(Calibration(), [], [])
    assert found.cuts == pytest.approx(Calibration().cuts)


def test_ham_that_was_held_back_is_below_the_levels_at_which_mail_is_put_aside():
    scores = [*[-3.0] * 50, 1.5, 5.2, *[9.0] * 50]
    found = site_calibration(BASE, scores, [False] * 52 + [True] * 50)
    assert found.level(1.5, is_taught=True) < CERTAIN
    assert found.level(5.2, is_taught=True) < CERTAIN
    assert found.level(-3.0, is_taught=True) < SUSPECT < found.level(9.0, is_taught=True)
