"""Held messages as files: one directory each, on stable storage before anybody is promised anything.

`<data_dir>/quarantine/<digest>/message` and `envelope.json`; the digest is of content and recipients, so a
client that comes again with the same message for the same people finds it held already.
"""

import asyncio
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from gatepost.model.address import text
from gatepost.ports.backend import Envelope
from gatepost.ports.quarantine import Holdable
from gatepost.ports.unavailable import Unavailable

ABANDONED = 3600.0  # seconds after which nobody still writes a draft


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a held message beside its octets.

    Args:
        octets: of the file `message`, by which one that was emptied or moved away is known.
        body, smtputf8, ret, envid, notify, orcpt: as in `Envelope`.
    """

    transaction: str
    reason: str
    sender: str
    recipients: tuple[str, ...]
    octets: int
    body: str
    smtputf8: bool
    ret: str
    envid: str
    notify: tuple[str, ...]
    orcpt: tuple[str, ...]


class FileQuarantine:
    """`ports.quarantine.Quarantine` on one machine.

    Args:
        directory: made on first use, mode 0700.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.is_made = False  # and known to be there after a power failure
        self.clear_drafts(time.time() - ABANDONED)

    async def put(self, transaction: str, envelope: Envelope, payload: Holdable, reason: str) -> str:
        held = Held(
            transaction=transaction, reason=reason, octets=payload.size, sender=text(envelope.sender),
            recipients=tuple(str(r) for r in envelope.recipients), body=envelope.body, smtputf8=envelope.smtputf8,
            ret=envelope.ret, envid=envelope.envid, notify=envelope.notify, orcpt=envelope.orcpt,
        )  # fmt: skip
        try:
            return await asyncio.get_running_loop().run_in_executor(None, self.store, held, payload)
        except OSError as error:
            raise Unavailable(f"quarantine: {error}") from error

    def store(self, held: Held, payload: Holdable) -> str:
        """Blocking: write, sync, rename, sync."""
        if not self.is_made:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_directory(self.directory.parent)
            self.is_made = True
        draft = self.directory / f".{held.transaction}.{os.getpid()}"
        draft.mkdir(mode=0o700)
        try:
            digest = hashlib.sha256("\n".join((held.sender, *sorted(held.recipients), "")).encode())
            write_synced(draft / "message", hashed(payload, digest))
            write_synced(draft / "envelope.json", iter((msgspec.json.encode(held),)))
            sync_directory(draft)
            name = digest.hexdigest()[:32]
            name = self.keep(draft, name, held.transaction)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return name

    def clear_drafts(self, before: float) -> None:
        """What a killed process left half written is nobody's message: no 250 was said to it."""
        for draft in self.directory.glob(".*"):
            with suppress(OSError):  # another worker was first
                if draft.stat().st_mtime < before:
                    shutil.rmtree(draft, ignore_errors=True)

    def keep(self, draft: Path, name: str, transaction: str) -> str:
        """Under its name; who was there first, also at this very moment, holds the same octets, if it is whole."""
        try:
            draft.rename(self.directory / name)
        except OSError:
            if not is_whole(self.directory / name):
                name = f"{name}-{transaction}"
                draft.rename(self.directory / name)
        sync_directory(self.directory)
        return name


def is_whole(held: Path) -> bool:
    """Its message is there, as long as it was: an operator may have moved it elsewhere."""
    try:
        envelope = msgspec.json.decode((held / "envelope.json").read_bytes(), type=Held)
        return (held / "message").stat().st_size == envelope.octets
    except (OSError, msgspec.DecodeError):
        return False


def hashed(payload: Holdable, digest: "hashlib._Hash") -> Iterator[bytes]:
    """The payload; the client's own octets go into the digest, our fields do not."""
    ours = payload.ours
    for chunk in payload.chunks():
        digest.update(chunk[ours:])
        ours = max(0, ours - len(chunk))
        yield chunk


def write_synced(path: Path, chunks: Iterator[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
