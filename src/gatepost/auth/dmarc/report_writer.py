"""How is an aggregate report written (RFC 9990 §3.1, its schema's order of elements)?"""

from collections.abc import Iterator

from gatepost.auth.dmarc.report import DkimEntry, Published, Report, Row, SpfEntry

NAMESPACE = "urn:ietf:params:xml:ns:dmarc-2.0"
SIGNATURES_LIMIT = 100  # in a row (RFC 9990 §3.1.4)
# What XML 1.0 has no way to say, lone surrogates included, and what stands for markup.
ESCAPES = {
    **dict.fromkeys((*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd"),
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord("\r"): "&#13;",
}


def written(report: Report) -> bytes:
    """The document, in UTF-8. Values are taken as they are, whatever characters a stranger has put into them.

    Raises:
        ValueError: there are no rows; such a report must not exist.
    """
    if not report.rows:
        raise ValueError("a report has at least one row")
    return "".join(lines(report)).encode()


def lines(report: Report) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<feedback xmlns="{NAMESPACE}">\n<version>1.0</version>\n'
    yield "<report_metadata>\n"
    yield element("org_name", report.organization)
    yield element("email", report.contact)
    yield optional("extra_contact_info", report.more_contact)
    yield element("report_id", report.identity)
    yield f"<date_range><begin>{report.begin}</begin><end>{report.end}</end></date_range>\n"
    yield optional("error", "; ".join(report.errors))
    yield optional("generator", report.generator)
    yield "</report_metadata>\n"
    yield from published(report.published)
    for row in report.rows:
        yield from record(row)
    yield "</feedback>\n"


def published(policy: Published) -> Iterator[str]:
    yield "<policy_published>\n"
    yield element("domain", policy.domain)
    yield optional("discovery_method", policy.discovery.value if policy.discovery else "")
    yield element("p", policy.p.value)
    yield optional("sp", policy.sp.value if policy.sp else "")
    yield optional("np", policy.np.value if policy.np else "")
    yield optional("fo", policy.fo)
    yield optional("adkim", policy.adkim.value if policy.adkim else "")
    yield optional("aspf", policy.aspf.value if policy.aspf else "")
    yield optional("testing", "" if policy.testing is None else "ny"[policy.testing])
    yield "</policy_published>\n"


def record(row: Row) -> Iterator[str]:
    yield "<record>\n<row>\n"
    yield element("source_ip", row.source)
    yield f"<count>{row.count}</count>\n<policy_evaluated>\n"
    yield element("disposition", row.disposition.value)
    yield element("dkim", "pass" if row.dkim_aligned else "fail")
    yield element("spf", "pass" if row.spf_aligned else "fail")
    for override in row.overrides:
        yield f"<reason>\n{element('type', override.reason.value)}{optional('comment', override.comment)}</reason>\n"
    yield "</policy_evaluated>\n</row>\n<identifiers>\n"
    yield element("header_from", row.header_from)
    yield "" if row.envelope_from is None else element("envelope_from", row.envelope_from)
    yield "" if row.envelope_to is None else element("envelope_to", row.envelope_to)
    yield "</identifiers>\n<auth_results>\n"
    for signature in row.dkim[:SIGNATURES_LIMIT]:
        yield from dkim(signature)
    for entry in row.spf[:1]:
        yield from spf(entry)
    yield "</auth_results>\n</record>\n"


def dkim(entry: DkimEntry) -> Iterator[str]:
    yield f"<dkim>\n{element('domain', entry.domain)}{element('selector', entry.selector)}"
    yield f"{element('result', entry.result)}{optional('human_result', entry.note)}</dkim>\n"


def spf(entry: SpfEntry) -> Iterator[str]:
    yield f"<spf>\n{element('domain', entry.domain)}{element('scope', entry.scope)}"
    yield f"{element('result', entry.result)}{optional('human_result', entry.note)}</spf>\n"


def element(name: str, text: str) -> str:
    return f"<{name}>{text.translate(ESCAPES)}</{name}>\n"


def optional(name: str, text: str) -> str:
    return element(name, text) if text else ""
