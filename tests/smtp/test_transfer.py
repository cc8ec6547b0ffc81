"""Content as events: DATA to its end, BDAT by its counts."""

import pytest

from gatepost.smtp import replies
from gatepost.smtp.events import BadContent, ChunkEnd, Content, EndOfContent
from gatepost.smtp.lines import LineReader
from gatepost.smtp.transfer import ChunkTransfer, DataTransfer

LIMIT = 20


def events(transfer, *pieces):
    """What comes of it, and what is left."""
    lines, found = LineReader({}), []
    for piece in pieces:
        lines.feed(piece)
        while (event := transfer.next_event(lines)) is not None:
            found.append(event)
            if not isinstance(event, Content):
                return found, lines.take_all()
    return found, lines.take_all()


def data(*pieces):
    return events(DataTransfer(LIMIT, False), *pieces)


def chunk(size, *pieces, last=True, transfer=None):
    transfer = transfer or ChunkTransfer(LIMIT)
    transfer.begin(size, last)
    return events(transfer, *pieces)


# ── DATA ─────────────────────────────────────────────────────────────────────


def test_content_comes_piece_by_piece_and_then_its_end():
    assert data(b"a\r\n", b"\xe9\r\n.\r\nNOOP\r\n") == (
        [Content(b"a"), EndOfContent(b"\r\n\xe9\r\n", 6, True, 0)], b"NOOP\r\n",
    )  # fmt: skip


def test_without_octets_there_is_no_event():
    assert data(b"") == ([], b"") and data(b"\r\n", b".")[0] == []


@pytest.mark.parametrize(
    ("content", "reply", "rule"),
    [
        (b"a\nb\r\n.\r\n", replies.BAD_CONTENT_LINE_END, "content.bare-line-end"),
        (b"a\0b\r\n.\r\n", replies.BAD_CONTENT_NUL, "content.nul"),
        (b"x" * 30 + b"\n\r\n.\r\n", replies.TOO_LARGE, "content.bare-line-end"),
    ],
)
def test_flawed_content_is_discarded_to_its_end_and_then_refused(content, reply, rule):
    assert data(content) == ([BadContent(reply, rule, True)], b"")


def test_content_that_is_only_too_large_leaves_the_session_usable():
    found, left = data(b"x" * 30, b"\r\n.\r\nNOOP\r\n")
    assert found == [BadContent(replies.TOO_LARGE, "content.size", False)] and left == b"NOOP\r\n"


def test_content_without_end_is_listened_to_for_as_much_again():
    found, _ = data(*[b"x" * 10] * 9)
    assert found[-1] == BadContent(replies.TOO_LARGE, "content.size", True)
    assert sum(len(event.octets) for event in found[:-1]) <= LIMIT


# ── BDAT ─────────────────────────────────────────────────────────────────────


def test_a_chunk_ends_where_its_count_says():
    assert chunk(5, b"a\r\n.\rNOOP\r\n", last=False) == ([ChunkEnd(b"a\r\n..", 5)], b"NOOP\r\n")


def test_the_last_chunk_ends_the_message_and_its_last_line():
    transfer = ChunkTransfer(LIMIT)
    chunk(3, b"a", b"\r\n", last=False, transfer=transfer)
    assert chunk(2, b"bc", transfer=transfer)[0] == [EndOfContent(b"bc\r\n", 7, False, 0)]


def test_a_chunk_may_come_piece_by_piece():
    assert chunk(4, b"ab", b"c", b"d")[0] == [Content(b"ab"), Content(b"c"), EndOfContent(b"d\r\n", 6, False, 0)]
    assert chunk(3, b"\r", b"\n", b"x")[0] == [Content(b"\r\n"), EndOfContent(b"x\r\n", 5, False, 0)]


def test_an_empty_chunk_ends_at_once_and_a_missing_one_does_not():
    assert chunk(0, b"")[0] == [EndOfContent(b"", 0, False, 0)]
    assert chunk(2, b"") == ([], b"")


@pytest.mark.parametrize(
    ("octets", "reply", "closes"),
    [(b"a\rb", replies.BAD_CONTENT_LINE_END, True), (b"a\0b", replies.BAD_CONTENT_NUL, True),
    (b"x" * 21, replies.TOO_LARGE, False)],
)  # fmt: skip
def test_a_flawed_chunk_is_swallowed_whole_and_then_refused(octets, reply, closes):
    found, left = chunk(len(octets) + 2, octets, b"xx", b"NOOP\r\n", last=False)
    assert found[-1] == BadContent(reply, found[-1].rule, closes) and len(found) == 1 and left == b""
    assert chunk(len(octets), octets + b"NOOP\r\n")[1] == b"NOOP\r\n"
