"""How is the demo's outcome shown? On 80 columns: what was sent, what the gateway said, why, who has got what."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from gatepost.cli.demo_mail import Scenario
from gatepost.cli.explanation import GATEWAY_RULES, HARD, NEUTRAL, PROTOCOL_RULES, failed_handover
from gatepost.cli.header_changes import Change, Line, changes, shown
from gatepost.cli.terminal import Json, styled
from gatepost.cli.trace_view import COLOURS as ENDS
from gatepost.cli.trace_view import WIDTH, cut, moment, wrapped
from gatepost.model.trace import End, Trace

TITLE = 52  # characters
ID = 16
COLOURS = {"2": "green", "4": "yellow", "5": "red"}
SAYS_NOTHING = "the answer is the same for every name: it says nothing"


class Result(Struct, frozen=True, kw_only=True):
    """What came of one scenario.

    Args:
        client: the address it came from.
        reply: that decided it.
        received: messages that the mail server got by it.
        trace: the gateway's record; None if there is none.
    """

    number: int
    scenario: Scenario
    client: str
    reply: str
    received: tuple[bytes, ...]
    trace: Trace | None = None

    @property
    def taken(self) -> int:
        return len(self.received)

    @property
    def changes(self) -> tuple[Line, ...]:
        """What became of the header, where that is to be shown."""
        sent = self.scenario.header
        if not sent or not self.received:
            return ()
        lines = changes(f"{sent}\r\n".encode("ascii"), self.received[0])
        return tuple(line for line in lines if line.change is not Change.KEPT)

    @property
    def why(self) -> str:
        return "the gateway has no record of it" if self.trace is None else why(self.trace, unreferenced(self.reply))

    @property
    def held(self) -> float:
        """Seconds in the tar pit before that reply."""
        exchanges = self.trace.exchanges if self.trace else ()
        return max(
            (exchange.delay for exchange in exchanges if exchange.reply == unreferenced(self.reply)), default=0.0
        )

    @property
    def is_as_expected(self) -> bool:
        wanted = self.scenario
        return self.reply.startswith(wanted.answer) and self.taken == wanted.taken and wanted.why in self.why


def unreferenced(reply: str) -> str:
    """A refusal as it is recorded: without the id in brackets that the client hears behind it."""
    text, bracket, reference = reply.rpartition(" [")
    return text if bracket and reference.endswith("]") else reply


def why(trace: Trace, reply: str) -> str:
    """What in the record led to that reply."""
    for decision in reversed(trace.decisions):
        verdict = decision.verdict
        if verdict.action in HARD and verdict.rule not in NEUTRAL and str(verdict.reply) == reply:
            found = ", ".join(dict.fromkeys(verdict.because))
            return f"rule {verdict.rule} ({found})" if found else f"rule {verdict.rule}"
    broken = next((e for e in trace.exchanges if e.reply == reply and e.argument.startswith(PROTOCOL_RULES)), None)
    if broken is not None:
        return f"protocol rule {broken.argument}"
    if any(e.verb == "content" and e.reply == reply for e in trace.exchanges):
        return "its content broke the protocol"
    return without_rule(trace, reply)


def without_rule(trace: Trace, reply: str) -> str:
    own = next((r.rule for r in trace.recipients if r.reply == reply and r.rule in GATEWAY_RULES), "")
    if own:
        return f"{own}: {GATEWAY_RULES[own]}"
    if failed_handover(trace) is not None:
        return "the mail server's own answer, passed on"
    if trace.end is End.DELIVERED:
        return "no rule spoke against it"
    if trace.end is End.QUARANTINED:
        return f"held in quarantine by the rule {trace.rule} ({', '.join(trace.because)})"
    return SAYS_NOTHING if reply.startswith("252") else trace.end.value


def as_json(result: Result) -> Json:
    return {
        "number": result.number,
        "group": result.scenario.group,
        "sent": result.scenario.title,
        "client": result.client,
        "reply": result.reply,
        "why": result.why,
        "held": result.held,
        "mail_server_got": result.taken,
        "header": [{"change": line.change.name.lower(), "field": line.field} for line in result.changes],
        "id": result.trace.id if result.trace else None,
        "as_expected": result.is_as_expected,
    }


def table(results: Sequence[Result]) -> Iterator[str]:
    """Three lines for each, under the headings of their groups."""
    group = ""
    yield styled(f"{'#':>3}  {'SENT; ANSWER; WHY':<{TITLE}} {'MAIL SERVER GOT':>{WIDTH - TITLE - 6}}", "bold")
    for result in results:
        if result.scenario.group != group:
            group = result.scenario.group
            yield f"\n{styled(group, 'bold')}"
        yield from entry(result)


def headers(results: Sequence[Result]) -> Iterator[str]:
    """Those that are to be shown, with what was added and taken out."""
    for result in results:
        if result.changes:
            yield f"\n{styled(f'The header of number {result.number}, and what the mail server saw of it', 'bold')}"
            yield from shown(result.changes)


def entry(result: Result) -> Iterator[str]:
    got = "the message" if result.taken == 1 else "nothing" if not result.taken else f"{result.taken} messages"
    title = f"{result.number:>3}  {cut(result.scenario.title, TITLE):<{TITLE}}"
    yield f"{title} {styled(f'{got:>{WIDTH - TITLE - 6}}', 'green' if result.taken else 'dim')}"
    yield f"     {styled(cut(result.reply, WIDTH - 5), COLOURS.get(result.reply[:1], 'red'))}"
    held = f", held {result.held:g} s" if result.held >= 0.001 else ""
    reason = f"{result.why}{held}"
    name = result.trace.id if result.trace else ""
    *first, last = wrapped(reason, WIDTH - 5 - ID - 2, "") or [""]
    yield from (f"     {line}" for line in first)
    yield f"     {last:<{WIDTH - 5 - ID}}{styled(name, 'dim')}".rstrip()
    if not result.is_as_expected:
        wanted = result.scenario
        yield styled(f"     ! expected {wanted.answer}, {wanted.why}, {wanted.taken} message(s) taken", "red", "bold")


def news(trace: Trace) -> Iterator[str]:
    """Two lines for a transaction of the user's own."""
    end = styled(f"{trace.end.value:<11}", ENDS[trace.end])
    to = ", ".join(recipient.address for recipient in trace.recipients)
    path = "" if trace.sender is None else f"{trace.sender or '<>'} to {to or 'nobody'}"
    yield f"{moment(trace.began)[11:19]}  {trace.id}  {end} {cut(path, WIDTH - 40)}".rstrip()
    yield f"{'':28}{cut(trace.reply, WIDTH - 28)}"
