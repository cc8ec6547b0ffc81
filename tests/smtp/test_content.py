"""Where a message ends, and what comes out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.smtp.content import END, ChunkReader, DataReader, Stuffer, possible_end
from gatepost.smtp.measure import Flaw, Measure

PIECES = st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b".", b"..", b"\r\n.", b"\0", b"\xe9"]), max_size=16)


def data(*pieces, limit=10_000, normalize=False):
    """Content kept, octets of the last piece that were left, whether it ended, the reader."""
    reader = DataReader(Measure(limit), normalize)
    kept, left, ended = b"", b"", False
    for piece in pieces:
        octets, stop, ended = reader.read(b"?" + piece, 1)  # something was taken already
        kept, left = kept + octets, piece[stop - 1 :]
    return kept, left, ended, reader


def chunks(*pieces, limit=10_000):
    reader = ChunkReader(Measure(limit))
    return b"".join(reader.read(piece, at == len(pieces) - 1) for at, piece in enumerate(pieces)), reader


# ── DATA ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("content", [b"", b"a\r\n", b"..\r\n", b"a\r\n..b\r\n", b"\r\n", b"\r\n\r\n"])
def test_good_content_comes_out_as_it_went_in_and_what_is_behind_it_is_left(content):
    kept, left, ended, reader = data(content + b".\r\nNOOP\r\n")
    assert (kept, left, ended) == (content, b"NOOP\r\n", True)
    assert reader.measure.size == len(content) - content.count(b"..")


@given(PIECES.map(b"".join), st.integers(1, 5))
def test_the_end_is_where_it_is_and_nowhere_else(octets, size):
    whole = octets + b"\r\n.\r\nrest"
    end = (b"\r\n" + whole).find(END) - 2 + len(END)
    taken, reader = 0, DataReader(Measure(10_000))
    for at in range(0, len(whole), size):
        piece = whole[at : at + size]
        _, stop, ended = reader.read(piece, 0)
        taken += stop
        if ended:
            break
    assert ended and taken == end


@pytest.mark.parametrize(
    ("octets", "flaw"),
    [(b"a\nb", Flaw.LINE_END), (b"a\rb", Flaw.LINE_END), (b"a\0b", Flaw.NUL), (b"\r\r\n", Flaw.LINE_END),
    (b"\n\r", Flaw.LINE_END)],
)  # fmt: skip
def test_a_flaw_is_noted_and_nothing_more_is_kept(octets, flaw):
    kept, _, ended, reader = data(b"good\r\n", octets, b"more\r\n.\r\n")
    assert (kept, ended, reader.measure.flaw) == (b"good", True, flaw)
    assert reader.discarded


def test_a_bare_line_end_is_worse_than_size():
    _, _, _, reader = data(b"x" * 50 + b"\r\n", b"\n", b"\r\n.\r\n", limit=10)
    assert reader.measure.flaw is Flaw.LINE_END and reader.measure.is_too_large


def test_content_that_is_flawed_and_too_large_says_both():
    _, _, _, reader = data(b"x" * 50 + b"\n\r\n.\r\n", limit=10)
    assert reader.measure.flaw is Flaw.LINE_END and reader.measure.is_too_large


@pytest.mark.parametrize("line", [b". ", b".x", b".\t"])
def test_a_line_that_the_client_forgot_to_stuff_is_stuffed(line):
    kept, _, _, reader = data(b"a\r\n" + line + b"\r\n..b\r\n.\r\n")
    assert kept == b"a\r\n" + line[1:] + b"\r\n..b\r\n"
    assert reader.measure.size == len(b"a\r\n" + line[1:] + b"\r\n.b\r\n")


def test_bare_line_feeds_become_line_ends_where_that_is_allowed():
    kept, left, ended, _ = data(b"a\n.\nb\r\n", b"..c\n.\r\n", b"\r\n.\r\n", normalize=True)
    assert ended and kept == b"a\r\n..\r\nb\r\n..c\r\n..\r\n\r\n"


@pytest.mark.parametrize("octets", [b"a\rb\r\n.\r\n", b"a\0b\r\n.\r\n"])
def test_carriage_returns_and_nul_are_refused_even_there(octets):
    assert data(octets, normalize=True)[3].measure.flaw is not None


@given(st.binary(max_size=9))
def test_what_may_begin_the_end_is_held_back(octets):
    tail = possible_end(octets)
    assert octets.endswith(tail) and END.startswith(tail) and len(tail) < len(END)
    longer = [octets[at:] for at in range(len(octets) - len(tail))]
    assert not any(END.startswith(rest) and rest != END for rest in longer)


# ── BDAT ─────────────────────────────────────────────────────────────────────


def test_chunks_come_out_stuffed_with_proper_line_ends():
    kept, reader = chunks(b".a\n", b"b\r", b"\n.c\r\n")
    assert kept == b"..a\r\nb\r\n..c\r\n" and reader.measure.size == len(b".a\r\nb\r\n.c\r\n")


def test_a_message_that_ends_within_a_line_gets_its_line_end():
    assert chunks(b"a\r\nb")[0] == b"a\r\nb\r\n"
    assert chunks(b"")[0] == b"" and chunks(b"a", b"")[0] == b"a\r\n"


@pytest.mark.parametrize(
    ("pieces", "flaw"), [((b"a\rb",), Flaw.LINE_END), ((b"a\r", b"b"), Flaw.LINE_END), ((b"a\r",), Flaw.LINE_END),
    ((b"a", b"\0"), Flaw.NUL)]
)  # fmt: skip
def test_a_bare_carriage_return_or_nul_in_a_chunk_is_a_flaw(pieces, flaw):
    assert chunks(*pieces)[1].measure.flaw is flaw


def test_behind_a_flaw_nothing_is_kept():
    reader = ChunkReader(Measure(1000))
    assert reader.read(b"\0", False) == b"" and reader.read(b"good\r\n", False) == b"" and reader.discarded == 7


def test_chunks_beyond_the_limit_are_a_flaw():
    kept, reader = chunks(b"x" * 8, b"y" * 8, limit=10)
    assert kept == b"x" * 8 and reader.measure.flaw is Flaw.SIZE


@given(st.lists(st.lists(st.sampled_from([b"a", b"\r\n", b"\n", b"."]), max_size=5).map(b"".join), max_size=6))
def test_however_chunks_are_cut_the_message_is_the_same(pieces):
    assert chunks(*pieces)[0] == (chunks(b"".join(pieces))[0] if pieces else b"")


# ── stuffing ─────────────────────────────────────────────────────────────────


@given(st.lists(st.lists(st.sampled_from([b"a", b"\r\n", b"\n", b".", b".."]), max_size=6).map(b"".join), max_size=5))
def test_stuffing_is_undone_by_unstuffing(pieces):
    stuffer, whole, dots = Stuffer(), b"", 0
    for piece in pieces:
        octets, more = stuffer.stuff(piece)
        whole, dots = whole + octets, dots + more
    plain = b"".join(pieces).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert (b"\r\n" + whole).replace(b"\r\n.", b"\r\n")[2:] == plain and dots == len(whole) - len(plain)
    assert END not in b"\r\n" + whole
