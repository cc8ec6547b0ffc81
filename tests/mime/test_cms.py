"""CMS as S/MIME uses it: ATTACKS MIME-31."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.cms import CONTENT_TYPES, DATA, PKCS7, BadCms, Cms, cms
from tests.mime.writers import ber, der

SIGNED, ENVELOPED, COMPRESSED = PKCS7 + b"\x02", PKCS7 + b"\x03", CONTENT_TYPES + b"\x09"
ENTITY = b"Content-Type: text/plain\r\n\r\nwords " * 20
VERSION, ALGORITHMS = der(0x02, b"\1"), der(0x31, der(0x30, der(0x06, b"\x60\x86")))


def signed(content, write=der, inner=DATA, outer=SIGNED):
    holder = write(0x30, der(0x06, inner), *([write(0xA0, content)] if content else []))
    return write(0x30, der(0x06, outer), write(0xA0, write(0x30, VERSION, ALGORITHMS, holder, der(0x31))))


@pytest.mark.parametrize("write", [der, ber])
def test_mime_31_what_is_signed_opaquely_is_found(write):
    assert cms(signed(der(0x04, ENTITY), write)) == Cms("signed", ENTITY, True)


def test_mime_31_content_in_pieces_within_pieces_is_joined():
    content = ber(
        0x24, der(0x04, ENTITY[:10]), ber(0x24, der(0x04, ENTITY[10:20]), der(0x04, b"")), der(0x04, ENTITY[20:])
    )
    assert cms(signed(content, ber)).content == ENTITY
    assert cms(signed(der(0x24, der(0x04, b"a"), der(0x04, b"b")))).content == b"ab"


def test_mime_31_a_detached_signature_holds_nothing():
    assert cms(signed(b"")) == cms(signed(b"", ber)) == Cms("signed")


def test_mime_31_other_content_is_said_to_be_no_mail():
    assert cms(signed(der(0x04, b"x"), inner=PKCS7 + b"\x05")) == Cms("signed", b"x", False)


@pytest.mark.parametrize("type_id", [ENVELOPED, PKCS7 + b"\x06", PKCS7 + b"\x04", CONTENT_TYPES + b"\x17"])
def test_mime_31_what_is_encrypted_is_said_to_be(type_id):
    assert cms(der(0x30, der(0x06, type_id), der(0xA0, der(0x30, VERSION)))) == Cms("encrypted")


def test_mime_31_what_is_compressed_is_found_as_it_stands():
    assert cms(signed(der(0x04, b"packed"), outer=COMPRESSED)) == Cms("compressed", b"packed", True)


def test_mime_31_what_is_cut_short_gives_what_is_there():
    whole = signed(der(0x04, ENTITY))
    assert cms(whole[: whole.find(ENTITY) + 9]).content == ENTITY[:9]


@pytest.mark.parametrize("octets", [b"", b"0", b"\x30\x80", b"MZ\x90\0", b"\x30\x89" + bytes(20)])
def test_mime_31_other_octets_are_none(octets):
    with pytest.raises(BadCms):
        cms(octets)


def test_mime_31_elements_within_elements_take_linear_time():
    started = time.process_time()
    for octets in (b"\x30\x80" * 200_000, signed(b"\x24\x80" * 200_000, ber), signed(b"\x24\x80" * 200_000)):
        try:
            cms(octets)
        except BadCms:
            continue
    assert time.process_time() - started < 4


PIECES = [
    der(0x06, SIGNED), der(0x06, DATA), VERSION, ALGORITHMS, b"\x30\x80", b"\xa0\x80", b"\x24\x80", b"\0\0",
    der(0x04, b"x"), b"\x30\x82\1\0", b"\xa0\x20", b"\x04\x84\xff\xff\xff\xff", b"\x1f", b"\xff",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map(b"".join))
def test_mime_31_any_order_of_pieces_is_read_or_refused(octets):
    try:
        assert len(cms(octets).content) <= len(octets)
    except BadCms:
        return
