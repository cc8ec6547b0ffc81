"""Hashes of bodies in both forms, however the octets come."""

import hashlib
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatepost.auth.dkim import body as module
from gatepost.auth.dkim.body import BodyDigest, BodyHashes, body_hashes
from gatepost.auth.dkim.canonical import Form
from gatepost.model.message import Message
from gatepost.model.samples import Octets
from tests.auth.dkim import workshop

# Kept octets: CRLF line ends only, dot-stuffed where a line begins with a dot.
PIECES = st.lists(
    st.sampled_from([
        b"\r\n", b"\r\n\r\n", b"\r\n..", b" ", b"\t", b"  ", b" " * 20, b"a", b"a" * 7, b".", b"\x00", b"\xe9", b"\x0b",
    ]),
    max_size=20,
).map(b"".join)  # fmt: skip
MIB = 1024 * 1024


def unstuffed(kept):
    return b"\r\n".join(line.removeprefix(b".") for line in kept.split(b"\r\n"))


def hashed(kept, form, size=0):
    hashes = BodyHashes([form])
    for at in range(0, len(kept), size or len(kept) or 1):
        hashes.feed(kept[at : at + (size or len(kept))])
    return hashes.digest(form)


def expected(canonical):
    return BodyDigest(hashlib.sha256(canonical).digest(), len(canonical))


@pytest.mark.parametrize(
    ("kept", "simple", "relaxed"),
    [
        (b"", b"\r\n", b""),
        (b"\r\n", b"\r\n", b""),
        (b"\r\n" * 9, b"\r\n", b""),
        (b" \r\n", b" \r\n", b""),
        (b" \t\r\n\r\n", b" \t\r\n", b""),
        (b"a", b"a\r\n", b"a\r\n"),
        (b"a\r\n", b"a\r\n", b"a\r\n"),
        (b"a \t", b"a \t\r\n", b"a\r\n"),
        (b"a\r\n\r\n\r\n", b"a\r\n", b"a\r\n"),
        (b"a\r\n \r\n\t\r\n", b"a\r\n \r\n\t\r\n", b"a\r\n"),
        (b"\r\n\r\na", b"\r\n\r\na\r\n", b"\r\n\r\na\r\n"),
        (b" C \r\nD \t E\r\n\r\n\r\n", b" C \r\nD \t E\r\n", b" C\r\nD E\r\n"),  # RFC 6376 §3.4.5
        (b"a\r\n  b\tc \t d", b"a\r\n  b\tc \t d\r\n", b"a\r\n b c d\r\n"),
        (b"..\r\n...\r\n..a", b".\r\n..\r\n.a\r\n", b".\r\n..\r\n.a\r\n"),
        (b"a\x0b \x0c\r\n", b"a\x0b \x0c\r\n", b"a\x0b \x0c\r\n"),
    ],
)
def test_a_body_has_its_form(kept, simple, relaxed):
    assert (hashed(kept, Form.SIMPLE), hashed(kept, Form.RELAXED)) == (expected(simple), expected(relaxed))


@given(PIECES, st.integers(1, 9))
@example(b"..", 1)
@example(b"a\r\n..\r\n", 1)
@example(b"a\r\n..\r\n", 3)
@example(b" \r\n ", 1)
def test_however_the_octets_are_cut_the_hash_is_that_of_the_rfc_s_form(kept, size):
    body = unstuffed(kept)
    assert hashed(kept, Form.SIMPLE, size) == expected(workshop.simple_body(body))
    assert hashed(kept, Form.RELAXED, size) == expected(workshop.relaxed_body(body))


@given(PIECES, st.integers(1, 40), st.integers(1, 40))
def test_blocks_worked_on_at_a_time_do_not_show(kept, block, count):
    kept = kept * count
    before, module.BLOCK = module.BLOCK, block
    try:
        assert hashed(kept, Form.RELAXED) == expected(workshop.relaxed_body(unstuffed(kept)))
        assert hashed(kept, Form.SIMPLE) == expected(workshop.simple_body(unstuffed(kept)))
    finally:
        module.BLOCK = before


@given(st.lists(st.sampled_from([b"a", b" ", b"  ", b"\t", b" " * 17, b" " * 64, b"\r\n"]), max_size=12).map(b"".join))
def test_runs_of_any_length_become_one_space(block):
    block = b"x" + block + b"x"
    assert module.reduced(block) == workshop.relaxed_body(block).removesuffix(b"\r\n")


def test_several_forms_are_hashed_in_one_pass_and_may_be_asked_again():
    hashes = BodyHashes([Form.SIMPLE, Form.RELAXED, Form.RELAXED])
    hashes.feed(b"a  b\r\n")
    for _ in range(2):
        assert hashes.digest(Form.SIMPLE) == expected(b"a  b\r\n")
        assert hashes.digest(Form.RELAXED) == expected(b"a b\r\n")


def test_a_form_that_nobody_asked_for_is_not_there():
    with pytest.raises(KeyError):
        BodyHashes([Form.SIMPLE]).digest(Form.RELAXED)


def test_where_nobody_asks_for_a_form_nothing_is_hashed():
    hashes = BodyHashes([])
    hashes.feed(b"a")
    assert not hashes.digests


class Cut(Octets):
    """Content in pieces of seven octets."""

    def chunks(self):
        for at in range(0, len(self.octets), 7):
            yield self.octets[at : at + 7]


@pytest.mark.parametrize(
    ("octets", "body"),
    [
        (b"A: b\r\nC: d\r\n\r\n..body\r\n", b".body\r\n"),
        (b"A: b\r\n\r\n", b""),
        (b"A: b\r\n", b""),
        (b"\r\nbody", b"body"),
        (b"\r\n..body", b".body"),
        (b"", b""),
    ],
)
@pytest.mark.parametrize("kind", [Octets, Cut])
def test_the_body_of_a_message_begins_behind_the_first_empty_line(octets, body, kind):
    whole = workshop.letter(octets)
    message = Message(size=0, header=whole.header, header_octets=whole.header_octets, content=kind(octets))
    assert body_hashes(message, [Form.SIMPLE]).digest(Form.SIMPLE) == expected(workshop.simple_body(body))


class Unreadable:
    size = 10

    def chunks(self):
        raise AssertionError("read")


def test_content_is_not_read_for_nothing():
    assert not body_hashes(Message(size=0, header=(), header_octets=0, content=Unreadable()), []).hashes


def seconds(kept):
    began = time.process_time()
    hashed(kept, Form.RELAXED)
    return time.process_time() - began


@pytest.mark.parametrize(
    "unit",
    [
        b" " * 4096, b"\t \t" * 1000, b"\r\n" * 4096, b" \r\n" * 3000, b" \t\r\n" * 3000, b"a " * 4096, b"a  " * 3000,
        b"a" + b" " * 31, (b"a " * 2000 + b" " * 4096) * 2, b"a \t" * 3000, b".\r\n" * 3000, b"x" * 8192,
    ],
)  # fmt: skip
def test_no_body_takes_long(unit):
    """Worst cases of white space: 4 MiB in far less time than a per-line loop would take."""
    kept = unit * (4 * MIB // len(unit))
    assert min(seconds(kept) for _ in range(2)) < 0.4
    assert hashed(kept[: MIB // 4], Form.RELAXED) == expected(workshop.relaxed_body(unstuffed(kept[: MIB // 4])))
