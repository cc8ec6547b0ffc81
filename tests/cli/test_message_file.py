"""What a file becomes as a message."""

import io
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.cli.message_file import Unreadable, mended, read_message

PIECES = st.lists(st.sampled_from([b"a", b".", b"\r", b"\n", b"\r\n", b"\0", b"From "]), max_size=12).map(b"".join)


def test_a_message_as_smtp_has_it_stays_as_it_is():
    assert mended(b"A: b\r\n\r\nc\r\n").octets == b"A: b\r\n\r\nc\r\n"
    assert mended(b"A: b\r\n\r\nc\r\n").notices == ()


def test_line_ends_of_a_file_become_those_of_a_message():
    found = mended(b"A: b\n\nc\n")
    assert found.octets == b"A: b\r\n\r\nc\r\n"
    assert found.notices == ("Its lines end in LF, as in files; they are sent with CRLF, as SMTP has it.",)


def test_mixed_line_ends_are_pointed_out():
    found = mended(b"A: b\r\n\r\nc\nd\r\n")
    assert found.octets == b"A: b\r\n\r\nc\r\nd\r\n"
    assert found.notices[0].startswith("1 of 4 lines end in LF alone")


def test_a_line_of_the_mailbox_file_is_left_out():
    found = mended(b"From ann Mon Jan  1 10:00:00 2024\nA: b\n\nc\n")
    assert found.octets == b"A: b\r\n\r\nc\r\n"
    assert found.notices[0].startswith("Its first line")


@pytest.mark.parametrize(
    ("octets", "notice"),
    [
        (b"A: b\r\n\r\nc\rd\r\n", "Line 3 has a CR that is no part of a line end."),
        (b"A: b\r\n\r\nc\r\r\n", "Line 3 has a CR that is no part of a line end."),
        (b"A: \0\r\n", "Line 1 has a NUL octet."),
    ],
)
def test_what_the_gateway_will_refuse_stays_and_is_pointed_out(octets, notice):
    assert mended(octets).octets == octets
    assert mended(octets).notices == (notice,)


@given(PIECES)
def test_nothing_but_line_feeds_changes_and_none_is_left_alone(octets):
    if octets.startswith(b"From "):
        octets = b"a" + octets
    found = mended(octets).octets
    assert found.replace(b"\r\n", b"\n") == octets.replace(b"\r\n", b"\n")
    assert found.count(b"\n") == found.count(b"\r\n")


def test_standard_input_is_a_hyphen(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"A: b\r\n\r\nc\r\n")))
    assert read_message("-").octets == b"A: b\r\n\r\nc\r\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing.eml", "No such file"), (".", "Is a directory"), ("empty.eml", "is empty")],
)
def test_no_message_is_said_in_words(tmp_path, name, reason):
    (tmp_path / "empty.eml").write_bytes(b"\n")
    with pytest.raises(Unreadable, match=reason):
        read_message(str(tmp_path / name))
