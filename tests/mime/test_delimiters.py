"""Delimiter lines, for careful and for careless programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.delimiters import BARE, CLOSED, GARBAGE, INDENTED, cut, hits, manners, without_inner


def odd(body: bytes) -> list[int]:
    return [hit.odd for hit in hits(body, 0, len(body), b"b", b"\r\n")[0]]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"--b\r\n", [0]),
        (b"--b", [0]),
        (b"--b--", [0]),
        (b"x\r\n--b \t\r\n", [0]),
        (b"x--b\r\n", []),
        (b"x --b\r\n", []),
        (b" --b\r\n", [INDENTED]),
        (b"x\r\n\t --b\r\n", [INDENTED]),
        (b"x\r\n\x0b\x0c--b\r\n", [INDENTED]),
        (b"x\n --b\r\n", [INDENTED | BARE]),
        (b"x\n--b\r\n", [BARE]),
        (b"x\r--b\r\n", [BARE]),
        (b"--b\n", [BARE]),
        (b"--b\r", [BARE]),
        (b"--bc\r\n", [GARBAGE]),
        (b"--b--c\r\n", [GARBAGE]),
        (b" --bc\n", [INDENTED | GARBAGE | BARE]),
        (b"--b\r\n--b\r\n", [0, 0]),
    ],
)
def test_a_line_is_a_delimiter_for_some(body, found):
    assert odd(body) == found


def pieces(body: bytes, allowed: int = 0) -> list[bytes]:
    found, _ = hits(body, 0, len(body), b"b", b"\r\n")
    return [body[start:end] for start, end in cut(found, len(body), allowed).parts]


@pytest.mark.parametrize(
    ("body", "allowed", "found"),
    [
        (b"x\r\n--b\r\n1\r\n--b\r\n2\r\n--b--\r\nx", 0, [b"1", b"2"]),
        (b"--b\r\n1", 0, [b"1"]),
        (b"--b\r\n--b\r\n1", 0, [b"", b"1"]),
        (b"--b--\r\n1", 0, []),
        (b"--b--\r\n1", CLOSED, [b"1"]),
        (b"--b\r\n1\r\n--b--\r\n2\r\n--b\r\n3\r\n--b--\r\n", 0, [b"1"]),
        (b"--b\r\n1\r\n--b--\r\n2\r\n--b\r\n3\r\n--b--\r\n", CLOSED, [b"1", b"2", b"3"]),
        (b"--b\r\n1\r\n --b\r\n2", 0, [b"1\r\n --b\r\n2"]),
        (b"--b\r\n1\r\n --b\r\n2", INDENTED, [b"1", b"2"]),
        (b"--b\r\n1\n--b\r\n2", BARE, [b"1", b"2"]),
        (b"--b\r\n1\r\n--bx\r\n2", GARBAGE, [b"1", b"2"]),
    ],
)
def test_parts_lie_between_delimiters(body, allowed, found):
    assert pieces(body, allowed) == found


def test_the_ways_that_differ_are_all_mixes_of_what_is_odd():
    body = b"--b\r\n1\r\n --b\r\n2\r\n--bx\r\n3"
    assert [code for code, _ in manners(hits(body, 0, len(body), b"b", b"\r\n")[0])] == [
        "indented-delimiter", "delimiter-prefix", "lenient",
    ]  # fmt: skip
    assert manners(hits(b"--b\r\n1\r\n--b--", 0, 13, b"b", b"\r\n")[0]) == ()


def test_an_inner_multipart_s_delimiters_do_not_divide_the_outer_one():
    body = b"--b\r\n\r\n--b-1\r\nx\r\n--b-1--\r\n--b-2\r\n--b--"
    found, _ = hits(body, 0, len(body), b"b", b"\r\n")
    left = without_inner(found, b"b", {b"b-1": [(5, 30)]})
    assert [hit.more for hit in left] == [b"", b"-2", b""]


def test_places_in_the_middle_of_a_line_are_looked_at_up_to_a_limit():
    body = b"--b" * 30_000
    assert hits(body, 0, len(body), b"b", b"\r\n")[1]


@given(
    st.lists(st.sampled_from([b"--b", b"--", b"\r\n", b"\n", b"\r", b" ", b"x", b"\x00"])).map(b"".join),
    st.integers(0, 15),
)
def test_parts_never_overlap_and_lie_in_the_body(body, allowed):
    found, _ = hits(body, 0, len(body), b"b", b"\r\n")
    parts = cut(found, len(body), allowed).parts
    places = [place for part in parts for place in part]
    assert places == sorted(places) and all(0 <= place <= len(body) for place in places)
