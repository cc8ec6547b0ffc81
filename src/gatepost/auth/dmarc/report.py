"""What does an aggregate report say (RFC 9990 §3.1)? Made by us for others, or by others about our domains."""

from enum import Enum

from msgspec import Struct

from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.record import Alignment, Policy


class Disposition(Enum):
    """What became of a message as far as DMARC is concerned."""

    NONE = "none"
    PASS = "pass"  # noqa: S105 - a result, no password
    QUARANTINE = "quarantine"
    REJECT = "reject"


class OverrideReason(Enum):
    """Why something else was done than the published policy asks for (RFC 9990 §3.1.6).

    The last two are of RFC 7489 and are read only.
    """

    LOCAL_POLICY = "local_policy"
    MAILING_LIST = "mailing_list"
    OTHER = "other"
    POLICY_TEST_MODE = "policy_test_mode"
    TRUSTED_FORWARDER = "trusted_forwarder"
    FORWARDED = "forwarded"
    SAMPLED_OUT = "sampled_out"


class Override(Struct, frozen=True):
    """One such reason, with what else there is to say."""

    reason: OverrideReason
    comment: str = ""


class DkimEntry(Struct, frozen=True):
    """One signature. `result` is a word of RFC 8601 §2.7.1; others write what they like."""

    domain: str
    selector: str
    result: str
    note: str = ""


class SpfEntry(Struct, frozen=True):
    """The SPF result. `result` is a word of RFC 8601 §2.7.2; others write what they like."""

    domain: str
    result: str
    scope: str = "mfrom"
    note: str = ""


class Row(Struct, frozen=True, kw_only=True):
    """Messages of one client that went the same way.

    Args:
        source: the client's address, as text.
        dkim_aligned, spf_aligned: the two halves of the DMARC result.
        envelope_from: None if not said, "" for the null sender.
    """

    source: str
    count: int
    disposition: Disposition
    dkim_aligned: bool
    spf_aligned: bool
    overrides: tuple[Override, ...] = ()
    header_from: str
    envelope_from: str | None = None
    envelope_to: str | None = None
    dkim: tuple[DkimEntry, ...] = ()
    spf: tuple[SpfEntry, ...] = ()


class Published(Struct, frozen=True, kw_only=True):
    """The policy record reported about."""

    domain: str
    p: Policy
    sp: Policy | None = None
    np: Policy | None = None
    adkim: Alignment | None = None
    aspf: Alignment | None = None
    fo: str = ""
    testing: bool | None = None
    discovery: Discovery | None = None


class Report(Struct, frozen=True, kw_only=True):
    """One report about one domain.

    Args:
        organization, contact, more_contact: who reports.
        identity: unique among reports to this domain; RFC 9990 §3.5.1 says of what form.
        begin, end: of the period, Unix time in seconds.
        errors: what was wrong with the policy record.
        generator: the program, and its version.
        skipped: rows that could not be read.
    """

    organization: str
    contact: str
    more_contact: str = ""
    identity: str
    begin: int
    end: int
    errors: tuple[str, ...] = ()
    generator: str = ""
    published: Published
    rows: tuple[Row, ...]
    skipped: int = 0
