"""Messages that are held, each recipient's copy for itself, and what becomes of them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from enum import Enum
from typing import Protocol

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.ports.backend import Envelope, Payload


class Holdable(Payload, Protocol):
    """A payload that begins with fields of our own, which differ with every try of the client."""

    @property
    def ours(self) -> int:
        """Octets of these fields; all that follows is the client's."""


class Grounds(Struct, frozen=True):
    """Why a message is held, and where it would have gone.

    Args:
        rule: that decided.
        because: codes of the findings the rule rests on.
        backend: name of the backend that would have got it.
    """

    rule: str
    because: tuple[str, ...] = ()
    backend: str = ""


class Quarantine(Protocol):
    """Where the data plane puts what is to be held."""

    async def put(self, transaction: str, envelope: Envelope, payload: Holdable, grounds: Grounds) -> tuple[str, ...]:
        """On stable storage (files and directories fsynced) when it returns; an id for each recipient, in their order.

        Idempotent for each recipient: the client's octets of the same sender are held once for him, whoever else
        the message is for this time, and are not held again once they were released to him.

        Raises:
            Unavailable: it is not on disk, or there is no room; nothing may be promised.
        """


class Fate(Enum):
    """What has become of one recipient's copy. Only `HELD` is followed by another."""

    HELD = "held"
    RELEASED = "released"  # a mail server has said 250 to it
    DELETED = "deleted"  # by somebody
    EXPIRED = "expired"  # by itself


class Held(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One recipient's copy of a held message.

    Args:
        id: of this copy, as traces and commands name it.
        message: the same for all recipients of the same octets.
        transaction: in which it was held, for `explain`.
        since: Unix time in seconds.
        size: octets of the content, dot-stuffed, with our own fields.
        ours: these fields, which stand on top.
        author, subject: the fields From and Subject as they came, unfolded and bounded; for people, never for a log.
        body, smtputf8, ret, envid, notify, orcpt: as in `Envelope`.
        decided: when its fate was, `by` whom, and for what was released `to` whom.
    """

    id: str
    message: str
    transaction: str
    since: float
    rule: str
    sender: Address | None
    recipient: Address
    size: int
    ours: bytes = b""
    because: tuple[str, ...] = ()
    backend: str = ""
    author: str = ""
    subject: str = ""
    body: str = "7BIT"
    smtputf8: bool = False
    ret: str = ""
    envid: str = ""
    notify: str = ""
    orcpt: str = ""
    fate: Fate = Fate.HELD
    decided: float = 0.0
    by: str = ""
    to: str = ""


class HeldSearch(Struct, frozen=True, kw_only=True):
    """Filters; empty ones match all. Addresses match as a whole or by `@domain`, in any case; `<>` is no sender.

    Args:
        fate: None for any.
        after: an id: only what comes behind it, for the next page.
    """

    recipient: str = ""
    sender: str = ""
    rule: str = ""
    since: float | None = None
    until: float | None = None
    fate: Fate | None = Fate.HELD
    after: str = ""
    limit: int = 100


class Holdings(Protocol):
    """What is held, for people: the side of commands and console.

    Raises (each method):
        Unavailable: it cannot be read, written or unsealed.
    """

    def find(self, search: HeldSearch) -> tuple[Held, ...]:
        """The newest first."""

    def get(self, identity: str) -> Held | None:
        """By id, or by its first characters (6 at least) where only one has them."""

    def copies(self, message: str) -> tuple[Held, ...]:
        """Those of all recipients of the same octets, whatever has become of them."""

    def content(self, held: Held) -> Iterator[bytes]:
        """Its octets, dot-stuffed, from their start; complete, or it raises."""

    def settle(self, held: Held, fate: Fate, *, now: float, by: str, to: str = "") -> Held:
        """Its fate from now on, on stable storage; what it was already settled to where it was.

        Idempotent. That a mail server has taken it is kept whatever was decided meanwhile.
        """

    def alone(self, held: Held) -> AbstractContextManager[None]:
        """Nobody else releases it meanwhile: the second finds what the first has done."""

    def problem(self) -> str:
        """Of records that cannot be read: how many, and what is wrong with the first; "" if all can."""

    def close(self) -> None:
        """Give back what was opened."""


class ReleaseEnd(Enum):
    """How a try to release ended."""

    RELEASED = "released"
    UNMARKED = "unmarked"  # the mail server has it, and that could not be written down: the next try sends it again
    ALREADY = "already"  # its fate was decided before
    REFUSED = "refused"  # by the mail server, for good
    LATER = "later"  # no mail server, or none that took it now


class Release(Struct, frozen=True):
    """One try.

    Args:
        held: as it is now.
        said: by the mail server, or why it was not asked.
    """

    held: Held
    end: ReleaseEnd
    said: str = ""


class Learner(Protocol):
    """Who may learn from what people release: it was no spam."""

    def released(self, held: Held, octets: Iterator[bytes]) -> None:
        """Told once the release is on the disk, before the octets are taken away; what it raises undoes nothing."""
