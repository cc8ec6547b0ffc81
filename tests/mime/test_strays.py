"""Lines that look like a part's where none is declared."""

import time

import pytest

from gatepost.mime.strays import LINES_LIMIT, SMALL, Strays

FILLER = b"words of a text\r\n" * 2000  # so that the range is not a small one


@pytest.mark.parametrize("filler", [b"", FILLER])
def test_boundaries_are_told_by_the_fields_that_follow(filler):
    lines = b"--a\r\nContent-Type: x\r\n\r\n--b\r\nwords\r\n --c\r\n\r\ncontent-disposition: x\r\n--d\nCONTENT-TYPE : x"
    octets = lines + b"\r\n" + filler
    assert Strays(octets).boundaries(0, len(octets)) == (b"a", b"c", b"d")
    assert Strays(octets).boundaries(1, len(octets)) == (b"c", b"d")
    assert Strays(octets).boundaries(0, 15) == ()


def test_what_is_sought_once_is_the_same_in_each_range():
    octets = b"".join(b"--%d\r\nContent-Type: x\r\n%s" % (number, FILLER[:5000]) for number in range(9))
    strays = Strays(octets)
    for start in range(0, len(octets), 997):
        for end in range(start + SMALL, len(octets), 4999):
            small = Strays(octets[start:end])  # its own matches, none sought before
            assert strays.boundaries(start, end) == small.boundaries(0, end - start)
            assert strays.field(start, end) == (-1 if (at := small.field(0, end - start)) < 0 else at + start)


@pytest.mark.parametrize(
    "text", [b"-- \r\nSigned\r\n", b"words --b\r\nContent-Type: x", b"--b\r\nContent: x", b"--b\r\nx\r\n"]
)
def test_a_text_has_none(text):
    assert Strays(text).boundaries(0, len(text)) == ()


def test_the_first_field_is_found():
    octets = b"words\r\n Content-Type: x\r\n"
    assert octets[Strays(octets).field(0, len(octets)) :] == b" Content-Type: x\r\n"
    assert Strays(octets).field(8, len(octets)) == 8 and Strays(b"words").field(0, 5) == -1


def test_many_of_them_are_sought_in_linear_time():
    octets = b"--b\r\nContent-Type: x\r\n\r\n" * (2 * LINES_LIMIT)
    began = time.process_time()
    strays = Strays(octets)
    for start in range(0, len(octets), len(octets) // 50):
        assert strays.boundaries(start, len(octets)) == (b"b",)
    assert time.process_time() - began < 3
