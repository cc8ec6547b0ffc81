"""TNEF streams, property lists and compressed RTF."""

import contextlib

from gatepost.mime import mapi
from gatepost.mime.mapi import BadProperties, properties
from gatepost.mime.rtf_compressed import BadCompressedRtf, rtf
from gatepost.mime.tnef import SIGNATURE, BadTnef, pieces
from tests.mime.writers import (
    IMESSAGE,
    attached,
    binary_property,
    message_properties,
    packed_rtf,
    property_list,
    stream,
    text_property,
)

SEEDS = (
    stream(attached(b"MZ", title=b"ORDER~1.EXE", long="order.exe"), attached(b"", title=b"a")),
    stream(
        message_properties(
            text_property(mapi.BODY, "words"), binary_property(mapi.RTF_COMPRESSED, packed_rtf(b"{\\rtf1 a}"))
        )
    ),
    stream(attached(None, more=(binary_property(mapi.ATTACH_DATA, IMESSAGE + stream(attached(b"x")), mapi.OBJECT),))),
    property_list(text_property(mapi.ATTACH_LONG_FILENAME, "a"), binary_property(mapi.ATTACH_DATA, b"b")),
    packed_rtf(b"{\\rtf1 a}" * 30),
)
PIECES = (
    SIGNATURE, b"\1", b"\2", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x0f\x80\6\0", b"\x10\x80\1\0", b"\x05\x90\6\0",
    b"\x03\x90\6\0", b"\x02\x90\6\0", b"\x1f\0", b"\x02\1", b"\x0d\0", b"\x03\x10", b"\x01\x37", b"\x07\x37", b"\0\x80",
    b"LZFu", b"MELA",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    given = 0
    try:
        for piece in pieces(data):
            given += len(piece.octets)
            assert "\0" not in "".join(piece.names)
    except BadTnef:
        pass
    assert given <= 20 * len(data)  # RTF grows by nine, texts by three
    try:
        for found in properties(data):
            assert sum(map(len, found.values)) <= len(data)
    except BadProperties:
        pass
    with contextlib.suppress(BadCompressedRtf):
        assert len(rtf(data)) <= 9 * len(data)
