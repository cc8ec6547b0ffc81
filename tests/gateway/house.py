"""A gateway without network and without time: a loop that is turned by hand, and transports that remember.

What runs on it is the gateway's own, from the door to the journal; only what stands behind the ports is not.
"""

import asyncio
import heapq
import itertools
import os
import re
from collections import deque
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace

from gatepost.engine.run import Engine
from gatepost.gateway.admission import Admission, Room
from gatepost.gateway.ids import Ids
from gatepost.gateway.judge import Judge
from gatepost.gateway.listener import Listener, Outside, Site
from gatepost.gateway.listener_settings import ListenerSettings
from gatepost.gateway.opening import Door
from gatepost.gateway.routes import DomainRoute, Routes
from gatepost.gateway.session import Session
from gatepost.gateway.tarpit import Tarpit
from gatepost.gateway.transaction import Place
from gatepost.gateway.wheel import Wheel
from gatepost.model.check import NOTHING_FOUND, Check, Report, Spec
from gatepost.model.finding import Kind
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.samples import connect
from gatepost.model.verdict import Action
from gatepost.policy.ruleset import RuleSet
from gatepost.testing.fakes import FakeBackend, FakeCounters, FakeGauges, FakeJournal, FakeMemory, FakeQuarantine

CLIENT = "192.0.2.99"
EPOCH = 1704103200.0
EHLO = b"EHLO client.example.net\r\n"
MAIL = b"MAIL FROM:<ann@example.net>\r\n"
RCPT = b"RCPT TO:<bob@example.com>\r\n"
MESSAGE = b"Subject: Hi\r\n\r\nHello.\r\n.\r\n"
NO_SUCH_USER = Reply(550, "5.1.1", "User unknown")
SILENT_PIPE, _ = os.pipe()
REFERENCE = re.compile(r" \[([0-9A-Z]{16})\](?=\r\n)")  # of the transaction, behind a refusal


class HandLoop(asyncio.AbstractEventLoop):
    """Time stands still until it is advanced. `errors`: what callbacks raised."""

    def __init__(self):
        self.now = 1000.0
        self.ready = deque()
        self.timers = []
        self.order = itertools.count()
        self.errors = []

    def time(self):
        return self.now

    def get_debug(self):
        return False

    def is_running(self):
        return True

    def is_closed(self):
        return False

    def call_soon(self, callback, *args, context=None):
        handle = asyncio.Handle(callback, args, self, context)
        self.ready.append(handle)
        return handle

    def call_later(self, delay, callback, *args, context=None):
        return self.call_at(self.now + delay, callback, *args, context=context)

    def call_at(self, when, callback, *args, context=None):
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self.timers, (when, next(self.order), handle))
        return handle

    def _timer_handle_cancelled(self, handle):
        """Left in the heap, passed over when its time comes."""

    def create_future(self):
        return asyncio.Future(loop=self)

    def create_task(self, coro, *, name=None, context=None):
        return asyncio.Task(coro, loop=self, name=name)

    def call_exception_handler(self, context):
        self.errors.append(context)

    def do(self, function, *args):
        """Call it as this loop would, then all that is ready because of it."""
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            result = function(*args)
            while self.ready:
                handle = self.ready.popleft()
                if not handle.cancelled():
                    handle._run()
            return result
        finally:
            asyncio._set_running_loop(before)

    def turn(self):
        self.do(lambda: None)

    def run(self, coroutine):
        """To its end, which must need no time."""
        task = self.do(self.create_task, coroutine)
        assert task.done(), "it waits"
        return task.result()

    def advance(self, seconds):
        until = self.now + seconds
        while self.timers and self.timers[0][0] <= until:
            when, _, handle = heapq.heappop(self.timers)
            self.now = max(self.now, when)
            self.ready.append(handle)
            self.turn()
        self.now = until
        self.turn()

    @property
    def is_idle(self):
        """No timer is running."""
        return all(handle.cancelled() for _, _, handle in self.timers)


class LoopClock:
    """`ports.clock.Clock` by a loop's time."""

    def __init__(self, loop):
        self.loop = loop

    def now(self):
        return EPOCH + self.loop.time()

    def monotonic(self):
        return self.loop.time()


class MemoryTransport(asyncio.Transport):
    """What the gateway has written is in `sent`; with `stalled` the client reads nothing."""

    def __init__(self, loop, peer=(CLIENT, 4025), here=("192.0.2.1", 25), early=False, has_eof=True):
        super().__init__({"peername": peer, "sockname": here, "socket": SimpleNamespace(fileno=lambda: SILENT_PIPE)})
        if early:
            self.early, into = os.pipe()
            os.write(into, b"EHLO")
            os.close(into)
            self._extra["socket"] = SimpleNamespace(fileno=lambda: self.early)
        self.loop, self.has_eof = loop, has_eof
        self.protocol = None
        self.sent = self.unsent = self.unread = b""
        self.is_reading_now, self.stalled, self.is_paused = True, False, False
        self.ended = self.closing = self.is_over = self.was_aborted = False
        self.high = 65536

    def set_protocol(self, protocol):
        self.protocol = protocol

    def get_protocol(self):
        return self.protocol

    def set_write_buffer_limits(self, high=None, low=None):
        self.high = high

    def write(self, data):
        assert not self.ended, "nothing can be said behind the end"
        if self.closing:
            return
        if not self.stalled:
            self.sent += data
            return
        self.unsent += data
        if len(self.unsent) > self.high and not self.is_paused:
            self.is_paused = True
            self.protocol.pause_writing()

    def read_all(self):
        """The client reads again."""
        self.stalled = False
        self.sent, self.unsent = self.sent + self.unsent, b""
        if self.is_paused:
            self.is_paused = False
            self.protocol.resume_writing()
        if self.closing:
            self.lose()

    def pause_reading(self):
        assert self.is_reading_now, "already paused"
        self.is_reading_now = False

    def resume_reading(self):
        self.is_reading_now = True
        if self.unread:
            octets, self.unread = self.unread, b""
            self.loop.call_soon(self.protocol.data_received, octets)

    def can_write_eof(self):
        return self.has_eof

    def write_eof(self):
        self.ended = True

    def is_closing(self):
        return self.closing

    def close(self):
        if not self.closing:
            self.closing = True
            if not self.unsent:
                self.loop.call_soon(self.lose)

    def abort(self):
        self.closing = self.was_aborted = True
        self.loop.call_soon(self.lose)

    def lose(self, error=None):
        if not self.is_over:
            self.is_over = self.closing = True
            self.protocol.connection_lost(error)


class Client:
    """One connection, and what its client does and hears.

    `references`: those that stood behind refusals; what is heard is without them.
    """

    def __init__(self, house, ip=CLIENT, **transport):
        self.house, self.loop = house, house.loop
        self.transport = MemoryTransport(self.loop, peer=(ip, 4025), **transport)
        opening = house.door()
        self.transport.protocol = opening
        self.heard_so_far = 0
        self.references = []
        self.loop.do(opening.connection_made, self.transport)

    @property
    def connection(self):
        return self.transport.protocol

    def hear(self):
        """What was said since it was last asked."""
        self.loop.turn()
        heard = self.transport.sent[self.heard_so_far :]
        self.heard_so_far = len(self.transport.sent)
        text = heard.decode("ascii")
        self.references += REFERENCE.findall(text)
        return REFERENCE.sub("", text)

    def say(self, *pieces):
        """Say it, piece by piece, and hear what comes back."""
        for octets in pieces:
            if self.transport.is_reading_now:
                self.loop.do(self.transport.protocol.data_received, octets)
            else:
                self.transport.unread += octets
        return self.hear()

    def say_nothing_more(self):
        """A half-close."""
        if not self.loop.do(self.transport.protocol.eof_received):
            self.loop.do(self.transport.close)
        return self.hear()

    def go_away(self):
        """The connection is lost."""
        self.loop.do(self.transport.lose, ConnectionResetError())

    def stop_reading(self):
        self.transport.stalled = True

    def read_again(self):
        self.loop.do(self.transport.read_all)
        return self.hear()

    @property
    def is_closed(self):
        return self.transport.is_over


class Finder(Check):
    """Finds `code` where `when` holds of the stage; waits for `answer` first if there is one."""

    def __init__(self, code, when, answer):
        name = code.partition(".")[0]
        self.spec = Spec(name=name, kinds=(Kind(code, "It is so."),))
        self.when, self.answer = when, answer

    async def __call__(self, at):
        if self.answer is not None:
            await self.answer
        return Report((self.spec.kinds[0](),)) if self.when(at) else NOTHING_FOUND


class House:
    """One inbound listener for example.com, in front of one backend, with everything that can be set.

    Args:
        finds: (phase, finding code, predicate over the stage or True) of checks that there are.
        rules: see `rule`.
        listener, limits, tarpit: settings that differ from the defaults; the tar pit is off unless set.
        trusted: networks of relays in front.
    """

    def __init__(
        self, *, finds=(), rules=(), listener=None, limits=None, tarpit=None, trusted=(), domains=None, backends=None,
        quarantine=True, spool=Path("/nonexistent"), spool_memory=65536, room=1000, prefix="X-Gateway", answers=None,
    ):  # fmt: skip
        self.loop = HandLoop()
        self.clock = LoopClock(self.loop)
        self.backends = backends or {"backend": FakeBackend()}
        self.quarantine = FakeQuarantine() if quarantine else None
        self.journal, self.memory = FakeJournal(), FakeMemory(self.clock)
        self.counters, self.gauges = FakeCounters(self.clock), FakeGauges()
        self.bugs = []
        self.wheel = Wheel(self.loop)
        settings = ListenerSettings.model_validate(
            {"bind": ["0.0.0.0:25"], "tarpit": tarpit or {"delay": 0}, "limits": limits or {}, **(listener or {})}
        )
        self.outside = Outside(
            backends=self.backends, quarantine=self.quarantine, journal=self.journal, memory=self.memory,
            gauges=self.gauges, clock=self.clock,
        )  # fmt: skip
        site = Site(
            hostname="mx.example.com", header_prefix=prefix, trusted_relays=tuple(map(ip_network, trusted)),
            spool=spool, spool_memory=spool_memory, node="node1", worker=3,
        )  # fmt: skip
        pit = settings.tarpit
        self.listener = Listener(
            "inbound", settings, site, judge=self.judge(finds, rules, answers or {}),
            routes=Routes(domains or {"example.com": DomainRoute("backend")}, settings.relay, settings.relay_from,
            self.backends),
            tarpit=Tarpit(pit.delay, pit.maximum, settings.limits.tarpitted, "tarpit:inbound", self.counters,
            self.gauges),
            tls=None, outside=self.outside, ids=Ids(), on_bug=self.on_bug,
        )  # fmt: skip
        self.room = Room(room)
        self.admission = Admission(self.listener, self.room)
        self.door = Door(self.listener, self.admission, self.wheel)

    def judge(self, finds, rules, answers):
        plans = {phase: [] for phase in Phase}
        for phase, code, *when in finds:
            plans[phase].append(Finder(code, when[0] if when else lambda at: True, answers.get(code)))
        engine = Engine({phase: tuple(checks) for phase, checks in plans.items()}, self.clock, self.on_bug)
        return Judge(engine, RuleSet(rules))

    def on_bug(self, where, error):
        self.bugs.append((where, error))

    @property
    def backend(self):
        return self.backends["backend"]

    @property
    def traces(self):
        return self.journal.traces

    @property
    def tally(self):
        return self.outside.tally

    def client(self, ip=CLIENT, **transport):
        """Has connected, and has not looked at the greeting."""
        return Client(self, ip, **transport)

    def greeted(self, ip=CLIENT, **transport):
        """Has said EHLO and heard the answer."""
        client = self.client(ip, **transport)
        client.say(EHLO)
        return client

    def session(self, ip=CLIENT):
        """A session alone, without a connection."""
        at = connect(ip, limits=self.listener.limits, now=self.clock.now())
        return Session(self.listener, at, Place("node1", 3, ip, ip, 4025, "192.0.2.1:25"))

    def level(self, key):
        return self.gauges.level(key)


def rule(action, code, phase, reply=NO_SUCH_USER, **more):
    """A rule named after what it does: "reject-a.b"."""
    return Rule(name=f"{action.value}-{code}", phase=phase, action=action, reply=reply, codes=(code,), **more)


def rejecting(phase, code="odd.thing", when=lambda at: True, reply=NO_SUCH_USER, **more):
    """Arguments for a house in which that is found at `phase`, and refused."""
    return {"finds": ((phase, code, when),), "rules": (rule(Action.REJECT, code, phase, reply, **more),)}
