"""One client's connection: octets to the protocol core, events to the session, answers back.

A callback protocol, no streams and no task: a coroutine exists only while something waits. Reading is
paused while an answer is pending, and while the client does not read ours. How it begins is `opening`,
how long anything may take is `patience`.
"""

import asyncio
from functools import partial

from gatepost.engine.stepping import Done, first_step
from gatepost.gateway.admission import Admission
from gatepost.gateway.answer import Answer
from gatepost.gateway.dialogue import answer_to
from gatepost.gateway.mail_dialogue import content
from gatepost.gateway.patience import Wait, look
from gatepost.gateway.session import Session
from gatepost.gateway.speaker import Speaker
from gatepost.gateway.wheel import Wheel
from gatepost.model.reply import Reply
from gatepost.smtp.events import ChunkEnd, Content, EndOfContent, Event, Plain
from gatepost.smtp.server import ServerProtocol

GREETING = Plain("")  # the client has connected; that is answered too
OUR_FAULT = Reply(421, "4.3.0", "Internal error, try again later")
WITH_OCTETS = (Content, EndOfContent, ChunkEnd)
TURN = 100  # events answered before other connections have theirs


class Connection(Speaker):
    """Hears, and has events answered. Owned by the event loop; lives until `connection_lost`."""

    __slots__ = ("decrypted", "is_served", "octets_in", "octets_then", "since", "wait")

    def __init__(self, session: Session, core: ServerProtocol, admission: Admission, wheel: Wheel) -> None:
        super().__init__(session, core, admission, wheel)
        self.octets_in = self.octets_then = 0
        self.wait: Wait | None = None
        self.since = self.active
        self.is_served = True  # not sent away at the door
        self.decrypted = b""  # came right behind the handshake, before we knew that it is done

    def begin(self, transport: asyncio.Transport, refusal: Reply | None, *, implicit_tls: bool, pause: float) -> None:
        """The greeting, or the reply that sends the client away.

        Args:
            pause: seconds in which a client that talks too early gives itself away.
        """
        self.attach(transport)
        self.wheel.visit(self, self.active + self.session.at.limits.idle)
        if refusal is not None:
            self.busy = self.is_served = False
            self.part_with(refusal)
        elif implicit_tls:
            self.start_upgrade(greet=True)
        elif pause:
            self.timer = self.loop.call_later(pause, self.greet)
        else:
            self.greet()

    def greet(self) -> None:
        self.timer = None
        self.busy = False
        if self.core.lines.has_more:
            self.session.spoke_early()
        self.take(GREETING)
        self.go_on()

    # ── what the loop calls ──────────────────────────────────────────────────

    def data_received(self, data: bytes) -> None:
        self.octets_in += len(data)
        self.active = self.loop.time()
        if self.handshaking and self.transport is not None and self.transport.get_protocol() is not self:
            self.decrypted += data
            return
        if self.core.is_closed:
            return  # discarded unparsed; `linger` waits for the client to hear our last word
        self.core.receive(data)
        if self.busy or not self.writable:
            self.pause_reading()
        else:
            self.pump()

    def eof_received(self) -> bool:
        """The client has nothing more to say; what it waits for it still gets (a half-close)."""
        self.half_closed = True
        if not self.busy:
            self.core.close()
            self.close()
        return self.busy

    def pause_writing(self) -> None:
        self.writable = False
        self.pause_reading()

    def resume_writing(self) -> None:
        self.writable = True
        if not self.busy:
            self.go_on()

    def connection_lost(self, error: Exception | None) -> None:
        if self.session.gone:
            return
        self.transport = None
        self.session.gone = True
        self.admission.idle.pop(self, None)
        self.admission.leave(self.session.place.client, served=self.is_served, in_tarpit=self.in_tarpit)
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
            self.busy = False
        if self.handshaking or not self.busy:
            self.record_end()

    def look(self, now: float) -> float:
        """The wheel comes by: has something taken too long?"""
        if self.transport is None:
            return 0.0
        if not self.ends:
            when = look(self, now)
            return 0.0 if self.ends else when  # whoever set `ends` has asked for a visit then
        if now < self.ends:
            return self.ends
        self.core.close()
        self.abort()
        return 0.0

    # ── events and answers ───────────────────────────────────────────────────

    def pump(self) -> None:
        """Answer events until one waits, or no whole one is left."""
        core, session = self.core, self.session
        turn = TURN
        while not self.busy and self.writable:
            event = core.next_event()
            if event is None:
                break
            if isinstance(event, WITH_OCTETS):
                content(session, event.octets)
                if isinstance(event, Content):
                    continue
            self.take(event)
            if core.is_hungry:
                break
            turn -= 1
            if turn <= 0 and not self.busy:
                self.let_others()
        self.flush()
        if core.is_closed or self.half_closed or (session.transaction is None) is not self.is_queued:
            self.settle()

    def take(self, event: Event) -> None:
        """Answer one event now, or have it answered when what it waits for is there."""
        try:
            pending = answer_to(self.session, event)
            if not isinstance(pending, Answer):
                begun = first_step(pending)
                if not isinstance(begun, Done):
                    self.busy = True
                    begun.then(partial(self.answered, event))
                    return
                pending = begun.value
        except Exception as error:  # ours: the client is told, the session ends, the operator sees the traceback
            self.fail(error)
            return
        self.session.note(event, pending)
        if pending.delay:
            self.say(pending)
        else:
            self.say_now(pending)

    def answered(self, event: Event, answer: Answer | None, error: BaseException | None) -> None:
        self.busy = False
        self.active = self.loop.time()  # he has waited for us
        if self.transport is None:
            if error is not None:
                self.session.listener.on_bug("session", error)
            self.record_end()
        elif answer is None:
            self.fail(error or TypeError("no answer"))
            self.go_on()
        else:
            self.session.note(event, answer)
            self.say(answer)
            self.go_on()

    def let_others(self) -> None:
        """A client that has sent thousands of commands at once has them answered in turns."""
        self.busy = True
        self.loop.call_soon(self.next_turn)

    def next_turn(self) -> None:
        self.busy = False
        if self.transport is None:
            self.record_end()
        else:
            self.go_on()

    def go_on(self) -> None:
        """After something was waited for. More is read only once all that is here has been answered: else a client
        could have us keep as much as it likes.
        """
        if self.busy:
            self.flush()
            return
        self.pump()
        if not self.busy and not self.core.is_closed:
            self.resume_reading()

    def fail(self, error: BaseException) -> None:
        """A bug of ours: 421, and the session ends."""
        self.session.listener.on_bug("session", error)
        self.say_now(Answer(OUR_FAULT, close=True))

    def give_up_content(self) -> bool:
        """Wait no longer for the end of content that is only being discarded; False if it still is kept."""
        flawed = self.core.give_up()
        if flawed is not None:
            self.take(flawed)
            self.flush()
            self.settle()
        return flawed is not None

    def start_upgrade(self, *, greet: bool) -> None:
        """TLS from here on; `greet` if from the first octet, which may be here already."""
        self.busy = self.handshaking = True
        if not self.is_queued:
            self.queue_as_idle()
        self.pause_reading()  # at once: what comes now is not for us
        self.loop.create_task(self.upgrade(greet))

    async def upgrade(self, greet: bool) -> None:
        """The handshake; nothing that was said before survives it (RFC 3207 §4.2)."""
        listener = self.session.listener
        early = self.core.lines.take_all() if greet else b""
        try:
            tls = await self.start_tls(listener.tls, early, listener.settings.tls.handshake) if listener.tls else None
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            tls = None
        if tls is None:
            self.abort()
            self.connection_lost(None)  # the loops do not say it of one that is lost during its handshake
            return
        self.session.tls_started(tls)
        self.busy = self.handshaking = False
        self.core.set_terms(self.session.terms())
        self.core.tls_started()
        if self.decrypted:
            self.core.receive(self.decrypted)
            self.decrypted = b""
        if greet:
            self.greet()
        else:
            self.go_on()
