"""Parts taken out of a message; what is left is read as before."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.reader import read
from gatepost.mime.strip import CannotStrip, without

TOP = b"From: ann@example.net\r\nContent-Type: multipart/mixed; boundary=b\r\nSubject: x\r\n\r\n"
TEXT = b"Content-Type: text/plain\r\n\r\nHello.\r\n"
FILE = b"Content-Type: application/x\r\nX-Kept: yes\r\nContent-Disposition: attachment; filename=a.exe\r\n\r\nMZ\r\n"
TWO = TOP + b"--b\r\n" + TEXT + b"--b\r\n" + FILE + b"--b--\r\nafter\r\n"


def note(part):
    return b"Removed: " + ",".join(part.names).encode() + b"\r\n"


def stripped(octets, *paths):
    return without(octets, read(octets), paths, note)


def test_a_part_is_replaced_by_a_note_and_all_else_stays():
    assert stripped(TWO, "2") == TWO.replace(
        FILE,
        b"X-Kept: yes\r\nContent-Type: text/plain; charset=us-ascii\r\nContent-Disposition: inline\r\n\r\n"
        b"Removed: a.exe\r\n",
    )


def test_a_message_that_is_nothing_else_keeps_its_header_but_for_what_says_what_it_is():
    octets = b"From: ann@example.net\r\nContent-Type: application/x; name=a.exe\r\nSubject: x\r\n\r\nMZ\r\n"
    assert stripped(octets, "1") == (
        b"From: ann@example.net\r\nSubject: x\r\nContent-Type: text/plain; charset=us-ascii\r\n"
        b"Content-Disposition: inline\r\n\r\nRemoved: a.exe\r\n"
    )


def test_a_whole_multipart_goes_with_all_that_is_in_it():
    inner = b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" + FILE + b"--c--\r\n"
    octets = TOP + b"--b\r\n" + TEXT + b"--b\r\n" + inner + b"--b--\r\n"
    for paths in (["2"], ["2", "2.1"]):
        left = stripped(octets, *paths)
        assert b"MZ" not in left and left.count(b"Removed") == 1


@pytest.mark.parametrize("paths", [["3"], ["2", "9"], ["2.1"]])
def test_what_is_not_there_cannot_be_stripped(paths):
    with pytest.raises(CannotStrip, match="no part"):
        stripped(TWO, *paths)


@given(
    st.lists(st.sampled_from([TEXT, FILE, FILE.replace(b"\r\n\r\n", b"\r\n\r\n\r\n")]), min_size=1, max_size=5),
    st.data(),
)
def test_another_reader_finds_the_note_in_its_place_and_all_other_parts_unchanged(parts, data):
    octets = TOP + b"".join(b"--b\r\n" + part for part in parts) + b"--b--\r\n"
    gone = data.draw(st.sets(st.integers(1, len(parts)), min_size=1))
    before, after = (
        email.message_from_bytes(each, policy=email.policy.HTTP).get_payload()
        for each in (octets, stripped(octets, *map(str, gone)))
    )
    assert len(before) == len(after)
    for number, (old, new) in enumerate(zip(before, after, strict=True), 1):
        if number in gone:
            assert new.get_content_type() == "text/plain" and new.get_payload().startswith("Removed: ")
        else:
            assert old.as_bytes() == new.as_bytes()
