"""Does a trace satisfy the filters of `gatepost track`? (`ports.journal.Search`)"""

from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network

from gatepost.adapters.journal.words import bare
from gatepost.model.finding import Finding
from gatepost.model.trace import RecipientEnd, Trace
from gatepost.ports.journal import Search


def matches(search: Search, trace: Trace) -> bool:
    """Every filter that is set holds; `since` and `until` mean that it was under way in between."""
    return all(holds(search, trace) for holds in FILTERS)


def in_time(search: Search, trace: Trace) -> bool:
    if search.since is not None and trace.began + trace.elapsed < search.since:
        return False
    return search.until is None or trace.began <= search.until


def has_client(search: Search, trace: Trace) -> bool:
    """One address, or a network such as `192.0.2.0/24`."""
    if not search.client or search.client == trace.client_ip:
        return True
    try:
        return ip_address(trace.client_ip) in ip_network(search.client, strict=False)
    except ValueError:
        return False


def has_sender(search: Search, trace: Trace) -> bool:
    return not search.sender or (trace.sender is not None and is_address(search.sender, trace.sender))


def has_recipient(search: Search, trace: Trace) -> bool:
    return not search.recipient or any(True for _ in recipients_meant(search, trace))


def has_end(search: Search, trace: Trace) -> bool:
    """The transaction's own end, or that of a recipient who is meant."""
    wanted = search.end
    return wanted in ("", trace.end.value) or any(r.end.value == wanted for r in recipients_meant(search, trace))


def has_rule(search: Search, trace: Trace) -> bool:
    """It decided, for the transaction or for one recipient, or would have if it were not in shadow."""
    wanted = search.rule
    return (
        wanted in ("", trace.rule)
        or any(recipient.rule == wanted for recipient in trace.recipients)
        or any(wanted in decision.verdict.shadow for decision in trace.decisions)
    )


def has_finding(search: Search, trace: Trace) -> bool:
    """A code, or `check.*` for all that one check can find."""
    wanted = search.finding
    if wanted.endswith(".*"):
        return any(finding.code.startswith(wanted[:-1]) for finding in findings(trace))
    return not wanted or any(finding.code == wanted for finding in findings(trace))


def has_listener(search: Search, trace: Trace) -> bool:
    return search.listener in ("", trace.listener)


def has_message_id(search: Search, trace: Trace) -> bool:
    return not search.message_id or bare(search.message_id).lower() == bare(trace.message_id).lower()


def has_text(search: Search, trace: Trace) -> bool:
    """Anywhere in what was said or found, in any case."""
    wanted = search.text.lower()
    return not wanted or any(wanted in text.lower() for text in texts(trace))


FILTERS: tuple[Callable[[Search, Trace], bool], ...] = (
    in_time, has_client, has_sender, has_recipient, has_end, has_rule, has_finding, has_listener, has_message_id,
    has_text,
)  # fmt: skip


def is_address(wanted: str, address: str) -> bool:
    """The whole address or its `@domain`, in any case; "<>" is the null sender."""
    if wanted.startswith("@"):
        return address.lower().endswith(wanted.lower())
    return wanted.lower() == (address.lower() or "<>")


def recipients_meant(search: Search, trace: Trace) -> Iterator[RecipientEnd]:
    for recipient in trace.recipients:
        if not search.recipient or is_address(search.recipient, recipient.address):
            yield recipient


def findings(trace: Trace) -> Iterator[Finding]:
    for decision in trace.decisions:
        for step in decision.steps:
            yield from step.findings


def texts(trace: Trace) -> Iterator[str]:
    yield from (trace.id, trace.session, trace.client_ip, trace.helo, trace.user, trace.sender or "", trace.message_id)
    yield from (trace.rule, trace.reply)
    for recipient in trace.recipients:
        yield recipient.address
        yield recipient.reply
    for finding in findings(trace):
        yield finding.code
        yield finding.detail
    for exchange in trace.exchanges:
        yield exchange.argument
        yield exchange.reply
    for handover in trace.handovers:
        yield handover.host
        yield handover.reply
