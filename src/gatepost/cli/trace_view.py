"""How does a person read a trace? An explanation on a terminal of 80 columns, and one line of a list.

Everything that a client, a server or a configuration said goes through `printable`.
"""

import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime

from gatepost.cli.explanation import PROTOCOL_RULES, Evidence, Explanation, Without
from gatepost.cli.terminal import printable, styled
from gatepost.model.tls import Tls
from gatepost.model.trace import End, Trace

WIDTH = 80
COLOURS = {
    End.DELIVERED: "green",
    End.QUARANTINED: "yellow",
    End.DISCARDED: "red",
    End.DEFERRED: "yellow",
    End.REFUSED: "red",
    End.DROPPED: "red",
    End.ABANDONED: "dim",
    End.IDLE: "dim",
}
RECIPIENTS = 20  # shown one by one
EXCHANGES = 40


def explanation_text(trace: Trace, explanation: Explanation, width: int = WIDTH) -> str:
    """All of it, section by section; empty sections are left out."""
    sections = (
        ("", head(trace, explanation, width)),
        ("Why", why(explanation, width)),
        ("Evidence", evidence(explanation, width)),
        ("What would have been", alternatives(explanation, width)),
        ("Recipients", recipients(trace, width)),
        ("Handed over", handovers(trace, width)),
        ("What was said", time_line(trace, width)),
    )
    parts = []
    for title, lines in sections:
        body = "\n".join(lines)
        if body:
            parts.append(f"{styled(title, 'bold')}\n{body}" if title else body)
    return "\n\n".join(parts)


def head(trace: Trace, explanation: Explanation, width: int) -> Iterator[str]:
    end = styled(trace.end.value.upper(), COLOURS[trace.end], "bold")
    yield f"{end}  {cut(explanation.reply, width - len(trace.end.value) - 2)}".rstrip()
    yield f"{trace.id}  {moment(trace.began)}  listener {trace.listener}  {trace.elapsed:.3f} s"
    helo = f" ({cut(trace.helo, 60)})" if trace.helo else ""
    yield from wrapped(f"Client {trace.client_ip}{helo}, {tls_text(trace.tls)}", width, "")
    if trace.sender is not None:
        first = trace.recipients[0].address if trace.recipients else "nobody"
        more = f" and {len(trace.recipients) - 1} more" if len(trace.recipients) > 1 else ""
        yield from wrapped(f"From {trace.sender or '<>'} to {first}{more}", width, "")
    if trace.size or trace.message_id:
        yield from wrapped(f"{trace.size:,} octets, Message-ID {trace.message_id or 'none'}", width, "")


def why(explanation: Explanation, width: int) -> Iterator[str]:
    yield from wrapped(explanation.sentence, width, "  ")
    if explanation.score:
        yield f"  Points: {explanation.score:g}."
    if explanation.silent:
        yield from wrapped(f"Without an answer: {', '.join(explanation.silent)}.", width, "  ")
    if explanation.shadow:
        yield from wrapped(f"In shadow, so only recorded: {', '.join(explanation.shadow)}.", width, "  ")
    if explanation.today is not None:
        verdict = explanation.today
        subject = SUBJECTS.get(explanation.phase, "message")
        yield from wrapped(f"Under the rules of today the {subject} would be {outcome(verdict)}", width, "  ")


def evidence(explanation: Explanation, width: int) -> Iterator[str]:
    """The decisive findings are marked; the sentence of the kind stands under each."""
    for found in explanation.evidence:
        yield finding_line(found, width)
        yield from wrapped(found.says, width, " " * 12)


def finding_line(found: Evidence, width: int) -> str:
    mark = styled("*", "red", "bold") if found.decisive else " "
    points = f"  {found.score:+g}" if found.score else ""
    detail = f"  {found.detail}" if found.detail else ""
    return f"{mark} {found.phase:<9} {found.code}{points}{cut(detail, width - 14 - len(found.code) - len(points))}"


SUBJECTS = {"CONNECT": "connection", "HELO": "greeting", "MAIL": "sender", "RCPT": "recipient"}
OUTCOMES = {
    "accept": "accepted",
    "tag": "accepted and tagged",
    "quarantine": "held in quarantine",
    "defer": "deferred",
    "reject": "refused",
    "drop": "refused and the connection closed",
}


def alternatives(explanation: Explanation, width: int) -> Iterator[str]:
    subject = SUBJECTS.get(explanation.phase, "message")
    for without in explanation.without:
        start = f"Without the {without.what} {without.name} the {subject} would have been "
        yield from wrapped(start + outcome(without), width, "  ", "    ")


def outcome(without: Without) -> str:
    rule = "" if without.rule == "default" else f" by the rule {without.rule}"
    return f"{OUTCOMES[without.action]}{rule} ({without.reply})."


def recipients(trace: Trace, width: int) -> Iterator[str]:
    """Only where there are several, or one whose end differs from the transaction's."""
    if len(trace.recipients) < 2 and all(r.end is trace.end and not r.held for r in trace.recipients):
        return
    for recipient in trace.recipients[:RECIPIENTS]:
        end = styled(f"{recipient.end.value:<11}", COLOURS[recipient.end])
        yield f"  {end} {cut(recipient.address, width - 14)}"
        if recipient.end is not End.DELIVERED:
            rule = f" (rule {recipient.rule})" if recipient.rule not in ("", "default") else ""
            yield from wrapped(f"{recipient.reply}{rule}", width, " " * 14)
        if recipient.held:
            yield f"{'':14}gatepost quarantine show {recipient.held}"
    if len(trace.recipients) > RECIPIENTS:
        yield f"  … and {len(trace.recipients) - RECIPIENTS} more"


def handovers(trace: Trace, width: int) -> Iterator[str]:
    for handover in trace.handovers:
        host = f" at {handover.host}" if handover.host else ""
        yield from wrapped(
            f"{handover.backend}{host}, {handover.elapsed * 1000:.0f} ms, {tls_text(handover.tls)}", width, "  "
        )
        yield from wrapped(handover.reply, width, "    ")
        if handover.duplicate:
            yield from wrapped("No clear answer came: the mail server may have the message twice.", width, "    ")


UNSPOKEN = {"": "(connected)", ".": "(end of the message)", "content": "(content)"}


def argument_text(argument: str) -> str:
    """Where a command was not understood, the rule it broke stands in its argument's place."""
    return f"({argument})" if argument.startswith(PROTOCOL_RULES) else argument


def time_line(trace: Trace, width: int) -> Iterator[str]:
    """Milliseconds, command and, under it, the reply."""
    shown = trace.exchanges
    for exchange in shown[:EXCHANGES]:
        said = UNSPOKEN.get(exchange.verb) or f"{exchange.verb} {argument_text(exchange.argument)}"
        held = f"  held for {exchange.delay:g} s" if exchange.delay >= 0.001 else ""
        stamp = f"{exchange.at * 1000:9.1f} ms  "
        yield f"{stamp}{cut(said.rstrip(), width - len(stamp))}"
        yield f"{'':14}{cut(exchange.reply, width - 14 - len(held))}{styled(held, 'yellow') if held else ''}"
    if len(shown) > EXCHANGES:
        yield f"{'':13}… and {len(shown) - EXCHANGES} more"


# ── a line of a list ─────────────────────────────────────────────────────────
HEADER = ("time", "id", "client", "from", "to", "end", "why")


def row(trace: Trace) -> tuple[str, ...]:
    """The columns of `HEADER`."""
    to = trace.recipients[0].address if trace.recipients else ""
    if len(trace.recipients) > 1:
        to += f" +{len(trace.recipients) - 1}"
    sender = "" if trace.sender is None else trace.sender or "<>"
    decided = trace.rule if trace.rule not in ("", "default") else ""
    own = next((r.rule for r in trace.recipients if r.rule not in ("", "default")), "")
    reason = decided or own or (trace.reply if trace.reply[:1] in ("4", "5") else "")
    return (moment(trace.began), trace.id, trace.client_ip, sender, to, trace.end.value, reason)


# ── words ────────────────────────────────────────────────────────────────────
def moment(when: float) -> str:
    """UTC, to the second."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def tls_text(tls: Tls | None) -> str:
    return f"{tls.version} {tls.cipher}" if tls else "without TLS"


def cut(text: str, width: int) -> str:
    """Printable, and at most so wide."""
    shown = printable(text)
    return shown if len(shown) <= width else f"{shown[: max(0, width - 1)]}…"


def wrapped(text: str, width: int, first: str, later: str | None = None) -> list[str]:
    """Printable lines, indented."""
    rest = first if later is None else later
    return textwrap.wrap(printable(text), width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
