"""Traces to test with: four that happen all day, and any that could happen."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.tls import Tls
from gatepost.model.trace import Decision, End, Exchange, Handover, Outcome, RecipientEnd, Step, Trace
from gatepost.model.verdict import Action, Verdict

BEGAN = 1_704_103_200.0  # 2024-01-01 10:00:00 UTC
OK = Verdict(Action.ACCEPT, Reply(250, "2.0.0", "OK"), "default")
NO_SUCH_USER = Reply(550, "5.1.1", "No such user here")
UNKNOWN = Verdict(Action.REJECT, NO_SUCH_USER, "recipient.unknown", ("recipient.unknown",), 30.0)


def trace(number: int = 0, **more: Any) -> Trace:
    """A delivered message; `number` makes it another one, a second later."""
    plain = Trace(
        id=f"01HK{number:012d}", session=f"01HJ{number:012d}", node="mx1", worker=0, listener="inbound",
        began=BEGAN + number, elapsed=0.5, client_ip="192.0.2.9", client_port=40_000, server="192.0.2.1:25",
        end=End.DELIVERED, helo="mail.example.net", tls=Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256),
        sender="ann@example.net", recipients=(RecipientEnd("bob@example.com", End.DELIVERED, "250 2.1.5 OK"),),
        size=4096, message_id=f"<{number}@example.net>", action="accept", rule="default", reply="250 2.0.0 OK",
        decisions=(Decision(Phase.CONNECT, OK, (Step("rate"),)), Decision(Phase.RCPT, OK, (), 0.1, "bob@example.com")),
        exchanges=(
            Exchange("EHLO", "250 mx1.example.com", "mail.example.net", 0.1),
            Exchange("MAIL", "250 2.1.0 OK", "FROM:<ann@example.net>", 0.2),
            Exchange("RCPT", "250 2.1.5 OK", "TO:<bob@example.com>", 0.3),
            Exchange("DATA", "354 Go on", "", 0.4),
            Exchange(".", "250 2.0.0 OK", "", 0.5),
        ),
        handovers=(Handover("mail", "10.0.0.5:25", "250 2.0.0 queued", 0.25),),
    )  # fmt: skip
    return replace(plain, **more)


def refused(number: int = 0, recipient: str = "nobody@example.com", **more: Any) -> Trace:
    """An unknown recipient."""
    step = Step("recipient", findings=(Finding("recipient.unknown", recipient),))
    return trace(
        number, end=End.REFUSED, action="reject", rule=UNKNOWN.rule, because=UNKNOWN.because, reply=str(UNKNOWN.reply),
        recipients=(RecipientEnd(recipient, End.REFUSED, str(UNKNOWN.reply), UNKNOWN.rule),),
        decisions=(Decision(Phase.RCPT, UNKNOWN, (step,), 0.1, recipient),), handovers=(), size=0, message_id="",
        **more,
    )  # fmt: skip


# What clients put in: white space, controls, other scripts, marks that turn text around, halves of characters.
PIECES = (
    "a",
    "x@example.com",
    " ",
    "+",
    "%",
    "#",
    '"',
    "\\",
    "-",
    "\r\n",
    "\n",
    "\t",
    "\0",
    "\x1b[2J",
    "\x7f",
    "\x9b",
    "ü",
    "\u2028",
    "\u202e",
    "\ufeff",
    "😀",
    "=",
    ",",
    "{",
    "}",
)
HALVES = ("\udcff", "\ud800")
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
worse_texts = st.lists(st.sampled_from(PIECES + HALVES), max_size=12).map("".join)


CODES = ("rate.client", "helo.bare", "recipient.unknown")


@st.composite
def traces(draw: st.DrawFn, text: st.SearchStrategy[str] = texts) -> Trace:
    """Any trace: some texts, dealt out to all its fields."""
    text_pool = cycle(draw(st.lists(text, min_size=1, max_size=7)))
    ends = cycle(draw(st.lists(st.sampled_from(End), min_size=1, max_size=3)))
    many = cycle(draw(st.lists(st.integers(0, 3), min_size=1, max_size=4)))
    time = draw(st.floats(0, 4e9, allow_nan=False))

    def t() -> str:
        return next(text_pool)

    def some(make: Callable[[], Any]) -> tuple[Any, ...]:
        return tuple(make() for _ in range(next(many)))

    def verdict() -> Verdict:
        return Verdict(Action.TAG, Reply(250, t(), t(), some(t)), t(), some(t), time, some(t))

    def finding() -> Finding:
        return Finding(CODES[next(many) % 3], t(), time)

    def step() -> Step:
        return Step(t(), Outcome.CACHED, some(finding), time)

    return Trace(
        id=t(), session=t(), node=t(), worker=1, listener=t(), began=time, elapsed=time / 1e6,
        client_ip=draw(st.sampled_from(["192.0.2.9", "2001:db8::1"])), client_port=25,
        server=draw(st.sampled_from(["192.0.2.1:25", "[2001:db8::2]:25"])), end=next(ends), helo=t(), user=t(),
        sender=draw(st.none() | text), recipients=some(lambda: RecipientEnd(t(), next(ends), t(), t())),
        size=draw(st.integers(0, 2**40)), message_id=t(), action=t(), rule=t(), because=some(t), reply=t(),
        decisions=some(lambda: Decision(Phase(1 + next(many)), verdict(), some(step), time, t())),
        exchanges=some(lambda: Exchange(t(), t(), t(), time, time / 1e9)),
        handovers=some(lambda: Handover(t(), t(), t(), time, Tls(t(), t(), 9))),
    )  # fmt: skip
