"""Lessons get from workers to who teaches, whole or not at all, and there are never too many."""

import os
import stat

import pytest

from gatepost.adapters.spam_model import box as module
from gatepost.adapters.spam_model.box import ABANDONED, Box
from gatepost.adapters.spam_model.teacher import Taught, teaching
from gatepost.app.teaching import digest_of, message_of
from gatepost.learn.features import features, sight
from gatepost.model.inspection import Inspection, Text
from gatepost.ports.unavailable import Unavailable

SEEN = Inspection(texts=(Text(path="1", kind="plain", text="cheap watches for you " * 5),))


def mail(number=1):
    return message_of(f"From: a@b.example\r\nMessage-ID: <{number}@x>\r\n\r\ncheap watches\r\n".encode())


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path / "learn")


def test_what_was_put_in_comes_out(box):
    message = mail()
    box.put(message, SEEN, is_spam=True, source="trap")
    (one,) = box.read(box.waiting())
    assert (one.digest, one.is_spam, one.source) == (digest_of(message), True, "trap")
    assert one.features == tuple(tuple(sorted(group)) for group in features(sight(message.header, SEEN)))


def test_it_teaches_what_teaching_by_hand_would(box, tmp_path):
    box.put(mail(), SEEN, is_spam=True, source="trap")
    (one,) = box.read(box.waiting())
    with teaching(tmp_path / "learn") as teacher:
        assert teacher.learn(one.digest, one.features, one.is_spam, one.source, 0.0) is Taught.LEARNED
        assert teacher.learn(digest_of(mail()), one.features, True, "", 0.0) is Taught.KNOWN


def test_files_are_for_their_owner(box):
    box.put(mail(), SEEN, is_spam=True, source="trap")
    (path,) = box.waiting()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"watches" not in path.read_bytes()


def test_the_same_message_waits_once(box):
    for _ in range(3):
        box.put(mail(), SEEN, is_spam=True, source="trap")
    assert len(box.waiting()) == 1


def test_a_full_box_takes_no_more(box, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    box.put(mail(1), SEEN, is_spam=True, source="trap")
    box.put(mail(2), SEEN, is_spam=True, source="trap")
    with pytest.raises(Unavailable, match="2 lessons wait"):
        box.put(mail(3), SEEN, is_spam=True, source="trap")


def test_what_is_no_lesson_is_left_out(box):
    box.put(mail(), SEEN, is_spam=True, source="trap")
    for name, octets in (("0", b""), ("1", b"\xc1" * 50), ("2", b"x" * 10_000)):
        (box.directory / name).write_bytes(octets)
    assert len(box.waiting()) == 4
    assert len(list(box.read(box.waiting()))) == 1


def test_what_is_being_written_is_not_read_and_what_was_left_half_written_goes(box):
    box.put(mail(), SEEN, is_spam=True, source="trap")
    fresh, left = box.directory / ".fresh", box.directory / ".left"
    for path in (fresh, left):
        path.write_bytes(b"x")
    os.utime(left, (0, box.now() - 2 * ABANDONED))
    assert len(box.waiting()) == 1
    assert fresh.exists() and not left.exists()


def test_nothing_waits_where_nothing_was_ever_put(box):
    assert box.waiting() == []


def test_without_a_data_directory_it_is_unavailable(tmp_path):
    with pytest.raises(Unavailable):
        Box(tmp_path / "none" / "learn").put(mail(), SEEN, is_spam=True, source="trap")
