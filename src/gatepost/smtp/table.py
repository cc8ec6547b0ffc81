"""Which verbs a listener takes, and how long their lines may be (ISA Server 2004's SMTP filter, FACTS §4.1).

One table drives both what is accepted and what EHLO advertises, so the two cannot differ. A verb that
is not in the table is denied. Lengths are octets with CRLF.
"""

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

# Octets that an offered extension adds to a command line.
SIZE_GROWTH = 26  # RFC 1870 §3
BODY_GROWTH = 17  # RFC 6152 §2
SMTPUTF8_GROWTH = 10  # RFC 6531 §3.1
DSN_MAIL_GROWTH = 107  # RFC 3461 §4
DSN_RCPT_GROWTH = 500  # RFC 3461 §4
AUTH_GROWTH = 500  # RFC 4954 §5

STANDARD = frozenset(
    "AUTH BDAT DATA DEBUG EHLO ETRN EXPN HELO HELP MAIL NOOP QUIT RCPT RSET SAML SEND SOML STARTTLS TLS TURN VRFY "
    "WIZ X-EXPS X-LINK2STATE XEXCH50".split()
)
"""Verbs with a meaning somewhere: denied with 502 where any other word gets 500 (RFC 5321 §4.2.4)."""


class Response(Enum):
    """How a listener meets an overlong or disabled command."""

    REFUSE = "refuse"  # 500 or 502, and the session goes on
    DROP = "drop"  # 421 and close, as ISA did


class Offer(Struct, frozen=True, kw_only=True):
    """What EHLO may advertise now: our settings, cut to what every backend of the listener offers.

    Args:
        size: largest message in octets (RFC 1870).
        starttls: a certificate is loaded and TLS is not active yet.
        auth: SASL mechanisms, () for none.
    """

    size: int
    eight_bit_mime: bool = False
    smtputf8: bool = False
    dsn: bool = False
    starttls: bool = False
    auth: tuple[str, ...] = ()


class Terms(Struct, frozen=True):
    """What one offer means for one table: what EHLO says, and how long lines may be. Made once, shared.

    Args:
        lengths: of allowed verbs, grown by what the offer invites.
    """

    offer: Offer
    lengths: Mapping[bytes, int]
    keywords: tuple[str, ...]


class CommandTable(Struct, frozen=True):
    """Args:
    lengths: upper-case verb → longest line in octets with CRLF; a verb that is absent is denied.
    """

    lengths: Mapping[bytes, int]
    on_overlength: Response = Response.REFUSE
    on_disabled: Response = Response.REFUSE

    def allows(self, verb: str) -> bool:
        return verb.encode("ascii") in self.lengths

    def terms(self, offer: Offer) -> Terms:
        """What `offer` means here."""
        return Terms(offer, self.longest(offer), self.keywords(offer))

    def longest(self, offer: Offer) -> dict[bytes, int]:
        """`lengths` grown by the parameters that `offer` invites (RFC 5321 §4.5.3.1.4)."""
        lengths = dict(self.lengths)
        growth = {
            b"MAIL": SIZE_GROWTH
            + BODY_GROWTH * offer.eight_bit_mime
            + SMTPUTF8_GROWTH * offer.smtputf8
            + DSN_MAIL_GROWTH * offer.dsn
            + AUTH_GROWTH * bool(offer.auth),
            b"RCPT": DSN_RCPT_GROWTH * offer.dsn,
        }
        for verb, octets in growth.items():
            if verb in lengths:
                lengths[verb] += octets
        return lengths

    def keywords(self, offer: Offer) -> tuple[str, ...]:
        """EHLO lines in the order in which most servers give them."""
        lines = ["PIPELINING", f"SIZE {offer.size}"]
        if offer.starttls and self.allows("STARTTLS"):
            lines.append("STARTTLS")
        if offer.auth and self.allows("AUTH"):
            lines.append(f"AUTH {' '.join(offer.auth)}")
        lines.append("ENHANCEDSTATUSCODES")
        if offer.eight_bit_mime:
            lines.append("8BITMIME")
        if offer.dsn:
            lines.append("DSN")
        if offer.smtputf8:
            lines.append("SMTPUTF8")
        if self.allows("BDAT"):
            lines.append("CHUNKING")
        return tuple(lines)
