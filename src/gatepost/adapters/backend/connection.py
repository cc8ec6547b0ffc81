"""One connection to a mail server: carries one exchange after the other, and is dropped after any doubt.

All of it runs in the loop's callbacks. Deadlines are an attribute that the pool's sweep looks at: refreshing
one is a store, not a timer (ARCHITECTURE §5).
"""

import asyncio
from collections.abc import Iterator
from typing import Any

from gatepost.adapters.backend.content import ONE_WRITE, end_after, pieces, whole
from gatepost.adapters.backend.hosts import Host, HostFailed, said
from gatepost.adapters.backend.job import Job
from gatepost.adapters.backend.owner import Owner
from gatepost.adapters.backend.settings import BackendSettings
from gatepost.adapters.backend.state import State
from gatepost.model.reply import Reply
from gatepost.model.tls import Tls
from gatepost.ports.backend import Extensions
from gatepost.smtp.client import ClientProtocol
from gatepost.smtp.client_commands import QUIT, RSET
from gatepost.smtp.client_transaction import Exchange, Next
from gatepost.smtp.reply_reader import BadReply

WRITE_BUFFER = 256 * 1024  # octets in the transport at which writing pauses
FAREWELL = 5.0  # seconds for the reply to QUIT
NEVER = float("inf")
NOT_CONNECTED = asyncio.Transport()


class Connection(asyncio.Protocol):
    """Owned by one pool.

    Args:
        served: exchanges it has completed.
        is_old: it was ready before the exchange that is going on was there: the server may have closed it unseen.
        deadline: loop time at which `expired` is to be called.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, host: Host, settings: BackendSettings, owner: "Owner[Connection]"
    ) -> None:
        self.loop, self.host, self.settings, self.owner = loop, host, settings, owner
        self.name = str(host.where)
        self.client = ClientProtocol()
        self.transport = NOT_CONNECTED
        self.state = State.SETUP
        self.offered = Extensions()
        self.tls: Tls | None = None
        self.served, self.is_old = 0, False
        self.deadline = NEVER
        self.job: Job[Any] | None = None
        self.exchange: Exchange | None = None
        self.answer: asyncio.Future[Reply | None] = loop.create_future()  # to come unasked: the greeting
        self.rest: Iterator[bytes] | None = None  # of the content that is being sent
        self.tail = b""  # the last octets of it
        self.is_paused = False
        self.reason = ""  # why it was dropped

    @property
    def is_closed(self) -> bool:
        return self.state is State.CLOSED

    @property
    def is_usable(self) -> bool:
        return self.state is State.IDLE and not self.transport.is_closing()

    # ── the loop calls ───────────────────────────────────────────────────────
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # TCP has no other
        self.use(transport)
        self.deadline = self.loop.time() + self.settings.command_timeout

    def use(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        transport.set_write_buffer_limits(high=WRITE_BUFFER)

    def data_received(self, octets: bytes) -> None:
        if self.state is State.CLOSED:
            return
        exchange = self.exchange
        try:
            if exchange is not None and exchange.is_group:
                self.take_group(octets, exchange)
            else:
                self.take_all(octets)
        except (BadReply, OSError) as error:  # OSError: the content could not be read
            self.drop(str(error))

    def connection_lost(self, exc: Exception | None) -> None:
        self.drop("closed by the mail server" if exc is None else f"connection lost: {exc}", may_retry=True)

    def pause_writing(self) -> None:
        self.is_paused = True

    def resume_writing(self) -> None:
        self.is_paused = False
        if self.rest is not None:
            try:
                self.pump(self.rest)
            except (BadReply, OSError) as error:
                self.drop(str(error))

    # ── replies ──────────────────────────────────────────────────────────────
    def take_group(self, octets: bytes, exchange: Exchange) -> None:
        """The replies to commands that were said at once: as a rule the same octets as for the message before."""
        client = self.client
        if client.has_go_ahead(octets):
            exchange.agree()
            self.send_content()
            return
        is_whole = client.reader.is_empty
        self.take_all(octets)
        if is_whole and exchange.is_agreed and client.reader.is_empty:
            client.remember(exchange.replies, octets)

    def take_all(self, octets: bytes) -> None:
        client = self.client
        client.receive(octets)
        while (reply := client.next_reply()) is not None:
            self.take(reply)
            if self.state is State.CLOSED:
                return

    def take(self, reply: Reply) -> None:
        exchange = self.exchange
        if exchange is None:
            self.take_outside(reply)
            return
        if exchange.content_said and self.is_out_of_step(reply):
            raise BadReply("the reply to the message may be one to something else")
        following = exchange.take(reply)
        if following is Next.REPLY:
            self.deadline = self.loop.time() + self.settings.command_timeout
        elif following is Next.CONTENT:
            self.send_content()
        elif following is Next.COMMAND:
            self.say(exchange.commands[exchange.replies], 1)
        else:
            self.finish(reply, following)

    def is_out_of_step(self, reply: Reply) -> bool:
        """More was said than was asked; or the message is taken while its end has not even been sent."""
        early = reply.code < 400 and self.transport.get_write_buffer_size() > 0
        return early or not self.client.is_quiet

    def take_outside(self, reply: Reply) -> None:
        """A reply outside of exchanges."""
        if self.state is State.SETUP:
            self.deadline = NEVER
            if not self.answer.done():
                self.answer.set_result(reply)
        elif self.state is State.RESETTING and reply.code == 250:
            self.release()
        else:
            self.drop(f"RSET or QUIT: {said(reply)}" if self.state is State.RESETTING else "")

    def finish(self, reply: Reply, following: Next) -> None:
        """The exchange has its outcome."""
        if following is Next.DROP:
            self.drop(f"answered {said(reply)}", may_retry=reply.code == 421)
            return
        self.settle()
        self.served += 1
        if following is Next.LEAVE:
            self.drop("")
        elif following is Next.RESET:
            self.state = State.RESETTING
            self.say(RSET, 1)
        else:
            self.release()

    def settle(self) -> None:
        job, exchange = self.job, self.exchange
        self.job = self.exchange = None
        if job is not None and exchange is not None:
            job.settle(exchange, exchange.outcome or exchange.lost(), self.name, self.tls)

    def release(self) -> None:
        """Ready for the next exchange, unless more was said than was asked."""
        self.client.asked(0)
        self.is_old = True
        self.settled_down()
        self.owner.freed(self)

    def settled_down(self) -> None:
        self.state = State.IDLE
        self.deadline = self.loop.time() + self.settings.idle_timeout

    # ── commands ─────────────────────────────────────────────────────────────
    def begin(self, job: Job[Any]) -> bool:
        """Carry it out; False where it was over without asking, and the connection is still idle."""
        try:
            exchange = job.exchange(self.name, self.offered, self.tls)
        except ValueError as error:  # a value that cannot be said: the bug of whoever waits for this job, not ours
            job.fail(error)
            return False
        if exchange is None:
            return False
        self.job, self.exchange, self.state = job, exchange, State.BUSY
        said = exchange.commands if exchange.pipelined else exchange.commands[:1]
        self.say(b"".join(said), len(said))
        return True

    def say(self, octets: bytes, commands: int) -> None:
        self.client.asked(commands)
        self.deadline = self.loop.time() + self.settings.command_timeout
        self.transport.write(octets)

    async def ask(self, command: bytes) -> Reply:
        """One command and its reply, while the connection is set up."""
        if self.is_closed:
            raise HostFailed(self.reason)
        self.answer = self.loop.create_future()
        self.say(command, 1)
        return await self.answered()

    async def answered(self) -> Reply:
        """The reply that is awaited: the greeting, before anything was asked."""
        reply = await self.answer
        if reply is None or self.is_closed:  # closed: by what came with the reply and was not asked for
            raise HostFailed(self.reason)
        return reply

    # ── content ──────────────────────────────────────────────────────────────
    def send_content(self) -> None:
        """All at once if it is small, so that it is one system call; else as fast as the server takes it."""
        payload = self.job.payload if self.job is not None else None
        assert payload is not None  # noqa: S101 - only a message asks for content
        if payload.size <= ONE_WRITE:
            self.send_end(whole(payload))
            return
        self.client.asked(0)
        self.rest, self.tail = pieces(payload), b""
        self.pump(self.rest)

    def pump(self, rest: Iterator[bytes]) -> None:
        """Write until the transport has enough; `resume_writing` goes on."""
        self.deadline = self.loop.time() + self.settings.data_timeout
        for piece in rest:
            self.tail = (self.tail + piece[-2:])[-2:]
            self.transport.write(piece)
            if self.is_paused or self.transport.is_closing():
                return
        self.rest = None
        self.send_end(end_after(self.tail))

    def send_end(self, octets: bytes) -> None:
        """What ends in the final dot: from here on the server may have the message."""
        self.client.asked(1)
        if self.exchange is not None:
            self.exchange.dot_said()
        self.deadline = self.loop.time() + self.settings.final_timeout
        self.transport.write(octets)

    # ── the end ──────────────────────────────────────────────────────────────
    def expired(self) -> None:
        """The deadline has passed."""
        if self.state is State.IDLE:
            self.quit()
        else:
            self.drop("no reply in time" if self.state is not State.QUITTING else "", may_retry=True)

    def quit(self) -> None:
        """Take leave; only when nothing is going on."""
        self.state = State.QUITTING
        self.say(QUIT, 1)
        self.deadline = self.loop.time() + FAREWELL

    def drop(self, reason: str, *, may_retry: bool = False) -> None:
        """Never use it again; what was going on ends here.

        Args:
            may_retry: an old connection may have been dead before anything was asked: ask once more on another.
        """
        if self.is_closed:
            return
        self.state, self.reason = State.CLOSED, reason
        self.deadline, self.rest = NEVER, None
        if self.transport is not NOT_CONNECTED:
            self.transport.abort()
        if not self.answer.done():
            self.answer.set_result(None)
        job, exchange = self.job, self.exchange
        self.owner.gone(self)
        if job is None or exchange is None:
            return
        nothing_agreed = exchange.replies == (1 if exchange.outcome is not None else 0)
        if may_retry and nothing_agreed and self.is_old and not (job.is_retried or job.is_over):
            self.job = self.exchange = None
            job.is_retried = True
            self.owner.retry(job)
            return
        if not job.is_over:
            doubtful = (exchange.outcome or exchange.lost()).doubtful
            self.owner.noticed("backend.doubtful" if doubtful else "backend.lost", self.name, reason)
        self.settle()
