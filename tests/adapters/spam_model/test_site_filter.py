"""What workers say of a message follows what the site has taught, soon and cheaply."""

import pytest

from gatepost.adapters.spam_model import site_filter, teacher
from gatepost.adapters.spam_model.calibration_file import write_calibration
from gatepost.adapters.spam_model.files import CALIBRATION, MODEL
from gatepost.adapters.spam_model.shipped import shipped_model
from gatepost.adapters.spam_model.site_filter import SiteFilter
from gatepost.learn.calibration import UNTAUGHT, Calibration
from gatepost.learn.classifier import Classifier, blank_site
from gatepost.learn.features import features, sight
from gatepost.ports.unavailable import Unavailable
from tests.adapters.spam_model.lectures import teach
from tests.learn.letters import SALES, header, inspection

HEADER = header(from_="Ann <ann@example.com>", subject="Hello")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def place(tmp_path):
    return tmp_path / "learn"


def score(filter_, text):
    return filter_.opinion(HEADER, inspection(text), ()).score


def test_what_nobody_has_taught_is_judged_by_the_model_that_comes_with_the_program(place):
    opinion = SiteFilter(place).opinion(HEADER, inspection(SALES[0]), ())
    plain = Classifier(shipped_model(), blank_site()).score(features(sight(HEADER, inspection(SALES[0]))))
    assert opinion.score == plain and not opinion.is_taught and not place.exists()


def test_what_is_taught_is_known_within_a_second_and_not_looked_for_before(place):
    clock = Clock()
    filter_ = SiteFilter(place, now=clock)
    before = score(filter_, SALES[0])
    teach(place, range(0, 40))
    assert score(filter_, SALES[0]) == before
    clock.now = 1.0
    after = score(filter_, SALES[0])
    assert after > before
    teach(place, range(40, 60))
    clock.now = 2.0
    assert score(filter_, SALES[0]) != after


def test_it_is_sure_once_enough_of_both_kinds_was_taught(place, monkeypatch):
    teach(place, range(7))  # 4 spam, 3 ham
    assert not SiteFilter(place, enough=4).opinion(HEADER, inspection("x"), ()).is_taught
    assert SiteFilter(place, enough=3).opinion(HEADER, inspection("x"), ()).is_taught


def test_levels_are_the_sites_own_once_it_has_taught_enough(place):
    teach(place, range(8))
    write_calibration(place / CALIBRATION, Calibration(tuple(float(cut) for cut in range(20, 29))))
    taught, untaught = SiteFilter(place, enough=4), SiteFilter(place, enough=5)
    taught.tick()
    untaught.tick()
    assert (taught.level(19.0, True), taught.level(30.0, True), taught.level(30.0, False)) == (0, 9, UNTAUGHT)
    assert untaught.level(19.0, True) == 9


def test_a_model_or_levels_that_cannot_be_read_are_unavailable_until_they_can(place):
    clock = Clock()
    filter_ = SiteFilter(place, now=clock)
    teach(place, [1])
    whole = (place / MODEL).read_bytes()
    for name, octets in ((MODEL, whole[:100]), (CALIBRATION, b"{"), (CALIBRATION, b'{"cuts": [1]}')):
        (place / CALIBRATION).unlink(missing_ok=True)
        (place / MODEL).write_bytes(whole)
        (place / name).write_bytes(octets)
        clock.now += 1
        for _ in range(2):
            with pytest.raises(Unavailable, match=name):
                score(filter_, "x")
    (place / CALIBRATION).unlink()
    clock.now += 1
    assert isinstance(score(filter_, "x"), float)


def test_a_model_that_is_cut_short_in_place_harms_nobody_who_reads_it(place):
    clock = Clock()
    teach(place, range(20))
    filter_ = SiteFilter(place, now=clock)
    before = score(filter_, SALES[0])
    (place / MODEL).write_bytes(b"")
    assert score(filter_, SALES[0]) == before


def test_reasons_are_given_where_the_score_is_high_or_where_they_are_asked_for(place):
    spam = inspection(" ".join(SALES))
    teach(place, range(40))
    assert not SiteFilter(place, explained=1000.0).opinion(HEADER, spam, ()).reasons
    reasons = SiteFilter(place, explained=-1000.0).opinion(HEADER, spam, ()).reasons
    assert 0 < len(reasons) <= site_filter.MOST_REASONS and all(reason[-4] in "+-" for reason in reasons)


def test_how_much_is_enough_is_up_to_the_site(place):
    teach(place, range(8))
    assert not SiteFilter(place).opinion(HEADER, inspection("x"), ()).is_taught
    assert SiteFilter(place, enough=4).opinion(HEADER, inspection("x"), ()).is_taught


def test_no_more_text_is_read_than_is_wanted(place):
    teach(place, range(20))
    text = inspection("word " * 400 + " ".join(SALES))
    scores = [SiteFilter(place, text=size).opinion(HEADER, text, ()).score for size in (10_000, 20_000, 1000)]
    assert scores[0] == scores[1] != scores[2]


def test_enough_is_the_same_for_who_teaches_and_who_judges():
    assert teacher.ENOUGH == site_filter.ENOUGH
