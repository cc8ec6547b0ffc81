"""Is this address in the operator's file? `[directories.<name>]` with `type = "file"` (RFC 5321 §4.5.1, §2.4).

One entry a line: `user@example.com`, `@example.com` for a whole domain, `#` starts a comment. The file is read again
when it has changed and has then stayed the same for a second, so that a half-written list is not taken for the whole.
A new file that is missing or has a mistake changes nothing: the list in use stays, and `problem` says why.
"""

import asyncio
import os
import re
import unicodedata
from array import array
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field

from gatepost.model.address import Address
from gatepost.ports.directory import Found
from gatepost.syntax.address import MAILBOX_LIMIT
from gatepost.syntax.address import address as mailbox
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain as domain_name
from gatepost.syntax.local_part import unquoted

CHECK_EVERY = 1.0  # seconds between looks at the file
OCTETS_AT_ONCE = 16 * 1024  # read between two turns of the event loop: 1 ms
ENTRIES_AT_ONCE = 1024  # placed between two turns of the event loop: 1 ms
PAUSE = 0.005  # seconds left to the sessions between two slices
FILE_LIMIT = 512 * 1024 * 1024  # octets
PATTERN_LIMIT = 1000  # entries with `*`: each costs every look-up in its domain
COMMENT = re.compile(rb"(?:^|\s)#.*", re.DOTALL)  # within a word `#` is a character of a local part
PLAIN = re.compile(  # the common case, at a tenth of the price of the whole grammar
    rb"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@"
    rb"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)


class FileSettings(BaseModel):
    """Section `[directories.<name>]` with `type = "file"`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["file"] = Field("file", description="A list of recipients in a file.")
    path: Path = Field(
        description="The file: an address or `@domain` a line, `#` starts a comment; read again when it changes.",
        examples=["/etc/gatepost/recipients.txt"],
    )
    wildcards: bool = Field(
        False, description="Whether `*` in a local part stands for any characters; otherwise it is an error."
    )
    case_sensitive: bool = Field(
        False, description="Whether `User@` and `user@` are two recipients; the domain's case never matters."
    )


class BadList(ValueError):
    """The file is no list of recipients; says where, what is wrong and what would be right."""


class Pattern(Struct, frozen=True):
    """A local part with `*`, as the pieces between them."""

    pieces: tuple[str, ...]

    def fits(self, local: str) -> bool:
        """In time linear in `local` for each piece: pieces are found from left to right, first come first served."""
        first, *middle, last = self.pieces
        end = len(local) - len(last)
        if not (local.startswith(first) and local.endswith(last) and len(first) <= end):
            return False
        at = len(first)
        for piece in middle:
            found = local.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True


class Roll:
    """The entries of one reading, immutable once built: 7 MB for 200,000 where a set of strings takes 26.

    `text` holds the addresses, each ended by a line feed; `places` is a hash table of where they begin, plus
    one; 0 is free. Found by hash, proven by comparison: never a false answer. Hashes are keyed per process.
    """

    def __init__(self) -> None:
        self.text = bytearray()
        self.places = array("I", [0])
        self.mask = 0
        self.count = 0
        self.domains: set[str] = set()
        self.patterns: dict[str, tuple[Pattern, ...]] = {}

    def holds(self, entry: bytes) -> bool:
        """`entry` ends in a line feed, as in `text`."""
        mask, places, text = self.mask, self.places, self.text
        slot = hash(entry) & mask
        while place := places[slot]:
            if text.startswith(entry, place - 1):
                return True
            slot = (slot + 1) & mask
        return False

    def place_all(self) -> Generator[None, None, None]:
        """Make the table: at most half full, so that a look-up ends after a few steps."""
        size = 1 << max(4, (2 * self.text.count(b"\n")).bit_length())
        self.mask, self.places = size - 1, array("I", bytes(4 * size))
        start, done = 0, 0
        while (end := self.text.find(b"\n", start) + 1) > 0:
            entry = bytes(self.text[start:end])
            if not self.holds(entry):
                slot = hash(entry) & self.mask
                while self.places[slot]:
                    slot = (slot + 1) & self.mask
                self.places[slot] = start + 1
                self.count += 1
            start, done = end, done + 1
            if done % ENTRIES_AT_ONCE == 0:
                yield


def spelling(local: str, case_sensitive: bool) -> str:
    """The one spelling of a local part: quotes that change nothing are gone, and case unless it counts."""
    if local[:1] == '"':
        local = unquoted(local)
    if not local.isascii():
        local = unicodedata.normalize("NFC", local)
    return local if case_sensitive else local.lower()


class Reading:
    """One reading of the file, in slices; `roll` is whole when `slices` has ended."""

    def __init__(self, settings: FileSettings) -> None:
        self.settings = settings
        self.roll = Roll()
        self.patterns: dict[str, list[Pattern]] = {}

    def slices(self) -> Generator[None, None, None]:
        """Raises `BadList`, or OSError where the file cannot be read."""
        roll = self.roll
        with self.settings.path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > FILE_LIMIT:
                raise BadList(f"{self.settings.path}: larger than {FILE_LIMIT} octets")
            number = 0
            while lines := file.readlines(OCTETS_AT_ONCE):
                for number, line in enumerate(lines, number + 1):  # noqa: B020  the count goes on
                    self.take(line, number)
                yield
        yield from roll.place_all()
        roll.patterns = {domain: tuple(patterns) for domain, patterns in self.patterns.items()}
        if not (roll.count or roll.domains or roll.patterns):
            raise BadList(f"{self.settings.path}: has no entry, so nobody would exist: write an address a line")

    def take(self, line: bytes, number: int) -> None:
        entry = COMMENT.sub(b"", line).strip() if b"#" in line else line.strip()
        if not entry:
            return
        if not self.settings.case_sensitive and b"*" not in entry:
            lowered = entry.lower()
            if len(lowered) <= MAILBOX_LIMIT and PLAIN.fullmatch(lowered):
                self.roll.text += lowered + b"\n"
                return
        try:
            self.take_rare(entry.decode())
        except (BadSyntax, UnicodeDecodeError) as error:
            shown = ascii(entry[:80].decode(errors="replace"))
            raise BadList(
                f"{self.settings.path}, line {number}: {shown} is no recipient ({error.reason}): "
                'write "user@example.com", or "@example.com" for a whole domain'
            ) from error

    def take_rare(self, entry: str) -> None:
        if entry.startswith("@"):
            self.roll.domains.add(domain_name(entry[1:]))
            return
        address = mailbox(entry)
        local = spelling(address.local, self.settings.case_sensitive)
        if "*" not in local:
            self.roll.text += f"{local}@{address.domain}\n".encode()
            return
        if not self.settings.wildcards:
            raise BadSyntax("it has a `*` and `wildcards` is not set")
        self.patterns.setdefault(address.domain, []).append(Pattern(tuple(local.split("*"))))
        if sum(map(len, self.patterns.values())) > PATTERN_LIMIT:
            raise BadSyntax(f"more than {PATTERN_LIMIT} entries with a wildcard")


class FileDirectory:
    """A `Directory` whose `find` never waits. Owned by one worker, by its event loop.

    Raises:
        BadList, OSError: at start only, when there is no earlier list to keep.
    """

    def __init__(self, settings: FileSettings) -> None:
        self.settings = settings
        self.seen = signature(settings.path)
        self.read = self.seen
        reading = Reading(settings)
        for _ in reading.slices():
            pass
        self.roll = reading.roll
        self.problem = ""  # for an alarm: why the file in use is not the one on disk
        self.timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """Entries, `@domain` and wildcards included."""
        return self.roll.count + len(self.roll.domains) + sum(map(len, self.roll.patterns.values()))

    async def find(self, address: Address) -> Found | None:
        roll, local = self.roll, address.local
        plain = local.isascii() and local[:1] != '"'
        if not plain or self.settings.case_sensitive:
            name = spelling(local, self.settings.case_sensitive)
        else:
            name = local.lower()
        primary = f"{name}@{address.domain}"
        if roll.holds(primary.encode() + b"\n"):
            return Found(primary, (), True)
        if roll.patterns and any(pattern.fits(name) for pattern in roll.patterns.get(address.domain, ())):
            return Found(primary)
        return Found(primary) if address.domain in roll.domains else None

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look every second whether the file has changed, until `close`."""
        self.timer = loop.call_later(CHECK_EVERY, self.look, loop)

    def close(self) -> None:
        if self.timer is not None:
            self.timer.cancel()

    def look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = signature(self.settings.path)
        settled, self.seen = now == self.seen, now
        if now == self.read or not settled:
            self.watch(loop)
            return
        self.read = now
        reading = Reading(self.settings)
        self.go_on(loop, reading, reading.slices())

    def go_on(self, loop: asyncio.AbstractEventLoop, reading: Reading, slices: Iterator[None]) -> None:
        """One slice now, the next a little later; the new list replaces the old one when it is whole."""
        try:
            next(slices)
        except StopIteration:
            self.roll, self.problem = reading.roll, ""
        except (BadList, OSError) as error:
            self.problem = f"{error} (the list read before stays in use)"
        else:
            self.timer = loop.call_later(PAUSE, self.go_on, loop, reading, slices)
            return
        self.watch(loop)


def signature(path: Path) -> tuple[int, int, int]:
    """Changes whenever the file is written or replaced; all zero while it is missing."""
    try:
        state = path.stat()
    except OSError:
        return 0, 0, 0
    return state.st_mtime_ns, state.st_size, state.st_ino
