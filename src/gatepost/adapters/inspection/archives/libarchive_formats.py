"""Openers for what libarchive reads: tar, 7z, cab, iso, cpio, ar, rpm, xar, lha, and single compressed files."""

import stat
from collections.abc import Iterator

from libarchive import ffi

from gatepost.adapters.inspection.archives.foreign import Archive, ForeignEntry, opened
from gatepost.adapters.inspection.archives.paths import mode_traits, path_traits
from gatepost.adapters.inspection.archives.streams import inner_name, shown, wrong_with
from gatepost.adapters.inspection.archives.unpacking import Damaged, Meter
from gatepost.adapters.inspection.budget import Budget, OverBudget
from gatepost.adapters.inspection.opened import Hints, Member, Opened, Opener
from gatepost.model.inspection import Trait
from gatepost.model.traits import ENCRYPTED, HIDDEN_NAMES, INCONSISTENT, LINK, UNREADABLE
from gatepost.syntax.printable import printable

INNER_FILTERS = ("gzip", "bzip2", "xz", "lzma", "zstd")  # what is in an rpm is compressed once more
SHOWN = 100  # characters


def archive_of(*formats: str, filters: tuple[str, ...] = (), ends: bool = False) -> Opener:
    """An opener.

    Args:
        ends: octets that follow its end are none of it (an archive behind the archive).
    """

    def open_archive(octets: bytes, hints: Hints, budget: Budget) -> Opened:
        with opened(octets, formats, Meter(budget, len(octets)), filters=filters) as archive:
            for entry in archive.entries():
                yield from members(entry)
            yield from troubles(archive)
            yield from behind(octets, ffi.filter_bytes(archive.pointer, 0) if ends else len(octets))

    return open_archive


def members(entry: ForeignEntry) -> Opened:
    """Directories are none. Raises `OverBudget` once that is said."""
    traits = tuple(entry_traits(entry))
    if stat.S_ISDIR(entry.mode) and not entry.data.octets:
        yield from traits
        return
    for name in entry.names:
        yield Member(name, entry.data.octets, traits=traits)
    if entry.data.over:
        raise OverBudget(entry.data.over)


def entry_traits(entry: ForeignEntry) -> Iterator[Trait]:
    for name in entry.names:
        yield from path_traits(name)
        if not name:
            yield Trait(UNREADABLE, "its name cannot be read")
    yield from mode_traits(entry.mode, entry.target)
    if entry.is_hard_link:
        yield Trait(LINK, printable(entry.target, SHOWN))
    if entry.is_encrypted:
        yield Trait(ENCRYPTED)
    else:
        yield from wrong_with(entry.data)


def troubles(archive: Archive) -> Iterator[Trait]:
    if archive.problem and archive.hides_names:
        yield Trait(HIDDEN_NAMES)
        yield Trait(ENCRYPTED)
    elif archive.problem:
        yield Trait(UNREADABLE, archive.problem)


def behind(octets: bytes, end: int) -> Opened:
    rest = octets[end:]
    if rest.strip(b"\0"):
        yield Trait(INCONSISTENT, "octets behind the end")
        yield Member("", rest, alike=True)


def stream_of(name: str) -> Opener:
    """An opener for a file that holds one compressed thing, by a filter of libarchive."""

    def open_stream(octets: bytes, hints: Hints, budget: Budget) -> Opened:
        with opened(octets, ("raw",), Meter(budget, len(octets)), filters=(name,)) as archive:
            entry = next(archive.entries(), None)
            if entry is None:
                raise Damaged(archive.problem or "nothing is in it")
            yield from shown(entry.data.octets, entry.data, inner_name(hints.names))

    return open_stream


open_tar = archive_of("tar", ends=True)
open_plain_7z = archive_of("7zip")
open_cab = archive_of("cab")
open_iso = archive_of("iso9660")
open_cpio = archive_of("cpio", ends=True)
open_ar = archive_of("ar")
open_rpm = archive_of("cpio", filters=("rpm", *INNER_FILTERS))
open_xar = archive_of("xar")
open_lha = archive_of("lha")
open_warc = archive_of("warc")
open_zstd = stream_of("zstd")
open_lz4 = stream_of("lz4")
open_lzip = stream_of("lzip")
open_compress = stream_of("compress")
