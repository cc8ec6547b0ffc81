"""Which part of the session answers which event; each answer goes into the record's time line."""

from collections.abc import Coroutine
from typing import Any

from gatepost.gateway import delivery, mail_dialogue
from gatepost.gateway.answer import Answer
from gatepost.gateway.session import Session
from gatepost.smtp import replies
from gatepost.smtp.events import ChunkEnd, Data, EndOfContent, Event, Helo, Invalid, Mail, Rcpt

Pending = Answer | Coroutine[Any, Any, Answer]


def answer_to(session: Session, event: Event) -> Pending:
    """The answer, or a coroutine that will have it."""
    if isinstance(event, EndOfContent):
        return delivery.message(session, event)  # writes its own line: the trace is gone before the answer
    pending = handle(session, event)
    if isinstance(pending, Answer):
        session.note(event, pending)
        return pending
    return noted(session, event, pending)


async def noted(session: Session, event: Event, pending: Coroutine[Any, Any, Answer]) -> Answer:
    answer = await pending
    session.note(event, answer)
    return answer


def handle(session: Session, event: Event) -> Pending:
    match event:
        case Rcpt():
            return mail_dialogue.rcpt(session, event)
        case Mail():
            return mail_dialogue.mail(session, event)
        case Data():
            return mail_dialogue.data(session, event)
        case ChunkEnd():
            return Answer(replies.CHUNK_OK)
        case Helo():
            return session.helo(event)
        case Invalid():
            return session.invalid(event)
        case _:
            return session.answer(event)
