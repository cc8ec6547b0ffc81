"""What can be said of a message's chain of seals, and why (RFC 8617 §4.4, §5.2)?"""

from enum import Enum

from msgspec import Struct

from gatepost.auth.dkim.result import Reason

SETS_LIMIT = 50  # RFC 8617 §4.2.1


class ArcResult(Enum):
    """As Authentication-Results and cv= say it (RFC 8617 §4.4)."""

    NONE = "none"
    PASS = "pass"  # noqa: S105 - a word of the protocol
    FAIL = "fail"


class ArcReason(Enum):
    """Why the result is what it is; all but the first two are failures."""

    NO_SETS = "no ARC fields"
    VERIFIED = "verified"

    ENDED = "a relay before us found the chain broken"
    MANY_SETS = "more than 50 ARC sets"
    INSTANCE = "bad i="
    REPEATED = "two ARC fields of one kind with the same i="
    INCOMPLETE = "an ARC field or set is missing"
    STATUS = "cv= cannot be"
    SEAL_NAMES = "an ARC-Seal with h="
    SEAL_SIGNED = "h= names ARC-Seal"
    FIELD = "an ARC field is malformed"
    MESSAGE = "the newest ARC-Message-Signature does not hold"
    SEAL = "an ARC-Seal does not hold"


class Sealer(Struct, frozen=True, kw_only=True):
    """Who handled the message, and what was found there.

    Args:
        instance: i=, 1 for the first.
        domain: d= of its ARC-Seal, lower-case A-labels.
        selector: s=, likewise.
        results: what its ARC-Authentication-Results says behind `i=…;`, unfolded; bounded by the header's size alone.
    """

    instance: int
    domain: str
    selector: str
    results: str


class ArcChain(Struct, frozen=True, kw_only=True):
    """The chain of a message. A pass says that nobody changed it, not that any sealer is to be believed.

    Args:
        instance: the highest i= that can be read, 0 for none.
        sealers: in order from 1, so that the last is who handed the message on last; () unless the chain passed.
        signature: what is wrong with the field that `reason` speaks of, if it is a matter of that field.
        at: its i=, 0 if it does not say.
        oldest_pass: the lowest i= from which on nobody changed the signed content; 0 if nobody ever did
            (RFC 8617 §5.2, step 5).
    """

    reason: ArcReason
    instance: int = 0
    sealers: tuple[Sealer, ...] = ()
    signature: Reason | None = None
    at: int = 0
    oldest_pass: int = 0

    @property
    def result(self) -> ArcResult:
        if self.reason is ArcReason.NO_SETS:
            return ArcResult.NONE
        return ArcResult.PASS if self.reason is ArcReason.VERIFIED else ArcResult.FAIL

    @property
    def is_undecided(self) -> bool:
        """It failed only for want of an answer: later it may pass."""
        return self.signature is Reason.NO_ANSWER


class BrokenChain(ValueError):
    """The ARC fields are no chain, or one that does not hold."""

    def __init__(self, reason: ArcReason, *, at: int = 0, signature: Reason | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.at = at
        self.signature = signature
