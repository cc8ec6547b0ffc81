"""Which part of the session answers which event; each answer goes into the record's time line."""

from collections.abc import Callable, Coroutine
from typing import Any

from gatepost.gateway import delivery, mail_dialogue
from gatepost.gateway.answer import Answer
from gatepost.gateway.session import TOO_MANY_COMMANDS, Session
from gatepost.smtp import replies
from gatepost.smtp.events import ChunkEnd, Data, EndOfContent, Event, Helo, Invalid, Mail, Rcpt

Pending = Answer | Coroutine[Any, Any, Answer]
SMALL_CHUNK = 512  # octets; who sends a message in pieces sends larger ones


def answer_to(session: Session, event: Event) -> Pending:
    """The answer, or a coroutine that will have it. Who says it notes it (`Session.note`)."""
    handler = HANDLERS.get(type(event))
    return session.answer(event) if handler is None else handler(session, event)


def chunk_end(session: Session, event: ChunkEnd) -> Answer:
    """Chunks of next to nothing are a way to stay for ever in a transaction."""
    too_many = session.is_junk(event.size < SMALL_CHUNK)
    return Answer(TOO_MANY_COMMANDS, close=True) if too_many else Answer(replies.CHUNK_OK)


HANDLERS: dict[type, Callable[[Session, Any], Pending]] = {  # by type: an isinstance for each would cost more
    EndOfContent: delivery.message,
    Rcpt: mail_dialogue.rcpt,
    Mail: mail_dialogue.mail,
    Data: mail_dialogue.data,
    ChunkEnd: chunk_end,
    Helo: Session.helo,
    Invalid: Session.invalid,
}
