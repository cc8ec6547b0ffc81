"""The short way through a header gives what the long one gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.claim_readings import ClaimReader
from gatepost.mime.claims import Claim, regular_claim
from gatepost.model.message import Field


def fields(*lines: bytes) -> tuple[Field, ...]:
    return tuple(Field(line.partition(b":")[0].decode(), line + b"\r\n") for line in lines)


def long_way(of: tuple[Field, ...]) -> list[tuple[str, Claim]]:
    return list(ClaimReader("text/plain", 200, 16, lambda boundary: False).claims(of))


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (b"Subject: a",),
        (b"Content-Type: text/plain; charset=utf-8",),
        (b'Content-Type: text/html; charset="UTF-8"', b"Content-Transfer-Encoding: QUOTED-printable"),
        (b'Content-Type: multipart/mixed;\r\n boundary="----=_a.b"',),
        (b"Content-Type: multipart/mixed; boundary=----=_a.b",),
        (b"Content-Type: application/pdf; name=a.pdf;", b'Content-Disposition: attachment;\r\n filename="b c.pdf"'),
        (
            b"Content-Type: image/png",
            b"Content-Description: a.png",
            b"Content-ID: <a@b>",
            b"Content-Disposition: inline",
        ),
        (b"Content-Disposition: attachment; filename*=utf-8''a%20b",),
    ],
)
def test_both_ways_agree(lines):
    short = regular_claim(fields(*lines), "text/plain")
    assert [("", short)] == long_way(fields(*lines))


@pytest.mark.parametrize(
    "lines",
    [
        (b"Content-Type: text/plain", b"Content-Type: text/html"),
        (b"Content-Type: text",),
        (b"Content-Type: text/plain (x)",),
        (b"Content-Type: text/plain; a=b; a=c",),
        (b'Content-Type: text/plain; a="b\\c"',),
        (b'Content-Type: text/plain; a="b; c=d"',),
        (b"Content-Type: text/plain charset=x",),
        (b"Content-Type: multipart/mixed; boundary=",),
        (b'Content-Type: multipart/mixed; boundary=" b"',),
        (b'Content-Type: multipart/mixed; boundary="=?utf-8?q?b?="',),
        (b"Content-Type: multipart/mixed; boundary*=b",),
        (b"Content-Type: x-multipart/mixed; boundary=b",),
        (b"Content-Transfer-Encoding: base64 (x)",),
        (b"Content-Transfer-Encoding: base-64",),
        (b"Content-Transfer-Encoding(x): base64",),
        (b"Content-Disposition: attachment; filename=a(1)",),
    ],
)
def test_what_could_be_read_otherwise_goes_the_long_way(lines):
    assert regular_claim(fields(*lines), "text/plain") is None


PIECES = (
    b"text/plain", b"multipart/mixed", b";", b" ", b"boundary=", b"charset=", b"name=", b'"', b"a", b"b.exe", b"=",
    b"\r\n ", b"%41", b"*=", b"=?utf-8?q?a?=", b"'",
)  # fmt: skip
VALUES = st.lists(st.sampled_from(PIECES), max_size=10).map(b"".join)


@given(VALUES, VALUES)
def test_where_the_short_way_has_an_answer_the_plain_reading_is_the_same(content_type, disposition):
    of = fields(b"Content-Type:" + content_type, b"Content-Disposition:" + disposition)
    short = regular_claim(of, "text/plain")
    if short is not None:
        plain = long_way(of)[0][1]
        assert (short.media_type, short.boundary, short.charset, short.is_attachment) == (
            plain.media_type, plain.boundary, plain.charset, plain.is_attachment,
        )  # fmt: skip
        assert set(short.names) <= set(plain.names)
