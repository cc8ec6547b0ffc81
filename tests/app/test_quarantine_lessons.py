"""What people release teaches that it was ham, what they delete as spam that it was spam."""

import pytest

from gatepost.app.quarantine_lessons import QuarantineLessons
from gatepost.app.spam_filter import learn_dir
from gatepost.app.teaching import status
from gatepost.config.load import parse
from gatepost.model.samples import address
from gatepost.ports.quarantine import Held
from tests.config.texts import text

OURS, OWN = b"Received: from a by b; date\r\n", b"From: a@example.net\r\nSubject: x\r\n\r\nHello\r\n..dot\r\n"


def held(to="bob@example.com", **change):
    start = {
        "id": "A1", "message": "M1", "transaction": "T1", "since": 0.0, "rule": "spam", "sender": None,
        "recipient": address("bob@example.com"), "size": len(OURS + OWN), "ours": OURS, "to": to,
    }  # fmt: skip
    return Held(**{**start, **change})


@pytest.fixture
def settings(tmp_path):
    def made(**change):
        (tmp_path / "data").mkdir(exist_ok=True)
        return parse(text({"gateway": {"data_dir": str(tmp_path / "data")}, **change}), "test").settings

    return made


async def test_what_is_released_to_its_recipient_is_ham_and_its_copies_are_the_same_mail(settings):
    lessons = QuarantineLessons(settings(), print)
    for _ in range(2):
        lessons.released(held(), iter([OURS, OWN]))
        await lessons.teach()
    found = status(settings())
    assert [(one.name, one.ham, one.spam) for one in found.sources] == [("release", 1, 0)]


@pytest.mark.parametrize("change", [{"to": "desk@example.com"}, {"size": 10**9}])
async def test_what_goes_to_somebody_else_or_is_huge_teaches_nothing(settings, change):
    lessons = QuarantineLessons(settings(), print)
    lessons.released(held(**change), iter([OURS, OWN]))
    await lessons.teach()
    assert not learn_dir(settings()).exists()


async def test_without_a_filter_nothing_is_taught(settings):
    lessons = QuarantineLessons(settings(checks={"spam": {"enabled": False}}), print)
    lessons.released(held(), iter([OURS, OWN]))
    await lessons.teach()
    assert not learn_dir(settings()).exists()


async def test_what_cannot_be_written_is_said(settings):
    made, said = settings(), []
    learn_dir(made).write_text("no directory")
    lessons = QuarantineLessons(made, said.append)
    lessons.released(held(), iter([OURS, OWN]))
    await lessons.teach()
    assert len(said) == 1 and "learned nothing" in said[0]


async def test_what_is_deleted_as_spam_is_spam_and_a_later_release_of_a_copy_says_otherwise(settings):
    lessons = QuarantineLessons(settings(), print)
    lessons.confirmed(held(to=""), iter([OURS, OWN]))
    await lessons.teach()
    assert [(one.name, one.ham, one.spam) for one in status(settings()).sources] == [("confirmed", 0, 1)]
    lessons.released(held(), iter([OURS, OWN]))
    await lessons.teach()
    assert [(one.name, one.ham, one.spam) for one in status(settings()).sources] == [("release", 1, 0)]
