"""Messages come out of files as they went in, whatever kind of file it is."""

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.cli import mailboxes
from gatepost.cli.mailboxes import in_file, messages
from gatepost.cli.message_file import Unreadable

ONE, TWO = b"Subject: 1\n\nHello\n", b"Subject: 2\n\n>From here\nFrom there\n"


def read(*paths, told=None):
    return list(messages(map(str, paths), (told if told is not None else []).append))


def mbox(*found: bytes, end=b"\n") -> bytes:
    return b"".join(b"From ann@x Mon Jan  1 10:00:00 2024\n" + quoted(one) + end for one in found)


def quoted(message: bytes) -> bytes:
    lines = message.splitlines(keepends=True)
    return b"".join([b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines])


def test_a_mailbox_is_split_where_messages_begin_and_unquoted(tmp_path):
    (tmp_path / "box").write_bytes(mbox(ONE, TWO))
    assert read(tmp_path / "box") == [ONE + b"\n", TWO + b"\n"]


PIECES = st.lists(
    st.sampled_from([b"From x\n", b">From x\n", b">>From\n", b"\n", b"a\n", b"From", b" ", b">", b"long" * 9]),
    max_size=12,
).map(b"".join)


@given(st.lists(PIECES.map(lambda body: b"Subject: x\n\n" + body + b"\n"), min_size=1, max_size=4), st.integers(1, 40))
def test_whatever_is_in_them_messages_are_as_they_were_however_it_is_read(found, size):
    whole = mailboxes.PIECE
    mailboxes.PIECE = max(size, 40)  # a line is read in pieces, but for the one at which a message begins
    try:
        assert list(in_file(io.BytesIO(mbox(*found)), "box", print)) == [one + b"\n" for one in found]
    finally:
        mailboxes.PIECE = whole


def test_a_line_that_looks_like_a_beginning_and_has_no_empty_line_before_it_is_text(tmp_path):
    (tmp_path / "box").write_bytes(b"From a\nSubject: 1\n\nHello\nFrom now on\n\nFrom b\r\nSubject: 2\n\nx\n")
    assert [one.count(b"Subject") for one in read(tmp_path / "box")] == [1, 1]


def test_a_maildir_and_directories_of_messages_are_read_in_order_without_what_is_hidden(tmp_path):
    for name in ("cur/1:2,S", "new/2", "tmp/.hidden", "sub/deep/3.eml", ".dovecot"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"Subject: %s\n\n" % name.encode())
    os.symlink("/etc/passwd", tmp_path / "new" / "link")
    (tmp_path / "new" / "empty").write_bytes(b"\n")
    assert [one.split()[1] for one in read(tmp_path)] == [b"cur/1:2,S", b"new/2", b"sub/deep/3.eml"]


def test_what_is_not_there_or_is_too_large_is_said(tmp_path, monkeypatch):
    with pytest.raises(Unreadable, match="nowhere: No such file"):
        read(tmp_path / "nowhere")
    monkeypatch.setattr(mailboxes, "LIMIT", 100)
    told = []
    (tmp_path / "one.eml").write_bytes(b"Subject: x\n\n" + b"a" * 100)
    (tmp_path / "two").write_bytes(mbox(b"Subject: y\n\n" + b"a\n" * 100, ONE))
    assert read(tmp_path / "one.eml", tmp_path / "two", told=told) == [ONE + b"\n"]
    assert len(told) == 2 and all("left out" in one for one in told)
