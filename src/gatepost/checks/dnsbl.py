"""Who is on a DNS block list: the client, or the names it uses?

Off by default; name the lists in `[[checks.dnsbl.lists]]` (RFC 5782). At CONNECT lists of addresses are asked for the
client, at MAIL lists of domains for HELO and MAIL FROM, with the whole message for From and links; all at once, and one
that gives no answer counts for nothing. A listing gives the points of its list. Where all together reach `refuse_at`,
the client is refused at RCPT (its From at the end), so that exempt recipients, at first `abuse` and `postmaster`, still
hear from whoever is listed in error. Allow lists take points away, or make block lists not count. Nobody is asked for
clients that `access_client` allows, for private addresses, and for names that are ours.

A list that cannot be believed is left alone, and an alarm raised: it answers with an error such as 127.255.255.254 (you
ask through a public resolver) or with an address that no list answers with; it has 127.0.0.1, which none may have, or
has not 127.0.0.2, which all must have. Each must show that before its first word counts, and every hour.
"""

from collections.abc import Sequence

from msgspec import structs

from gatepost.auth.author import Author, author
from gatepost.auth.blocklists.listing import Hit, Listings, is_enough, told
from gatepost.auth.blocklists.lookup import BlockLists, Said, hits_so_far, is_allowed
from gatepost.auth.blocklists.samples import ON_A_LIST, Data, answers, asking
from gatepost.auth.blocklists.settings import DnsblSettings, What
from gatepost.auth.bogons import is_inside
from gatepost.auth.host_names import host_name
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.finding import Finding, Findings, Kind
from gatepost.model.inspection import Inspection, Link
from gatepost.model.samples import connect, found, mail, message, rcpt
from gatepost.model.stage import ConnectStage, MailStage, MessageStage, RcptStage
from gatepost.ports.alarms import Alarms
from gatepost.ports.clock import Clock
from gatepost.ports.dns import Dns
from gatepost.ports.lists import Entries, Lists
from gatepost.ports.own_names import OwnNames

USUAL = 5.0  # points; a finding has those of its list
LISTED = Kind("dnsbl.listed", "The client's address is on a block list.", score=USUAL)
VOUCHED = Kind("dnsbl.vouched", "The client's address is on an allow list.", score=-USUAL)
NO_ANSWER = Kind("dnsbl.no_answer", "A list gave no answer, or is left alone; it counted for nothing.")
HELO = Kind("dnsbl_names.helo", "The domain in HELO is on a block list.", score=USUAL)
SENDER = Kind("dnsbl_names.sender", "The domain in MAIL FROM is on a block list.", score=USUAL)
NAMES_NO_ANSWER = Kind("dnsbl_names.no_answer", NO_ANSWER.summary)
REACHED = Kind("dnsbl_recipient.reached", "All lists together have enough points against the client to refuse it.")
EXEMPT = Kind("dnsbl_recipient.exempt", "The recipient takes mail of whoever is on block lists.")
FROM = Kind("dnsbl_from.listed", "The domain in the From field is on a block list.", score=USUAL)
LINK = Kind("dnsbl_from.link", "A domain that a link leads to is on a block list.", score=USUAL)
FROM_REACHED = Kind("dnsbl_from.reached", "With the domain in From, lists have enough points to refuse the message.")
FROM_NO_ANSWER = Kind("dnsbl_from.no_answer", NO_ANSWER.summary)


class Config(DnsblSettings):
    """Section `[checks.dnsbl]`."""


BL: Data = {"zone": "bl.example"}
DBL: Data = {"zone": "dbl.example", "what": ("helo", "sender", "from")}
WL: Data = {"zone": "wl.example", "kind": "allow", "codes": ({"answer": "127.0.*.2-3", "exempt": True},)}
LISTED_CLIENT = answers("bl.example", {"99.2.0.192": "127.0.0.2"})
TRUSTED_CLIENT = answers("wl.example", {"99.2.0.192": "127.0.5.3"})
IN_ERROR = answers("bl.example", {"99.2.0.192": "127.255.255.254", "2.0.0.127": "127.255.255.254"})
LISTED_NAME = answers("dbl.example", {"bad.example.net": "127.0.1.2"})
MOST_LINKED = 10  # hosts of links that are asked for: ours
LINKED = Inspection(links=(Link(url="http://bad.example.net/", host="bad.example.net"),))
GIVEN_UP = answers("dbl.example", {"test": ""})


class Dnsbl(Check[ConnectStage]):
    """Asks for the client's address."""

    spec = Spec(of_client=True, name="dnsbl", kinds=(LISTED, VOUCHED, NO_ANSWER), after=("access_client",), timeout=8.0)
    examples = (
        Example(
            says="The client is on a list.",
            at=connect("192.0.2.99"),
            world=LISTED_CLIENT,
            config=asking(BL),
            finds=("dnsbl.listed",),
        ),
        Example(
            says="It is on an allow list too, and well trusted there.",
            at=connect("192.0.2.99"),
            world={"dns": {**LISTED_CLIENT["dns"], **TRUSTED_CLIENT["dns"]}},
            config=asking(BL, WL),
            finds=("dnsbl.vouched",),
        ),
        Example(
            says="The list answers everything with an error, because it is asked through a public resolver.",
            at=connect("192.0.2.99"),
            world=IN_ERROR,
            config=asking(BL),
            finds=("dnsbl.no_answer",),
        ),
        Example(
            says="The client is on no list.",
            at=connect("192.0.2.98"),
            world=LISTED_CLIENT,
            config=asking(BL),
            finds=(),
        ),
    )

    def __init__(self, config: Config, dns: Dns, clock: Clock, alarms: Alarms, lists: Lists) -> None:
        self.asked = BlockLists(config, (What.CLIENT,), dns, clock, alarms)
        self.spared = lists.open(config.exempt_clients, config.exempt_clients_file, Entries.NETWORKS)

    def is_idle(self) -> bool:
        return not self.asked.lists

    async def __call__(self, at: ConnectStage) -> Report:
        ip = at.client_ip
        if is_inside(ip) or is_allowed(at.so_far) or self.spared.has_network(ip):
            return NOTHING_FOUND
        said = await self.asked.client(ip)
        vouching = [hit for hit in said.hits if hit.is_allowing]
        is_exempt = any(hit.exempt for hit in vouching)
        against = [] if is_exempt else [hit for hit in said.hits if not hit.is_allowing]
        findings = [weighed(LISTED, hit) for hit in against] + [weighed(VOUCHED, hit) for hit in vouching]
        return report(findings, said, (*against, *vouching), NO_ANSWER)


class DnsblNames(Check[MailStage]):
    """Asks for the domains in HELO and MAIL FROM."""

    spec = Spec(name="dnsbl_names", kinds=(HELO, SENDER, NAMES_NO_ANSWER), timeout=8.0, section="dnsbl")
    examples = (
        Example(
            says="The sender's domain is on a list.",
            at=mail("ann@bad.example.net"),
            world=LISTED_NAME,
            config=asking(DBL),
            finds=("dnsbl_names.sender",),
        ),
        Example(
            says="The name in HELO is, and a bounce is sent.",
            at=mail("", helo="bad.example.net"),
            world=LISTED_NAME,
            config=asking(DBL),
            finds=("dnsbl_names.helo",),
        ),
        Example(
            says="The list does not have its test entry: it has been given up.",
            at=mail("ann@bad.example.net"),
            world=GIVEN_UP,
            config=asking(DBL),
            finds=("dnsbl_names.no_answer",),
        ),
        Example(says="Neither is.", at=mail(), world=LISTED_NAME, config=asking(DBL), finds=()),
    )

    def __init__(self, config: Config, dns: Dns, clock: Clock, alarms: Alarms, lists: Lists, own: OwnNames) -> None:
        self.own = own
        self.asked = BlockLists(config, (What.HELO, What.SENDER), dns, clock, alarms)
        self.spared = lists.open(config.exempt_clients, config.exempt_clients_file, Entries.NETWORKS)

    def is_idle(self) -> bool:
        return not self.asked.lists

    async def __call__(self, at: MailStage) -> Report:
        if at.user or is_allowed(at.so_far) or self.spared.has_network(at.client_ip):
            return NOTHING_FOUND
        names = [(What.HELO, host_name(at.helo)), (What.SENDER, at.sender.domain if at.sender else "")]
        said = await self.asked.domains([(what, name) for what, name in names if is_foreign(name, self.own)])
        findings = [weighed(HELO if hit.what is What.HELO else SENDER, hit) for hit in said.hits]
        return report(findings, said, said.hits, NAMES_NO_ANSWER)


class DnsblRecipient(Check[RcptStage]):
    """Adds up what lists have said, unless the recipient is exempt."""

    spec = Spec(name="dnsbl_recipient", kinds=(REACHED, EXEMPT), section="dnsbl")
    examples = (
        Example(
            says="The client is on a list.",
            at=rcpt(so_far=found("dnsbl.listed", values=(ON_A_LIST,))),
            config=asking(BL),
            finds=("dnsbl_recipient.reached",),
        ),
        Example(
            says="It writes to the abuse desk.",
            at=rcpt("abuse@example.com", so_far=found("dnsbl.listed", values=(ON_A_LIST,))),
            config=asking(BL),
            finds=("dnsbl_recipient.exempt",),
        ),
        Example(
            says="One list alone shall not suffice.",
            at=rcpt(so_far=found("dnsbl.listed", values=(ON_A_LIST,))),
            config=asking(BL, refuse_at=8.0),
            finds=(),
        ),
    )

    def __init__(self, config: Config, lists: Lists) -> None:
        self.config = config
        self.names = frozenset(name.lower() for name in config.exempt_names)
        self.exempt = lists.open(config.exempt_recipients, config.exempt_recipients_file, Entries.ADDRESSES)
        self.is_asked_for_from = any(What.FROM in each.what for each in config.lists)

    def is_idle(self) -> bool:
        return not self.config.lists

    def __call__(self, at: RcptStage) -> Report:
        hits = hits_so_far(at.so_far)
        if at.user or not (hits or self.is_asked_for_from):
            return NOTHING_FOUND
        if at.recipient.local.lower() in self.names or self.exempt.has_address(at.recipient):
            return Report((EXEMPT(),))
        return Report((REACHED(told(hits, str(at.client_ip))),)) if is_enough(hits, self.config) else NOTHING_FOUND


class DnsblFrom(Check[MessageStage]):
    """Asks for the domain in From, and adds it up with what was said before."""

    spec = Spec(
        name="dnsbl_from",
        kinds=(FROM, LINK, FROM_REACHED, FROM_NO_ANSWER),
        after=("author", "mime"),
        timeout=8.0,
        section="dnsbl",
    )
    examples = (
        Example(
            says="The author's domain is on a list.",
            at=message(b"From: ann@bad.example.net\r\n"),
            world=LISTED_NAME,
            config=asking(DBL),
            finds=("dnsbl_from.listed", "dnsbl_from.reached"),
        ),
        Example(
            says="A link leads to a domain on a list.",
            at=message(so_far=found(values=(LINKED,))),
            world=LISTED_NAME,
            config=asking({**DBL, "what": ("link",)}),
            finds=("dnsbl_from.link", "dnsbl_from.reached"),
        ),
        Example(
            says="The list cannot be believed.",
            at=message(),
            world=GIVEN_UP,
            config=asking(DBL),
            finds=("dnsbl_from.no_answer",),
        ),
        Example(
            says="The author's domain is on no list.", at=message(), world=LISTED_NAME, config=asking(DBL), finds=()
        ),
    )

    def __init__(self, config: Config, dns: Dns, clock: Clock, alarms: Alarms, lists: Lists, own: OwnNames) -> None:
        self.config = config
        self.own = own
        self.asked = BlockLists(config, (What.FROM, What.LINK), dns, clock, alarms)
        self.spared = lists.open(config.exempt_clients, config.exempt_clients_file, Entries.NETWORKS)

    def is_idle(self) -> bool:
        return not self.asked.lists

    async def __call__(self, at: MessageStage) -> Report:
        if at.user or is_allowed(at.so_far) or self.spared.has_network(at.client_ip):
            return NOTHING_FOUND
        domains = (at.so_far.value(Author) or author(at.message)).domains
        asked = [(What.FROM, name) for name in domains] + [(What.LINK, name) for name in linked(at.so_far)]
        said = await self.asked.domains([each for each in asked if is_foreign(each[1], self.own)])
        findings = [weighed(LINK if hit.what is What.LINK else FROM, hit) for hit in said.hits]
        together = (*hits_so_far(at.so_far), *said.hits)
        if said.hits and is_enough(together, self.config):
            findings.append(FROM_REACHED(told(said.hits, str(at.client_ip))))
        return report(findings, said, said.hits, FROM_NO_ANSWER)


def linked(so_far: Findings) -> list[str]:
    """The first few hosts that links lead to."""
    inspection = so_far.value(Inspection)
    hosts = [link.host for link in inspection.links if "ip-host" not in link.traits] if inspection else []
    return list(dict.fromkeys(filter(None, hosts)))[:MOST_LINKED]


def is_foreign(name: str, own: OwnNames) -> bool:
    """A domain that somebody else answers for."""
    return bool(name) and name[0] != "[" and name != own.hostname and name not in own.domains


def weighed(kind: Kind, hit: Hit) -> Finding:
    """With the points of the list."""
    return structs.replace(kind(hit.detail), score=hit.points)


def report(findings: Sequence[Finding], said: Said, hits: Sequence[Hit], no_answer: Kind) -> Report:
    missing = (no_answer("; ".join(map(str, said.missing))),) if said.missing else ()
    if not (findings or missing):
        return NOTHING_FOUND
    return Report((*findings, *missing), Listings(tuple(hits)) if hits else None)
