"""A trace is written, sent and read again; nothing of it may be lost on the way."""

import msgspec
import pytest

from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.samples import TLS13
from gatepost.model.trace import Decision, End, Exchange, Handover, Outcome, RecipientEnd, Step, Trace
from gatepost.model.verdict import Action, Verdict

SMALLEST = Trace(
    id="t-1", session="s-1", node="n", worker=0, listener="inbound", began=1.0, elapsed=2.0, client_ip="192.0.2.99",
    client_port=1, server="192.0.2.1:25", end=End.IDLE,
)  # fmt: skip
VERDICT = Verdict(Action.REJECT, Reply(550, "5.1.1", "No", ("more",)), "r", ("a.b",), 3.0, ("shadow",), ("failed",))
WHOLE = msgspec.structs.replace(
    SMALLEST, end=End.QUARANTINED, helo="h", tls=TLS13, user="ann", sender="", size=7, message_id="<1@x>",
    action="reject",
    recipients=(RecipientEnd("bob@example.com", End.DELIVERED, "250 OK", "r"),), rule="r", because=("a.b",),
    reply="550 No",
    decisions=(Decision(Phase.RCPT, VERDICT, (Step("a", Outcome.TIMEOUT, (Finding("a.b", "x", 2.0),), 0.5),), 1.5,
    "bob"),),
    exchanges=(Exchange("MAIL", "250 OK", "FROM:<>", 0.5, 1.0),), handovers=(Handover("b", "h:25", "250", 0.1, TLS13,
    True),),
)  # fmt: skip


@pytest.mark.parametrize("trace", [SMALLEST, WHOLE])
@pytest.mark.parametrize("form", [msgspec.json, msgspec.msgpack])
def test_what_is_read_is_what_was_written(trace, form):
    assert form.decode(form.encode(trace), type=Trace) == trace


def test_what_is_not_said_takes_no_room():
    assert set(msgspec.to_builtins(SMALLEST)) == {
        "id", "session", "node", "worker", "listener", "began", "elapsed", "client_ip", "client_port", "server", "end",
    }  # fmt: skip


def test_that_no_sender_was_given_is_not_the_null_sender():
    assert SMALLEST.sender is None and msgspec.to_builtins(WHOLE)["sender"] == ""


@pytest.mark.parametrize("kind", [Action, End, Outcome])
def test_words_that_are_written_stay_what_they_mean(kind):
    assert [kind(member.value) for member in kind] == list(kind)
    assert len({member: None for member in kind}) == len(kind)
