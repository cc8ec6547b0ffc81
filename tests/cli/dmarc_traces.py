"""Traces of one day as DMARC sees them: mail that passes, that fails, that was let through all the same."""

from datetime import UTC, datetime
from typing import Any

from gatepost.model.authentication import Authentication, DkimFound, DmarcFound, SpfFound
from gatepost.model.trace import End, Trace
from tests.adapters.journal.traces import trace

DAY = datetime(2026, 3, 14, tzinfo=UTC).timestamp()


def evaluated(number: int = 0, *, domain: str = "example.net", began: float = DAY + 3600, **more: Any) -> Trace:
    """A message whose author's domain has a policy; `more` changes what DMARC found of it."""
    ends = {key: more.pop(key) for key in ("end", "client_ip", "sender", "action", "because") if key in more}
    found = DmarcFound(**{
        "author": domain, "result": "pass", "record_domain": domain, "p": "reject", "discovery": "treewalk",
        "dkim_aligned": True, **more,
    })  # fmt: skip
    known = Authentication(
        spf=SpfFound(domain, "pass"), dkim=(DkimFound(domain, "s1", "pass"),), arc="none", dmarc=(found,)
    )
    return trace(number, began=began + number, authentication=known, **ends)


def failed(number: int = 0, **more: Any) -> Trace:
    """One that failed, and was refused for it."""
    given = {
        "result": "fail",
        "asked": "reject",
        "dkim_aligned": False,
        "end": End.REFUSED,
        "client_ip": "203.0.113.66",
    }
    return evaluated(number, **{**given, **more})
