"""ARJ: ATTACKS ATTACH-04."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.archives.unpacking import Damaged
from gatepost.model.traits import ENCRYPTED, ESCAPES, INCONSISTENT, UNREADABLE
from tests.adapters.inspection.archives.opening import opened

PROGRAM = b"MZ" + b"program " * 40
END = b"\x60\xea\0\0"


def header(name, content=b"", flags=0, method=0, kind=0, packed=None):
    crc = zlib.crc32(content)
    fixed = struct.pack(
        "<8B4I3H", 30, 11, 1, 2, flags, method, kind, 0, 0, len(content) if packed is None else packed, len(content),
        crc, 0, 0, 0,
    )  # fmt: skip
    body = fixed + name + b"\0" + b"\0"
    return b"\x60\xea" + len(body).to_bytes(2, "little") + body + zlib.crc32(body).to_bytes(4, "little") + b"\0\0"


def archive(*files):
    return header(b"main.arj", kind=2) + b"".join(head + content for head, content in files) + END


def test_what_is_stored_comes_out():
    found = opened("arj", archive((header(b"order.exe", PROGRAM), PROGRAM), (header(b"empty"), b"")))
    assert (found.content, found.codes) == ({"order.exe": PROGRAM, "empty": b""}, set())


@pytest.mark.parametrize(
    ("changes", "code"), [({"flags": 1}, ENCRYPTED), ({"method": 1}, UNREADABLE), ({"flags": 4}, UNREADABLE)]
)
def test_what_cannot_be_read_is_shown_by_name(changes, code):
    found = opened("arj", archive((header(b"order.exe", PROGRAM, **changes), PROGRAM)))
    assert (found.content, found.codes) == ({"order.exe": b""}, {code})


def test_a_wrong_checksum_is_told():
    found = opened("arj", archive((header(b"order.exe", PROGRAM), PROGRAM[::-1])))
    assert found.codes == {UNREADABLE}


def test_it_may_begin_later_and_lead_out():
    found = opened("arj", b"MZ stub" + archive((header(b"..\\x.exe", PROGRAM), PROGRAM)))
    assert (found.content, found.codes) == ({"..\\x.exe": PROGRAM}, {INCONSISTENT, ESCAPES})


def test_one_that_is_cut_short_gives_what_it_has():
    whole = archive((header(b"a.exe", PROGRAM), PROGRAM))
    found = opened("arj", whole.removesuffix(END) + header(b"b.exe", PROGRAM)[:20])
    assert (found.content, isinstance(found.error, Damaged)) == ({"a.exe": PROGRAM}, True)


PIECES = st.sampled_from([
    header(b"main.arj", kind=2), header(b"a", b"x"), header(b"b", b"xyz", packed=1 << 31), b"x", END, b"\x60\xea",
    b"\0",
])  # fmt: skip


@given(st.lists(PIECES, max_size=8).map(b"".join))
def test_however_it_is_put_together_it_ends_well(octets):
    assert isinstance(opened("arj", octets).error, Damaged | None)
