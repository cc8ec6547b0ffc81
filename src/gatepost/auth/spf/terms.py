"""What can a record say, term by term (RFC 7208 §5, §6)?"""

from msgspec import Struct

from gatepost.auth.spf.macros import MacroString
from gatepost.auth.spf.result import Spf


class Directive(Struct, frozen=True, kw_only=True):
    """A mechanism with its qualifier.

    Args:
        result: what a match means.
        text: as in the record, cut to `TEXT_LIMIT` characters; printable ASCII.
    """

    result: Spf
    text: str


class All(Directive, frozen=True):
    """Every client (§5.1)."""


class Include(Directive, frozen=True, kw_only=True):
    """Clients for which the other domain's record gives PASS (§5.2)."""

    target: MacroString


class Hosts(Directive, frozen=True, kw_only=True):
    """`a`: clients in the networks of the target's addresses (§5.3).

    Args:
        target: None for the domain whose record this is.
        prefix4: bits of an IPv4 network; `prefix6`: of an IPv6 one.
    """

    target: MacroString | None
    prefix4: int
    prefix6: int


class Exchangers(Hosts, frozen=True, kw_only=True):
    """`mx`: clients in the networks of the addresses of the target's mail exchangers (§5.4)."""


class ClientName(Directive, frozen=True, kw_only=True):
    """`ptr`: clients with a validated name within the target, None for this domain (§5.5)."""

    target: MacroString | None


class Network(Directive, frozen=True, kw_only=True):
    """`ip4` and `ip6` (§5.6).

    Args:
        version: 4 or 6.
        prefix: bits of the network.
        shift: bits of an address that do not count.
        top: the network's bits, shifted right by `shift`.
    """

    version: int
    prefix: int
    shift: int
    top: int


class Exists(Directive, frozen=True, kw_only=True):
    """Clients for which the expanded name has an IPv4 address (§5.7)."""

    target: MacroString


Term = All | Include | Hosts | Exchangers | ClientName | Network | Exists


class Record(Struct, frozen=True):
    """One record: directives in order, and the modifiers that anybody knows.

    Args:
        redirect: whose record to take if nothing matches (§6.1).
        exp: where the explanation of a FAIL is (§6.2).
    """

    terms: tuple[Term, ...] = ()
    redirect: MacroString | None = None
    exp: MacroString | None = None
