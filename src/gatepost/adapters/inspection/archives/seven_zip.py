"""What is in a 7z archive? With a word of the message where it is encrypted.

libarchive unpacks it, and cannot decrypt. So an archive that is encrypted is made one that is not, if a word is found.
"""

from collections.abc import Iterator

from gatepost.adapters.inspection.archives.libarchive_formats import open_plain_7z
from gatepost.adapters.inspection.archives.seven_zip_header import (
    ENCODED,
    Streams,
    header_of,
    read_streams,
    unpacked_header,
)
from gatepost.adapters.inspection.archives.seven_zip_plain import Decrypt, archive, check_first, decrypted
from gatepost.adapters.inspection.archives.seven_zip_secrets import Keys, read_lock
from gatepost.adapters.inspection.archives.unpacking import Damaged
from gatepost.adapters.inspection.budget import Budget, OverBudget
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import DECRYPTED, ENCRYPTED, UNREADABLE


def open_7z(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """What no word opens is shown as libarchive sees it: its names, or that they are hidden."""
    for plain in attempts(octets, hints, budget):
        found, over = gathered(plain, hints, budget)
        if over or makes_sense(found):
            yield Trait(DECRYPTED)
            yield from found
            if over:
                raise OverBudget(over)
            return
    yield from open_plain_7z(octets, hints, budget)


def gathered(octets: bytes, hints: Hints, budget: Budget) -> tuple[list[Member | Trait], str]:
    """All that is in it, and the budget that ran out, if one did."""
    found: list[Member | Trait] = []
    try:
        for each in open_plain_7z(octets, hints, budget):
            if isinstance(each, Member | Trait):
                found.append(each)
    except OverBudget as error:
        return found, str(error)
    return found, ""


def makes_sense(found: list[Member | Trait]) -> bool:
    traits = [trait for each in found for trait in (each.traits if isinstance(each, Member) else (each,))]
    return not any(trait.code in (UNREADABLE, ENCRYPTED) for trait in traits)


def attempts(octets: bytes, hints: Hints, budget: Budget) -> Iterator[bytes]:
    """The archive without encryption, by each word that may be the one; none where it is not encrypted."""
    try:
        header = header_of(octets)
        outer = read_streams(header)
        inner = outer if header[0] != ENCODED or outer.is_encrypted else decoded(outer, octets, nobody)
    except Damaged:
        return
    if not inner.is_encrypted:
        return
    keys = Keys(hints.passwords, budget)
    for word in keys.words:
        try:
            plain = by_word(octets, inner, keys, word)
        except Damaged:
            continue
        yield plain


def by_word(octets: bytes, streams: Streams, keys: Keys, word: str) -> bytes:
    """Raises `Damaged` where the word is not the one."""

    def decrypt(stream: bytes, properties: bytes) -> bytes:
        return keys.decrypted(stream, word, read_lock(properties))

    if streams.is_header:
        streams = decoded(streams, octets, decrypt)
    check_first(streams, octets, decrypt)
    return archive(*decrypted(streams, octets, decrypt))


def decoded(outer: Streams, octets: bytes, decrypt: Decrypt) -> Streams:
    """What the encoded header says. Raises `Damaged`."""
    return read_streams(unpacked_header(*decrypted(outer, octets, decrypt)))


def nobody(stream: bytes, properties: bytes) -> bytes:
    raise Damaged("it is encrypted")
