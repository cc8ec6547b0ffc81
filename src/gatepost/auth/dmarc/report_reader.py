"""What does an aggregate report from a stranger say (RFC 9990 §3.1, RFC 7489 appendix C)?

Read as it streams through expat, with no tree. A document type, and with it every entity, is refused; so is what is
larger, deeper or longer than any report. Elements that are not known, or are of an extension's namespace, are passed
over with all that is in them (RFC 9990 §5). A row that makes no sense is counted and skipped.
"""

from enum import Enum
from ipaddress import ip_address
from typing import TypeVar
from xml.parsers import expat

from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.record import Alignment, Policy
from gatepost.auth.dmarc.report import (
    Disposition,
    DkimEntry,
    Override,
    OverrideReason,
    Published,
    Report,
    Row,
    SpfEntry,
)
from gatepost.syntax.display_text import shown

DOCUMENT_LIMIT = 10 * 2**20  # octets, unpacked
ELEMENTS_LIMIT = 2_000_000
TEXT_LIMIT = 1000  # characters of one element; more is cut
ROWS_LIMIT = 50_000
PARTS_LIMIT = 100  # signatures, SPF results and reasons of one row, each
DEPTH_LIMIT = 32
COUNT_LIMIT = 2**40
NAMESPACES = frozenset(
    ("", "urn:ietf:params:xml:ns:dmarc-2.0", "http://dmarc.org/dmarc-xml/0.1", "http://dmarc.org/dmarc-xml/0.2")
)
ROW = "feedback/record"
ROW_PLACES = frozenset((
    f"{ROW}/row/source_ip", f"{ROW}/row/count", f"{ROW}/row/policy_evaluated/disposition",
    f"{ROW}/row/policy_evaluated/dkim", f"{ROW}/row/policy_evaluated/spf", f"{ROW}/identifiers/header_from",
    f"{ROW}/identifiers/envelope_from", f"{ROW}/identifiers/envelope_to",
))  # fmt: skip
PARTS = {
    f"{ROW}/row/policy_evaluated/reason": "reason",
    f"{ROW}/auth_results/dkim": "dkim",
    f"{ROW}/auth_results/spf": "spf",
}
PART_NAMES = frozenset(("type", "comment", "domain", "selector", "scope", "result", "human_result"))
ERROR = "feedback/report_metadata/error"
HEAD_PLACES = frozenset((
    *(f"feedback/report_metadata/{name}" for name in "org_name email extra_contact_info report_id generator".split()),
    *(f"feedback/report_metadata/date_range/{name}" for name in "begin end".split()),
    *(f"feedback/policy_published/{name}" for name in "domain p sp np adkim aspf fo testing discovery_method".split()),
))  # fmt: skip

E = TypeVar("E", bound=Enum)


class BadReport(ValueError):
    """The document is no aggregate report; the text is ours and says why."""


def read_report(document: bytes) -> Report:
    """The report.

    Raises:
        BadReport: it is none.
    """
    if len(document) > DOCUMENT_LIMIT:
        raise BadReport("too large")
    reading = Reading()
    try:
        reading.parser.Parse(document, True)
    except BadReport:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:  # the latter two: an encoding nobody knows
        raise BadReport("no well-formed XML") from error
    return reading.report()


class Reading:
    """One document while it is read; owned by `read_report`."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = refuse_doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.path: list[str] = []
        self.foreign = 0  # depth within an element that is passed over
        self.elements = 0
        self.text = ""
        self.head: dict[str, str] = {}
        self.errors: list[str] = []
        self.row: dict[str, str] = {}
        self.parts: dict[str, list[dict[str, str]]] = {}
        self.rows: list[Row] = []
        self.skipped = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        self.elements += 1
        if len(self.path) + self.foreign >= DEPTH_LIMIT or self.elements > ELEMENTS_LIMIT:
            raise BadReport("too deep, or too many elements")
        if self.foreign or namespace not in NAMESPACES or self.is_one_too_many(local):
            self.foreign += 1
            return
        self.path.append(local)
        self.text = ""
        place = "/".join(self.path)
        if place == ROW:
            self.row, self.parts = {}, {part: [] for part in PARTS.values()}
        elif place in PARTS:
            self.parts[PARTS[place]].append({})

    def is_one_too_many(self, name: str) -> bool:
        part = PARTS.get("/".join([*self.path, name]))
        return part is not None and len(self.parts[part]) >= PARTS_LIMIT

    def characters(self, text: str) -> None:
        if not self.foreign and len(self.text) < TEXT_LIMIT:
            self.text += text[:TEXT_LIMIT]

    def end(self, name: str) -> None:
        if self.foreign:
            self.foreign -= 1
            return
        place = "/".join(self.path)
        self.keep(place, shown(self.text)[0])
        self.path.pop()
        self.text = ""
        if place == ROW:
            self.end_row()

    def keep(self, place: str, text: str) -> None:
        """Text of an element, where its row or the head will look for it; what comes twice counts once."""
        parent, _, name = place.rpartition("/")
        if parent in PARTS and name in PART_NAMES:
            self.parts[PARTS[parent]][-1].setdefault(name, text)
        elif place in ROW_PLACES:
            self.row.setdefault(place.removeprefix(f"{ROW}/"), text)
        elif place in HEAD_PLACES:
            self.head.setdefault(place.removeprefix("feedback/"), text)
        elif place == ERROR and text and len(self.errors) < PARTS_LIMIT:
            self.errors.append(text)

    def end_row(self) -> None:
        if len(self.rows) + self.skipped >= ROWS_LIMIT:
            raise BadReport("too many rows")
        try:
            self.rows.append(row(self.row, self.parts))
        except ValueError:
            self.skipped += 1

    def report(self) -> Report:
        head = self.head
        policy = member(Policy, head.get("policy_published/p"))
        domain = head.get("policy_published/domain", "").lower().rstrip(".")
        if policy is None or not domain:
            raise BadReport("no published policy")
        testing = head.get("policy_published/testing", "")
        try:
            begin, end = (whole(head.get(f"report_metadata/date_range/{name}")) for name in ("begin", "end"))
        except ValueError as error:
            raise BadReport("no date range") from error
        return Report(
            organization=head.get("report_metadata/org_name", ""),
            contact=head.get("report_metadata/email", ""),
            more_contact=head.get("report_metadata/extra_contact_info", ""),
            identity=head.get("report_metadata/report_id", ""),
            begin=begin,
            end=end,
            errors=tuple(self.errors),
            generator=head.get("report_metadata/generator", ""),
            published=Published(
                domain=domain,
                p=policy,
                sp=member(Policy, head.get("policy_published/sp")),
                np=member(Policy, head.get("policy_published/np")),
                adkim=member(Alignment, head.get("policy_published/adkim")),
                aspf=member(Alignment, head.get("policy_published/aspf")),
                fo=head.get("policy_published/fo", ""),
                testing={"y": True, "n": False}.get(testing),
                discovery=member(Discovery, head.get("policy_published/discovery_method")),
            ),
            rows=tuple(self.rows),
            skipped=self.skipped,
        )


def refuse_doctype(name: str, system: str | None, public: str | None, internal: int) -> None:
    raise BadReport("a document type")


def row(said: dict[str, str], parts: dict[str, list[dict[str, str]]]) -> Row:
    """One row; `ValueError` if its address, count or disposition makes no sense."""
    disposition = member(Disposition, said.get("row/policy_evaluated/disposition"))
    if disposition is None:
        raise ValueError("no disposition")
    return Row(
        source=source(said.get("row/source_ip", "")),
        count=whole(said.get("row/count")),
        disposition=disposition,
        dkim_aligned=said.get("row/policy_evaluated/dkim") == "pass",
        spf_aligned=said.get("row/policy_evaluated/spf") == "pass",
        overrides=tuple([override(part) for part in parts["reason"]]),
        header_from=said.get("identifiers/header_from", ""),
        envelope_from=said.get("identifiers/envelope_from"),
        envelope_to=said.get("identifiers/envelope_to"),
        dkim=tuple([dkim(part) for part in parts["dkim"]]),
        spf=tuple([spf(part) for part in parts["spf"]]),
    )


def source(text: str) -> str:
    if "%" in text:  # a scope can be any text
        raise ValueError("no address")
    return str(ip_address(text))


def override(part: dict[str, str]) -> Override:
    return Override(member(OverrideReason, part.get("type")) or OverrideReason.OTHER, part.get("comment", ""))


def dkim(part: dict[str, str]) -> DkimEntry:
    note = part.get("human_result", "")
    return DkimEntry(part.get("domain", ""), part.get("selector", ""), part.get("result", ""), note)


def spf(part: dict[str, str]) -> SpfEntry:
    scope = part.get("scope", "")
    return SpfEntry(part.get("domain", ""), part.get("result", ""), scope, part.get("human_result", ""))


def whole(text: str | None) -> int:
    """A count or a time; `ValueError` for anything else."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 16) or int(text) > COUNT_LIMIT:
        raise ValueError("no whole number")
    return int(text)


def member(kind: type[E], text: str | None) -> E | None:
    try:
        return kind(text.lower()) if text is not None else None
    except ValueError:
        return None
