"""Octets to command lines: CRLF ends one, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.smtp.lines import BARE, DEFAULT_LIMIT, ENDLESS, NUL, SKIP_LIMIT, LineReader, Overlong, verb_of

LENGTHS = {b"NOOP": 10, b"RCPT": 600}
PIECES = st.lists(
    st.sampled_from([b"a", b"NOOP", b" ", b"\r", b"\n", b"\r\n", b"\0", b"x" * 9, b"y" * 300]), max_size=14
)


def read(*pieces):
    """Lines and what else comes out, to the first violation."""
    reader, found = LineReader(LENGTHS), []
    for piece in pieces:
        reader.feed(piece)
        while (line := reader.next_line()) is not None:
            found.append(line)
            if line in (BARE, NUL, ENDLESS):
                return found
    return found


def cut(octets, size):
    return [octets[at : at + size] for at in range(0, len(octets), size)]


def test_crlf_ends_a_line():
    assert read(b"a\r\nb b\r\n\r\nrest") == [b"a", b"b b", b""]


@pytest.mark.parametrize("octets", [b"\n", b"a\n", b"a\rb", b"\r\r\n", b"a\r\r\n", b"\rb\r\n", b"\n\r\n"])
def test_anything_else_ends_everything(octets):
    assert read(octets + b"NOOP\r\n") == [BARE]
    assert read(*cut(octets + b"NOOP\r\n", 1)) == [BARE]


def test_nul_ends_everything():
    assert read(b"a\0b\r\n") == read(b"a\0") == [NUL]


def test_an_empty_buffer_has_no_line():
    assert LineReader(LENGTHS).next_line() is None


def test_a_carriage_return_at_the_end_may_be_half_of_a_line_end():
    assert read(b"a\r") == [] and read(b"a\r", b"\n") == [b"a"]


@given(PIECES.map(b"".join), st.integers(1, 7))
def test_however_octets_are_cut_the_lines_that_fit_are_the_same(octets, size):
    def fitting(lines):
        broken = [line for line in lines if line in (BARE, NUL)]
        return [
            line
            for line in lines
            if isinstance(line, bytes) and len(line) + 2 <= LENGTHS.get(verb_of(line), DEFAULT_LIMIT)
        ], bool(broken)

    assert fitting(read(*cut(octets, size))) == fitting(read(octets))


@given(st.integers(0, 2000), st.integers(1, 500))
def test_a_line_too_long_for_its_verb_is_seen_once_and_not_kept(length, size):
    reader, found = LineReader(LENGTHS), []
    for piece in cut(b"NOOP " + b"x" * length + b"\r\nNOOP\r\n", size):
        reader.feed(piece)
        while (line := reader.next_line()) is not None:
            found.append(line)
        assert len(reader.buffer) - reader.position <= 10 + 1
    assert len(found) == 2 and found[1] == b"NOOP"
    assert isinstance(found[0], Overlong) or len(found[0]) == length + 5


def test_what_is_too_long_keeps_its_verb_and_loses_its_octets():
    assert read(b"NOOP xxxxxxxxxxxx", b"MAIL FROM:<>", b"\r\nNOOP\r\n") == [Overlong(b"NOOP"), b"NOOP"]


def test_the_tail_of_a_long_line_is_no_command_even_if_its_line_end_is_cut():
    assert read(b"NOOP xxxxxxxxxxxx\r", b"\nNOOP\r\n") == [Overlong(b"NOOP"), b"NOOP"]


def test_a_bare_line_end_within_a_line_that_is_skipped_is_one():
    assert read(b"NOOP xxxxxxxxxxxx\r", b"MAIL") == [BARE] and read(b"NOOP xxxxxxxxxxxx", b"\nMAIL") == [BARE]


def test_a_line_without_end_is_not_waited_for():
    reader = LineReader(LENGTHS)
    for _ in range(SKIP_LIMIT // 1000 + 2):
        reader.feed(b"x" * 1000)
        line = reader.next_line()
        if line is not None:
            break
    assert line is ENDLESS


def test_a_line_of_some_length_whose_end_comes_in_the_last_piece_is_endless_too():
    assert ENDLESS in read(*[b"x" * 1000] * (SKIP_LIMIT // 1000 + 2), b"\r\n")


# ── raw octets ───────────────────────────────────────────────────────────────


def test_content_is_taken_from_behind_the_line():
    reader = LineReader(LENGTHS)
    reader.feed(b"BDAT 4\r\nab")
    reader.next_line()
    assert (reader.take(4), reader.has_more) == (b"ab", False)
    reader.feed(b"cdNOOP\r\n")
    assert reader.take(2) == b"cd" and reader.has_more and reader.take_all() == b"NOOP\r\n"


def test_what_was_not_taken_is_kept_when_more_comes():
    reader = LineReader(LENGTHS)
    reader.feed(b"NOOP\r\nNO")
    reader.next_line()
    reader.feed(b"OP\r\n")
    assert reader.next_line() == b"NOOP"


def test_clearing_forgets_everything():
    reader = LineReader(LENGTHS)
    reader.feed(b"NOOP xxxxxxxxxxxxxxxxx")
    reader.next_line()
    reader.feed(b"more")
    reader.clear()
    reader.feed(b"NOOP\r\n")
    assert reader.next_line() == b"NOOP"


# ── verbs ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        (b"noop x", b"NOOP"),
        (b"NOOP\r", b"NOOP"),
        (b"", b""),
        (b" x", b""),
        (b"a" * 100, b"A" * 32),
        (b"BDAT\t5", b"BDAT\t5"),
    ],
)
def test_the_verb_is_the_first_word_bounded(line, verb):
    assert verb_of(line) == verb


def test_a_line_that_long_is_endless_even_if_it_comes_in_one_read_with_its_end():
    assert read(b"x" * (SKIP_LIMIT + 1) + b"\r\nNOOP\r\n") == [ENDLESS]
