"""What is in a gz, bz2, xz or lzma file: one thing, compressed; the streams of a file are read one after another."""

import lzma
from collections.abc import Callable, Iterator

from gatepost.adapters.inspection.archives.unpacking import (
    Bzip2,
    Decompressor,
    Inflate,
    Lzma,
    Meter,
    Unpacked,
    unpacked,
)
from gatepost.adapters.inspection.budget import Budget, OverBudget
from gatepost.adapters.inspection.opened import Hints, Member, Opened, Opener
from gatepost.model.inspection import Trait
from gatepost.model.traits import INCONSISTENT, OVER_BUDGET, UNREADABLE

MOST_STREAMS = 1000  # in one file
GZIP = 31  # zlib's `wbits` for a gzip header
GZIP_HEADER = 10  # octets without its optional fields
FLAG_CRC, FLAG_EXTRA, FLAG_NAME = 2, 4, 8
ENDINGS = {
    ".tgz": ".tar", ".taz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tlz": ".tar", ".tzst": ".tar",
    ".svgz": ".svg", ".emz": ".emf", ".wmz": ".wmf", ".gz": "", ".bz2": "", ".bz": "", ".xz": "", ".lzma": "",
    ".lz": "", ".z": "", ".zst": "", ".lz4": "",
}  # fmt: skip


def open_gzip(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """Some programs go by the name that it keeps, some by its own: where these end differently both are shown."""
    kept, own = gzip_name(octets), inner_name(hints.names)
    for found in opened(octets, lambda: Inflate(GZIP), kept or own, budget):
        yield found
        if isinstance(found, Member) and found.name and own and ending(kept) not in ("", ending(own)):
            yield Member(own, found.octets, traits=found.traits)


def ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def simple(make: Callable[[], Decompressor]) -> Opener:
    """An opener for a format that keeps no name."""

    def open_stream(octets: bytes, hints: Hints, budget: Budget) -> Opened:
        yield from opened(octets, make, inner_name(hints.names), budget)

    return open_stream


open_bzip2 = simple(Bzip2)
open_xz = simple(lambda: Lzma(lzma.FORMAT_XZ))
open_lzma = simple(lambda: Lzma(lzma.FORMAT_ALONE))


def opened(octets: bytes, make: Callable[[], Decompressor], name: str, budget: Budget) -> Opened:
    """All streams joined, as the programs do that made them; what follows the last is shown apart."""
    parts: list[bytes] = []
    rest = memoryview(octets)
    made = Unpacked(b"")
    meter = Meter(budget, len(octets))
    for made in streams(rest, make, meter):
        if made.problem and parts and not made.octets:
            yield Trait(INCONSISTENT, "octets behind the end")
            yield Member("", bytes(rest), alike=True)
            made = Unpacked(b"")
            break
        parts.append(made.octets)
        rest = rest[len(rest) - made.unused :]
    yield from shown(b"".join(parts), made, name)


def streams(rest: memoryview, make: Callable[[], Decompressor], meter: Meter) -> Iterator[Unpacked]:
    """Zeros between them and at the end are padding, as are line ends that mail programs have added."""
    for _ in range(MOST_STREAMS):
        made = unpacked(rest, make, meter)
        yield made
        rest = rest[len(rest) - made.unused :]
        if made.problem or made.over or not made.unused or is_padding(rest):
            return
    yield Unpacked(b"", over="members")


def is_padding(rest: memoryview) -> bool:
    return rest[0] in b"\0\r\n" and not bytes(rest).strip(b"\0\r\n")


def shown(octets: bytes, made: Unpacked, name: str) -> Opened:
    """What came out as one member, and what is wrong with it. Raises `OverBudget` once that is said."""
    wrong = tuple(wrong_with(made))
    if octets or not wrong:
        yield Member(name, octets, traits=wrong)
    yield from wrong
    if made.over:
        raise OverBudget(made.over)


def wrong_with(made: Unpacked) -> Iterator[Trait]:
    if made.problem:
        yield Trait(UNREADABLE, made.problem)
    if made.over:
        yield Trait(OVER_BUDGET, made.over)


def gzip_name(octets: bytes) -> str:
    """The name it had (RFC 1952 §2.3.1), "" if none is kept."""
    flags = octets[3] if len(octets) > GZIP_HEADER else 0
    at = GZIP_HEADER
    if flags & FLAG_EXTRA:
        at += 2 + int.from_bytes(octets[at : at + 2], "little")
    if not flags & FLAG_NAME:
        return ""
    return octets[at : max(octets.find(b"\0", at), at)].decode("latin-1")


def inner_name(names: tuple[str, ...]) -> str:
    """What the thing inside is called, by what the outer one is called."""
    if not names:
        return ""
    stem, dot, last = names[0].rpartition(".")
    inner = ENDINGS.get(dot + last.lower())
    return names[0] if inner is None else stem + inner
