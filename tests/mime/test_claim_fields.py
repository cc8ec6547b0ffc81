"""Fields that are taken for those of MIME, however spelled."""

import pytest

from gatepost.mime.claim_fields import EACH_LIMIT, content_fields, hides_field
from gatepost.mime.claims import DISPOSITION, ENCODING, TYPE
from gatepost.mime.header_block import ANY_NEXT_FIELD, fields_of


def read(header: bytes) -> list[tuple[str, str, bytes]]:
    found, _, _ = content_fields(fields_of(header, ANY_NEXT_FIELD)[0])
    return [(said.kind, said.code, said.raw.strip()) for kind in (TYPE, ENCODING, DISPOSITION) for said in found[kind]]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"Content-Type: a/b\r\n", [(TYPE, "", b"a/b")]),
        (b"content-TYPE: a/b\r\n", [(TYPE, "", b"a/b")]),
        (b"Content-Type: a/b\r\nContent-Type: c/d\r\n", [(TYPE, "", b"a/b"), (TYPE, "two-types", b"c/d")]),
        (b"Content-Type: a/b\r\nContent-Type: a/b\r\n", [(TYPE, "", b"a/b")]),
        (b"Content-Type : a/b\r\n", [(TYPE, "", b"a/b"), (TYPE, "odd-name", b"")]),
        (b" Content-Type: text/b\r\n", [(TYPE, "odd-name", b"text/b")]),
        (b"\x00Content-Type: text/b\r\n", [(TYPE, "odd-name", b"text/b")]),
        (b"Content-Type(x): text/b\r\n", [(TYPE, "odd-name", b"text/b")]),
        (b"A: b\r\n\tContent-Type: text/b\r\n", [(TYPE, "indented", b"text/b")]),
        (b"A: b\r\n\tContent-Transfer-Encoding:From:base64\r\n", []),
        (b": text/b\r\n", [(TYPE, "empty-name", b"text/b")]),
        (b": base64\r\n", [(ENCODING, "empty-name", b"base64")]),
        (b"Content-Typ: a/b\r\nno field\r\nContent: c\r\n", []),
        (b"a" * 300 + b"Content-Type: text/b\r\n", []),
    ],
)
def test_each_is_found_with_what_is_odd(header, found):
    assert read(header) == found


def test_of_many_the_first_and_the_last_are_read_and_that_is_told():
    header = b"".join(b"Content-Type: a/%d\r\n" % number for number in range(20))
    found, _, cut = content_fields(fields_of(header, ANY_NEXT_FIELD)[0])
    assert cut and len(found[TYPE]) == EACH_LIMIT
    assert (found[TYPE][0].raw, found[TYPE][-1].raw) == (b" a/0\r\n", b" a/19\r\n")


def test_what_may_give_a_name_is_kept():
    header = b"Content-Description: a\r\nContent-Location: b\r\nContent-Description: c\r\n"
    _, others, _ = content_fields(fields_of(header, ANY_NEXT_FIELD)[0])
    assert others == {"content-description": b" a\r\n", "content-location": b" b\r\n"}


@pytest.mark.parametrize(
    ("header", "hides"),
    [
        (b"A: b\r\n Content-Type: text/html\r\n", True),
        (b"A: b\r\n\tcontent-transfer-encoding: base64\r\n", True),
        (b"A: b\r\n Content-Type:Subject; bh=text\r\n", False),
        (b"A: b content-type: text/html\r\n", False),
        (b"A: b\r\n", False),
    ],
)
def test_a_field_can_stand_where_a_fold_does(header, hides):
    assert hides_field(header) is hides
