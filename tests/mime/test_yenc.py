"""yEnc: ATTACKS MIME-26."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.folded import FoldedFile
from gatepost.mime.yenc import files, holds_yenc
from tests.mime.writers import yenc

NAMES = st.text("ab .=é", min_size=1, max_size=9).filter(str.strip)


@given(st.lists(st.tuples(NAMES, st.binary(max_size=200)), max_size=3))
def test_mime_26_files_written_between_lines_of_text_are_read_back(written):
    text = b"Hello\r\n" + b"words\r\n".join(yenc(name.encode(), octets) for name, octets in written)
    assert list(files(text)) == [FoldedFile(name=name.strip(), octets=octets) for name, octets in written]


def test_mime_26_one_part_of_several_is_given_and_said_to_be_one():
    assert list(files(yenc(b"a", b"evil", "part=2 total=3 "))) == [
        FoldedFile(name="a", octets=b"evil", is_partial=True)
    ]
    assert not next(files(yenc(b"a", b"evil", "part=1 total=1 "))).is_partial
    assert next(files(yenc(b"a", b"evil", "part=1 ").replace(b"size=4 name", b"size=9 name"))).is_partial


def test_mime_26_a_missing_end_gives_what_is_there():
    assert list(files(yenc(b"a", b"evil").partition(b"\r\n=yend")[0])) == [
        FoldedFile(name="a", octets=b"evil", is_cut=True)
    ]


def test_mime_26_a_file_without_octets_or_a_name_is_there():
    assert list(files(b"=ybegin line=128 size=0\n=yend size=0\n")) == [FoldedFile(name="", octets=b"")]


def test_mime_26_a_beginning_within_a_line_is_text():
    assert not list(files(b"say =ybegin line=128 size=1 name=x\n"))
    assert holds_yenc(b"=ybegin ") and not holds_yenc(b"y=begin")


@pytest.mark.parametrize("piece", [b"=ybegin \n", b"=ybegin ", b"=ybegin name=x\n=yend \n", b"=", b"==ypart ", b"\n"])
def test_mime_26_a_text_of_many_beginnings_takes_linear_time(piece):
    started = time.process_time()
    found = sum(len(file.octets) for file in files(b"=ybegin name=a\n" + piece * (2_000_000 // len(piece))))
    assert found <= 2_000_000
    assert time.process_time() - started < 4


PIECES = [
    b"=ybegin ",
    b"line=1 ",
    b"name=a=b",
    b"part=2 ",
    b"=ypart begin=1",
    b"=yend ",
    b"\r\n",
    b"\n",
    b"=",
    b"\0",
    b"\xff",
]


@given(st.lists(st.sampled_from(PIECES), max_size=15).map(b"".join))
def test_mime_26_any_order_of_pieces_is_read_without_a_crash(text):
    assert sum(len(file.octets) for file in files(text)) <= len(text)
