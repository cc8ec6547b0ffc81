"""The writer as a process of its own, fed by processes of their own."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gatepost.adapters.journal.client import JournalClient
from gatepost.adapters.journal.records import JournalRecords
from gatepost.adapters.journal.settings import JournalSettings, LogSettings, W3cSettings
from gatepost.adapters.journal.wire import pair
from gatepost.adapters.journal.writer import serve
from gatepost.ports.journal import Search
from gatepost.ports.unavailable import Unavailable
from tests.adapters.journal.traces import refused, trace

PATIENCE = 20.0  # seconds until something that must happen has not
FOREVER = JournalSettings(retention="36500d")


def forked(run: Callable[[], object]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        run()
        os._exit(0)
    finally:
        os._exit(1)


def until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


class Place:
    """What a supervisor has: pairs of sockets, a directory, processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "journal.db"
        self.pairs = [pair() for _ in range(2)]
        self.children: list[int] = []
        self.log = LogSettings(to="file", path=folder / "log", w3c=W3cSettings(path=folder / "w3c", fields=("c-ip",)))

    def start_writer(self) -> int:
        def run() -> None:
            for worker, _ in self.pairs:
                worker.close()
            beat = (self.folder / "alive").touch
            serve([writer for _, writer in self.pairs], self.path, FOREVER, self.log, beat=beat)

        return self.child(run)

    def start_worker(self, sock: socket.socket, work: Callable[[JournalClient], object]) -> int:
        return self.child(lambda: work(JournalClient(sock)))

    def child(self, run: Callable[[], object]) -> int:
        pid = forked(run)
        self.children.append(pid)
        return pid

    def end(self, pid: int, number: int) -> int:
        """Exit code, or the signal that ended it, negative."""
        os.kill(pid, number)
        return self.ended(pid)

    def ended(self, pid: int) -> int:
        self.children.remove(pid)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def found(self) -> set[str]:
        try:
            return {t.id for t in JournalRecords(self.path).find(Search(limit=10**6))}
        except Unavailable:
            return set()

    def lines(self) -> list[dict]:
        path = self.folder / "log"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def close(self) -> None:
        for pid in list(self.children):
            self.end(pid, signal.SIGKILL)
        for ends in self.pairs:
            for end in ends:
                end.close()


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    yield made
    made.close()


def killed_after(count: int, first: int = 0) -> Callable[[JournalClient], None]:
    """A worker that records and is killed at once, as by the kernel when memory is short."""

    def work(client: JournalClient) -> None:
        for number in range(first, first + count):
            assert client.record(trace(number))
        os.kill(os.getpid(), signal.SIGKILL)

    return work


def test_what_a_worker_recorded_before_it_was_killed_is_in_the_journal(place):
    place.start_writer()
    workers = [place.start_worker(ends[0], killed_after(100, 1000 * i)) for i, ends in enumerate(place.pairs)]
    assert [place.ended(worker) for worker in workers] == [-signal.SIGKILL] * 2
    expected = {trace(i).id for i in (*range(100), *range(1000, 1100))}
    assert until(lambda: place.found() == expected)


def test_what_was_recorded_while_no_writer_lived_is_written_by_the_next(place):
    place.ended(place.start_worker(place.pairs[0][0], killed_after(50)))
    writer = place.start_writer()
    assert until(lambda: len(place.found()) == 50)
    place.end(writer, signal.SIGKILL)
    place.ended(place.start_worker(place.pairs[0][0], killed_after(50, 500)))
    place.start_writer()
    assert until(lambda: len(place.found()) == 100)
    assert JournalRecords(place.path).lost() == {}


def test_a_killed_writer_costs_only_what_it_had_read_and_that_is_counted(place):
    client = JournalClient(place.pairs[0][0])
    sent = 0
    for _ in range(5):
        writer = place.start_writer()
        for _ in range(300):
            client.record(trace(sent))
            sent += 1
            if sent % 100 == 0:
                time.sleep(0.03)
        place.end(writer, signal.SIGKILL)
    client.record(trace(sent))
    sent += 1
    writer = place.start_writer()
    assert until(lambda: len(place.found()) + sum(JournalRecords(place.path).lost().values()) == sent)
    assert place.end(writer, signal.SIGTERM) == 0


def test_asked_to_end_it_writes_what_is_in_the_sockets_first(place):
    client = JournalClient(place.pairs[0][0])
    for number in range(700):
        assert client.record(trace(number))
    writer = place.start_writer()
    assert until((place.folder / "alive").exists)
    assert place.end(writer, signal.SIGTERM) == 0
    assert len(place.found()) == 700
    assert len(place.lines()) == 700


def test_it_ends_by_itself_when_no_worker_can_come_any_more(place):
    writer = place.start_writer()
    JournalClient(place.pairs[0][0]).record(trace())
    for worker, _ in place.pairs:
        worker.close()
    assert place.ended(writer) == 0
    assert place.found() == {trace().id}


def test_every_transaction_is_in_each_log(place):
    place.start_writer()
    client = JournalClient(place.pairs[1][0])
    client.record(trace(1))
    client.record(refused(2))
    assert until(lambda: [line["end"] for line in place.lines()] == ["delivered", "refused"])
    assert until(lambda: len((place.folder / "w3c").read_text().splitlines()) >= 12), "written after the other log"
    assert (place.folder / "w3c").read_text().splitlines()[3:] == ["#Fields: c-ip", *["192.0.2.9"] * 8]


def test_logs_are_opened_anew_when_it_is_told_that_they_were_renamed(place):
    writer = place.start_writer()
    client = JournalClient(place.pairs[0][0])
    client.record(trace(1))
    log = place.folder / "log"
    assert until(lambda: len(place.lines()) == 1)
    log.rename(place.folder / "log.old")
    os.kill(writer, signal.SIGHUP)
    assert until(lambda: client.record(trace(2)) and bool(place.lines()))


def test_it_says_that_it_lives(place):
    place.start_writer()
    sign = place.folder / "alive"
    assert until(sign.exists)
    first = sign.stat().st_mtime_ns
    assert until(lambda: sign.stat().st_mtime_ns > first)


def test_nonsense_from_a_worker_ends_nothing(place):
    place.start_writer()
    place.pairs[0][0].send(b"\xff" * 100)
    JournalClient(place.pairs[0][0]).record(trace(1))
    assert until(lambda: place.found() == {trace(1).id})


def test_a_reader_of_standard_error_that_stops_reading_stops_no_trace(place):
    upper, lower = os.pipe()

    def run() -> None:
        os.dup2(lower, 2)
        for worker, _ in place.pairs:
            worker.close()
        serve([writer for _, writer in place.pairs], place.path, FOREVER, LogSettings())

    place.child(run)
    client = JournalClient(place.pairs[0][0])
    for number in range(1000):  # ten times what the pipe takes
        assert until(lambda number=number: client.record(trace(number)))
    assert until(lambda: len(place.found()) == 1000)
    os.close(upper)
    os.close(lower)


def test_a_busy_worker_keeps_nobody_out(place):
    """Both ends are full before the writer starts; it takes from both by turns."""
    busy, other = (JournalClient(ends[0]) for ends in place.pairs)
    for number in range(1200):
        assert busy.record(trace(number))
    assert other.record(trace(5000))
    place.start_writer()
    assert until(lambda: len(place.found()) == 1201)
    order = [t.id for t in JournalRecords(place.path).find(Search(limit=5000))][::-1]
    assert order.index(trace(5000).id) < 1100
