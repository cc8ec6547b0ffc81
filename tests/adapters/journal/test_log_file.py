import contextlib
import os
import select

import pytest

from gatepost.adapters.journal.json_line import LINE_LIMIT
from gatepost.adapters.journal.log_file import BACKLOG_LIMIT, LogFile, LogStream
from gatepost.adapters.journal.settings import Rotation
from tests.adapters.journal.traces import BEGAN

DAY = 86_400.0


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log" / "smtp.log"


def names(path):
    return sorted(file.name for file in path.parent.iterdir())


def touched(path, when):
    os.utime(path, (when, when))


def test_lines_are_appended(path):
    log = LogFile(path, Rotation())
    log.write([b"1\n", b"2\n"], BEGAN)
    log.close()
    LogFile(path, Rotation(rotate="never")).write([b"3\n"], BEGAN)
    assert path.read_bytes() == b"1\n2\n3\n"


def test_others_may_not_read_it(path):
    LogFile(path, Rotation()).write([b"1\n"], BEGAN)
    assert path.stat().st_mode & 0o007 == 0


@pytest.mark.parametrize(
    ("rotate", "later", "name"),
    [
        ("hourly", 3600, "smtp.log.2024010110"),
        ("daily", DAY, "smtp.log.20240101"),
        ("weekly", 7 * DAY, "smtp.log.20240101"),
    ],
)
def test_a_file_that_is_closed_has_the_name_of_its_time(path, rotate, later, name):
    log = LogFile(path, Rotation(rotate=rotate))
    log.write([b"1\n"], BEGAN)
    log.write([b"2\n"], BEGAN + later)
    assert names(path) == ["smtp.log", name]
    assert (path.read_bytes(), path.with_name(name).read_bytes()) == (b"2\n", b"1\n")


def test_a_day_begins_at_midnight_utc(path):
    log = LogFile(path, Rotation())
    midnight = BEGAN - BEGAN % DAY + DAY
    log.write([b"1\n"], midnight - 0.1)
    log.write([b"2\n"], midnight)
    assert path.read_bytes() == b"2\n"


def test_never_leaves_it_to_others(path):
    log = LogFile(path, Rotation(rotate="never"))
    log.write([b"1\n"], BEGAN)
    log.write([b"2\n"], BEGAN + 400 * DAY)
    assert names(path) == ["smtp.log"]


def test_a_file_above_its_size_is_closed_too(path):
    log = LogFile(path, Rotation(rotate_size=64 * 1024))
    for _ in range(3):
        log.write([b"x" * 65_535 + b"\n"], BEGAN)
    assert names(path) == ["smtp.log", "smtp.log.20240101", "smtp.log.20240101.1"]


def test_only_so_many_are_kept(path):
    log = LogFile(path, Rotation(keep=2))
    for day in range(5):
        log.write([b"%d\n" % day], BEGAN + day * DAY)
        touched(path, BEGAN + day * DAY)
    assert names(path) == ["smtp.log", "smtp.log.20240103", "smtp.log.20240104"]


def test_other_files_are_never_deleted(path):
    path.parent.mkdir()
    for name in ("smtp.log.old", "smtp.logbook", "other.log.20200101"):
        path.with_name(name).write_text("mine")
    log = LogFile(path, Rotation(keep=1))
    for day in range(3):
        log.write([b"1\n"], BEGAN + day * DAY)
    assert {"smtp.log.old", "smtp.logbook", "other.log.20200101"} <= set(names(path))


def test_a_file_of_yesterday_is_closed_after_a_new_start(path):
    LogFile(path, Rotation()).write([b"1\n"], BEGAN)
    touched(path, BEGAN)
    LogFile(path, Rotation()).write([b"2\n"], BEGAN + DAY)
    assert names(path) == ["smtp.log", "smtp.log.20240101"]


def test_each_file_begins_with_its_head(path):
    log = LogFile(path, Rotation(), lambda now: b"#head %d\n" % (now - BEGAN))
    log.write([b"1\n"], BEGAN)
    log.write([b"2\n"], BEGAN + DAY)
    assert path.read_bytes() == b"#head 86400\n2\n"
    assert path.with_name("smtp.log.20240101").read_bytes() == b"#head 0\n1\n"


def test_a_file_that_was_renamed_is_left_after_reopening(path):
    log = LogFile(path, Rotation(rotate="never"))
    log.write([b"1\n"], BEGAN)
    path.rename(path.with_name("moved"))
    log.write([b"2\n"], BEGAN)
    log.reopen()
    log.write([b"3\n"], BEGAN)
    assert (path.with_name("moved").read_bytes(), path.read_bytes()) == (b"1\n2\n", b"3\n")


def test_a_file_that_can_not_be_written_is_counted_and_tried_again(path):
    log = LogFile(path, Rotation())
    path.parent.write_bytes(b"")  # a file where the directory should be
    log.write([b"lost\n"], BEGAN)
    assert log.dropped == 5
    path.parent.unlink()
    log.write([b"found\n"], BEGAN)
    assert path.read_bytes() == b"found\n"


# ── standard error ───────────────────────────────────────────────────────────
@pytest.fixture
def pipe():
    ends = os.pipe()
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            os.close(end)


def all_of(fd: int) -> bytes:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    found = b""
    while poll.poll(0):
        found += os.read(fd, 1 << 20)
    return found


def test_a_stream_gets_its_lines(pipe):
    LogStream(pipe[1]).write([b"1\n", b"2\n"], BEGAN)
    assert all_of(pipe[0]) == b"1\n2\n"


def test_a_reader_that_stops_reading_stops_nobody(pipe):
    stream = LogStream(pipe[1])
    line = b"x" * 999 + b"\n"
    stream.write([line] * 500, BEGAN)  # the pipe has room for 64
    assert stream.backlog and stream.dropped == 0
    found = all_of(pipe[0])
    while stream.backlog:
        stream.write([], BEGAN)
        found += all_of(pipe[0])
    assert found == line * 500


def test_a_backlog_has_a_bound_and_keeps_whole_lines(pipe):
    stream = LogStream(pipe[1])
    line = b"x" * 999 + b"\n"
    for _ in range(5):
        stream.write([line] * 500, BEGAN)
    assert stream.backlog_octets <= BACKLOG_LIMIT and stream.dropped > 0
    found = all_of(pipe[0])
    while stream.backlog:
        stream.write([], BEGAN)
        found += all_of(pipe[0])
    assert len(found) + stream.dropped == 2500 * 1000 and set(found.splitlines(keepends=True)) == {line}


def test_lines_are_never_cut_by_those_of_others(pipe):
    """What is written in one piece is at most what a pipe takes in one piece."""
    stream = LogStream(pipe[1])
    pieces = []
    original = os.write
    try:
        os.write = lambda fd, piece: pieces.append(len(piece)) or original(fd, piece)
        stream.write([b"x" * 99 + b"\n"] * 200, BEGAN)
    finally:
        os.write = original
    assert max(pieces) <= LINE_LIMIT and sum(pieces) == 20_000


def test_nobody_at_the_other_end_is_a_loss_and_no_error(pipe):
    stream = LogStream(pipe[1])
    os.close(pipe[0])
    stream.write([b"lost\n"], BEGAN)
    assert stream.dropped == 5 and not stream.backlog


def test_a_stream_may_be_a_file(tmp_path):
    with (tmp_path / "err").open("wb") as file:
        LogStream(file.fileno()).write([b"x" * 9999 + b"\n"] * 50, BEGAN)
    assert (tmp_path / "err").stat().st_size == 500_000
