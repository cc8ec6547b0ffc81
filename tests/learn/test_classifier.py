from array import array
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.learn.classifier import (
    HALVED,
    HAM,
    LEAST,
    SPAM,
    Classifier,
    Lesson,
    Model,
    blank_model,
    blank_site,
    probability,
)
from gatepost.learn.features import GROUPS, Features
from gatepost.learn.hashing import PLACES, PRIME
from tests.learn.letters import LETTERS, SALES, letter

TEXTS = (*SALES, *LETTERS)
FEATURES = tuple(map(letter, TEXTS))
LESSONS = st.lists(st.tuples(st.integers(0, len(TEXTS) - 1), st.booleans()), max_size=12)


def test_who_has_learned_nothing_knows_nothing():
    assert Classifier(blank_model(), blank_site()).predict_proba_one(letter("anything")) == 0.5


def test_what_was_taught_is_told_apart():
    filter_ = Classifier(blank_model(), blank_site())
    for _ in range(3):
        for spam, ham in zip(SALES, LETTERS, strict=True):
            filter_.learn_one(letter(spam), is_spam=True)
            filter_.learn_one(letter(ham), is_spam=False)
    assert filter_.predict_proba_one(letter("Click here to order cheap watches")) > 0.7
    assert filter_.predict_proba_one(letter("The tests failed, I pushed a fix on Friday")) < 0.2


@given(LESSONS, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_whatever_was_learned_is_taken_out_to_the_last_bit_in_any_order(taught, order):
    site = blank_site()
    filter_ = Classifier(leaning(1.0), site)
    lessons = [filter_.learn_one(FEATURES[at], spam) for at, spam in taught]
    order.shuffle(lessons)
    for lesson in lessons:
        filter_.unlearn(lesson)
    assert site == blank_site()


@given(LESSONS, st.integers(0, len(TEXTS) - 1), st.floats(-3, 3))
@settings(max_examples=40)
def test_more_of_the_same_spam_never_lowers_its_score(taught, at, lean):
    filter_ = Classifier(leaning(lean), blank_site())
    for other, is_spam in taught:
        filter_.learn_one(FEATURES[other], is_spam)
    scores = [filter_.score(FEATURES[at])]
    for _ in range(5):
        filter_.learn_one(FEATURES[at], is_spam=True)
        scores.append(filter_.score(FEATURES[at]))
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(scores))


@given(LESSONS, st.integers(0, len(TEXTS) - 1), st.floats(-3, 3))
@settings(max_examples=40)
def test_more_of_the_same_ham_never_raises_its_score(taught, at, lean):
    filter_ = Classifier(leaning(lean), blank_site())
    for other, is_spam in taught:
        filter_.learn_one(FEATURES[other], is_spam)
    before = filter_.score(FEATURES[at])
    filter_.learn_one(FEATURES[at], is_spam=False)
    assert filter_.score(FEATURES[at]) <= before + 1e-9


def test_the_model_says_less_the_more_of_both_kinds_was_seen():
    filter_ = Classifier(leaning(1.0), blank_site())
    assert filter_.weight_of_model() == 1.0
    filter_.site[HAM] = 10_000
    assert filter_.weight_of_model() == 1.0, "one kind alone says nothing of the other"
    filter_.site[SPAM] = HALVED
    assert filter_.weight_of_model() == 0.5
    filter_.site[SPAM] = 10_000
    assert filter_.weight_of_model() == LEAST


def test_a_site_can_be_a_mapping_of_octets():
    octets = bytearray(4 * PLACES)
    filter_ = Classifier(blank_model(), memoryview(octets).cast("i"))
    filter_.unlearn(filter_.learn_one(FEATURES[0], is_spam=True))
    assert not any(octets)


def test_a_lesson_can_be_kept_as_octets():
    site = blank_site()
    filter_ = Classifier(blank_model(), site)
    octets = msgspec.msgpack.encode(filter_.learn_one(FEATURES[0], is_spam=True))
    filter_.unlearn(msgspec.msgpack.decode(octets, type=Lesson))
    assert site == blank_site()


def test_a_site_has_learned_when_there_is_enough_of_both():
    filter_ = Classifier(blank_model(), blank_site())
    filter_.learn_one(FEATURES[0], is_spam=True)
    assert filter_.has_learned(0)
    assert not filter_.has_learned(1)
    filter_.learn_one(FEATURES[-1], is_spam=False)
    assert filter_.has_learned(1)


def test_no_feature_has_the_place_of_a_count():
    assert max(max(places, default=0) for features in FEATURES for places in features) < PRIME <= min(HAM, SPAM)


def test_what_is_told_right_by_far_teaches_nothing():
    filter_ = Classifier(blank_model(), blank_site())
    for _ in range(40):
        filter_.learn_one(FEATURES[0], is_spam=True)
    assert not any(filter_.learn_one(FEATURES[0], is_spam=True).added)


def test_what_each_feature_adds_makes_the_score():
    filter_ = Classifier(leaning(0.7), blank_site())
    filter_.learn_one(FEATURES[0], is_spam=True)
    added = sum(sum(weights) for _, _, weights in filter_.contributions(FEATURES[1]))
    rest = 0.3 * filter_.site[PRIME] / 65536
    assert abs(added + rest - filter_.score(FEATURES[1])) < 1e-9


def test_a_mail_without_features_has_a_score():
    empty: Features = tuple(() for _ in GROUPS)
    filter_ = Classifier(leaning(1.0), blank_site())
    lesson = filter_.learn_one(empty, is_spam=True)
    assert isinstance(lesson, Lesson)
    assert 0.0 < filter_.predict_proba_one(empty) < 1.0


def test_a_probability_is_one_whatever_the_score():
    assert probability(-1e9) == 0.0
    assert probability(1e9) == 1.0


def leaning(weight: float) -> Model:
    """A model that has the same opinion of every feature."""
    table = array("b", [1]) * PLACES
    return Model(
        weights=table, step=weight / 50, bias=0.0, gains=(1.0,) * len(GROUPS), calibration=blank_model().calibration
    )
