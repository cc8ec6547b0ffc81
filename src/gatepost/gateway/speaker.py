"""What is said to a client and when: at once, after its time in the tar pit, or as a last word.

The other half of a connection is `connection`, which hears.
"""

import asyncio
from abc import abstractmethod

from msgspec import structs

from gatepost.gateway.admission import Admission
from gatepost.gateway.answer import Answer
from gatepost.gateway.session import Session
from gatepost.gateway.wheel import Wheel
from gatepost.gateway.wire import Wire
from gatepost.model.reply import Reply
from gatepost.model.trace import End
from gatepost.smtp import replies
from gatepost.smtp.events import Invalid
from gatepost.smtp.server import ServerProtocol

EVICTED = Reply(421, "4.3.2", "Too busy, try again later")


class Speaker(Wire):
    """Says answers, and ends the connection when the last one is said.

    Args:
        session: the dialogue, about to begin.
        core: the protocol, nothing read yet.
    """

    __slots__ = (
        "active", "admission", "busy", "core", "half_closed", "handshaking", "in_tarpit", "is_queued", "last_reply",
        "session", "timer",
    )  # fmt: skip

    def __init__(self, session: Session, core: ServerProtocol, admission: Admission, wheel: Wheel) -> None:
        super().__init__(wheel)
        self.session = session
        self.core = core
        self.admission = admission
        self.busy = True  # an answer is pending; until the greeting it is that
        self.half_closed = self.in_tarpit = self.handshaking = False
        self.is_queued = False  # among those that may have to make room
        self.timer: asyncio.TimerHandle | None = None
        self.last_reply: Reply | None = None
        self.active = self.loop.time()  # when the client last said something

    @abstractmethod
    def go_on(self) -> None:
        """After something was waited for."""

    @abstractmethod
    def start_upgrade(self, *, greet: bool) -> None:
        """TLS from here on."""

    def say(self, answer: Answer) -> None:
        """The answer, or first its time in the tar pit; a full pit drops the client instead."""
        if answer.delay <= 0:
            self.say_now(answer)
        elif self.admission.enter_tarpit():
            self.in_tarpit = self.busy = True
            self.stay()
            self.flush()
            self.timer = self.loop.call_later(answer.delay, self.leave_tarpit, answer)
        else:
            self.say_now(structs.replace(answer, close=True))

    def leave_tarpit(self, answer: Answer) -> None:
        self.timer = None
        self.in_tarpit = self.busy = False
        self.active = self.loop.time()  # he has waited for us
        self.admission.leave_tarpit()
        self.say_now(answer)
        self.go_on()

    def say_now(self, answer: Answer) -> None:
        self.last_reply = answer.reply
        octets = self.core.reply(answer.spoken)
        if octets:
            if self.out:
                self.out.append(octets)
            else:
                self.out = [octets]
        if answer.reply.code == replies.START_CONTENT.code and self.core.is_closed:
            self.overtaken()
        if answer.close:
            self.core.close()
        if answer.upgrade:
            self.flush()
            self.start_upgrade(greet=False)

    def overtaken(self) -> None:
        """Content came before it was asked for, so the protocol has said 554 instead; the record is to say so too."""
        event = Invalid(reply=replies.PIPELINED, rule="command.pipelining", verb="DATA", close=True)
        self.last_reply = event.reply
        self.session.note(event, Answer(event.reply, close=True))

    def evict(self) -> bool:
        """Make room: this connection has been idle longest. False if the client waits for us."""
        if self.busy and not self.handshaking:
            return False
        self.part_with(EVICTED)
        return True

    def part_with(self, reply: Reply) -> None:
        """Say one last thing between commands, and close; a command that waits has an answer coming."""
        if self.handshaking:  # nothing can be said
            self.abort()
            return
        if self.busy:
            return
        self.say_now(Answer(reply, close=True))
        self.flush()
        self.settle()

    def settle(self) -> None:
        """Nothing more to do now: is it over, or may this connection have to make room for another?"""
        if self.transport is None:
            return
        if self.core.is_closed and not self.busy:
            self.end()
        elif self.half_closed and not self.busy:
            self.core.close()
            self.close()
        elif not self.in_tarpit and (self.session.transaction is None) is not self.is_queued:
            self.queue_as_idle()

    def stay(self) -> None:
        """In the tar pit nobody has to make room: he is not counted among the served."""
        if self.is_queued:
            self.queue_as_idle()

    def queue_as_idle(self) -> None:
        """Between transactions a connection may have to make room."""
        self.is_queued = not self.is_queued
        if self.is_queued:
            self.admission.idle[self] = self.active
        else:
            self.admission.idle.pop(self, None)

    def end(self) -> None:
        """Our last word has been said."""
        if self.ends:
            return
        self.admission.idle.pop(self, None)
        if self.half_closed or (self.last_reply is not None and self.last_reply.code == 221):
            self.close()
        else:
            self.close_when_heard()

    def record_end(self) -> None:
        """What was still open is recorded."""
        reply = self.last_reply or Reply(0, "", "")
        cut_short = self.session.transaction is not None and self.core.is_closed and not self.half_closed
        if reply.code in (421, 521) or (cut_short and reply.code >= 500):
            end = End.DROPPED
        else:
            end = End.REFUSED if reply.code >= 500 else End.IDLE
        self.session.closed(end, reply)
