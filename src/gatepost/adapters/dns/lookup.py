"""How long is a question pursued, and at whom? Until there is an answer, all have failed, or the deadline is over.

A server that does not answer in time is waited for on, while the next is asked: an answer that comes late is as good.
One that answers SERVFAIL or nonsense is not asked that question again.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from gatepost.adapters.dns.attempt import Attempt
from gatepost.adapters.dns.datagrams import reason_of
from gatepost.adapters.dns.message import Question, Rcode, Reading, Reply, read
from gatepost.adapters.dns.names import BadMessage
from gatepost.adapters.dns.servers import Server
from gatepost.adapters.dns.settings import DnsSettings

T = TypeVar("T")
REFUSED_PAUSE = 0.25  # seconds until a server that nobody listens at is tried again: it may be restarting
TIMED_OUT = "timed out"


class Failure(Struct, frozen=True):
    """No answer; the reason is short, for a trace."""

    reason: str


Landed = Callable[[Reply[T] | Failure], None]


class Lookup(Generic[T]):
    """One question. It calls `landed` once; `begin` may do so before it returns.

    Args:
        servers: in the order in which they are asked.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, settings: DnsSettings, servers: list[Server], asked: Question,
        reading: Reading[T], landed: Landed[T],
    ) -> None:  # fmt: skip
        self.loop, self.settings, self.asked, self.reading, self.landed = loop, settings, asked, reading, landed
        self.to_ask = deque(servers * settings.tries)
        self.attempts: list[Attempt] = []
        self.useless: set[Server] = set()
        self.unreachable: set[Server] = set()
        self.reason = TIMED_OUT
        self.timer: asyncio.TimerHandle | None = None
        self.deadline: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self.deadline = self.loop.call_later(self.settings.deadline, self.land, Failure(TIMED_OUT))
        self.go_on()

    def go_on(self) -> None:
        """Ask the next server; where there is none left, wait for those that were asked."""
        self.wait(None)
        while self.to_ask:
            server = self.to_ask.popleft()
            if server in self.useless:
                continue
            attempt = Attempt(self.loop, server, self.asked, self)
            self.attempts.append(attempt)
            self.wait(self.settings.timeout)
            try:
                attempt.begin()
            except OSError as error:
                self.failed(attempt, reason_of(error))
            return
        if self.attempts:
            self.wait(self.settings.timeout)
        else:
            self.land(Failure(self.reason))

    def wait(self, seconds: float | None) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self.timer = None if seconds is None else self.loop.call_later(seconds, self.late)

    def late(self) -> None:
        """Nobody has answered in time."""
        now = self.loop.time()
        if self.attempts:
            last = self.attempts[-1].server
            last.missed_one(now, TIMED_OUT)
            last.datagrams.late(now)
        if self.to_ask:
            self.go_on()
        else:
            self.land(Failure(self.reason))

    # ── a `Judge` of attempts ────────────────────────────────────────────────
    def told(self, attempt: Attempt, octets: bytes, rcode: int) -> None:
        self.attempts.remove(attempt)
        if rcode not in (Rcode.NOERROR, Rcode.NXDOMAIN):
            self.give_up(attempt.server, rcode_text(rcode))
            return
        try:
            reply = read(octets, self.asked, self.reading)
        except BadMessage as error:
            self.give_up(attempt.server, f"bad answer: {error}")
        else:
            self.land(reply)

    def failed(self, attempt: Attempt, reason: str) -> None:
        """No way to that server at the moment: to the next at once, to the same a little later."""
        self.attempts.remove(attempt)
        self.reason = reason
        attempt.server.missed_one(self.loop.time(), reason)
        self.unreachable.add(attempt.server)
        if self.to_ask and self.to_ask[0] in self.unreachable:
            self.unreachable.clear()
            self.wait(REFUSED_PAUSE)
        else:
            self.go_on()

    def give_up(self, server: Server, reason: str) -> None:
        """It has answered and has nothing to say."""
        self.useless.add(server)
        self.reason = reason
        self.go_on()

    def land(self, outcome: Reply[T] | Failure) -> None:
        self.wait(None)
        if self.deadline is not None:
            self.deadline.cancel()
        attempts, self.attempts = self.attempts, []
        for attempt in attempts:
            attempt.cancel()
        self.to_ask.clear()
        self.landed(outcome)


def rcode_text(rcode: int) -> str:
    try:
        return Rcode(rcode).name
    except ValueError:
        return f"rcode {rcode}"
