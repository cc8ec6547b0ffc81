"""The housekeeper learns what lies in the box, once, and says what goes wrong."""

import asyncio

import pytest

from gatepost.adapters.spam_model.box import Box
from gatepost.adapters.spam_model.report import status
from gatepost.app.lesson_keeping import BROKEN, LessonKeeping
from gatepost.app.teaching import message_of
from gatepost.model.inspection import Inspection
from gatepost.testing.fakes import FakeAlarms
from tests.e2e.one_process import settings_in


class House:
    def __init__(self, directory):
        self.settings, self.alarms = settings_in(directory), FakeAlarms()
        self.learn = directory / "learn"
        self.keeping = LessonKeeping(self.settings, self.alarms)

    def put(self, number, is_spam=True, source="trap"):
        message = message_of(f"Message-ID: <{number}@x>\r\n\r\nbuy {number}\r\n".encode())
        Box(self.learn).put(message, Inspection(), is_spam=is_spam, source=source)

    def turn(self):
        asyncio.run(self.keeping.turn())

    def counts(self):
        return {source.name: (source.ham, source.spam) for source in status(self.learn).sources}


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_what_lies_in_the_box_is_learned_and_the_box_is_empty(house):
    house.put(1)
    house.put(2, is_spam=False, source="correspondent")
    house.turn()
    house.turn()
    assert house.counts() == {"trap": (0, 1), "correspondent": (1, 0)}
    assert Box(house.learn).waiting() == []


def test_where_nobody_teaches_nothing_is_made(house):
    house.turn()
    assert not house.learn.exists() and not house.alarms.told


def test_what_comes_again_is_learned_once(house):
    for _ in range(2):
        house.put(1)
        house.turn()
    assert house.counts() == {"trap": (0, 1)}


def test_what_cannot_be_learned_is_told_and_stays_until_it_can(house):
    house.put(1)
    lessons = house.learn / "lessons.db"
    lessons.mkdir()
    house.turn()
    assert BROKEN in house.alarms.up and len(Box(house.learn).waiting()) == 1
    lessons.rmdir()
    house.turn()
    assert BROKEN not in house.alarms.up and house.counts() == {"trap": (0, 1)}
