"""Only what is believed teaches, and nobody teaches much."""

import asyncio

import pytest

from gatepost.checks.spam_lessons import (
    FROM_ANN,
    KNOWN,
    LARGEST,
    LOOKED,
    PER_DAY,
    SIGNED,
    TRAP,
    Config,
    SpamLessons,
)
from gatepost.model.finding import Finding, Findings
from gatepost.model.samples import message
from gatepost.model.spam import BYPASSED, SpamLevel
from gatepost.testing.fake_spam_filter import FakeLessonBox
from gatepost.testing.fakes import FakeCounters


class School:
    """One gateway's day."""

    def __init__(self, **config):
        self.counters, self.box = FakeCounters(), FakeLessonBox()
        self.check = SpamLessons(Config(**config), self.counters, self.box)

    def learn(self, *findings, values=(FROM_ANN, SIGNED), looked=LOOKED, **more):
        known = Findings(findings, (*([looked] if looked else []), *values))
        found = self.check(message(so_far=known, **more))
        if asyncio.iscoroutine(found):
            asyncio.run(found)
        return self.box.lessons


def saw(code, score=0.0):
    return Finding(code, score=score)


def test_a_trap_teaches_spam_and_a_known_author_ham():
    assert School().learn(saw(TRAP, 5.0)) == [(True, "trap")]
    assert School().learn(saw(KNOWN, -2.0)) == [(False, "correspondent")]


def test_a_known_author_who_writes_to_a_trap_teaches_spam():
    assert School().learn(saw(KNOWN, -2.0), saw(TRAP, 5.0)) == [(True, "trap")]


def test_unauthenticated_mail_alone_teaches_nothing():
    assert School().learn(saw(TRAP, 5.0), values=()) == []
    assert School().learn(saw(TRAP, 5.0), saw("spam.scl_nine"), saw("reputation.bad", 2.0), values=()) == []
    assert School().learn(saw(KNOWN, -2.0), values=(FROM_ANN,)) == []


def test_other_evidence_confirms_a_trap():
    assert School().learn(saw(TRAP, 5.0), saw("dnsbl.listed", 1.0), saw("helo.bare_ip", 1.0), values=()) == [
        (True, "trap")
    ]


@pytest.mark.parametrize(
    ("against", "values"),
    [
        (saw("lookalike.typo", 2.0), ()),
        (saw("antivirus.unscannable", 1.0), ()),
        (saw("x.y"), (SpamLevel(scl=0, pcl=4),)),
        (saw("x.y"), (SpamLevel(scl=BYPASSED),)),
    ],
)
def test_a_known_author_is_not_believed_where_something_speaks_against_it(against, values):
    assert School().learn(saw(KNOWN, -2.0), against, values=(FROM_ANN, SIGNED, *values)) == []


def test_who_has_logged_in_or_sends_much_teaches_nothing():
    assert School().learn(saw(TRAP, 5.0), user="bob") == []
    assert School().learn(saw(TRAP, 5.0), body=b"x" * 70 + b"\r\n" + b"y\r\n" * (LARGEST // 3)) == []


def test_what_was_not_looked_into_teaches_nothing():
    assert School().learn(saw(TRAP, 5.0), looked=None) == []


def test_one_sender_teaches_a_few_times_a_day():
    school = School(per_sender=3)
    for _ in range(10):
        school.learn(saw(TRAP, 5.0))
    assert len(school.box.lessons) == 3


def test_all_senders_together_teach_no_more_than_that():
    school = School()
    for _ in range(PER_DAY):
        asyncio.run(school.counters.hit("lessons:trap", window=86_400.0))
    assert school.learn(saw(TRAP, 5.0)) == []
    assert school.learn(saw(KNOWN, -2.0)) == [(False, "correspondent")]


@pytest.mark.parametrize(("config", "code"), [({"traps": False}, TRAP), ({"correspondents": False}, KNOWN)])
def test_each_kind_can_be_switched_off(config, code):
    assert School(**config).learn(saw(code)) == []
