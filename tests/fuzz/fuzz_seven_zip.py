"""Headers of 7z: whatever stands there is read or damaged; what was read means the same when it is written again."""

from msgspec.structs import replace

from gatepost.adapters.inspection.archives.seven_zip_header import START, header_of, read_streams
from gatepost.adapters.inspection.archives.seven_zip_plain import archive, check_first, decrypted
from gatepost.adapters.inspection.archives.unpacking import Damaged

SEEDS = (
    bytes.fromhex(
        "0104060001098645 00070b010001212101000c8bb800080a013b5dfcbf00000501190a0000000000000000000011170072006500"
        "610064006d0065002e007400780074000000190400000000140a010094af08c5607cdd01150601002080a4810000"
    ),
    bytes.fromhex("1706b350010980c000070b0100022406f10701020001 23030101055d0010000001000c80b380ce0a01bbddda400000"),
    bytes.fromhex(
        "0104060002091020 00070b01000324 06f107010200012406f10701020001140303011b020101000203010c 0a1010100000"
    ),
)
PIECES = (
    b"\x01", b"\x04", b"\x06", b"\x07", b"\x0b", b"\x0c", b"\x09", b"\x0a", b"\x17", b"\x00", b"\xff", b"\x80\x10",
    b"\x24\x06\xf1\x07\x01\x02\x00\x01", b"\x21\x21\x01\x00", b"\x00\x00", b"\x14\x03\x03\x01\x1b\x04\x01",
)  # fmt: skip
PACKED = bytes(START + 256)


def TestOneInput(data: bytes) -> None:
    try:
        streams = read_streams(data)
    except Damaged:
        return
    streams = replace(streams, is_header=False)
    assert read_streams(header_of(archive(streams, b""))) == streams
    try:
        check_first(streams, PACKED, unlocked)
        plain, packed = decrypted(streams, PACKED, unlocked)
    except Damaged:
        return
    assert not plain.is_encrypted and sum(plain.packed) == len(packed) <= len(PACKED)
    assert read_streams(header_of(archive(plain, packed))) == plain


def unlocked(stream: bytes, properties: bytes) -> bytes:
    return stream
