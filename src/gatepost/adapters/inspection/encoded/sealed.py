"""What is signed, compressed or encrypted by S/MIME or OpenPGP, and what of it can be seen?

What is signed opaquely is opened. What is encrypted stays closed: that is said.
"""

import binascii
import re

from gatepost.adapters.inspection.archives.unpacking import Bzip2, Inflate, Meter, Unpacked, unpacked
from gatepost.adapters.inspection.budget import Budget, OverBudget
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.mime.cms import cms
from gatepost.mime.openpgp import (
    COMPRESSED,
    ENCRYPTED,
    LITERAL,
    MARK,
    ONE_PASS_SIGNATURE,
    SIGNATURE,
    Packet,
    armoured,
    literal,
    packets,
)
from gatepost.model import traits
from gatepost.model.inspection import Trait

MAIL = "message/rfc822"  # a MIME entity: header fields, an empty line, a body
FIELD = re.compile(rb"[\r\n]*+content-[a-z-]{2,30}[ \t]*+:", re.IGNORECASE)
PEM = re.compile(rb"-----BEGIN [A-Z0-9 ]{1,30}-----([A-Za-z0-9+/=\s]*+)")
ZLIB = 15  # zlib's `wbits`
RAW = -15
LAYERS = 4  # of compression within each other


def open_pkcs7(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """Raises `BadCms`."""
    found = cms(without_pem(octets))
    if found.kind == "encrypted":
        yield Trait(traits.ENCRYPTED, "S/MIME")
    elif found.kind == "other":
        yield Trait(traits.UNREADABLE, "unknown kind of CMS")
    elif found.kind == "compressed":
        yield from inflated(found.content, budget)
    elif found.content:  # without it the signature is of something else
        budget.room(len(found.content))
        yield Trait(traits.SIGNED, "S/MIME")
        # Not every program asks what the signature says its content is.
        yield Member("", found.content, MAIL if found.is_mail or FIELD.match(found.content) else "")


def without_pem(octets: bytes) -> bytes:
    found = PEM.match(octets.lstrip())
    if found is None:
        return octets
    try:
        return binascii.a2b_base64(found[1])
    except binascii.Error:
        return octets


def inflated(octets: bytes, budget: Budget) -> Opened:
    whole = unpacked(octets, lambda: Inflate(ZLIB), Meter(budget, len(octets)))
    if whole.octets:
        yield Member("", whole.octets, MAIL)
    yield from wrong_with(whole)


def wrong_with(whole: Unpacked) -> Opened:
    """Raises `OverBudget` once that is said."""
    if whole.problem:
        yield Trait(traits.UNREADABLE, whole.problem)
    if whole.over:
        yield Trait(traits.OVER_BUDGET, whole.over)
        raise OverBudget(whole.over)


def open_pgp(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """With armour or without. Raises `BadOpenPgp`."""
    if MARK not in octets:
        yield from opened_packets(octets, budget)
        return
    for block in armoured(octets):
        if block.kind.startswith("MESSAGE"):
            budget.room(len(block.octets))
            yield from opened_packets(block.octets, budget)


def opened_packets(octets: bytes, budget: Budget) -> Opened:
    """Layer after layer: what is compressed holds packets again."""
    layer = octets
    for _ in range(LAYERS):
        packed = None
        for packet in packets(layer):
            if packet.tag in ENCRYPTED:
                yield Trait(traits.ENCRYPTED, "OpenPGP")
                return
            if packet.tag in (SIGNATURE, ONE_PASS_SIGNATURE):
                yield Trait(traits.SIGNED, "OpenPGP")
            elif packet.tag == LITERAL:
                yield content(packet)
            elif packet.tag == COMPRESSED:
                packed = packet
        if packed is None:
            return
        whole = decompressed(packed, budget)
        yield from wrong_with(whole)
        layer = whole.octets
    yield Trait(traits.UNREADABLE, "compressed again and again")


def content(packet: Packet) -> Member:
    found = literal(packet)
    return Member(found.name.decode("utf-8", "replace"), found.octets)


def decompressed(packet: Packet, budget: Budget) -> Unpacked:
    """By the number of its algorithm (RFC 9580 §9.4)."""
    kind, octets = packet.octets[:1], packet.octets[1:]
    meter = Meter(budget, len(octets))
    match kind:
        case b"\0":
            return Unpacked(octets)
        case b"\1":
            return unpacked(octets, lambda: Inflate(RAW), meter)
        case b"\2":
            return unpacked(octets, lambda: Inflate(ZLIB), meter)
        case b"\3":
            return unpacked(octets, Bzip2, meter)
    return Unpacked(b"", problem="unknown compression")
