"""When a list is believed, when it is left alone, and what the operator hears."""

from gatepost.auth.blocklists.health import SILENCE_REST, SILENCES, SILENT, TEST_AGAIN, Health
from gatepost.testing.fakes import FakeAlarms


class Case:
    def __init__(self):
        self.alarms = FakeAlarms()
        self.health = Health("bl.example", self.alarms, test_interval=3600.0, retry_interval=900.0)

    @property
    def up(self):
        return self.alarms.up.get("dnsbl.bl.example", "")


def test_at_first_nothing_is_proven():
    case = Case()
    assert case.health.must_be_tested(0.0) and not case.health.is_proven and not case.health.rests(0.0)


def test_what_it_has_shown_holds_for_a_while():
    case = Case()
    case.health.passed(100.0)
    assert case.health.is_proven
    assert not case.health.must_be_tested(3699.9)
    assert case.health.must_be_tested(3700.0)


def test_what_cannot_be_believed_is_left_alone_and_told_with_what_follows():
    case = Case()
    case.health.passed(0.0)
    case.health.failed(100.0, "answers 192.0.2.80")
    assert case.health.rests(999.9) and not case.health.rests(1000.0)
    assert not case.health.is_proven
    assert case.up == (
        "The block list bl.example answers 192.0.2.80. It is left alone for 15m, and until it can be believed again "
        "mail is taken as if nobody were on it."
    )


def test_when_it_works_again_that_is_told():
    case = Case()
    case.health.failed(0.0, "is gone")
    case.health.passed(900.0)
    assert not case.up and case.health.why == ""
    assert case.alarms.told[-1] == "The block list bl.example is asked again."


def test_silence_is_borne_a_few_times():
    case = Case()
    for _ in range(SILENCES - 1):
        case.health.silent(0.0)
    assert not case.health.rests(0.0) and not case.up
    case.health.silent(0.0)
    assert case.health.rests(SILENCE_REST - 0.1) and not case.health.rests(SILENCE_REST)
    assert case.health.why == SILENT and "gives no answer" in case.up


def test_after_a_rest_one_more_silence_is_enough():
    case = Case()
    for _ in range(SILENCES):
        case.health.silent(0.0)
    case.health.silent(SILENCE_REST)
    assert case.health.rests(SILENCE_REST + 1)


def test_an_answer_in_between_starts_the_count_anew():
    case = Case()
    for _ in range(2 * SILENCES):
        case.health.silent(0.0)
        case.health.answered()
    assert not case.health.rests(0.0)


def test_a_test_without_answer_changes_nothing_and_is_repeated_soon():
    case = Case()
    case.health.passed(0.0)
    case.health.untested(3600.0)
    assert case.health.is_proven
    assert not case.health.must_be_tested(3600.0 + TEST_AGAIN - 1)
    assert case.health.must_be_tested(3600.0 + TEST_AGAIN)
