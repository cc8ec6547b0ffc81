"""Which process inspects which message, how many wait, and what is said where one took too long or died?

Nothing here waits and no task is made: a message goes to an idle process or into the queue, and callbacks do the rest.
"""

import asyncio
import signal
from collections import deque
from collections.abc import Callable

from gatepost.adapters.inspection.nursery import Nursery
from gatepost.adapters.inspection.sandbox.confine import Confinement
from gatepost.adapters.inspection.seat import Job, Seat
from gatepost.adapters.inspection.wire import Ended, Fork, Kill, Orders, Ready
from gatepost.model.inspection import Inspection
from gatepost.model.message import Content
from gatepost.ports.unavailable import Unavailable

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0  # seconds until the nursery is started again; doubles with each failure
MOST_TRIES = 2  # of one message, where the nursery ended under it
OF_TIME = frozenset({signal.SIGPROF, signal.SIGXCPU})
WORN_OUT = frozenset({"time", "memory", "size"})
"""A process where one of these ran out inspects nothing any more: its memory is in pieces."""


class Pool:
    """The inspecting processes of one worker; started by the first message. Owned by its event loop.

    Args:
        processes: at most.
        waiting: messages that may wait for one.
        seconds: for one message, by the clock on the wall.
        patience: seconds that a message may wait for a process.
    """

    def __init__(self, orders: Orders, *, processes: int, waiting: int, seconds: float, patience: float) -> None:
        self.orders, self.processes, self.waiting = orders, processes, waiting
        self.seconds, self.patience = seconds, patience
        self.confinement = Confinement()
        self.problem = ""
        self.nursery: Nursery | None = None
        self.is_ready = False
        self.pause = FIRST_PAUSE
        self.resting: asyncio.TimerHandle | None = None
        self.numbers = 0
        self.seats: dict[int, Seat] = {}
        self.idle: list[Seat] = []
        self.queue: deque[Job] = deque()

    def inspect(self, content: Content, spent: Callable[[str], Inspection]) -> "asyncio.Future[Inspection]":
        """Raises `Unavailable` where too many wait; so may the future.

        Args:
            spent: what to say where a budget of that name ran out.
        """
        loop = asyncio.get_running_loop()
        if len(self.queue) >= self.waiting:
            self.queue = deque(job for job in self.queue if job.is_wanted)
        if len(self.queue) >= self.waiting:
            raise Unavailable("inspection: too many messages wait")
        job = Job(content, spent, loop.create_future())
        self.queue.append(job)
        self.dispatch(loop)
        if self.queue and self.queue[-1] is job:
            job.waits = loop.call_later(self.patience, self.give_up, job)
        return job.future

    def give_up(self, job: Job) -> None:
        if job in self.queue:
            self.queue.remove(job)
            job.fail(Unavailable(self.problem or "inspection: no process became free"))

    def dispatch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Messages to processes, as far as there are any of both."""
        if not self.is_ready:
            self.start(loop)
            return
        while self.queue:
            seat = self.seat(loop)
            if seat is None:
                return
            job = self.queue.popleft()
            if job.waits is not None:
                job.waits.cancel()
            if job.is_wanted:
                self.give(seat, job)
            else:
                self.idle.append(seat)

    def give(self, seat: Seat, job: Job) -> None:
        try:
            seat.give(job, self.seconds)
        except OSError as error:
            seat.free()
            self.idle.append(seat)
            job.fail(Unavailable(f"inspection: {error.strerror}"))

    def seat(self, loop: asyncio.AbstractEventLoop) -> Seat | None:
        """An idle one, or a new one."""
        if self.idle:
            return self.idle.pop()
        if len(self.seats) >= self.processes or self.nursery is None:
            return None
        self.numbers += 1
        try:
            made = Seat(loop, self.numbers, self.answered, self.late)
        except OSError:
            return None
        self.seats[made.number] = made
        self.nursery.say(Fork(made.number), (made.theirs.fileno(),))
        made.let_go()
        return made

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.nursery is None and self.resting is None:
            try:
                self.nursery = Nursery(loop, self.orders, self.heard, self.gone)
            except OSError as error:
                self.problem = f"inspection: no process can be started: {error.strerror}"
                self.rest(loop)

    def rest(self, loop: asyncio.AbstractEventLoop) -> None:
        self.resting = loop.call_later(self.pause, self.rested, loop)
        self.pause = min(2 * self.pause, LONGEST_PAUSE)

    def rested(self, loop: asyncio.AbstractEventLoop) -> None:
        self.resting = None
        if self.queue:
            self.start(loop)

    def heard(self, packet: Ready | Ended) -> None:
        match packet:
            case Ready(confinement, problem):
                self.confinement, self.problem = confinement, problem
                self.is_ready = not problem
            case Ended(number, by):
                self.ended(number, by)
        if self.nursery is not None:
            self.dispatch(self.nursery.loop)

    def ended(self, number: int, by: int) -> None:
        seat = self.seats.get(number)
        if seat is not None:
            job = seat.job
            self.remove(seat)
            if job is not None:
                job.settle(job.spent("time" if by in OF_TIME else "memory"))

    def answered(self, seat: Seat, inspection: Inspection | None) -> None:
        """None: it has no answer to its message, or says what it was not asked."""
        job = seat.job
        seat.free()
        if inspection is None:
            self.kill(seat)
            if job is not None:
                job.settle(job.spent("memory"))
        else:
            self.pause = FIRST_PAUSE
            if job is not None:
                job.settle(inspection)
            if WORN_OUT.intersection(inspection.over):
                self.kill(seat)
            elif seat.messages >= self.orders.messages:
                self.remove(seat)
            else:
                self.idle.append(seat)
        self.dispatch(seat.loop)

    def late(self, seat: Seat) -> None:
        job = seat.job
        self.kill(seat)
        if job is not None:
            job.settle(job.spent("time"))
        self.dispatch(seat.loop)

    def kill(self, seat: Seat) -> None:
        self.remove(seat)
        if self.nursery is not None:
            self.nursery.say(Kill(seat.number))

    def remove(self, seat: Seat) -> None:
        self.seats.pop(seat.number, None)
        if seat in self.idle:
            self.idle.remove(seat)
        seat.close()

    def gone(self) -> None:
        """The nursery has ended, and all that it forked: what was under way begins again, once."""
        loop = asyncio.get_running_loop()
        self.nursery, self.is_ready = None, False
        under_way = [seat.job for seat in self.seats.values() if seat.job is not None]
        for seat in list(self.seats.values()):
            self.remove(seat)
        for job in reversed(under_way):
            job.tries += 1
            if job.tries < MOST_TRIES:
                self.queue.appendleft(job)
            else:
                job.fail(Unavailable("inspection: its process died twice"))
        if self.resting is None:
            self.rest(loop)

    def close(self) -> None:
        """What waits hears `Unavailable`."""
        queue, self.queue = self.queue, deque()
        jobs = [*queue, *(seat.job for seat in self.seats.values() if seat.job is not None)]
        for job in jobs:
            if job.waits is not None:
                job.waits.cancel()
            job.fail(Unavailable("inspection: the gateway ends"))
        if self.nursery is not None:
            self.nursery.end()
        if self.resting is not None:
            self.resting.cancel()
            self.resting = None
