"""Which part of the session answers which event; each answer goes into the record's time line."""

from collections.abc import Callable, Coroutine
from typing import Any

from gatepost.gateway import delivery, mail_dialogue
from gatepost.gateway.answer import Answer
from gatepost.gateway.session import Session
from gatepost.smtp import replies
from gatepost.smtp.events import ChunkEnd, Data, EndOfContent, Event, Helo, Invalid, Mail, Rcpt

Pending = Answer | Coroutine[Any, Any, Answer]


def answer_to(session: Session, event: Event) -> Pending:
    """The answer, or a coroutine that will have it. Who says it notes it (`Session.note`)."""
    handler = HANDLERS.get(type(event))
    return session.answer(event) if handler is None else handler(session, event)


def chunk_end(session: Session, event: ChunkEnd) -> Answer:
    return Answer(replies.CHUNK_OK)


HANDLERS: dict[type, Callable[[Session, Any], Pending]] = {  # by type: an isinstance for each would cost more
    EndOfContent: delivery.message,
    Rcpt: mail_dialogue.rcpt,
    Mail: mail_dialogue.mail,
    Data: mail_dialogue.data,
    ChunkEnd: chunk_end,
    Helo: Session.helo,
    Invalid: Session.invalid,
}
