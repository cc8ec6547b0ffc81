"""The worker's end of the line to one inspecting process: a message in, an inspection out."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterator

import msgspec

from gatepost.adapters.inspection.wire import HEAD, LARGEST_ANSWER, MESSAGE, inspections
from gatepost.model.inspection import Inspection
from gatepost.model.message import Content
from gatepost.ports.unavailable import Unavailable

AT_ONCE = 1024 * 1024  # octets copied until others have their turn
READ = 256 * 1024  # octets


class Job:
    """One message to be inspected. Owned by the `Pool`, by one `Seat` at a time.

    Args:
        spent: what to say of it where a budget of that name ran out.
        waits: until when it is in the queue; None once it is not.
    """

    def __init__(
        self, content: Content, spent: Callable[[str], Inspection], future: "asyncio.Future[Inspection]"
    ) -> None:
        self.content, self.spent, self.future = content, spent, future
        self.tries = 0
        self.waits: asyncio.TimerHandle | None = None

    @property
    def is_wanted(self) -> bool:
        return not self.future.done()

    def settle(self, inspection: Inspection) -> None:
        if self.is_wanted:
            self.future.set_result(inspection)

    def fail(self, error: Exception) -> None:
        if self.is_wanted:
            self.future.set_exception(error)


class Seat:
    """Owned by a `Pool`.

    Args:
        answered: called with the answer; None for one that is none.
        late: called when the time for a message is over.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, number: int, answered: Callable[["Seat", Inspection | None], None],
        late: Callable[["Seat"], None],
    ) -> None:  # fmt: skip
        self.loop, self.number, self.answered, self.late = loop, number, answered, late
        self.line, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.line.setblocking(False)
        self.received = bytearray()
        self.job: Job | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.messages = 0
        self.is_open = True
        loop.add_reader(self.line, self.read)

    def give(self, job: Job, seconds: float) -> None:
        """Raises OSError where the content cannot be read, or there is no memory for it."""
        self.job = job
        self.messages += 1
        self.timer = self.loop.call_later(seconds, self.late, self)
        self.copy(job, job.content.chunks(), os.memfd_create("message", os.MFD_CLOEXEC))

    def copy(self, job: Job, chunks: Iterator[bytes], file: int) -> None:
        """Some of the content into memory that is handed over; the rest when others have had their turn."""
        copied = 0
        try:
            while copied < AT_ONCE:
                chunk = next(chunks, None)
                if chunk is None or self.job is not job:
                    self.hand_over(job, file)
                    return
                write_all(file, chunk)
                copied += len(chunk)
        except OSError as error:
            os.close(file)
            self.job = None
            job.fail(Unavailable(f"inspection: the message cannot be read: {error.strerror}"))
            self.answered(self, None)
            return
        self.loop.call_soon(self.copy, job, chunks, file)

    def hand_over(self, job: Job, file: int) -> None:
        try:
            if self.is_open and self.job is job:
                socket.send_fds(self.line, [MESSAGE], [file])
        except OSError:  # it has ended: who waits for the message hears of that from the nursery
            pass
        finally:
            os.close(file)

    def read(self) -> None:
        try:
            octets = self.line.recv(READ)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if not octets:
            self.loop.remove_reader(self.line)  # the nursery says how it ended
            return
        self.received += octets
        self.read_answer()

    def read_answer(self) -> None:
        if len(self.received) < HEAD:
            return
        size = int.from_bytes(self.received[:HEAD], "big")
        if size > LARGEST_ANSWER or len(self.received) > HEAD + size or self.job is None:
            self.answered(self, None)
        elif len(self.received) == HEAD + size:
            try:
                answer = inspections.decode(memoryview(self.received)[HEAD:])
            except msgspec.DecodeError:
                answer = None
            self.received = bytearray()
            self.answered(self, answer)

    def free(self) -> None:
        """Its message is done with."""
        self.job = None
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self.free()
            self.loop.remove_reader(self.line)
            self.line.close()
            self.let_go()

    def let_go(self) -> None:
        """The other end belongs to the process now."""
        with contextlib.suppress(OSError):
            self.theirs.close()


def write_all(file: int, octets: bytes) -> None:
    view = memoryview(octets)
    while view:
        view = view[os.write(file, view) :]
