"""To whom have our users written? A table in a file, for all workers and for the time after a restart.

    magic (8), secret (16), then ROWS words of 64 bits: 48 of a keyed hash of both addresses, 16 of the day (Unix)

No address is in it, but who has the file can ask it about two addresses: it is for the gateway's user alone. A pair is
in one of the eight rows of its group or nowhere. A row is one write; two workers that note something in one group at
the same moment may lose one of the two, which is noted again with the next message. It is read and not mapped: a file
that is mapped and then cut short ends every process that looks at it.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.ports.unavailable import Unavailable

MAGIC = b"GPPAIRS1"
SECRET = 16  # octets
HEAD = len(MAGIC) + SECRET
ROWS = 1 << 18  # 2 MiB
WORD = 8  # octets
GROUP = 8  # rows
DAY = 86_400.0  # seconds
TAG = 6  # octets of a hash that stand in a row


class FileCorrespondents:
    """`ports.correspondents.Correspondents`. Owned by one process.

    Args:
        path: made when the first pair is noted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: Opened | None = None

    def note(self, ours: Address, theirs: Address, now: float) -> None:
        file = self.wanted()
        tag, at = file.place(ours, theirs)
        today = int(now // DAY).to_bytes(2, "big")
        try:
            rows = file.group(at)
            mine = [row for row in rows if row[:TAG] == tag]
            if not mine or mine[0][TAG:] != today:
                row = rows.index(mine[0] if mine else min(rows, key=last_noted))
                os.pwrite(file.descriptor, tag + today, at + row * WORD)
        except OSError as error:
            raise Unavailable(f"{self.path}: {error.strerror}") from error

    def knows(self, ours: Address, theirs: Address, *, since: float) -> bool:
        file = self.opened()
        if file is None:
            return False
        tag, at = file.place(ours, theirs)
        try:
            rows = file.group(at)
        except OSError as error:
            raise Unavailable(f"{self.path}: {error.strerror}") from error
        return any([row[:TAG] == tag and last_noted(row) >= since // DAY for row in rows])

    def wanted(self) -> "Opened":
        """Made if there is none. Raises `Unavailable`."""
        try:
            if self.file is None and not self.path.exists():
                make(self.path)
        except FileNotFoundError:
            raise Unavailable(f"{self.path.parent} is not there") from None
        except OSError as error:
            raise Unavailable(f"{self.path}: {error.strerror}") from error
        file = self.opened()
        if file is None:
            raise Unavailable(f"{self.path}: somebody has taken it away")
        return file

    def opened(self) -> "Opened | None":
        """None if there is none. Raises `Unavailable`."""
        if self.file is not None:
            return self.file
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"{self.path}: {error.strerror}") from error
        head = os.pread(descriptor, HEAD, 0)
        if len(head) < HEAD or not head.startswith(MAGIC):
            os.close(descriptor)
            raise Unavailable(f"{self.path} is no table of correspondents: move it away, and a new one is made")
        self.file = Opened(descriptor, head[len(MAGIC) :])
        return self.file

    def close(self) -> None:
        if self.file is not None:
            os.close(self.file.descriptor)
            self.file = None


class Opened(Struct, frozen=True):
    """The file, and what its hashes are keyed with."""

    descriptor: int
    secret: bytes

    def place(self, ours: Address, theirs: Address) -> tuple[bytes, int]:
        """What stands in the row of a pair, and where in the file its group begins."""
        pair = f"{spelled(ours)}\0{spelled(theirs)}".encode("utf-8", "surrogatepass")
        hashed = hashlib.blake2b(pair, digest_size=TAG + 4, key=self.secret).digest()
        group = int.from_bytes(hashed[TAG:], "big") % (ROWS // GROUP)
        return hashed[:TAG], HEAD + group * GROUP * WORD

    def group(self, at: int) -> list[bytes]:
        """Its rows; those that are missing are free. Raises OSError."""
        octets = os.pread(self.descriptor, GROUP * WORD, at).ljust(GROUP * WORD, b"\0")
        return [octets[start : start + WORD] for start in range(0, GROUP * WORD, WORD)]


def last_noted(row: bytes) -> int:
    """Day; 0 for a free row."""
    return int.from_bytes(row[TAG:], "big")


def spelled(address: Address) -> str:
    """Mail systems keep the case of a local part seldom, and mean nothing by it."""
    return f"{address.local.casefold()}@{address.domain}"


def make(path: Path) -> None:
    """Whole or not at all; what another worker has made meanwhile stays. Raises OSError."""
    made = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, MAGIC + secrets.token_bytes(SECRET))
        os.ftruncate(descriptor, HEAD + ROWS * WORD)
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        os.close(descriptor)
        made.unlink()
