"""Fuzz target: whatever a resolver answers, to a question of each type.

`TestOneInput` breaks (AssertionError) if anything but `BadMessage` comes of it, if an answer has more than the limits
allow, or if what is ours depends on what stands behind the question.
"""

import struct

from gatepost.adapters.dns import records
from gatepost.adapters.dns.message import LONGEST_TTL, RECORDS, head, query, question, read
from gatepost.adapters.dns.names import BadMessage, on_the_wire

NAME = "mail.example.com"
KINDS = (records.A, records.AAAA, records.MX, records.TXT, records.PTR)
ASKED = {kind: question(NAME, on_the_wire(NAME) or b"", kind.type) for kind in KINDS}
OWNER = b"\xc0\x0c"


def row(kind: int, octets: bytes, owner: bytes = OWNER) -> bytes:
    return owner + struct.pack("!HHIH", kind, 1, 300, len(octets)) + octets


def counts(answers: int, authorities: int = 0) -> bytes:
    return b"\x81\x80\0\1" + struct.pack("!HHH", answers, authorities, 0)


SEEDS = (
    counts(1) + row(1, b"\xc0\0\2\1"),
    counts(1) + row(28, b"\x20\1\x0d\xb8" + b"\0" * 12),
    counts(2) + row(15, b"\0\x0a\4mail\xc0\x11") + row(15, b"\0\0\0"),
    counts(2) + row(16, b"\x0bv=spf1 -all") + row(16, b"\1a\0\2bc"),
    counts(1) + row(12, b"\3a.b\1\xff\0"),
    counts(2) + row(5, b"\1b\xc0\x11") + row(1, b"\xc0\0\2\1", owner=b"\xc0\x2e"),
    counts(1) + row(5, OWNER),
    counts(0, 1) + row(6, b"\2ns\xc0\x11\4root\xc0\x11" + struct.pack("!5I", 1, 2, 3, 4, 600)),
    b"\x83\x80\0\1" + counts(0)[4:],
    b"\x80\1\0\0" + counts(0)[4:],
)
PIECES = (
    OWNER, b"\xc0\x11", b"\xc0\x00", b"\0\1\0\1", b"\0\5\0\1", b"\0\x06\0\1", b"\0\x0c\0\1", b"\0\x0f\0\1",
    b"\0\x10\0\1",
    b"\0\0\1\x2c", b"\0\4", b"\0\x10", b"\xff\xff", b"\0", b"\4mail", b"\x3f" + b"a" * 63, b"\x81\x80\0\1", b"\x83\x80",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    """The first octets are flags and counts, the rest is what stands behind the question."""
    for kind, asked in ASKED.items():
        octets = b"\0\1" + data[:10].ljust(10, b"\0") + asked.octets + data[10:]
        first = head(octets, asked)
        assert first == head(octets[: 12 + len(asked.octets)], asked)
        assert not head(query(1, asked, edns=True), asked).is_ours
        if not first.is_ours:
            continue
        try:
            reply = read(octets, asked, kind.reading)
        except BadMessage as refused:
            assert str(refused).isascii() and 0 < len(str(refused)) < 80
            continue
        assert len(reply.records) <= RECORDS
        assert reply.ttl is None or 0 <= reply.ttl <= LONGEST_TTL
        assert reply.exists or not reply.records
        if kind is records.TXT:
            assert sum(len(record) for record in reply.records if isinstance(record, bytes)) <= len(data)
        for record in reply.records:
            check_name(record)


def check_name(record: object) -> None:
    name = record if isinstance(record, str) else getattr(record, "host", "")
    assert name == name.lower() and name.isascii() and (name.isprintable() or not name)
    assert len(name) <= 4 * 253 and not name.endswith(".")
