"""uuencode: ATTACKS MIME-26."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.folded import FoldedFile
from gatepost.mime.uuencode import files, holds_uuencode
from tests.mime.writers import uu, uu_base64

NAMES = st.text("ab .é", min_size=1, max_size=9).filter(str.strip)


@given(st.lists(st.tuples(NAMES, st.binary(max_size=200)), max_size=3), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_mime_26_files_written_between_lines_of_text_are_read_back(written, newline):
    text = b"Hello,\nbegin here\n" + b"words\n".join(uu(name.encode(), octets, newline) for name, octets in written)
    found = [(file.name, file.octets, file.is_cut) for file in files(text)]
    assert found == [(name.strip(), octets, False) for name, octets in written]
    assert holds_uuencode(text)


@given(st.binary(max_size=200))
def test_mime_26_the_base64_form_is_read_too(octets):
    assert list(files(b"x\n" + uu_base64(b"a.exe", octets) + b"y")) == [FoldedFile(name="a.exe", octets=octets)]


def test_mime_26_a_missing_end_gives_what_is_there():
    text = uu(b"a", b"evil" * 30).partition(b"`\n")[0]
    assert list(files(text)) == [FoldedFile(name="a", octets=b"evil" * 30, is_cut=True)]
    assert list(files(text + b"and so on\n")) == list(files(text))


def test_mime_26_blanks_lost_at_the_ends_of_lines_are_given_back():
    octets = bytes(40)
    text = uu(b"a", octets).replace(b"`", b" ")
    trimmed = b"\n".join(line.rstrip() for line in text.split(b"\n"))
    assert [file.octets for file in files(trimmed)] == [octets]


@pytest.mark.parametrize("tail", [b"X", b"ab", b"  "])
def test_mime_26_a_checksum_behind_each_line_is_no_content(tail):
    first, line, *rest = uu(b"a", b"evil").split(b"\n")
    assert [file.octets for file in files(b"\n".join([first, line + tail, *rest]))] == [b"evil"]


def test_mime_26_empty_lines_between_lines_hide_nothing():
    assert [file.octets for file in files(uu(b"a", b"evil" * 40).replace(b"\n", b"\n\n"))] == [b"evil" * 40]


def test_mime_26_a_begin_without_a_mode_counts_where_a_file_follows():
    text = uu(b"a.exe", b"evil").replace(b"begin 644 a.exe", b"begin  a.exe")
    assert [(file.name, file.octets) for file in files(text)] == [("a.exe", b"evil")]
    assert not list(files(b"begin with the first step\nand then go on\n"))


@pytest.mark.parametrize("between", [b"words\n", b"X-No-Archive: yes\n\n"])
def test_mime_26_words_below_the_name_hide_nothing(between):
    text = uu(b"a.exe", b"evil" * 20).replace(b"a.exe\n", b"a.exe\n" + between)
    assert [(file.name, file.octets) for file in files(text)] == [("a.exe", b"evil" * 20)]


@pytest.mark.parametrize(
    "text",
    [
        b"begin 2024 we start\nwith this\n",
        b"begin the meeting\n\nAGENDA\nTOPIC ONE\n",
        b"begin transaction\nINSERT INTO X\nCOMMIT\nend\n",
        b"begin  our work\n\nPLEASE READ\n",
        b"begin-base64 is a format\nas old as the hills\n",
    ],
)
def test_mime_26_a_sentence_that_begins_so_is_no_file(text):
    assert not list(files(text))


def test_mime_26_a_begin_within_a_line_is_a_word():
    assert not holds_uuencode(b"we begin 644 of them; beginning now\nbeginner 644 a")


def test_mime_26_a_file_within_a_file_is_part_of_it():
    inner = uu(b"inner", b"x")
    assert [file.name for file in files(uu(b"outer", inner))] == ["outer"]


@pytest.mark.parametrize(
    "line", [b"begin 644 a\n", b"begin a\n", b"begin-base64 644 a\n", b"M\n", b"begin", b"\nbegin "]
)
def test_mime_26_a_text_of_many_beginnings_takes_linear_time(line):
    started = time.process_time()
    found = sum(len(file.octets) for file in files(b"begin 644 x\n" + line * (1_000_000 // len(line))))
    assert time.process_time() - started < 4
    assert found <= 25 * 1_000_000


PIECES = [
    b"begin 644 a\n", b"begin-base64 644 b\n", b"begin  c\n", b"end\n", b"====\n", b"`\n", b"\n", b"\r", b" ",
    b"#0V%T\n", b"M", b"Q2F0=\n", b"text\n", b"\xff", b"\0",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_mime_26_any_order_of_pieces_is_read_without_a_crash(text):
    for file in files(text):
        assert b"begin" in text and len(file.octets) <= 25 * len(text)
