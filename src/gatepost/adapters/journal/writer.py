"""What does the writer process do all day?

It sleeps until a worker sends a trace, gathers for a moment, then writes what came into the journal in one
transaction and into the logs. It is single-threaded, keeps nothing longer than `BATCH_AGE`, and may be
killed and started again at any time: what it has not read yet waits in the sockets, which the supervisor keeps.
"""

import gc
import select
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from gatepost.adapters.journal.outlets import Outlets
from gatepost.adapters.journal.recorder import Recorder
from gatepost.adapters.journal.settings import JournalSettings, LogSettings
from gatepost.adapters.journal.wire import HEADER, TRACE_LIMIT
from gatepost.ports.alarms import Alarms

GATHER = 0.02  # seconds between looks at the sockets while traces come in: fifty wake-ups a second, not one a trace
BATCH_AGE = 0.2  # seconds a trace waits in memory at most
BATCH_SIZE = 500
IDLE = 1.0  # seconds between looks at the journal while nothing comes in
DROPPED_EVERY = 60.0  # seconds between alarms about log lines that found no place


SIGNALS = (signal.SIGTERM, signal.SIGALRM, signal.SIGHUP)  # finish; finish, the supervisor is gone; open logs anew


def serve(
    sockets: Sequence[socket.socket],
    path: Path,
    journal: JournalSettings,
    log: LogSettings,
    *,
    alarms: Alarms | None = None,
    beat: Callable[[], object] | None = None,
) -> None:
    """Run until SIGTERM, or until no worker's end is open any more; then write what is left and return.

    Args:
        sockets: the writer's ends of `wire.pair()`; close the workers' ends in this process before.
        path: the journal's database.
        alarms: told what an operator must know; without them the log is.
        beat: called about once a second: a sign of life.
    """
    writer = Writer(sockets, path, journal, log, alarms, beat)
    before = {number: signal.signal(number, writer.on_signal) for number in SIGNALS}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor says when
    wake = signal.set_wakeup_fd(writer.wake[1].fileno(), warn_on_full_buffer=False)
    gc.freeze()
    gc.disable()  # traces have no cycles, and are many
    try:
        writer.run()
    finally:
        gc.enable()
        signal.set_wakeup_fd(wake)
        for number, handler in before.items():
            signal.signal(number, handler)
        writer.close()


class AlarmLines:
    """`ports.alarms.Alarms` that only writes them into the log."""

    def __init__(self, outlets: Outlets) -> None:
        self.outlets = outlets

    def raise_alarm(self, key: str, text: str) -> None:
        self.outlets.add_alarm(key, text, time.time())

    def all_clear(self, key: str, text: str = "") -> None:
        self.outlets.add_alarm(key, text, time.time(), over=True)


class Writer:
    """The loop; made and owned by `serve`."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        path: Path,
        journal: JournalSettings,
        log: LogSettings,
        alarms: Alarms | None,
        beat: Callable[[], object] | None = None,
    ) -> None:
        self.sockets = deque(sockets)
        self.outlets = Outlets(log)
        self.alarms = alarms if alarms is not None else AlarmLines(self.outlets)
        self.recorder = Recorder(path, journal, self.alarms)
        self.buffer = bytearray(HEADER.size + TRACE_LIMIT)
        self.view = memoryview(self.buffer)
        self.wake = socket.socketpair()
        self.sleeping, self.gathering = select.poll(), select.poll()
        for end in (*self.wake, *self.sockets):
            end.setblocking(False)
        for end in (self.wake[0], *self.sockets):
            self.sleeping.register(end, select.POLLIN)
        self.gathering.register(self.wake[0], select.POLLIN)
        self.stopping = self.reopening = False
        self.full = self.caring = False  # there is more to read, more to clean up
        self.count = 0  # traces since the last batch
        self.oldest = 0.0  # monotonic time of the first of them
        self.dropped, self.dropped_at = 0, 0.0
        self.beat, self.beat_at = beat, 0.0

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Looked at between batches; the wake-up socket ends the waiting."""
        if number == signal.SIGHUP:
            self.reopening = True
        else:
            self.stopping = True

    def run(self) -> None:
        """Opening the journal comes first: what is wrong with it is told before the first trace."""
        self.caring = self.recorder.care(time.time())
        self.outlets.flush(time.time())
        while self.sockets and not self.stopping:
            self.live()
            self.wait()
            self.turn()
        while self.sweep():
            self.write()
        self.write(last=True)

    def live(self) -> None:
        if self.beat is not None and time.monotonic() >= self.beat_at:
            self.beat()
            self.beat_at = time.monotonic() + IDLE

    def wait(self) -> None:
        """For a trace or a signal; while a batch gathers, for a moment or a signal."""
        if self.full or self.caring:
            return
        if self.count or self.outlets.is_behind:
            self.gathering.poll(GATHER * 1000)
        else:
            self.sleeping.poll(IDLE * 1000)

    def turn(self) -> None:
        with suppress(BlockingIOError):
            self.wake[0].recv(4096)
        if self.reopening:
            self.reopening = False
            self.outlets.reopen()
        self.full = self.sweep()
        if self.full or not self.count or time.monotonic() - self.oldest >= BATCH_AGE:
            self.write()

    def sweep(self) -> bool:
        """Read what is in the sockets; True = a batch is full, and there may be more."""
        self.sockets.rotate(-1)  # everybody is first once: no busy worker keeps the others out
        for end in tuple(self.sockets):
            if self.count >= BATCH_SIZE:
                return True
            try:
                self.read(end)
            except BlockingIOError:
                continue
            except OSError:
                pass
            self.forget(end)
        return self.count >= BATCH_SIZE

    def read(self, end: socket.socket) -> None:
        """Packets until there is none (BlockingIOError), a batch is full, or the worker's end is closed (returns)."""
        while size := end.recv_into(self.buffer):
            received = self.recorder.take(self.view[:size])
            if received is None:
                continue
            self.outlets.add(received)
            if not self.count:
                self.oldest = time.monotonic()
            self.count += 1
            if self.count >= BATCH_SIZE:
                raise BlockingIOError

    def forget(self, end: socket.socket) -> None:
        """Nobody can send through it any more."""
        self.sleeping.unregister(end)
        self.sockets.remove(end)

    def write(self, *, last: bool = False) -> None:
        """One batch into the journal, its lines into the logs, and a little care."""
        now = time.time()
        self.count = 0
        if self.recorder.flush(now, last=last):
            self.caring = self.recorder.care(now)
        if self.outlets.dropped > self.dropped and now >= self.dropped_at:
            text = f"{self.outlets.dropped - self.dropped} octets of log lines could not be written."
            self.alarms.raise_alarm("log.dropped", text)
            self.dropped, self.dropped_at = self.outlets.dropped, now + DROPPED_EVERY
        self.outlets.flush(now)
        if not self.caring:
            gc.collect(0)

    def close(self) -> None:
        self.recorder.close()
        self.outlets.close()
        for end in self.wake:
            end.close()
