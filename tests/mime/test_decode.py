"""Transfer encodings, off in each way: MIME-24, MIME-25."""

import base64
import binascii
import quopri
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.decode import decodings, guesses
from gatepost.mime.part import Part


def decoded(body: bytes, encoding: str, media_type: str = "application/any") -> dict[str, bytes]:
    part = Part(path="1", start=2, end=2 + len(body), encoding=encoding, media_type=media_type)
    return {decoding.reading: decoding.octets for decoding in decodings(b"xx" + body + b"yy", part)}


def lines(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")


@given(st.binary(max_size=400))
def test_base64_as_it_should_be_has_one_reading(octets):
    assert decoded(lines(octets), "base64") == {"": octets}
    assert decoded(base64.b64encode(octets), "base64") == {"": octets}


@given(st.binary(max_size=400))
def test_quoted_printable_as_it_should_be_has_one_reading(octets):
    body = quopri.encodestring(octets.replace(b"\r\n", b"\n"), quotetabs=True).replace(b"\n", b"\r\n")
    expected = {"": octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")}
    assert decoded(body, "quoted-printable") == expected


@pytest.mark.parametrize("encoding", ["", "7bit", "8bit", "binary", "x-uuencode"])
def test_without_an_encoding_the_octets_are_what_they_are(encoding):
    assert decoded(b"a=41\r\n", encoding) == {"": b"a=41\r\n"}


@pytest.mark.parametrize(
    ("body", "readings"),
    [
        (b"QUJD.REVG", {"": b"ABCDEF", "strict": b"ABC"}),
        (b"QUI=QUJD", {"": b"AB", "streams": b"ABABC"}),
        (b"QUJD-_-_", {"": b"ABC", "url-alphabet": b"ABC\xfb\xff\xbf"}),
        (b"QU\r\nJD", {"": b"ABC", "lines": b"A$"}),
        (b"QUJD=", {"": b"ABC"}),
        (b"QUJDQ", {"": b"ABC"}),
        (b"QUJDQU", {"": b"ABCA"}),
        (b"", {"": b""}),
    ],
)
def test_mime_24_what_is_wrong_in_base64_is_read_in_several_ways(body, readings):
    found = decoded(body, "base64")
    assert {name: found.get(name) for name in readings} == readings


def test_mime_24_what_is_no_base64_at_all_is_shown_as_it_is_by_some():
    assert decoded(b"some words\r\n", "base64")["identity"] == b"some words\r\n"


@pytest.mark.parametrize(
    ("body", "contents"),
    [
        (b"a=\r\nb", {b"ab"}),
        (b"a=41b", {b"aAb"}),
        (b"a=4d", {b"aM"}),
        (b"a= \r\nb", {b"ab"}),
        (b"a=\nb", {b"ab"}),
        (b"a=\rb", {b"ab"}),
        (b"a=\r\r\nb", {b"ab", b"a\r\nb"}),
        (b"a=\r\n\nb", {b"ab", b"a\nb"}),
        (b"a=zb", {b"a=zb", b"azb", b"a"}),
        (b"a=fz", {b"a=fz", b"afz", b"a\x0fz", b"a"}),
        (b"a==41", {b"a=A", b"aA", b"a"}),
        (b"a=", {b"a"}),
        (b"a \r\nb", {b"a \r\nb", b"a\r\nb"}),
    ],
)
def test_mime_25_what_is_wrong_in_quoted_printable_is_read_in_several_ways(body, contents):
    assert set(decoded(body, "quoted-printable").values()) == contents


def test_blanks_at_the_end_of_lines_of_a_text_mean_nothing():
    assert len(decoded(b"a \r\nb", "quoted-printable", "text/plain")) == 1


def test_an_encoding_that_nobody_knows_is_taken_for_any():
    found = decoded(b"QUI9=41", "x-any")
    assert (found[""], found["quoted-printable"]) == (b"QUI9=41", b"QUI9A") and found["base64"].startswith(b"AB=")
    assert decoded(b"words.", "x-any")[""] == b"words."


def test_a_body_is_guessed_to_be_encoded_only_where_nothing_in_it_is_not():
    assert guesses(lines(b"a" * 100)) == ("base64",)
    assert guesses(b"a=41 b=\r\nc") == ("quoted-printable",)
    assert guesses(b'<a href="x">') == guesses(b"word") == guesses(b"") == ()


PIECES = st.lists(
    st.sampled_from([b"QUJD", b"A", b"=", b"==", b"\r\n", b"\n", b"\r", b" ", b"-", b"=4", b"=41", b"\x00", b"."])
)


@given(PIECES.map(b"".join), st.sampled_from(["base64", "quoted-printable", "any"]))
def test_any_octets_are_decoded_and_never_grow(body, encoding):
    found = decoded(body, encoding)
    assert "" in found and all(len(octets) <= len(body) for octets in found.values())
    assert len(set(found.values())) == len(found)


@given(PIECES.map(b"".join))
def test_the_short_way_through_base64_gives_what_the_long_one_gives(body):
    found = decoded(body, "base64")
    try:
        expected = binascii.a2b_base64(body)
    except binascii.Error:
        return
    assert found[""] == expected


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "any"])
@pytest.mark.parametrize(
    "piece", [b"=", b"=a", b" ", b"\n", b"A\n", b"AA==", b"a \r\n", b"= ", b"-", b"=\n", bytes(range(256))]
)
def test_a_million_octets_of_anything_are_decoded_in_linear_time(piece, encoding):
    began = time.process_time()
    decoded(piece * (1_000_000 // len(piece)), encoding)
    assert time.process_time() - began < 2
