"""Files with reports in them, and files that only want our memory or time."""

import gzip
import io
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dmarc import unpacked
from gatepost.auth.dmarc.unpacked import DOCUMENT_LIMIT, PACKED_LIMIT, BadPackage, documents, is_report

XML = b'<?xml version="1.0"?><feedback><version>1.0</version></feedback>'


def archive(files, method=zipfile.ZIP_DEFLATED, comment=b""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as opened:
        for name, octets in files.items():
            opened.writestr(name, octets)
        opened.comment = comment
    return file.getvalue()


@pytest.mark.parametrize(
    "octets",
    [
        XML,
        gzip.compress(XML),
        gzip.compress(XML) + b"some more",
        archive({"a.xml": XML}),
        archive({"a.xml": XML}, zipfile.ZIP_STORED),
        archive({"a.xml": XML}, comment=b"hello"),
        archive({"a.XML": XML, "readme.txt": b"hello"}),
        archive({"example!net": XML}),
    ],
    ids=["plain", "gzip", "gzip and more", "zip", "stored", "comment", "with a text", "without a suffix"],
)
def test_a_report_is_found_however_it_is_packed(octets):
    assert documents(octets) == (XML,) and is_report(octets)


def test_an_archive_may_have_several():
    assert documents(archive({"a.xml": XML, "b.xml": XML + b"\n"})) == (XML, XML + b"\n")


@pytest.mark.parametrize("octets", [b"", b"hello", b"<html>feedback</html>", b"%PDF-1.7", b"PK\x05\x06", b"\x1f\x8b"])
def test_anything_else_is_no_report(octets):
    assert not is_report(octets)


@pytest.mark.parametrize(
    "octets", [b"\xef\xbb\xbf  <feedback>", b"<a:feedback xmlns:a='b'>", b"<!-- x --><feedback\n>"]
)
def test_a_document_may_begin_in_several_ways(octets):
    assert is_report(octets)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"<" * (PACKED_LIMIT + 1), "too large"),
        (gzip.compress(bytes(DOCUMENT_LIMIT + 1)), "too large when unpacked"),
        (gzip.compress(XML)[:-9], "cut off"),
        (gzip.compress(XML)[:10] + b"\xff" * 30, "cannot be unpacked"),
        (archive({"a.xml": bytes(DOCUMENT_LIMIT + 1)}), "too large when unpacked"),
        (archive({"a.xml": bytes(DOCUMENT_LIMIT // 2 + 1), "b.xml": bytes(DOCUMENT_LIMIT // 2 + 1)}), "too large"),
        (archive({f"{n}.xml": XML for n in range(21)}), "too many"),
        (archive({"a.xml": XML}, zipfile.ZIP_LZMA), "of an unknown kind"),
        (archive({"a.xml": XML})[:-30], "without a directory"),
        (b"PK\x03\x04" + archive({}), "no file"),
    ],
    ids=["large", "gzip bomb", "cut gzip", "no gzip", "zip bomb", "bomb of two", "many", "lzma", "cut zip", "empty"],
)  # fmt: skip
def test_what_cannot_be_a_report_is_refused(octets, reason):
    with pytest.raises(BadPackage, match=reason):
        documents(octets)


def test_an_encrypted_archive_is_refused():
    octets = bytearray(archive({"a.xml": XML}))
    octets[octets.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(BadPackage, match="encrypted"):
        documents(bytes(octets))


def test_entries_that_share_their_octets_are_no_way_around_the_limit():
    """The "better zip bomb": every entry points to one block of data."""
    one = archive({"a.xml": bytes(DOCUMENT_LIMIT // 4)})
    at = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entry, tail = one[at:end], bytearray(one[end:])
    tail[8:10] = tail[10:12] = (20).to_bytes(2, "little")
    with pytest.raises(BadPackage, match="too large"):
        documents(one[:at] + entry * 20 + bytes(tail))


def test_a_bomb_costs_no_more_than_the_limit(monkeypatch):
    asked = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self, form):
            self.inner = real(form)

        def decompress(self, octets, room):
            asked.append(room)
            return self.inner.decompress(octets, room)

        @property
        def eof(self):
            return self.inner.eof

    monkeypatch.setattr(unpacked.zlib, "decompressobj", Watched)
    with pytest.raises(BadPackage):
        documents(gzip.compress(bytes(4 * DOCUMENT_LIMIT)))
    assert asked == [DOCUMENT_LIMIT + 1]


PIECES = st.lists(
    st.sampled_from(
        [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\0\0", b"\x01\0", b"\x08\0", b"\xff\xff\xff\xff", b"a.xml", XML,
         zlib.compress(XML)[2:-4], b"\x1f\x8b\x08", bytes(18)]
    ),
    max_size=14,
).map(b"".join)  # fmt: skip


@given(PIECES | st.binary(max_size=60).map(lambda octets: archive({"a.xml": XML}) + octets))
def test_whatever_it_is_there_are_documents_or_a_reason(octets):
    try:
        found = documents(octets)
    except BadPackage as bad:
        assert str(bad).isascii()
    else:
        assert sum(map(len, found)) <= DOCUMENT_LIMIT


@given(st.integers(0, len(archive({"a.xml": XML})) - 1), st.integers(0, 255))
def test_one_wrong_octet_in_an_archive_does_no_harm(at, octet):
    spoilt = bytearray(archive({"a.xml": XML}))
    spoilt[at] = octet
    with suppress(BadPackage):
        documents(bytes(spoilt))
