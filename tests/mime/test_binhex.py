"""BinHex: ATTACKS MIME-26."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.binhex import BadBinHex, Forks, expanded, files, holds_binhex
from gatepost.mime.folded import FoldedFile
from tests.mime.writers import binhex, runs

LIMIT = 1_000_000
FORKS = st.lists(st.sampled_from([b"\x90", b"\0", b"aaaa", b"b", b"\xff" * 300]), max_size=6).map(b"".join)


@given(st.lists(st.tuples(FORKS, FORKS), max_size=3))
def test_mime_26_both_forks_are_read_back(written):
    text = b"Hello\r\n" + b"words: many\r\n".join(binhex(b"a.exe", data, resource) for data, resource in written)
    assert list(files(text, LIMIT)) == [
        Forks(FoldedFile(name="a.exe", octets=data), resource) for data, resource in written
    ]


@given(FORKS)
def test_mime_26_runs_are_made_long_again(octets):
    assert expanded(runs(octets), LIMIT) == octets


def test_mime_26_a_missing_end_gives_what_is_there():
    text = binhex(b"a", b"evil" * 100).rstrip(b":\r\n")[:300]
    (found,) = files(text, LIMIT)
    assert found.data.is_cut and found.data.octets.startswith(b"evilevil")


def test_mime_26_a_file_that_grows_too_large_is_said_to():
    with pytest.raises(BadBinHex):
        list(files(binhex(b"a", bytes(100_000)), 50_000))


def test_mime_26_a_file_without_a_header_is_said_to_be_none():
    with pytest.raises(BadBinHex):
        list(files(b"(This file must be converted with BinHex 4.0)\n:!!:", LIMIT))


def test_mime_26_a_text_that_speaks_of_it_holds_none():
    assert not holds_binhex(b"I like BinHex 4.0") and not list(files(b"I like BinHex 4.0: it is old", LIMIT))


@pytest.mark.parametrize("between", [b"\r\n", b"\r\nwords: more\r\n\r\n", b" "])
def test_mime_26_words_before_the_digits_hide_nothing(between):
    text = binhex(b"a.exe", b"evil")
    head, colon, digits = text.partition(b":")
    (found,) = files(head.rstrip() + between + colon + digits, LIMIT)
    assert found.data.octets == b"evil"


def test_mime_26_what_is_known_to_be_one_need_not_say_so():
    digits = binhex(b"a.exe", b"evil").partition(b":")[2]
    assert not list(files(b":" + digits, LIMIT))
    (found,) = files(b":" + digits, LIMIT, said=True)
    assert found.data.octets == b"evil"


def test_mime_26_a_text_of_many_beginnings_takes_linear_time():
    started = time.process_time()
    begin = b"(This file must be converted with BinHex 4.0) "
    assert not list(files(begin * 40_000, LIMIT))
    with pytest.raises(BadBinHex):
        list(files((begin + b":") * 40_000, LIMIT))
    assert time.process_time() - started < 2


PIECES = [b"(This file must be converted with BinHex 4.0)", b":", b"\r\n", b'"', b"!", b"rrrr", b"#3a", b"\xff", b"3*!"]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join))
def test_mime_26_any_order_of_pieces_is_read_or_refused(text):
    try:
        found = list(files(text, 10_000))
    except BadBinHex:
        return
    assert all(len(file.data.octets) <= 10_000 for file in found)
