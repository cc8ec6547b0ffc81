"""Where headers end, and their fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.header_block import CRLF, LF, continued, other_blocks, plain_block, style_of


def plain(octets: bytes):
    return plain_block(octets, 0, len(octets), 10_000, style_of(octets))


@pytest.mark.parametrize(
    ("octets", "names", "body", "regular"),
    [
        (b"A: b\r\nC: d\r\n\r\nbody", ["A", "C"], b"body", True),
        (b"A: b\r\n c\r\n\r\nbody", ["A"], b"body", True),
        (b"A: b\nC: d\n\nbody", ["A", "C"], b"body", True),
        (b"\r\nbody", [], b"body", True),
        (b"A: b", ["A"], b"", True),
        (b"A: b\r\n", ["A"], b"", True),
        (b"A: b\r\n \r\nC: d\r\n\r\nbody", ["A", "C"], b"body", False),
        (b"A: b\nC: d\r\n\r\nbody", ["A", "C", ""], b"", False),
        (b"A: b\r\nno field\r\n\r\nbody", ["A", ""], b"body", False),
        (b"A : b\r\n\r\nbody", ["A"], b"body", False),
        (b"A: \x00\r\n\r\nbody", ["A"], b"body", False),
        (b": b\r\n\r\nbody", [""], b"body", False),
        (b".A: b\r\n\r\nbody", [".A"], b"body", True),
    ],
)
def test_the_plain_header_is_read(octets, names, body, regular):
    block = plain(octets)
    assert ([field.name for field in block.fields], octets[block.body :], block.regular) == (names, body, regular)


@pytest.mark.parametrize(
    ("octets", "bodies"),
    [
        (b"A: b\r\n \r\nbody\r\n\r\nx", {b"body\r\n\r\nx"}),
        (b"A: b\r\nwords\r\n\r\nx", {b"words\r\n\r\nx", b"\r\nx"}),
        (b"A: b\r\n\nbody\r\n\r\nx", {b"body\r\n\r\nx"}),
        (b"A: b\r\n\rbody\r\n\r\nx", {b"body\r\n\r\nx"}),
        (b"A: b\r\rbody\r\n\r\nx", {b"body\r\n\r\nx"}),
        (b"\rA: b\r\n\r\nx", {b"A: b\r\n\r\nx"}),
        (b"A: b\r\n\x00\r\nbody", {b"body"}),
    ],
)
def test_other_ends_are_found(octets, bodies):
    found = other_blocks(octets, 0, len(octets), plain(octets), 10_000)
    assert bodies <= {octets[block.body :] for block in found}


def test_a_mailbox_s_own_line_ends_no_header():
    octets = b"From a@example.com Thu Jan  1\r\nA: b\r\n\r\nbody"
    assert all(octets[block.body :] == b"body" for block in other_blocks(octets, 0, len(octets), plain(octets), 10_000))


@pytest.mark.parametrize(
    ("octets", "names"),
    [
        (b"A: b\r\n\r\nContent-Type: c\r\n\r\nbody", ["A", "Content-Type"]),
        (b"A: b\r\n\r\n\r\n\r\ncontent-disposition : c\r\n\r\nbody", ["A", "content-disposition"]),
        (b"\r\nA: b\r\nContent-Type: c\r\n\r\nbody", ["A", "Content-Type"]),
    ],
)
def test_a_header_may_go_on(octets, names):
    first = continued(octets, len(octets), plain(octets), 10_000)[0]
    assert [field.name for field in first.fields] == names and octets[first.body :] == b"body"


@pytest.mark.parametrize(
    "octets", [b"A: b\r\n\r\nbody", b"A: b\r\n\r\nB: c\r\nContent-Type: d\r\n\r\nbody", b"\r\nbody"]
)
def test_a_body_is_no_header(octets):
    assert continued(octets, len(octets), plain(octets), 10_000) == ()


def test_lines_end_as_the_first_one_does():
    assert style_of(b"a\nb\r\n") is LF and style_of(b"a\r\nb\n") is CRLF is style_of(b"") is style_of(b"a\r")


PIECES = st.lists(
    st.sampled_from([b"A", b":", b" ", b"\t", b"\r\n", b"\n", b"\r", b"\x00", b"Content-Type: x", b"\x0b", b"."])
)


@given(PIECES.map(b"".join))
def test_the_fields_of_a_regular_header_are_its_octets(octets):
    block = plain(octets)
    if block.regular:
        size = sum(len(field.raw) for field in block.fields)
        assert octets.startswith(b"".join(field.raw for field in block.fields)) and block.body - size in (0, 1, 2)


@given(PIECES.map(b"".join))
def test_every_end_lies_in_the_octets(octets):
    block = plain(octets)
    for other in (
        block,
        *other_blocks(octets, 0, len(octets), block, 10_000),
        *continued(octets, len(octets), block, 99),
    ):
        assert 0 <= other.body <= len(octets)
