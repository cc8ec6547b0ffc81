"""What a site has learned as octets, to be carried to another, and back.

    magic (8), version (2), CRC-32 of what follows (4), deflated: one signed number of 4 octets for each place

All numbers are big-endian. The version is that of models: places mean the same in both.
"""

import sys
import zlib
from array import array
from collections.abc import Sequence
from struct import Struct as Layout
from struct import error as LayoutError

from gatepost.learn.hashing import PLACES
from gatepost.learn.model_file import VERSION

MAGIC = b"GPSITE1\n"
LARGEST = 4 * 1024 * 1024  # octets
HEAD = Layout(">8sHI")
WIDTH = 4


class BadSite(Exception):
    """This is nothing that a site has learned; the text says why."""


def written(site: Sequence[int]) -> bytes:
    body = zlib.compress(in_order(array("i", site)).tobytes(), 6)
    return HEAD.pack(MAGIC, VERSION, zlib.crc32(body)) + body


def read(octets: bytes) -> "array[int]":
    """Raises `BadSite`."""
    if len(octets) > LARGEST:
        raise BadSite(f"it has {len(octets)} octets, more than {LARGEST}")
    try:
        magic, version, checksum = HEAD.unpack_from(octets)
    except LayoutError:
        raise BadSite("it is cut short") from None
    if magic != MAGIC:
        raise BadSite("it is not what a site has learned")
    if version != VERSION:
        raise BadSite(f"it has version {version}, this program reads {VERSION}")
    body = octets[HEAD.size :]
    if zlib.crc32(body) != checksum:
        raise BadSite("it is damaged: its checksum is wrong")
    return in_order(array("i", inflated(body)))


def inflated(body: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(body, PLACES * WIDTH + 1)
    except zlib.error as error:
        raise BadSite(f"it cannot be unpacked: {error}") from None
    if len(plain) != PLACES * WIDTH or not unpacker.eof:
        raise BadSite(f"it does not have {PLACES} numbers")
    return plain


def in_order(table: "array[int]") -> "array[int]":
    if sys.byteorder == "little":
        table.byteswap()
    return table
