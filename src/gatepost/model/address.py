"""Mailboxes and domains, parsed once at the edge (RFC 5321 §4.1.2, RFC 6531 §3.3).

Only `gatepost.syntax` makes these values from octets; everybody else trusts them.
"""

from typing import NewType

from msgspec import Struct

Domain = NewType("Domain", str)
"""Lower-case A-label without a trailing dot, or an address literal in brackets, or "" for none."""


class Address(Struct, frozen=True):
    """One mailbox.

    Args:
        local: local part as sent, quotes included where it was quoted; at most 64 octets of UTF-8.
        domain: "" only for the bare `postmaster` (RFC 5321 §4.1.1.3).
    """

    local: str
    domain: Domain

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}" if self.domain else self.local

    @property
    def is_ascii(self) -> bool:
        """Can be said without SMTPUTF8 (the domain always can: it is an A-label)."""
        return self.local.isascii()


def text(sender: Address | None) -> str:
    """A reverse-path as operators write it: "" for the null sender `<>`."""
    return "" if sender is None else str(sender)
