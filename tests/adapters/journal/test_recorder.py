import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from gatepost.adapters.journal.recorder import Recorder
from gatepost.adapters.journal.records import JournalRecords
from gatepost.adapters.journal.settings import JournalSettings
from gatepost.adapters.journal.wire import HEADER, pack, stamp
from gatepost.ports.journal import Search
from tests.adapters.journal.traces import BEGAN, trace
from tests.servers import need

NOW = BEGAN + 60


class Heard:
    """`ports.alarms.Alarms`: what an operator was told."""

    def __init__(self) -> None:
        self.raised: list[str] = []
        self.over: list[str] = []
        self.texts: list[str] = []

    def raise_alarm(self, key: str, text: str) -> None:
        self.raised.append(key)
        self.texts.append(text)

    def all_clear(self, key: str, text: str = "") -> None:
        self.over.append(key)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal" / "journal.db"


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def new(path, heard):
    """Makes recorders over the same journal, one after the other."""
    made: list[Recorder] = []

    def recorder(**settings) -> Recorder:
        if made:
            made[-1].close()
        made.append(Recorder(path, JournalSettings(**settings), heard))
        made[-1].care(NOW)
        return made[-1]

    yield recorder
    made[-1].close()


def packet(sent: int, *, source: int = 1, lost: int = 0, number: int | None = None, **more) -> memoryview:
    buffer = bytearray(HEADER.size)
    pack(trace(sent if number is None else number, **more), buffer)
    stamp(buffer, source, sent, lost)
    return memoryview(buffer)


def in_journal(path) -> int:
    return sum(1 for _ in JournalRecords(path).find(Search(limit=10**9)))


def lost(path) -> dict[str, int]:
    return JournalRecords(path).lost()


# ── what is missing is counted ───────────────────────────────────────────────
def test_traces_without_a_gap_are_no_loss(new, path):
    recorder = new()
    for sent in (1, 2, 3):
        recorder.take(packet(sent))
    recorder.flush(NOW)
    assert (in_journal(path), lost(path)) == (3, {})


def test_what_a_worker_gave_up_is_counted(new, path):
    recorder = new()
    recorder.take(packet(1))
    recorder.take(packet(2, lost=4))
    recorder.flush(NOW)
    assert lost(path) == {"no_room": 4}


def test_what_a_killed_writer_had_read_is_counted_by_the_next(new, path):
    first = new()
    first.take(packet(1))
    first.flush(NOW)
    first.take(packet(2))
    first.take(packet(3))
    second = new()  # the first is gone with what it held
    second.take(packet(4))
    second.flush(NOW)
    assert (in_journal(path), lost(path)) == (2, {"writer_died": 2})


def test_a_worker_that_begins_under_an_old_journal_begins_at_one(new, path):
    new().flush(NOW)
    recorder = new()
    recorder.take(packet(3, source=77))
    recorder.flush(NOW)
    assert lost(path) == {"writer_died": 2}


def test_a_new_journal_misses_nothing_of_before(new, path):
    recorder = new()
    recorder.take(packet(500))
    recorder.flush(NOW)
    assert lost(path) == {}


@pytest.mark.parametrize(
    "octets", [b"", b"x" * 10, b"\x01\x00" + bytes(24) + b"\x93\x01", b"\x01\x00" + bytes(24) + b"\xa1\xff"]
)
def test_what_is_no_trace_is_counted(new, path, octets):
    recorder = new()
    assert recorder.take(memoryview(octets)) is None
    recorder.flush(NOW)
    assert lost(path)["unreadable"] == 1


def test_an_operator_is_told_of_losses_with_their_reasons(new, heard):
    recorder = new()
    recorder.take(packet(1, lost=2))
    recorder.flush(NOW)
    recorder.care(NOW + 3600)
    assert heard.raised == ["journal.lost"] and "2 no_room" in heard.texts[0]


# ── a journal that is no use ─────────────────────────────────────────────────
def test_a_ruined_journal_is_moved_aside_and_a_new_one_begun(new, path, heard):
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 1000)
    recorder = new()
    recorder.take(packet(1))
    assert recorder.flush(NOW)
    assert heard.raised == ["journal.ruined"] and in_journal(path) == 1
    assert len(list(path.parent.glob("*.ruined-*"))) == 1


def test_a_journal_that_is_ruined_while_it_is_used_loses_nothing_that_is_held(new, path, heard):
    recorder = new()
    recorder.take(packet(1))
    recorder.flush(NOW)
    recorder.close()
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(8192 * 8))
    recorder.take(packet(2))
    assert any(recorder.flush(NOW + 60 * attempt) for attempt in range(3))
    assert "journal.ruined" in heard.raised and in_journal(path) == 1


def test_only_the_last_ruined_journal_is_kept(new, path):
    path.parent.mkdir()
    for second in range(3):
        path.write_bytes(b"no database" * 1000)
        recorder = Recorder(path, JournalSettings(), Heard())
        recorder.care(NOW + second)
        recorder.close()
    new()
    assert len(list(path.parent.glob("*.ruined-*"))) == 1


def test_a_journal_of_a_later_version_is_moved_aside(new, path, heard):
    recorder = new()
    recorder.store.db.execute("PRAGMA user_version = 99")
    recorder = new()
    recorder.take(packet(1))
    assert recorder.flush(NOW) and heard.raised == ["journal.ruined"]


# ── a disk that is full ──────────────────────────────────────────────────────
def full_disk(path: Path, heard: Heard) -> None:
    """Runs where files may not grow beyond 256 KiB: the same error as a full disk, for any user."""
    recorder = Recorder(path, JournalSettings(), heard)
    sent = 0
    while recorder.flush(NOW) and sent < 50_000:
        for _ in range(200):
            sent += 1
            recorder.take(packet(sent, helo=os.urandom(100).hex()))
    assert heard.raised == ["journal.unwritable"], heard.raised
    assert recorder.held
    assert not recorder.flush(NOW + 0.5)  # not before the pause is over
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert recorder.flush(NOW + 3600)
    assert heard.over == ["journal.unwritable"]
    assert not recorder.held
    assert in_journal(path) == sent
    assert lost(path) == {}


def test_traces_wait_in_memory_while_the_disk_is_full(path):
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024, resource.RLIM_INFINITY))\n"
        "from pathlib import Path; from tests.adapters.journal.test_recorder import Heard, full_disk\n"
        f"full_disk(Path({str(path)!r}), Heard())"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_full_file_system_is_no_end(heard, tmp_path):
    """The real thing: a small tmpfs."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        need.absent("needs root: mounts a tmpfs")
    try:
        recorder = Recorder(place / "journal.db", JournalSettings(), heard)
        for sent in range(1, 20_000):
            recorder.take(packet(sent, helo=os.urandom(100).hex()))
            if sent % 200 == 0 and not recorder.flush(NOW):
                break
        assert heard.raised == ["journal.unwritable"]
        subprocess.run(["mount", "-o", "remount,size=64m", place], check=True)
        assert recorder.flush(NOW + 3600)
        assert in_journal(place / "journal.db") == sent
        recorder.close()
    finally:
        subprocess.run(["umount", "-l", place], check=False)


def test_memory_has_a_bound_too_and_the_loss_is_counted(new, path):
    recorder = new()
    recorder.held_limit = 20_000
    recorder.close()
    path.rename(path.with_name("elsewhere"))
    path.mkdir()  # where a directory is, no database can be
    for sent in range(1, 101):
        recorder.take(packet(sent))
    recorder.flush(NOW)
    held = len(recorder.held)
    assert 0 < held < 100
    path.rmdir()
    assert recorder.flush(NOW + 3600)
    assert (in_journal(path), lost(path)) == (held, {"not_written": 100 - held})


def test_what_can_not_be_written_at_the_end_is_told(new, path, heard):
    recorder = new()
    recorder.close()
    path.rename(path.with_name("elsewhere"))
    path.mkdir()
    recorder.take(packet(1))
    recorder.flush(NOW, last=True)
    assert heard.raised == ["journal.unwritable", "journal.lost"]


# ── age and size ─────────────────────────────────────────────────────────────
def test_what_is_older_than_the_retention_goes(new, path):
    recorder = new(retention="1h")
    for sent in range(1, 11):
        recorder.take(packet(sent, number=sent * 600))  # ten minutes apart
    recorder.flush(BEGAN + 6000)
    while recorder.care(BEGAN + 6000 + 3600 - 1200):
        pass
    assert in_journal(path) == 3


def test_what_is_over_the_size_goes_from_the_oldest(new, path):
    recorder = new(size="16MiB")
    sent = 0
    for _ in range(60):
        for _ in range(500):
            sent += 1
            recorder.take(packet(sent, helo=os.urandom(250).hex()))
        recorder.flush(NOW)
        while recorder.care(NOW):
            pass
    assert recorder.store.octets <= 16 * 1024**2
    newest = [t.id for t in JournalRecords(path).find(Search(limit=10**9))]
    assert newest[0] == trace(sent).id and 1000 < len(newest) < sent
