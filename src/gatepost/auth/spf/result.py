"""What came of an SPF check, and how much is it worth (RFC 7208 §2.6)?"""

from enum import Enum

from msgspec import Struct


class Spf(Enum):
    """Results, as they are spelt in header fields (RFC 7208 §2.6, RFC 8601 §2.7.2)."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105 - a result, not a password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class Identity(Enum):
    """Whose domain was asked (RFC 7208 §2.3, §2.4; RFC 4407 §2)."""

    HELO = "helo"
    MAILFROM = "mailfrom"
    PRA = "pra"


class SpfResult(Struct, frozen=True, kw_only=True):
    """The result with all that an operator needs to believe it.

    Args:
        domain: the one that was asked, lower-case; what DMARC aligns (RFC 9989).
        identity: MAILFROM also for the null sender, whose mailbox is postmaster@HELO (RFC 7208 §2.4).
        matched: the directives that matched as the records have them, cut to 100 characters each: the outermost
            first, then what matched in the record it includes, and so on; () if none did.
        explanation: the domain's own words on a FAIL (RFC 7208 §6.2): printable ASCII of bounded length, "" if it
            has none. They are a stranger's: say whose they are where they are shown.
        problem: why it is NONE, TEMPERROR or PERMERROR, in one short printable sentence; "" otherwise.
        lookups: DNS questions asked.
        width: leading bits of the client's address that the innermost directive compared: 32 or 128 for this address
            alone, 0 for `all` and whatever else holds for every client; None if nothing matched.
        is_weak: PASS, but a great part of the Internet would have passed (AUTHN-39): no reason to trust.
    """

    result: Spf
    domain: str
    identity: Identity = Identity.MAILFROM
    matched: tuple[str, ...] = ()
    explanation: str = ""
    problem: str = ""
    lookups: int = 0
    width: int | None = None
    is_weak: bool = False

    @property
    def mechanism(self) -> str:
        """The directive of the domain's own record that matched, "default" if none did (RFC 7208 §9.1)."""
        return self.matched[0] if self.matched else "default"
