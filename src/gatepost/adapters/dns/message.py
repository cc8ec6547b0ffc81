"""What does a question look like, and what does an answer say (RFC 1035 §4, RFC 2181, RFC 2308, RFC 6891)?

Octets from outside are looked at once, in one direction, as far as a limit allows: however they were made up, that
takes some milliseconds, and nothing but `BadMessage` comes of it.
"""

import struct
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Generic, TypeVar

from msgspec import Struct

from gatepost.adapters.dns.names import BadMessage, NameReader

T = TypeVar("T")

HEADER = struct.Struct("!HHHHHH")
ROW = struct.Struct("!HHIH")
QUESTION_END = struct.Struct("!HH")
IN = 1
UDP_ROOM = 1232  # octets of an answer that we take by UDP: no fragments anywhere (DNS flag day 2020)
OPT = b"\0" + ROW.pack(41, UDP_ROOM, 0, 0)  # RFC 6891 §6.1.2: EDNS version 0, no flags
RESPONSE, OPCODES, TRUNCATED, WANT_RECURSION, AUTHENTIC = 0x8000, 0x7800, 0x0200, 0x0100, 0x0020
RECORDS = 500  # most records that an answer may have; well-known domains have 130 TXT
ALIASES = 10  # most CNAMEs on the way
ROWS = RECORDS + ALIASES
SOA_SIZE = 22  # octets at least: two names, five numbers of which the last is the minimum (RFC 1035 §3.3.13)
LONGEST_TTL = 2**31 - 1  # seconds; one with a higher bit counts as 0 (RFC 2181 §8)


class RecordType(IntEnum):
    """RFC 1035 §3.2.2, RFC 3596 §2.1."""

    A = 1
    NS = 2
    CNAME = 5
    SOA = 6
    PTR = 12
    MX = 15
    TXT = 16
    AAAA = 28


class Rcode(IntEnum):
    """Those that have a meaning here (RFC 1035 §4.1.1)."""

    NOERROR = 0
    FORMERR = 1
    SERVFAIL = 2
    NXDOMAIN = 3
    NOTIMP = 4
    REFUSED = 5


class Question(Struct, frozen=True):
    """One question, and how it stands on the wire."""

    name: str
    type: RecordType
    octets: bytes


class Row(Struct, frozen=True):
    """One resource record; its data are `size` octets at `at`."""

    owner: str
    type: int
    ttl: int
    at: int
    size: int


class Reply(Struct, Generic[T], frozen=True):
    """What an answer says.

    Args:
        ttl: seconds that it may be remembered; None where "there is none" and nobody says for how long.
        authentic: the server has validated it by DNSSEC, and we believe the way to it (RFC 6840 §5.7).
    """

    records: tuple[T, ...]
    exists: bool
    ttl: int | None
    authentic: bool


Reading = Callable[["MessageReader", int, int], T]
"""Makes a value of the data of a record, of which it is told where they are and how long. Raises `BadMessage`."""


def question(name: str, name_octets: bytes, kind: RecordType) -> Question:
    return Question(name, kind, name_octets + QUESTION_END.pack(kind, IN))


def query(identity: int, asked: Question, *, edns: bool) -> bytes:
    """A query. AD asks to be told whether the answer was validated (RFC 6840 §5.7)."""
    header = HEADER.pack(identity, WANT_RECURSION | AUTHENTIC, 1, 0, 0, edns)
    return header + asked.octets + (OPT if edns else b"")


class Head(Struct, frozen=True):
    """The first octets of an answer.

    Args:
        is_ours: it answers the question that was asked, and not another one.
    """

    is_ours: bool
    rcode: int
    is_truncated: bool


NOT_OURS = Head(False, 0, False)


def head(octets: bytes, asked: Question) -> Head:
    """What kind of an answer this is. One of an old server without EDNS may come without the question."""
    if len(octets) < HEADER.size:
        return NOT_OURS
    _, flags, questions, _, _, _ = HEADER.unpack_from(octets)
    end = HEADER.size + len(asked.octets)
    rcode = flags & 0xF
    if flags & (RESPONSE | OPCODES) != RESPONSE:
        return NOT_OURS
    is_echoed = questions == 1 and octets[HEADER.size : end].lower() == asked.octets
    is_bare = not questions and rcode in (Rcode.FORMERR, Rcode.NOTIMP)
    return Head(is_echoed or is_bare, rcode, bool(flags & TRUNCATED))


def read(octets: bytes, asked: Question, reading: Reading[T]) -> Reply[T]:
    """What an answer says whose `head` is ours, with rcode NOERROR or NXDOMAIN.

    Raises:
        BadMessage: it is malformed or larger than anything that means well.
    """
    _, flags, _, answers, authorities, _ = HEADER.unpack_from(octets)
    if flags & TRUNCATED:
        raise BadMessage("truncated by TCP")
    exists = flags & 0xF != Rcode.NXDOMAIN
    reader = MessageReader(octets, HEADER.size + len(asked.octets), asked.name)
    rows = tuple(reader.rows(answers))
    owner, ttl = followed(reader, rows, asked) if rows else (asked.name, LONGEST_TTL)
    ours = [row for row in rows if row.type == asked.type and row.owner == owner] if exists else []
    if len(ours) > RECORDS:
        raise BadMessage(f"more than {RECORDS} records")
    if not ours:
        negative = soa_ttl(reader, authorities)
        return Reply((), exists, None if negative is None else min(ttl, negative), bool(flags & AUTHENTIC))
    records = tuple(reading(reader, row.at, row.size) for row in ours)
    return Reply(records, exists, min(ttl, *(row.ttl for row in ours), LONGEST_TTL), bool(flags & AUTHENTIC))


def followed(reader: "MessageReader", rows: tuple[Row, ...], asked: Question) -> tuple[str, int]:
    """Where the CNAMEs of an answer lead, and the shortest TTL on the way."""
    aliases = {row.owner: row for row in reversed(rows) if row.type == RecordType.CNAME}
    owner, ttl = asked.name, LONGEST_TTL
    for _ in range(ALIASES + 1):
        row = aliases.get(owner)
        if row is None:
            return owner, ttl
        owner, ttl = reader.name(row.at)[0], min(ttl, row.ttl)
    raise BadMessage(f"more than {ALIASES} CNAMEs")


def soa_ttl(reader: "MessageReader", count: int) -> int | None:
    """For how long "there is none" holds (RFC 2308 §5); None if no SOA is among the next `count` records."""
    for row in reader.rows(count):
        if row.type == RecordType.SOA and row.size >= SOA_SIZE:
            end = row.at + row.size
            return min(row.ttl, int.from_bytes(reader.octets[end - 4 : end]))
    return None


class MessageReader(NameReader):
    """Goes through the records of one message.

    Args:
        at: where they begin.
        asked: the name in the question, to which most owners point.
    """

    def __init__(self, octets: bytes, at: int, asked: str) -> None:
        super().__init__(octets)
        self.at = at
        self.asked = asked

    def rows(self, count: int) -> Iterator[Row]:
        """The next `count` records; those of other classes are passed over."""
        if count > ROWS:
            raise BadMessage(f"more than {RECORDS} records")
        for _ in range(count):
            owner, at = self.owner(self.at)
            data = at + ROW.size
            if data > len(self.octets):
                raise BadMessage("cut off")
            kind, in_class, ttl, size = ROW.unpack_from(self.octets, at)
            self.at = data + size
            if self.at > len(self.octets):
                raise BadMessage("cut off")
            if in_class == IN:
                yield Row(owner, kind, ttl if ttl <= LONGEST_TTL else 0, data, size)

    def owner(self, at: int) -> tuple[str, int]:
        if self.octets[at : at + 2] == b"\xc0\x0c":  # what nearly all point to: the name in the question
            return self.asked, at + 2
        return self.name(at)
