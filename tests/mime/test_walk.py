"""What differs between readings, and how it is told."""

import pytest

from gatepost.mime.part import Limits
from gatepost.mime.reader import read
from tests.mime.sample import (
    AS_BASE64,
    BASE64,
    FILE,
    NAMED,
    TYPE,
    WORDS,
    codes,
    encoded,
    mail,
    opens,
    parted,
    with_part,
)

MIXED = b'Content-Type: multipart/mixed; boundary="b"\r\n'


def test_a_reading_that_only_hides_something_opens_nothing():
    assert not opens(encoded(b"base64 (x)"))


def test_readings_that_exclude_each_other_open_something_whichever_is_the_plain_one():
    assert opens(encoded(b"base64", b"Content-Transfer-Encoding: 7bit\r\n"))


def test_words_that_are_read_in_two_ways_as_words_open_nothing():
    octets = parted(b"Content-Type: text/plain; charset=utf-7\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nwords.")
    assert codes(octets) == {"two-types"} and not opens(octets)


def test_an_unknown_encoding_opens_something_only_if_the_body_looks_encoded():
    assert opens(encoded(b"x-any"))
    octets = with_part(TYPE + b"Content-Transfer-Encoding: x-any\r\n", b"<p>words &amp; more</p>\r\n")
    assert codes(octets) == {"unknown-encoding"} and not opens(octets)


def test_a_multipart_whose_encoding_changes_nothing_is_no_ambiguity():
    octets = mail(MIXED + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n--b\r\n" + WORDS + b"a=3Db\r\n--b--\r\n")
    assert not codes(octets)
    assert "multipart/mixed" in [part.media_type for part in read(octets).parts if part.reading == "encoded-multipart"]


def test_a_multipart_whose_encoding_hides_a_delimiter_is_one():
    body = b"--b\r\n" + WORDS + b"\r\n=2D-b\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b--\r\n"
    octets = mail(MIXED + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + body)
    assert "encoded-multipart" in codes(octets) and opens(octets)


def test_where_a_part_is_told_with_each_ambiguity():
    twice = TYPE + b"Content-Transfer-Encoding: 7bit\r\n" + BASE64 + NAMED + b"\r\n" + AS_BASE64
    found = read(parted(WORDS, twice, twice)).ambiguities
    assert [(ambiguity.code, ambiguity.detail) for ambiguity in found] == [
        ("two-encodings", "part 2"), ("two-encodings", "part 3"),
    ]  # fmt: skip


@pytest.mark.parametrize("readings", [1, 2, 5])
def test_no_more_readings_than_asked_for_are_told(readings):
    lines = b"".join(b"--b\r\n" + WORDS + b"\r\n --b%d\r\n" % number + FILE for number in range(9))
    view = read(mail(MIXED + b"\r\n" + lines), Limits(readings=readings))
    assert len(view.ambiguities) <= readings and "readings" in view.over


def test_what_is_in_the_source_of_a_message_in_a_text_is_no_ambiguity_either():
    source = b"words\r\n--b\r\nContent-Type: text/html\r\nContent-Type: text/plain\r\n\r\n<p>\r\n--b--\r\n"
    view = read(mail(b"\r\n" + source))
    assert not view.ambiguities and [part.media_type for part in view.parts] == [
        "text/plain", "text/html", "text/plain",
    ]  # fmt: skip
