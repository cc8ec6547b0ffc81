from hypothesis import given
from hypothesis import strategies as st

from gatepost.learn.evaluation import Point, auc_loss, caught, roc

MAILS = st.lists(st.tuples(st.integers(-3, 3).map(float), st.booleans()), max_size=20)


def apart(mails):
    return [score for score, _ in mails], [spam for _, spam in mails]


def test_a_perfect_order_loses_nothing_and_catches_all():
    scores, is_spam = [3.0, 2.0, 1.0, 0.0], [True, True, False, False]
    assert auc_loss(scores, is_spam) == 0.0
    assert caught(scores, is_spam, 0.0) == 1.0
    assert roc(scores, is_spam)[1] == Point(2.0, 0.0, 1.0)


def test_equal_scores_say_nothing():
    assert auc_loss([1.0] * 4, [True, True, False, False]) == 0.5
    assert caught([1.0] * 4, [True, True, False, False], 0.4) == 0.0


@given(MAILS)
def test_the_loss_is_the_part_of_pairs_in_the_wrong_order(mails):
    scores, is_spam = apart(mails)
    pairs = [(ham, spam) for ham, one in mails if not one for spam, two in mails if two]
    wrong = sum(1.0 if ham > spam else 0.5 if ham == spam else 0.0 for ham, spam in pairs)
    assert abs(auc_loss(scores, is_spam) - (wrong / len(pairs) if pairs else 0.0)) < 1e-9


@given(MAILS, st.floats(0, 1))
def test_no_more_ham_is_over_a_cut_than_is_allowed(mails, part):
    scores, is_spam = apart(mails)
    assert 0.0 <= caught(scores, is_spam, part) <= 1.0
    assert caught(scores, is_spam, 1.0) == (1.0 if 0 < sum(is_spam) < len(mails) else 0.0)
