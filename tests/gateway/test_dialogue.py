"""Which part of the session answers which event."""

from typing import get_args

import pytest

from gatepost.gateway.answer import Answer
from gatepost.gateway.dialogue import HANDLERS, answer_to
from gatepost.model.address import Address, Domain
from gatepost.smtp import replies
from gatepost.smtp.events import (
    Auth,
    BadContent,
    ChunkEnd,
    Content,
    Data,
    EndOfContent,
    Event,
    Helo,
    Invalid,
    Mail,
    Plain,
    Rcpt,
    StartTls,
)  # fmt: skip
from tests.gateway.house import EHLO, MAIL, RCPT, House

ANN = Address("ann", Domain("example.com"))
EVENTS = (
    Plain("NOOP"), Plain(""), Helo("EHLO", "a.example"), Mail(sender=None), Rcpt(recipient=ANN), Data(chunked=False),
    ChunkEnd(b"x", 1), EndOfContent(b"", 0, False, 0), BadContent(replies.TOO_LARGE, "content.size", False),
    Invalid(reply=replies.UNKNOWN, rule="command.unknown"), StartTls(), Auth("PLAIN", None),
)  # fmt: skip


def test_there_is_an_example_of_every_event_that_wants_an_answer():
    assert {type(event) for event in EVENTS} == set(get_args(Event)) - {Content}
    assert set(HANDLERS) <= set(get_args(Event))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_that_wants_an_answer_gets_one(event):
    house = House()
    client = house.client()
    client.say(EHLO, MAIL, RCPT)
    if isinstance(event, EndOfContent | ChunkEnd):
        client.say(b"BDAT 0\r\n")
    session = client.connection.session
    if isinstance(event, Mail):
        session.abandon()
    pending = answer_to(session, event)
    answer = pending if isinstance(pending, Answer) else house.loop.run(pending)
    assert 200 <= answer.reply.code < 600 and not house.bugs
