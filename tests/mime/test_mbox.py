"""Mailbox files."""

import time

from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.mbox import messages

MARK = b"From a@example.com Thu Jan  1 00:00:00 1970\n"


@given(st.lists(st.sampled_from([b"Subject: a\n\nwords\n", b"", b"x\nFrom here on\n", b"\n\n"]), max_size=4))
def test_messages_written_are_read_back(written):
    text = b"\n".join(MARK + message + b"\n" for message in written)
    assert [message.rstrip(b"\n") for message in messages(text)] == [message.rstrip(b"\n") for message in written]


def test_lines_may_end_in_cr_lf():
    text = (MARK + b"a\n\n" + MARK + b"b\n").replace(b"\n", b"\r\n")
    assert list(messages(text)) == [b"a\r\n\r\n", b"b\r\n"]


def test_other_text_holds_none_and_takes_linear_time():
    assert list(messages(b"words\nFrom them\n")) == []
    started = time.process_time()
    assert len(list(messages(MARK + b"\n\nFrom " * 200_000))) == 200_001
    assert time.process_time() - started < 2
