"""AppleSingle and AppleDouble."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.applefile import DATA_FORK, DOUBLE, REAL_NAME, SINGLE, BadAppleFile, Entry, entries


def written(kind, *given):
    start = 26 + 12 * len(given)
    heads, body = b"", b""
    for number, octets in given:
        heads += struct.pack(">III", number, start + len(body), len(octets))
        body += octets
    return kind + b"\0\2\0\0" + bytes(16) + struct.pack(">H", len(given)) + heads + body


@given(st.lists(st.tuples(st.integers(0, 15), st.binary(max_size=30)), max_size=5), st.sampled_from([SINGLE, DOUBLE]))
def test_entries_written_are_read_back(given, kind):
    assert list(entries(written(kind, *given))) == [Entry(number, octets) for number, octets in given]


def test_name_and_data_of_a_file_are_there():
    assert [entry.octets for entry in entries(written(SINGLE, (REAL_NAME, b"a.exe"), (DATA_FORK, b"MZ")))] == [
        b"a.exe",
        b"MZ",
    ]


@pytest.mark.parametrize(
    "octets",
    [
        b"", b"\0\5\x16\1" + bytes(30), SINGLE + bytes(20) + b"\0\1", written(SINGLE, (1, b"evil"))[:-1],
        SINGLE + bytes(20) + b"\0\3" + struct.pack(">III", 1, 0, 62) * 3,
    ],
)  # fmt: skip
def test_what_is_none_or_would_grow_is_refused(octets):
    with pytest.raises(BadAppleFile):
        list(entries(octets))
