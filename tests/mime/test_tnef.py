"""TNEF: ATTACKS MIME-30."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime import mapi, tnef
from gatepost.mime.tnef import BadTnef, Piece, pieces
from tests.mime.writers import (
    ATTACHMENT,
    IMESSAGE,
    MESSAGE,
    attached,
    attribute,
    binary_property,
    message_properties,
    packed_rtf,
    property_list,
    stream,
    text_property,
)

NAMES = st.text("abc .é\u4e2d", min_size=1, max_size=12).filter(str.strip)


def read(octets):
    """What was given, and whether it ended well."""
    found = []
    try:
        for piece in pieces(octets):
            found.append(piece)
    except BadTnef as error:
        return found, str(error)
    return found, ""


def test_mime_30_attachments_are_found_with_every_name():
    octets = stream(
        attached(b"one", title=b"ORDER~1.EXE", long="order \u4e2d.exe"),
        attached(b"two", title="caf\u00e9.txt".encode("cp1252")),
    )
    assert read(octets) == (
        [
            Piece(kind="file", names=("order \u4e2d.exe", "ORDER~1.EXE"), octets=b"one"),
            Piece(kind="file", names=("caf\u00e9.txt",), octets=b"two"),
        ],
        "",
    )


@given(st.lists(st.tuples(NAMES, st.binary(max_size=60)), max_size=5))
def test_mime_30_what_is_written_is_read_back(files):
    found, error = read(stream(*[attached(octets, long=name) for name, octets in files]))
    assert not error
    assert [(piece.names, piece.octets) for piece in found] == [((name,), octets) for name, octets in files]


def test_mime_30_a_wrong_checksum_hides_nothing():
    octets = stream(
        attribute(MESSAGE, 0x89006, b"\0\0\1\0", checksum=1),
        attribute(ATTACHMENT, tnef.ATTACH_DATA, b"evil", checksum=7),
    )
    assert [piece.octets for piece in read(octets)[0]] == [b"evil"]


def test_mime_30_an_attachment_without_names_or_beginning_is_there():
    found, error = read(stream(attribute(ATTACHMENT, tnef.ATTACH_DATA, b"x")))
    assert (found, error) == ([Piece(kind="file", octets=b"x")], "")


def test_mime_30_an_attachment_of_no_octets_is_there():
    assert read(stream(attached(b"", title=b"empty.exe")))[0] == [Piece(kind="file", names=("empty.exe",))]


def test_mime_30_data_before_the_name_belongs_to_it():
    octets = stream(
        attribute(ATTACHMENT, tnef.BEGIN_ATTACHMENT, b""),
        attribute(ATTACHMENT, tnef.ATTACH_DATA, b"x"),
        attribute(ATTACHMENT, tnef.ATTACH_TITLE, b"late.exe\0"),
    )
    assert read(octets)[0] == [Piece(kind="file", names=("late.exe",), octets=b"x")]


def test_mime_30_content_in_properties_is_found_beside_the_other():
    more = (binary_property(mapi.ATTACH_DATA, b"second"), text_property(mapi.ATTACH_MIME_TAG, "Application/X"))
    found, _ = read(stream(attached(b"first", title=b"a", more=more)))
    assert [(piece.octets, piece.media_type) for piece in found] == [
        (b"first", "application/x"),
        (b"second", "application/x"),
    ]


def test_mime_30_the_same_content_twice_is_one():
    assert len(read(stream(attached(b"x", more=(binary_property(mapi.ATTACH_DATA, b"x"),))))[0]) == 1


def test_mime_30_a_message_within_is_given_as_a_stream():
    inner = stream(attached(b"deep", title=b"d.exe"))
    octets = stream(attached(None, long="fw", more=(binary_property(mapi.ATTACH_DATA, IMESSAGE + inner, mapi.OBJECT),)))
    assert read(octets)[0] == [Piece(kind="message", names=("fw",), octets=inner)]


def test_mime_30_a_file_that_is_elsewhere_says_where():
    octets = stream(attached(None, long="x.lnk", more=(text_property(mapi.ATTACH_LONG_PATHNAME, r"\\198.51.100.1\x"),)))
    assert read(octets)[0] == [Piece(kind="file", names=("x.lnk",), elsewhere=r"\\198.51.100.1\x")]


def test_mime_30_all_bodies_are_given():
    octets = stream(
        attribute(MESSAGE, tnef.CODE_PAGE, struct.pack("<II", 1251, 0)),
        attribute(MESSAGE, tnef.SUBJECT, "привет".encode("cp1251") + b"\0"),
        message_properties(
            text_property(mapi.BODY, "words"),
            binary_property(mapi.BODY_HTML, b"<b>words</b>"),
            binary_property(mapi.RTF_COMPRESSED, packed_rtf(b"{\\rtf1 words}")),
        ),
    )
    assert [(piece.kind, piece.octets) for piece in read(octets)[0]] == [
        ("text", "привет".encode()),
        ("text", b"words"),
        ("html", b"<b>words</b>"),
        ("rtf", b"{\\rtf1 words}"),
    ]


def test_mime_30_named_properties_of_several_values_are_stepped_over():
    guid = bytes(16)
    named = struct.pack("<HH", mapi.UNICODE | mapi.MANY, 0x8001) + guid + struct.pack("<II", 1, 6) + b"a\0b\0\0\0\0\0"
    named += struct.pack("<I", 2) + (struct.pack("<I", 2) + b"x\0\0\0") * 2
    numbered = struct.pack("<HH", 0x0003 | mapi.MANY, 0x8002) + guid + struct.pack("<III", 0, 9, 2) + bytes(8)
    short = struct.pack("<HHI", 0x000B, 0x0E, 1)
    octets = stream(attached(None, more=(named, numbered, short, binary_property(mapi.ATTACH_DATA, b"x"))))
    assert read(octets) == ([Piece(kind="file", octets=b"x")], "")


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        struct.pack("<I", 5),
        struct.pack("<IHH", 1, 0x7777, 1),
        struct.pack("<IHHI", 1, 0x1003, 1, 0xFFFFFFFF),
        struct.pack("<IHHII", 1, mapi.BINARY, 1, 1, 0xFFFFFFFF),
    ],
)
def test_mime_30_properties_that_cannot_be_read_are_said_and_end_nothing_else(broken):
    octets = stream(attribute(ATTACHMENT, tnef.ATTACHMENT_PROPERTIES, broken), attached(b"next"))
    found, error = read(octets)
    assert [piece.octets for piece in found] == [b"next"] and error.startswith("properties: ")


@pytest.mark.parametrize("length", [0xFFFFFFFF, 5])
def test_mime_30_a_length_past_the_end_gives_what_is_there(length):
    octets = stream() + struct.pack("<BII", ATTACHMENT, tnef.ATTACH_DATA, length) + b"evil"
    assert read(octets)[0] == [Piece(kind="file", octets=b"evil"[: max(len(b"evil") - 0, 0)])]


def test_mime_30_other_octets_after_the_last_attribute_are_said():
    assert read(stream(attached(b"x")) + b"garbage here")[1]
    assert not read(stream(attached(b"x")) + b"\0\0\r\n")[1]


def test_mime_30_other_files_are_none():
    with pytest.raises(BadTnef):
        list(pieces(b"PK\3\4"))


def test_mime_30_many_attributes_take_linear_time_and_are_bounded():
    octets = stream(*[attribute(ATTACHMENT, tnef.ATTACH_DATA, b"")] * 60_000)
    started = time.process_time()
    assert read(octets)[1] == "too many attributes"
    octets = stream(attribute(ATTACHMENT, tnef.ATTACHMENT_PROPERTIES, struct.pack("<I", 2**32 - 1) + bytes(2_000_000)))
    read(octets)
    assert time.process_time() - started < 3


OCTETS = st.lists(
    st.sampled_from(
        [
            attached(b"x", title=b"a.b", long="c"),
            message_properties(text_property(mapi.BODY, "w"), binary_property(mapi.RTF_COMPRESSED, packed_rtf(b"{}"))),
            property_list(binary_property(mapi.ATTACH_DATA, b"q", mapi.OBJECT)),
            struct.pack("<BII", ATTACHMENT, tnef.ATTACHMENT_PROPERTIES, 40),
            struct.pack("<BII", MESSAGE, tnef.MESSAGE_PROPERTIES, 2),
            b"\1", b"\2", b"\0\0\0\0", b"\xff\xff\xff\xff", struct.pack("<HH", mapi.UNICODE, 0x8000), tnef.SIGNATURE,
        ]
    ),
    max_size=8,
).map(b"".join)  # fmt: skip


@given(OCTETS)
def test_mime_30_whatever_follows_the_signature_is_read_without_a_crash(octets):
    found, _ = read(stream(octets))
    assert sum(len(piece.octets) for piece in found) <= 20 * len(octets)
