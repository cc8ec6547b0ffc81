"""Where does each file of the quarantine lie, and who may change it when?

    content/<2 hex digits>/<message>        the octets, once for all recipients
    new/<2 hex digits>/<message>.<id>       records that the index has not taken in as yet; written by everybody
    entries/<2 hex digits>/<message>.<id>   those it has; moved here by whoever brings the index up to date
    drafts/                                 what is being written
    used                                    octets taken up

Whatever is new or has changed comes into `new` by one rename and goes from there to `entries` by another. So who looks
into both, in that order, always finds the latest; and an index that was interrupted finds what it has missed. Content
is written, and taken away, only under the lock of its directory.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from gatepost.adapters.quarantine.record import Record, decoded, encode, file_name, held_of
from gatepost.adapters.quarantine.sealing import Seal
from gatepost.disk.durable import sync_directory, write_synced
from gatepost.disk.locks import locked
from gatepost.ports.quarantine import Fate, Held
from gatepost.ports.unavailable import Unavailable

PATIENCE = 10.0  # seconds for a lock that others hold for milliseconds
SHARDS = tuple([f"{number:02x}" for number in range(256)])


class Places:
    """All of one quarantine. Safe in threads and processes.

    Args:
        directory: mode 0700, like all below it; made by `make`.

    Raises (most methods):
        OSError, Unavailable: it cannot be read or written.
    """

    def __init__(self, directory: Path, seal: Seal) -> None:
        self.root, self.seal = str(directory), seal  # texts: `Path` would take more time than the disk
        self.drafts = f"{self.root}/drafts"
        self.used_file = directory / "used"
        self.is_made = False  # and known to be there after a power failure

    def make(self) -> None:
        """Directories, whoever may have begun with them."""
        if self.is_made:
            return
        os.makedirs(self.root, mode=0o700, exist_ok=True)
        for above in (f"{self.root}/content", f"{self.root}/entries", f"{self.root}/new"):
            make_directories(above, *(f"{above}/{shard}" for shard in SHARDS))
            sync_directory(above)
        make_directories(self.drafts)  # the last: where it is, all are
        sync_directory(self.root)
        sync_directory(os.path.dirname(self.root))
        self.is_made = True

    @property
    def is_there(self) -> bool:
        """Something was held once."""
        return os.path.isdir(self.drafts)

    def content(self, message: str) -> str:
        return f"{self.root}/content/{message[:2]}/{message}"

    def entry(self, name: str) -> str:
        return f"{self.root}/entries/{name[:2]}/{name}"

    def newest(self, name: str) -> str:
        return f"{self.root}/new/{name[:2]}/{name}"

    def new_names(self) -> list[str]:
        """What the index has not taken in as yet."""
        return [name for shard in SHARDS for name in os.listdir(f"{self.root}/new/{shard}")]

    def locked(self, message: str) -> AbstractContextManager[None]:
        """Nobody writes or takes away what belongs to this message meanwhile."""
        return locked(f"{self.root}/content/{message[:2]}", PATIENCE)

    def alone(self, message: str) -> AbstractContextManager[None]:
        """Nobody releases it meanwhile; others may go on with it."""
        return locked(f"{self.root}/entries/{message[:2]}", PATIENCE)

    # ── records ──────────────────────────────────────────────────────────────
    def read(self, message: str, identity: str) -> Held | None:
        """One recipient's copy as it is now; None if there is none."""
        name = file_name(message, identity)
        for path in (self.newest(name), self.entry(name)):
            with suppress(FileNotFoundError):
                return self.read_file(path)
        return None

    def read_file(self, path: str) -> Held:
        """Raises `Unavailable` if it is no record of ours."""
        name = os.path.basename(path)
        message, _, identity = name.partition(".")
        record = decoded(b"".join(self.seal.opened(path, f"record {message}")), name)
        copy = next((copy for copy in record.copies if copy.id == identity), None)
        if copy is None or record.message != message:
            raise Unavailable(f"{name} is the record of another")
        return held_of(record, copy)

    def write(self, record: Record) -> None:
        """Under the names of all its copies, on the disk when it returns. Under the lock of its message."""
        octets = encode(record)
        draft = write_synced(self.drafts, self.seal.sealed((octets,), f"record {record.message}"))
        try:
            for copy in record.copies:
                self.link(draft, self.newest(file_name(record.message, copy.id)))
        finally:
            os.unlink(draft)
        self.sync_records(record.message)

    def sync_records(self, message: str) -> None:
        """Also where one was there: its writer may have been killed before he came so far."""
        for above in ("new", "entries"):
            sync_directory(f"{self.root}/{above}/{message[:2]}")

    def link(self, draft: str, target: str) -> None:
        """In place of what has that name."""
        try:
            os.link(draft, target)
        except FileExistsError:
            other = f"{draft}+"
            os.link(draft, other)
            os.rename(other, target)

    def remove(self, message: str, identity: str) -> None:
        name = file_name(message, identity)
        for path in (self.newest(name), self.entry(name)):
            with suppress(FileNotFoundError):
                os.unlink(path)

    def names(self, message: str) -> list[str]:
        """Of all records of a message, each once; the files tell, not the index."""
        start = f"{message}."
        found = [os.listdir(f"{self.root}/{above}/{message[:2]}") for above in ("new", "entries")]
        return sorted({name for names in found for name in names if name.startswith(start)})

    def is_wanted(self, message: str) -> bool:
        """Somebody's copy is still held. Under its lock. What cannot be read is taken for held."""
        for name in self.names(message):
            try:
                held = self.read(*name.split(".", 1))
            except Unavailable:
                return True
            if held is not None and held.fate is Fate.HELD:
                return True
        return False

    # ── content ──────────────────────────────────────────────────────────────
    def holds(self, message: str, octets: int) -> bool:
        """All of it: an operator may have emptied or moved it."""
        try:
            return os.stat(self.content(message)).st_size == self.seal.size_of(octets)
        except FileNotFoundError:
            return False

    def write_content(self, message: str, chunks: Iterable[bytes]) -> None:
        """The client's octets, under its lock; the directory is not synced as yet."""
        draft = write_synced(self.drafts, self.seal.sealed(chunks, f"content {message}"))
        try:
            os.rename(draft, self.content(message))
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(draft)
            raise

    def sync_content(self, message: str) -> None:
        sync_directory(f"{self.root}/content/{message[:2]}")

    def read_content(self, message: str) -> Iterator[bytes]:
        return self.seal.opened(self.content(message), f"content {message}")

    def drop_content(self, message: str) -> int:
        """Octets that are free now. Under its lock."""
        path = self.content(message)
        try:
            size = os.stat(path).st_size
            os.unlink(path)
        except FileNotFoundError:
            return 0
        return size


def make_directories(*paths: str) -> None:
    for path in paths:
        with suppress(FileExistsError):
            os.mkdir(path, mode=0o700)
