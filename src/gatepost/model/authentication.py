"""What sender authentication found of one message, in the words of its RFCs: for records, reports and learning."""

from msgspec import Struct


class SpfFound(Struct, frozen=True, omit_defaults=True):
    """One SPF result (RFC 8601 §2.7.2); `scope` is "mfrom" or "helo" (RFC 9990 §3.1.5)."""

    domain: str
    result: str
    scope: str = "mfrom"


class DkimFound(Struct, frozen=True, omit_defaults=True):
    """One signature (RFC 8601 §2.7.1); `note` says in a few words why it did not pass."""

    domain: str
    selector: str
    result: str
    note: str = ""


class DmarcFound(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The DMARC result for one author's domain (RFC 9989).

    Args:
        author: domain in From.
        result: RFC 8601 §2.7 "dmarc" result.
        asked: what the owner asks to be done now: "none", "quarantine" or "reject".
        record_domain: where the policy record is; "" if there is none.
        p, sp, np, adkim, aspf, fo, testing, discovery: as published, "" where left out (RFC 9990 §3.1.3).
        spf_aligned, dkim_aligned: which method let it pass.
        overrides: why less was done than asked, as `type` or `type: comment` (RFC 9990 §3.1.6).
    """

    author: str
    result: str
    asked: str = "none"
    record_domain: str = ""
    p: str = ""
    sp: str = ""
    np: str = ""
    adkim: str = ""
    aspf: str = ""
    fo: str = ""
    testing: bool = False
    discovery: str = ""
    spf_aligned: bool = False
    dkim_aligned: bool = False
    overrides: tuple[str, ...] = ()


class Authentication(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of it. `arc` is "" where nobody sealed the message, else the chain's result (RFC 8617 §4.4)."""

    spf: SpfFound | None = None
    dkim: tuple[DkimFound, ...] = ()
    arc: str = ""
    dmarc: tuple[DmarcFound, ...] = ()
