"""Which directive matches this client (RFC 7208 §4.6, §5, §6.1)?

Redirects are followed in a loop and includes by recursion; the limit on terms that ask DNS ends both.
"""

from typing import assert_never

from msgspec import Struct

from gatepost.auth.spf.client_name import ClientNames
from gatepost.auth.spf.errors import BadRecord, PermError
from gatepost.auth.spf.expand import UNKNOWN, Values, expanded_name
from gatepost.auth.spf.lookups import SHOWN, Lookups
from gatepost.auth.spf.macros import MacroString
from gatepost.auth.spf.record import read_record
from gatepost.auth.spf.result import Spf
from gatepost.auth.spf.select import Select
from gatepost.auth.spf.subject import Subject
from gatepost.auth.spf.terms import All, ClientName, Exchangers, Exists, Hosts, Include, Network, Record, Term
from gatepost.syntax.printable import printable

NO_RECORD = "the domain has no SPF record"
NO_DOMAIN = "the domain does not exist"
OWN_LETTERS = frozenset("ip")  # macros that make a name one client's own


class Match(Struct, frozen=True):
    """A directive matched.

    Args:
        width: bits of the client's address that were compared, see `SpfResult.width`.
        within: directives that matched in included records, outermost first.
    """

    width: int
    within: tuple[str, ...] = ()


class Outcome(Struct, frozen=True):
    """What one domain's record says, redirects followed.

    Args:
        domain: whose record decided.
        matched: directives, the outermost first; () if none did.
        exp: where the deciding record's explanation is.
        problem: why there is no record.
    """

    result: Spf
    domain: str
    matched: tuple[str, ...] = ()
    width: int | None = None
    exp: MacroString | None = None
    problem: str = ""


EVERYBODY = Match(0)


class Evaluation:
    """One check of one subject; raises `SpfError` where that ends the check."""

    def __init__(self, subject: Subject, lookups: Lookups, select: Select) -> None:
        self.subject = subject
        self.lookups = lookups
        self.select = select
        self.client_names = ClientNames(subject, lookups)
        self.octets = 0

    async def outcome(self, domain: str) -> Outcome:
        """NONE only if this domain itself, not one it redirects to, has no record."""
        record = await self.record(domain)
        if isinstance(record, Outcome):
            return record
        while True:
            for term in record.terms:
                match = await self.match(term, domain)
                if match is not None:
                    return Outcome(term.result, domain, (term.text, *match.within), match.width, record.exp)
            if record.redirect is None:
                return Outcome(Spf.NEUTRAL, domain)
            self.lookups.count_term()
            domain = await self.name(record.redirect, domain)
            found = await self.record(domain)
            if isinstance(found, Outcome):
                raise PermError(f"redirect to {printable(domain, SHOWN)}: {found.problem}")
            record = found

    async def record(self, domain: str) -> Record | Outcome:
        """The domain's record, or the outcome NONE."""
        if not domain:
            return Outcome(Spf.NONE, domain, problem=NO_DOMAIN)
        answer = await self.lookups.texts(domain)
        records = self.select(answer.records)
        if not records:
            return Outcome(Spf.NONE, domain, problem=NO_RECORD if answer.exists else NO_DOMAIN)
        if len(records) > 1:
            raise PermError(f"{len(records)} SPF records at {printable(domain, SHOWN)}")
        self.octets += len(records[0])
        if self.octets > self.lookups.limits.octets:
            raise PermError(f"more than {self.lookups.limits.octets} octets of records")
        try:
            return read_record(records[0])
        except BadRecord as error:
            raise PermError(f"{error.args[0]} at {printable(domain, SHOWN)}") from error

    async def match(self, term: Term, domain: str) -> Match | None:
        found: Match | None
        match term:
            case Network():
                found = self.of_network(term)
            case Include():
                found = await self.of_include(term, domain)
            case All():
                found = EVERYBODY
            case Exchangers():
                found = await self.of_exchangers(term, domain)
            case Hosts():
                found = await self.of_hosts(term, domain)
            case Exists():
                found = await self.of_exists(term, domain)
            case ClientName():
                found = await self.of_client_name(term, domain)
            case _:
                assert_never(term)
        return found

    def of_network(self, term: Network) -> Match | None:
        subject = self.subject
        if term.version == subject.ip.version and subject.number >> term.shift == term.top:
            return Match(term.prefix)
        return None

    async def of_include(self, term: Include, domain: str) -> Match | None:
        self.lookups.count_term()
        target = await self.name(term.target, domain)
        if not target:
            return None
        outcome = await self.outcome(target)
        if outcome.result is Spf.NONE:
            raise PermError(f"include of {printable(target, SHOWN)}: {outcome.problem}")
        if outcome.result is Spf.PASS and outcome.width is not None:
            return Match(outcome.width, outcome.matched)
        return None

    async def of_hosts(self, term: Hosts, domain: str) -> Match | None:
        self.lookups.count_term()
        name = await self.name(term.target, domain)
        return await self.in_networks(term, name) if name else None

    async def of_exchangers(self, term: Exchangers, domain: str) -> Match | None:
        self.lookups.count_term()
        name = await self.name(term.target, domain)
        exchangers = await self.lookups.exchangers_or_void(name) if name else ()
        if len(exchangers) > self.lookups.limits.names:
            raise PermError(f"{len(exchangers)} mail exchangers at {printable(name, SHOWN)}")
        for exchanger in exchangers:
            found = await self.in_networks(term, exchanger.host) if exchanger.host else None  # "": null MX, RFC 7505
            if found is not None:
                return found
        return None

    async def in_networks(self, term: Hosts, name: str) -> Match | None:
        """Is the client in a network of one of the addresses of that name?"""
        ip = self.subject.ip
        prefix = term.prefix4 if ip.version == 4 else term.prefix6
        shift = ip.max_prefixlen - prefix
        top = self.subject.number >> shift
        for address in await self.lookups.addresses_or_void(name, ip.version):
            if int(address) >> shift == top:
                return Match(prefix)
        return None

    async def of_exists(self, term: Exists, domain: str) -> Match | None:
        self.lookups.count_term()
        name = await self.name(term.target, domain)
        if not name or not await self.lookups.addresses_or_void(name, 4):
            return None
        return Match(self.subject.ip.max_prefixlen) if term.target.letters & OWN_LETTERS else EVERYBODY

    async def of_client_name(self, term: ClientName, domain: str) -> Match | None:
        self.lookups.count_term()
        name = await self.name(term.target, domain)
        if not name or not await self.client_names.any_under(name):
            return None
        return Match(self.subject.ip.max_prefixlen)

    async def name(self, spec: MacroString | None, domain: str) -> str:
        """The target, None for this domain; "" if there is no such name: then nothing is asked, nothing matches."""
        if spec is None:
            return domain
        if spec.constant is not None:
            return spec.constant
        client_name = UNKNOWN
        if "p" in spec.letters:
            if not self.client_names.are_known:
                self.lookups.count_term()
            client_name = await self.client_names.best(domain)
        return expanded_name(spec, Values(self.subject, domain, client_name))
