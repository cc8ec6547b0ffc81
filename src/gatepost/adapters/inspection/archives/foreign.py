"""Archives by libarchive, entry by entry, in bounded steps; nothing of it ever touches the disk.

Only the formats and filters that are asked for are switched on: some of libarchive's filters start programs, and
its mtree reads files that an archive names.
"""

import ctypes
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from libarchive import ffi
from libarchive.exception import ArchiveError
from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import STEP, Damaged, Meter, Unpacked, gathered
from gatepost.syntax.printable import printable

FAILED, FATAL = -25, -30  # libarchive's: this cannot be done, the archive may go on; no more of it
SHOWN = 120  # characters of what it says
MODE = 0xFFFF  # bits of type and permissions: what an archive has may be any number
MOST_FAILURES = 100  # headers that it may stumble over

has_encrypted_entries = ffi.libarchive.archive_read_has_encrypted_entries
has_encrypted_entries.argtypes, has_encrypted_entries.restype = [ctypes.c_void_p], ctypes.c_int
entry_is_encrypted = ffi.libarchive.archive_entry_is_encrypted
entry_is_encrypted.argtypes, entry_is_encrypted.restype = [ctypes.c_void_p], ctypes.c_int
header_position = ffi.libarchive.archive_read_header_position
header_position.argtypes, header_position.restype = [ctypes.c_void_p], ctypes.c_int64


class ForeignEntry(Struct, frozen=True, kw_only=True):
    """One entry.

    Args:
        names: as each way of reading has it, as text.
        mode: file type and permissions as Unix has them.
        target: of a link, "" if it is none.
        at: octet of its header in the archive, as far as libarchive tells.
        data: what it unpacks to.
    """

    names: tuple[str, ...]
    mode: int
    target: str
    is_hard_link: bool
    is_encrypted: bool
    at: int
    data: Unpacked


class Archive:
    """One reading of an archive. Owned by `opened`.

    Args:
        pointer: libarchive's own.
    """

    def __init__(self, pointer: int, meter: Meter) -> None:
        self.pointer, self.meter = pointer, meter
        self.entry = ffi.entry_new()
        self.buffer = ctypes.create_string_buffer(STEP)
        self.problem = ""

    def entries(self) -> Iterator[ForeignEntry]:
        """Until the end, or what cannot be read on: `problem` says so then."""
        failures = 0
        while failures < MOST_FAILURES:
            try:
                if ffi.read_next_header2(self.pointer, self.entry) == ffi.ARCHIVE_EOF:
                    return
            except ArchiveError as error:
                self.problem = said(error)
                failures += 1
                if error.retcode == FATAL:
                    return
                continue
            self.meter.add(0)
            yield self.read_entry()

    def read_entry(self) -> ForeignEntry:
        mode, is_encrypted = ffi.entry_mode(self.entry) & MODE, entry_is_encrypted(self.entry) > 0
        hard, soft = text(ffi.entry_hardlink(self.entry)), text(ffi.entry_symlink(self.entry))
        is_file = stat.S_IFMT(mode) in (stat.S_IFREG, 0) and not hard
        return ForeignEntry(
            names=self.names(), mode=mode, target=hard or soft, is_hard_link=bool(hard), is_encrypted=is_encrypted,
            at=header_position(self.pointer), data=gathered(self.blocks(), self.meter) if is_file else Unpacked(b""),
        )  # fmt: skip

    def names(self) -> tuple[str, ...]:
        raw, wide = ffi.entry_pathname(self.entry), ffi.entry_pathname_w(self.entry)
        return tuple(dict.fromkeys(filter(None, (wide or text(raw),)))) or ("",)

    def blocks(self) -> Iterator[bytes]:
        """Raises `Damaged`."""
        try:
            while (count := ffi.read_data(self.pointer, self.buffer, STEP)) > 0:
                yield ctypes.string_at(self.buffer, count)
        except ArchiveError as error:
            raise Damaged(said(error)) from error
        if count < 0:  # a warning: it has data that it does not trust
            raise Damaged(printable(text(ffi.error_string(self.pointer)), SHOWN))

    @property
    def hides_names(self) -> bool:
        return int(has_encrypted_entries(self.pointer)) > 0


@contextmanager
def opened(
    octets: bytes, formats: tuple[str, ...], meter: Meter, *, filters: tuple[str, ...] = (), password: bytes = b""
) -> Iterator[Archive]:
    """Raises `Damaged` where libarchive does not take it for one of `formats`.

    Args:
        formats, filters: as in the names of `archive_read_support_format_…` and `…_filter_…`.
    """
    pointer = ffi.read_new()
    archive: Archive | None = None
    try:
        for name in formats:
            ffi.get_read_format_function(name)(pointer)
        for name in filters:
            ffi.get_read_filter_function(name)(pointer)
        if password:
            ffi.read_add_passphrase(pointer, password)
        ffi.read_open_memory(pointer, ctypes.cast(ctypes.c_char_p(octets), ctypes.c_void_p), len(octets))
        archive = Archive(pointer, meter)
        yield archive
    except ArchiveError as error:
        raise Damaged(said(error)) from error
    finally:
        if archive is not None:
            ffi.entry_free(archive.entry)
        ffi.read_free(pointer)


def said(error: ArchiveError) -> str:
    return printable(str(error.msg or "cannot be read"), SHOWN)


def text(raw: bytes | None) -> str:
    return raw.decode("utf-8", "replace") if raw else ""
