"""What does a DMARC policy record say (RFC 9989 §4.7, §4.8)?

A record begins with `v=DMARC1`, or it is none. Behind that, unlike in other tag lists, an error spoils its own tag
only: §4.8 has it ignored or replaced by its default. A tag that comes twice is such an error. Sizes in report addresses
(`!10m`) are obsolete and still read: who asks for small reports should not get large ones.
"""

import re
from enum import Enum
from urllib.parse import unquote

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax

RECORD_LIMIT = 4096  # octets, ours: real ones stay below 1 KiB
ADDRESSES_LIMIT = 5  # in each of rua and ruf, ours: RFC 7489 §6.3 expects two
BEGINNING = re.compile(rb"[ \t]*+v[ \t]*+=[ \t]*+(?-i:DMARC1)[ \t]*+(?:;|\Z)", re.IGNORECASE)
VALUE = re.compile("[\t -~]++")
SIZE = re.compile("([0-9]{1,12})([kmgt]?)", re.IGNORECASE)
UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


class Policy(Enum):
    """What the owner asks for a message that fails."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class Alignment(Enum):
    """How alike the author's domain and an authenticated one have to be."""

    RELAXED = "r"
    STRICT = "s"


class PublicSuffix(Enum):
    """Does the record's domain say it is one (the `psd` tag)?"""

    YES = "y"
    NO = "n"
    UNKNOWN = "u"


class FailureOption(Enum):
    """For which messages a failure report is wanted (the `fo` tag)."""

    ALL_FAIL = "0"
    ANY_FAILS = "1"
    DKIM = "d"
    SPF = "s"


class ReportAddress(Struct, frozen=True):
    """One `mailto:` of rua or ruf.

    Args:
        most_octets: of a whole report, as sent; None if any size will do.
    """

    address: Address
    most_octets: int | None = None


class Record(Struct, frozen=True, kw_only=True):
    """A policy record.

    Args:
        p: None if the record has no valid policy and no report address that would make up for it: then DMARC does not
            apply to its messages (RFC 9989 §4.10.1).
        sp, np: None where the next in the row np, sp, p says it.
        testing: `t=y`.
        discarded: names of the tags whose values were no values, as the RFC has them.
    """

    p: Policy | None
    sp: Policy | None = None
    np: Policy | None = None
    adkim: Alignment = Alignment.RELAXED
    aspf: Alignment = Alignment.RELAXED
    testing: bool = False
    psd: PublicSuffix = PublicSuffix.UNKNOWN
    fo: tuple[FailureOption, ...] = (FailureOption.ALL_FAIL,)
    rua: tuple[ReportAddress, ...] = ()
    ruf: tuple[ReportAddress, ...] = ()
    discarded: tuple[str, ...] = ()


POLICIES = {policy.value: policy for policy in Policy}
ALIGNMENTS = {alignment.value: alignment for alignment in Alignment}
FLAGS = {"y": True, "n": False}
SUFFIXES = {answer.value: answer for answer in PublicSuffix}
OPTIONS = {option.value: option for option in FailureOption}


def read_record(octets: bytes) -> Record | None:
    """The record, or None if the text is none. Never raises.

    Args:
        octets: a TXT record, its strings joined.
    """
    beginning = BEGINNING.match(octets)
    if beginning is None or len(octets) > RECORD_LIMIT:
        return None
    tags = Tags(octets[beginning.end() :].decode("latin-1"))
    p, sp, np = (tags.policy(name) for name in ("p", "sp", "np"))
    rua = tags.addresses("rua")
    if p is None or not {"sp", "np"}.isdisjoint(tags.discarded):
        p, sp, np = (Policy.NONE if rua else None), None, None
    return Record(
        p=p,
        sp=sp,
        np=np,
        adkim=tags.alignment("adkim"),
        aspf=tags.alignment("aspf"),
        testing=tags.testing(),
        psd=tags.psd(),
        fo=tags.failure_options(),
        rua=rua,
        ruf=tags.addresses("ruf"),
        discarded=tuple(tags.discarded),
    )


class Tags:
    """The tags behind the version while they are read; owned by `read_record`."""

    def __init__(self, text: str) -> None:
        self.values: dict[str, str] = {}
        self.discarded: dict[str, None] = {}  # a set that keeps order
        for part in text.split(";"):
            name, equals, value = part.partition("=")
            name, value = name.strip(" \t").lower(), value.strip(" \t")
            if name in self.values or (equals and not VALUE.fullmatch(value)):
                self.discarded[name] = None
            elif equals:
                self.values[name] = value
        for name in self.discarded:
            self.values.pop(name, None)

    def policy(self, name: str) -> Policy | None:
        value = self.values.get(name)
        found = POLICIES.get(value.lower()) if value is not None else None
        if value is not None and found is None:
            self.discarded[name] = None
        return found

    def alignment(self, name: str) -> Alignment:
        found = ALIGNMENTS.get(self.values.get(name, "r").lower())
        if found is None:
            self.discarded[name] = None
        return found or Alignment.RELAXED

    def testing(self) -> bool:
        found = FLAGS.get(self.values.get("t", "n").lower())
        if found is None:
            self.discarded["t"] = None
        return found or False

    def psd(self) -> PublicSuffix:
        found = SUFFIXES.get(self.values.get("psd", "u").lower())
        if found is None:
            self.discarded["psd"] = None
        return found or PublicSuffix.UNKNOWN

    def failure_options(self) -> tuple[FailureOption, ...]:
        words = [word.strip(" \t").lower() for word in self.values.get("fo", "0").split(":")]
        found = [OPTIONS.get(word) for word in words]
        if None in found or len(set(found)) < len(found) or {"0", "1"} <= set(words):
            self.discarded["fo"] = None
            return (FailureOption.ALL_FAIL,)
        return tuple([option for option in found if option is not None])

    def addresses(self, name: str) -> tuple[ReportAddress, ...]:
        value = self.values.get(name)
        if value is None:
            return ()
        found: list[ReportAddress] = []
        for uri in value.split(","):
            address = report_address(uri.strip(" \t"))
            if address is not None and len(found) < ADDRESSES_LIMIT:
                found.append(address)
        if not found:
            self.discarded[name] = None
        return tuple(found)


def report_address(uri: str) -> ReportAddress | None:
    """The address of a `mailto:`, its header fields left out (RFC 6068 §2); None for anything else."""
    uri, exclamation, size = uri.partition("!")
    scheme, _, written = uri.partition(":")
    if scheme.lower() != "mailto":
        return None
    match = SIZE.fullmatch(size.strip(" \t"))
    if exclamation and match is None:
        return None
    try:
        mailbox = address(unquote(written.partition("?")[0].strip(" \t"), errors="strict"))
    except (BadSyntax, UnicodeDecodeError):
        return None
    return ReportAddress(mailbox, int(match[1]) * UNITS[match[2].lower()] if match is not None else None)
