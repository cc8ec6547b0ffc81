"""How are UDF's descriptors, addresses and names written? (ECMA-167 3/7.2, 4/7, 4/14; OSTA UDF 2.01 section 2.1.1)"""

from msgspec import Struct

from gatepost.adapters.inspection.disks.fields import le

ANCHOR, POINTER, PARTITION, LOGICAL, END = 2, 3, 5, 6, 8  # tags of descriptors
FILE_SET, NAME, ALLOCATION, INDIRECT, FILE, EXTENDED_FILE = 256, 257, 258, 259, 261, 266
TAG = 16  # octets
LENGTH = 0x3FFFFFFF  # of an extent; the two bits above are its kind
RECORDED, CONTINUED = 0, 3  # kinds of extents; what is between them has no content
SHORT, LONG, EXTENDED, EMBEDDED = 0, 1, 2, 3  # kinds of allocation descriptors
SIZES = {SHORT: 8, LONG: 16, EXTENDED: 20}


class Address(Struct, frozen=True):
    """A block of a partition, by the partition's place in the list of maps."""

    block: int
    partition: int


class Allocation(Struct, frozen=True):
    """One extent of a file."""

    kind: int
    length: int
    address: Address


def tag(octets: bytes) -> int:
    """Which descriptor it is, 0 if the sum over its tag says that it is none."""
    head = octets[:TAG]
    if len(head) < TAG or (sum(head) - head[4]) & 0xFF != head[4]:
        return 0
    return le(head, 0, 2)


def address(octets: bytes, at: int) -> Address:
    """Of an allocation descriptor of 16 octets."""
    return Address(le(octets, at + 4, 4), le(octets, at + 8, 2))


def allocations(octets: bytes, kind: int, partition: int) -> list[Allocation]:
    """Args: partition: that of the descriptor, which short ones do not say. An empty one ends the list."""
    found: list[Allocation] = []
    size = SIZES[kind]
    for at in range(0, len(octets) - size + 1, size):
        length = le(octets, at, 4)
        if not length & LENGTH:
            break
        if kind == SHORT:
            where = Address(le(octets, at + 4, 4), partition)
        else:
            where = address(octets, at + 8 if kind == EXTENDED else at)
        found.append(Allocation(length >> 30, length & LENGTH, where))
    return found


def name(octets: bytes) -> str:
    """OSTA's compressed unicode: the first octet says how wide the characters are."""
    if octets[:1] in (b"\x10", b"\xff"):
        return octets[1:].decode("utf-16-be", "replace")
    return octets[1:].decode("latin-1")
