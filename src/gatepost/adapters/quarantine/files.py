"""The worker's side: a message is on stable storage, for each of its recipients, before anybody is promised anything.

A client that comes again, also for other recipients or fewer, finds held what was held already. Workers write files and
nothing else; the index is made from them by who has time.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gatepost.adapters.quarantine.places import Places
from gatepost.adapters.quarantine.record import (
    HEAD_LIMIT,
    MESSAGE_LENGTH,
    Copy,
    Record,
    copy_id,
    listed_fields,
)
from gatepost.adapters.quarantine.sealing import Digest, Seal
from gatepost.adapters.quarantine.settings import QuarantineSettings
from gatepost.adapters.quarantine.used import Used
from gatepost.model.address import text
from gatepost.ports.backend import Envelope
from gatepost.ports.clock import Clock
from gatepost.ports.quarantine import Fate, Grounds, Holdable
from gatepost.ports.unavailable import Unavailable

THREADS = 8  # that wait for the disk: it writes for several at once
LEEWAY = 16  # with expire-oldest: a sixteenth more than `size`, until the housekeeper has made room


class Seen(Struct, frozen=True):
    """A payload, read once: its name, our own fields, and the start of the client's."""

    message: str
    ours: bytes
    head: bytes


class FileQuarantine:
    """`ports.quarantine.Quarantine` on one machine.

    Args:
        directory: made on first use, mode 0700.
        key: see `sealing`.
    """

    def __init__(self, directory: Path, settings: QuarantineSettings, clock: Clock, key: bytes | None = None) -> None:
        self.places = Places(directory, Seal(key))
        self.used = Used(self.places.used_file)
        self.clock = clock
        self.most = settings.size + (settings.size // LEEWAY if settings.when_full == "expire-oldest" else 0)
        self.pool = ThreadPoolExecutor(THREADS, "quarantine")

    async def put(self, transaction: str, envelope: Envelope, payload: Holdable, grounds: Grounds) -> tuple[str, ...]:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.pool, self.store, transaction, envelope, payload, grounds)
        except OSError as error:
            raise Unavailable(f"quarantine: {error}") from error

    def close(self) -> None:
        self.pool.shutdown(wait=False)

    def store(self, transaction: str, envelope: Envelope, payload: Holdable, grounds: Grounds) -> tuple[str, ...]:
        """Blocking: content, its directory, records, their directory, each synced in this order."""
        self.places.make()
        seen = read_through(payload, self.places.seal.new_digest(), text(envelope.sender))
        author, subject = listed_fields(seen.head)
        copies = self.copies(seen.message, envelope)
        record = Record(
            message=seen.message, transaction=transaction, since=self.clock.now(), rule=grounds.rule,
            because=grounds.because, backend=grounds.backend, sender=envelope.sender, copies=copies, size=payload.size,
            ours=seen.ours, author=author, subject=subject, body=envelope.body, smtputf8=envelope.smtputf8,
            ret=envelope.ret, envid=envelope.envid,
        )  # fmt: skip
        with self.places.locked(seen.message):
            self.keep(record, payload)
        return tuple([copy.id for copy in copies])

    def keep(self, record: Record, payload: Holdable) -> None:
        """What is not there as yet, under the lock. Synced also where it is there."""
        fates = {copy.id: self.fate(record.message, copy) for copy in record.copies}
        if all([fate is Fate.RELEASED for fate in fates.values()]):
            return
        self.keep_content(record.message, payload)
        missing = tuple([copy for copy in record.copies if fates[copy.id] is None])
        if missing:
            self.places.write(replace(record, copies=missing))
        else:
            self.places.sync_records(record.message)

    def copies(self, message: str, envelope: Envelope) -> tuple[Copy, ...]:
        count = len(envelope.recipients)
        each = zip(envelope.recipients, envelope.notify or ("",) * count, envelope.orcpt or ("",) * count, strict=True)
        seal = self.places.seal
        return tuple([Copy(copy_id(seal, message, to), to, notify, orcpt) for to, notify, orcpt in each])

    def keep_content(self, message: str, payload: Holdable) -> None:
        octets = payload.size - payload.ours
        if not self.places.holds(message, octets):
            room = self.places.seal.size_of(octets)
            if not self.used.take(room, self.most):
                raise Unavailable("quarantine: it is full")
            try:
                self.places.write_content(message, clients_own(payload))
            except BaseException:
                self.used.give_back(room)
                raise
        self.places.sync_content(message)

    def fate(self, message: str, copy: Copy) -> Fate | None:
        """Held for him, or released to him: his mail server has said 250 to it. Anything else is as if it never was."""
        try:
            held = self.places.read(message, copy.id)
        except Unavailable:
            return None
        if held is None or held.fate not in (Fate.HELD, Fate.RELEASED):
            return None
        return held.fate if held.fate is Fate.HELD or held.to == str(copy.recipient) else None


def read_through(payload: Holdable, digest: Digest, sender: str) -> Seen:
    """The name is of sender and content; the client's own octets go into it, our fields, which differ, do not."""
    digest.update(f"{sender}\n".encode("utf-8", "surrogatepass"))
    ours, head = bytearray(), bytearray()
    for chunk in payload.chunks():
        mine = chunk[: payload.ours - len(ours)]
        ours += mine
        own = chunk[len(mine) :]
        digest.update(own)
        if len(head) < HEAD_LIMIT:
            head += own[: HEAD_LIMIT - len(head)]
    return Seen(digest.digest().hex()[:MESSAGE_LENGTH], bytes(ours), bytes(head))


def clients_own(payload: Holdable) -> Iterator[bytes]:
    ours = payload.ours
    for chunk in payload.chunks():
        yield chunk[ours:] if ours else chunk
        ours = max(0, ours - len(chunk))
