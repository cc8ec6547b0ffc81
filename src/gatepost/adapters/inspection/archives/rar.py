"""What is in a RAR archive, of any version?

Unpacked by `rars`, which makes a member whole or not at all: so what each declares is asked of the budget first, and
that is the limit that the library is given.
"""

from collections.abc import Iterator

import rars

from gatepost.adapters.inspection.archives.paths import mode_traits, path_traits
from gatepost.adapters.inspection.archives.unpacking import Meter
from gatepost.adapters.inspection.budget import Budget, OverBudget
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import DECRYPTED, ENCRYPTED, HIDDEN_NAMES, INCONSISTENT, LINK, OVER_BUDGET, UNREADABLE
from gatepost.syntax.printable import printable

TRIES = 60  # passwords for one archive: each costs some milliseconds
DICTIONARY = 64 * 1024 * 1024  # octets
HEADERS = 16 * 1024 * 1024  # octets
UNIX = 1  # RAR5's number for the system that made it
LEGACY_UNIX = 3
SHOWN = 120  # characters
ODD = (rars.Error, ValueError, KeyError, OSError, RuntimeError, MemoryError)


def open_rar(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    words = tuple(hints.passwords[:TRIES])
    archive, word = first_look(octets, words, budget)
    if archive is None:
        yield Trait(HIDDEN_NAMES)
        yield Trait(ENCRYPTED)
        return
    if archive.sfx_offset:
        yield Trait(INCONSISTENT, "octets in front of the archive")
    if word:
        yield Trait(DECRYPTED)
    opening = Opening(archive, (word,) if word else words, Meter(budget, len(octets)))
    for info in archive.infolist():
        yield from opening.members(info)


def first_look(octets: bytes, words: tuple[str, ...], budget: Budget) -> "tuple[rars.RarFile | None, str]":
    """The archive, and the word that showed its names, "" if they were not hidden; None where no word did."""
    options = rars.ReadOptions(max_header_bytes=HEADERS, max_header_count=4 * budget.allowance.members)
    try:
        return rars.RarFile.from_bytes(octets, options=options), ""
    except (rars.PasswordRequired, rars.BadPassword):
        pass
    for word in words:
        budget.time()
        try:
            return rars.RarFile.from_bytes(octets, password=word, options=options), word
        except (rars.PasswordRequired, rars.BadPassword):
            continue
    return None, ""


class Opening:
    """One archive being unpacked."""

    def __init__(self, archive: "rars.RarFile", words: tuple[str, ...], meter: Meter) -> None:
        self.archive, self.words, self.meter = archive, words, meter

    def members(self, info: "rars.RarInfo") -> Opened:
        """Raises `OverBudget` once that is said."""
        name = info.filename or info.orig_filename_bytes.decode("utf-8", "replace")
        about = (*path_traits(name), *kind(info))
        if info.is_dir():
            yield from about
            return
        if info.is_split_before or info.is_split_after:
            yield Member(name, b"", traits=(*about, Trait(UNREADABLE, "a part of it is in another volume")))
            return
        try:
            self.meter.add(info.file_size)
        except OverBudget as error:
            yield Member(name, b"", traits=(*about, Trait(OVER_BUDGET, str(error))))
            raise
        octets, wrong = self.read(info)
        yield Member(name, octets, traits=(*about, *wrong))

    def read(self, info: "rars.RarInfo") -> tuple[bytes, tuple[Trait, ...]]:
        if not info.is_encrypted:
            return self.read_with(info, None)
        for word in self.words:
            self.meter.budget.time()
            octets, wrong = self.read_with(info, word)
            if not wrong:
                self.words = (word,)
                return octets, (Trait(DECRYPTED),)
        return b"", (Trait(ENCRYPTED),)

    def read_with(self, info: "rars.RarInfo", word: str | None) -> tuple[bytes, tuple[Trait, ...]]:
        options = rars.ReadOptions(
            max_member_output_bytes=info.file_size,
            max_total_output_bytes=self.meter.budget.allowance.octets,
            rar50_dictionary_size_limit=DICTIONARY,
        )
        try:
            return bytes(self.archive.read(info, word, options=options)), ()
        except ODD as error:
            return b"", (Trait(UNREADABLE, printable(str(error), SHOWN)),)


def kind(info: "rars.RarInfo") -> Iterator[Trait]:
    if info.host_os in (UNIX, LEGACY_UNIX):
        yield from mode_traits(info.file_attr)
    elif info.file_attr & 0x400 and info.host_os == 0:  # Windows' reparse point
        yield Trait(LINK)
