"""How do lessons get from workers to the one who teaches? Each as a small file, taken out by the housekeeper.

    learn/box/<digest>   MessagePack, as in an export

A file takes its name when it is whole. It is not forced to the disk: what is lost with the machine teaches nothing, and
nothing else. The box has room for `MOST`, so that it stays small where nobody empties it.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from gatepost.adapters.spam_model.files import make_directory
from gatepost.adapters.spam_model.lessons import packed_places
from gatepost.adapters.spam_model.transfer import LONGEST, BadExport, Exported, exported
from gatepost.learn.features import TEXT_LIMIT, features, sight
from gatepost.learn.identity import identity
from gatepost.model.inspection import Inspection
from gatepost.model.message import Message
from gatepost.ports.unavailable import Unavailable

BOX = "box"
MOST = 1000  # lessons
BEING_WRITTEN = "."  # begins the name of a file that is
ABANDONED = 3600.0  # seconds after which whoever began it is gone


class Box:
    """`ports.lessons.LessonBox`, and what empties it.

    Args:
        directory: `learn` in the data directory; made if it is missing.
        text: characters that are read of a mail.
        now: Unix time.
    """

    def __init__(self, directory: Path, *, text: int = TEXT_LIMIT, now: Callable[[], float] = time.time) -> None:
        self.learn, self.directory, self.now = directory, directory / BOX, now
        self.text = text

    def put(self, message: Message, seen: Inspection, *, is_spam: bool, source: str) -> None:
        found = features(sight(message.header, seen, limit=self.text))
        try:
            digest = identity(message.header, b"".join(message.content.chunks())[message.header_octets :])
            octets = msgspec.msgpack.encode(Exported(digest, is_spam, source, self.now(), packed_places(found)))
            make_directory(self.learn)
            make_directory(self.directory)
            if len(os.listdir(self.directory)) >= MOST:
                raise Unavailable(f"{self.directory}: {MOST} lessons wait, and nobody learns them")
            self.write(digest.hex(), octets)
        except OSError as error:
            raise Unavailable(f"{self.directory}: {error.strerror or error}") from error

    def write(self, name: str, octets: bytes) -> None:
        made = self.directory / f"{BEING_WRITTEN}{secrets.token_hex(8)}"
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, octets)
        finally:
            os.close(descriptor)
        made.rename(self.directory / name)

    def waiting(self) -> list[Path]:
        """Lessons that are whole; what was begun and left is taken away. Raises OSError."""
        try:
            paths = sorted(self.directory.iterdir())
        except FileNotFoundError:
            return []
        for path in paths:
            if path.name.startswith(BEING_WRITTEN) and path.stat().st_mtime < self.now() - ABANDONED:
                path.unlink(missing_ok=True)
        return [path for path in paths if not path.name.startswith(BEING_WRITTEN)]

    def read(self, paths: list[Path]) -> Iterator[Exported]:
        """What is no lesson is left out. Raises OSError."""
        for path in paths:
            try:
                with path.open("rb") as file:
                    yield exported(file.read(LONGEST))
            except BadExport:
                continue
