"""Who answers for the message: whenever the client hears 250, somebody has it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.gateway.handover import (
    BACKEND_AWAY,
    IN_DOUBT,
    LATER,
    REMEMBERED,
    SOME_REFUSED,
    Group,
    Handing,
    hand_over,
    passed_on,
    refusal_key,
    remembered_reply,
)  # fmt: skip
from gatepost.gateway.outgoing import Outgoing
from gatepost.model.reply import Reply
from gatepost.model.samples import Octets, address
from gatepost.model.trace import End
from gatepost.model.verdict import Action, Verdict
from gatepost.ports.backend import Delivery, Envelope
from gatepost.ports.quarantine import Grounds
from gatepost.testing.fakes import FakeBackend, FakeClock, FakeMemory, FakeQuarantine
from tests.gateway.house import NO_SUCH_USER, HandLoop

ACCEPTED = Reply(250, "2.0.0", "Message accepted t-1")
ANN, BOB, EVE = address("ann@example.com"), address("bob@example.com"), address("eve@example.com")
SENDER = address("s@example.net")
PAYLOAD = Outgoing(b"Received: x\r\n", Octets(b"Subject: y\r\n\r\nz\r\n"))
NO = Reply(550, "5.7.1", "No")
WAIT = Reply(451, "4.7.1", "Wait")
REPLIES = {Action.REJECT: NO, Action.DROP: NO, Action.DEFER: WAIT}


def group(action, *recipients, backend="backend", sender=SENDER):
    verdict = Verdict(action, REPLIES.get(action, ACCEPTED), f"rule-{action.value}", ("found",))
    return Group(verdict, backend, Envelope(sender=sender, recipients=recipients or (BOB,), size=10), PAYLOAD)


class Scene:
    """What messages are handed to."""

    def __init__(self, quarantine=True, **backends):
        self.backends = {"backend": FakeBackend(), "second": FakeBackend("second"), **backends}
        self.quarantine = FakeQuarantine() if quarantine else None
        self.clock = FakeClock()
        self.memory = FakeMemory(self.clock)
        self.is_there = True

    @property
    def backend(self):
        return self.backends["backend"]

    def hand(self, *groups):
        handing = Handing(self.backends, self.quarantine, self.memory, "t-1", SENDER, lambda: self.is_there)
        return HandLoop().run(hand_over(groups, ACCEPTED, handing))

    def owners(self):
        """Of which recipients somebody has the message."""
        delivered = [e.recipients for backend in self.backends.values() for e, _ in backend.messages]
        held = [envelope.recipients for envelope, _, _ in self.quarantine.held.values()] if self.quarantine else []
        return {recipient for recipients in (*delivered, *held) for recipient in recipients}


def ends(outcome):
    return {end.address: end.end for end in outcome.recipients}


class Answering(FakeBackend):
    """Says this delivery."""

    def __init__(self, **delivery):
        super().__init__()
        self.delivery = Delivery(
            **{"host": "192.0.2.25:25", "reply": Reply(250, "2.0.0", "x"), "taken": False, **delivery}
        )

    async def deliver(self, envelope, payload):
        return self.delivery


# ── one verdict for all ──────────────────────────────────────────────────────


def test_what_the_backend_has_taken_is_accepted():
    scene = Scene()
    outcome = scene.hand(group(Action.ACCEPT, ANN, BOB))
    assert (outcome.reply, outcome.end) == (ACCEPTED, End.DELIVERED)
    assert ends(outcome) == {"ann@example.com": End.DELIVERED, "bob@example.com": End.DELIVERED}
    ((envelope, octets),) = scene.backend.messages
    assert octets == b"Received: x\r\nSubject: y\r\n\r\nz\r\n" and envelope.recipients == (ANN, BOB)
    (handover,) = outcome.handovers
    assert (handover.backend, handover.host, handover.reply) == ("backend", "192.0.2.25:25", "250 2.0.0 Taken")


def test_a_tagged_message_is_delivered():
    assert Scene().hand(group(Action.TAG)).end is End.DELIVERED


def test_what_is_quarantined_is_accepted_once_it_is_held_and_the_backend_gets_nothing():
    scene = Scene()
    outcome = scene.hand(group(Action.QUARANTINE))
    assert (outcome.reply, outcome.end, outcome.handovers) == (ACCEPTED, End.QUARANTINED, ())
    ((_, _, reason),) = scene.quarantine.held.values()
    assert reason == "rule-quarantine" and not scene.backend.messages


@pytest.mark.parametrize(
    ("action", "reply", "end"),
    [(Action.REJECT, NO, End.REFUSED), (Action.DROP, NO, End.REFUSED), (Action.DEFER, WAIT, End.DEFERRED)],
)
def test_what_is_refused_for_all_goes_nowhere(action, reply, end):
    scene = Scene()
    outcome = scene.hand(group(action))
    assert (outcome.reply, outcome.end, scene.owners()) == (reply, end, set())
    assert outcome.recipients[0].reply == str(reply) and outcome.recipients[0].rule == f"rule-{action.value}"


@pytest.mark.parametrize("action", [Action.QUARANTINE, Action.REJECT])
@pytest.mark.parametrize("is_down", [True, False])
def test_a_quarantine_that_fails_promises_nothing(action, is_down):
    scene = Scene(quarantine=is_down)
    if is_down:
        scene.quarantine.down = True
    outcome = scene.hand(group(Action.QUARANTINE, ANN), group(action, BOB), group(Action.ACCEPT, EVE))
    assert (outcome.reply, outcome.end, scene.owners()) == (LATER, End.DEFERRED, set())


# ── groups that differ ───────────────────────────────────────────────────────


def test_some_accepted_some_quarantined_is_250_when_both_are_done():
    scene = Scene()
    outcome = scene.hand(group(Action.ACCEPT, ANN), group(Action.QUARANTINE, BOB))
    assert (outcome.reply, outcome.end) == (ACCEPTED, End.QUARANTINED)
    assert ends(outcome) == {"ann@example.com": End.DELIVERED, "bob@example.com": End.QUARANTINED}
    assert scene.owners() == {ANN, BOB}


def test_what_is_discarded_is_taken_and_nobody_has_it_but_the_others():
    scene = Scene()
    outcome = scene.hand(group(Action.DISCARD, ANN), group(Action.ACCEPT, BOB))
    assert (outcome.reply, outcome.end, scene.owners()) == (ACCEPTED, End.DELIVERED, {BOB})
    assert ends(outcome) == {"ann@example.com": End.DISCARDED, "bob@example.com": End.DELIVERED}
    assert Scene().hand(group(Action.DISCARD)).end is End.DISCARDED


@pytest.mark.parametrize("action", [Action.REJECT, Action.DROP])
def test_a_refusal_of_some_becomes_quarantine_for_them(action):
    scene = Scene()
    outcome = scene.hand(group(action, ANN), group(Action.ACCEPT, BOB))
    assert outcome.reply == ACCEPTED and ends(outcome)["ann@example.com"] is End.QUARANTINED


def test_who_is_deferred_defers_them_all():
    scene = Scene()
    outcome = scene.hand(group(Action.ACCEPT, ANN), group(Action.REJECT, EVE), group(Action.DEFER, BOB))
    assert (outcome.reply, scene.owners()) == (WAIT, set())


def test_each_held_copy_has_its_id_and_its_grounds():
    scene = Scene()
    outcome = scene.hand(group(Action.ACCEPT, ANN), group(Action.QUARANTINE, BOB, EVE))
    assert {end.address: end.held for end in outcome.recipients} == {
        "ann@example.com": "", "bob@example.com": "q-1", "eve@example.com": "q-2",
    }  # fmt: skip
    assert scene.quarantine.grounds == [Grounds("rule-quarantine", ("found",), "backend")]


def test_the_quarantine_comes_first_for_a_duplicate_there_does_no_harm():
    scene = Scene()
    scene.backend.down = True
    assert scene.hand(group(Action.ACCEPT, ANN), group(Action.QUARANTINE, BOB)).reply == BACKEND_AWAY
    scene.backend.down = False
    assert scene.hand(group(Action.ACCEPT, ANN), group(Action.QUARANTINE, BOB)).reply == ACCEPTED
    assert len(scene.quarantine.held) == 1


def test_the_first_backend_that_does_not_take_it_ends_the_handover():
    scene = Scene()
    scene.backends["second"].down = True
    outcome = scene.hand(group(Action.ACCEPT, ANN), group(Action.TAG, BOB, backend="second"), group(Action.ACCEPT, EVE))
    assert outcome.reply == BACKEND_AWAY and set(ends(outcome).values()) == {End.DEFERRED}
    assert [h.backend for h in outcome.handovers] == ["backend", "second"]
    assert len(scene.backend.messages) == 1  # a duplicate is possible, a loss is not


def test_nobody_waits_so_nothing_is_delivered():
    scene = Scene()
    scene.is_there = False
    outcome = scene.hand(group(Action.ACCEPT))
    assert (outcome.reply, scene.owners()) == (LATER, set())


ACTIONS = [a for a in Action if a is not Action.IGNORE]


@given(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=4), st.booleans(), st.booleans(), st.booleans())
def test_250_means_that_somebody_has_it_for_everyone_but_whose_was_discarded_and_nothing_else_does(
    actions, down, second_down, held_down
):
    scene = Scene()
    scene.backend.down, scene.backends["second"].down, scene.quarantine.down = down, second_down, held_down
    names = itertools.cycle(("backend", "second"))
    recipients = [address(f"r{n}@example.com") for n, _ in enumerate(actions)]
    groups = [group(a, r, backend=next(names)) for a, r in zip(actions, recipients, strict=True)]
    outcome = scene.hand(*groups)
    assert (outcome.reply.code == 250) == (outcome.end in (End.DELIVERED, End.QUARANTINED, End.DISCARDED))
    if outcome.reply.code == 250:
        kept = {r for a, r in zip(actions, recipients, strict=True) if a is not Action.DISCARD}
        assert scene.owners() == kept
    else:
        assert outcome.reply.code >= 400
        assert set(ends(outcome).values()) <= {End.DEFERRED, End.REFUSED}


# ── what backends say ────────────────────────────────────────────────────────


def test_a_backend_that_is_away_is_451_and_named_to_the_operator_only():
    scene = Scene()
    scene.backend.down = True
    outcome = scene.hand(group(Action.ACCEPT))
    assert outcome.reply == BACKEND_AWAY and outcome.handovers[0].reply == "backend"
    assert "backend" not in BACKEND_AWAY.text


def test_no_clear_answer_is_451_and_may_be_a_duplicate():
    scene = Scene(backend=Answering(doubtful=True, reply=Reply(0, "", "timed out")))
    outcome = scene.hand(group(Action.ACCEPT))
    assert (outcome.reply, outcome.handovers[0].duplicate) == (IN_DOUBT, True)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (Reply(554, "5.7.1", "spam"), Reply(554, "5.7.1", "spam")),
        (Reply(554, "", "spam"), Reply(554, "5.0.0", "spam")),
        (Reply(452, "", "full"), Reply(452, "4.0.0", "full")),
        (Reply(550, "5.1.1", ""), Reply(550, "5.1.1", "Refused by the mail server")),
        (Reply(550, "5.1.1", "x" * 900), Reply(550, "5.1.1", "x" * 200)),
        (Reply(550, "5.1.1", "a", ("b", "c")), Reply(550, "5.1.1", "a")),
        (Reply(421, "4.3.2", "bye"), LATER), (Reply(250, "2.0.0", "ok"), LATER), (Reply(354, "", "go"), LATER),
        (Reply(0, "", ""), LATER), (Reply(999, "", "x"), LATER),
    ],
)  # fmt: skip
def test_a_backends_refusal_is_passed_on_bounded_and_never_as_success(said, heard):
    assert passed_on(said) == heard
    assert Scene(backend=Answering(reply=said)).hand(group(Action.ACCEPT)).reply == heard


# ── refused late ─────────────────────────────────────────────────────────────


def refusing(**refused):
    return FakeBackend("backend", {f"{name}@example.com": reply for name, reply in refused.items()})


def test_when_all_are_refused_the_backends_own_reply_is_heard():
    scene = Scene(backend=refusing(ann=NO_SUCH_USER))
    outcome = scene.hand(group(Action.ACCEPT, ANN))
    assert (outcome.reply, outcome.end, scene.memory.kept) == (NO_SUCH_USER, End.REFUSED, {})


def test_when_all_are_refused_and_one_only_for_now_the_client_may_come_back():
    scene = Scene(backend=refusing(ann=NO_SUCH_USER, bob=Reply(452, "4.2.2", "full")))
    assert scene.hand(group(Action.ACCEPT, ANN, BOB)).reply == Reply(452, "4.2.2", "full")


def test_when_some_are_refused_nobody_gets_it_and_the_refusals_are_remembered():
    scene = Scene(backend=refusing(ann=NO_SUCH_USER))
    outcome = scene.hand(group(Action.ACCEPT, ANN, BOB))
    assert (outcome.reply, scene.owners()) == (SOME_REFUSED, set())
    ((key, (kept, until)),) = scene.memory.kept.items()
    assert key == refusal_key(SENDER, ANN) and remembered_reply(kept) == NO_SUCH_USER
    assert until == scene.clock.monotonic() + REMEMBERED


def test_who_was_refused_only_for_now_is_not_remembered():
    scene = Scene(backend=refusing(ann=Reply(450, "4.2.1", "busy")))
    assert scene.hand(group(Action.ACCEPT, ANN, BOB)).reply == SOME_REFUSED
    assert not scene.memory.kept


def test_without_a_memory_the_answer_is_the_same():
    scene = Scene(backend=refusing(ann=NO_SUCH_USER))
    scene.memory.down = True
    assert scene.hand(group(Action.ACCEPT, ANN, BOB)).reply == SOME_REFUSED


def test_refusals_are_kept_apart_by_sender_and_recipient():
    keys = {refusal_key(sender, to) for sender in (None, SENDER) for to in (ANN, BOB)}
    assert len(keys) == 4 and refusal_key(None, ANN) == "refused::ann@example.com"


@given(st.integers(500, 599), st.sampled_from(["", "5.1.1"]), st.text(max_size=300))
def test_what_is_remembered_is_what_is_said_again(code, enhanced, text):
    said = passed_on(Reply(code, enhanced, text))
    assert remembered_reply(f"{said.code} {said.enhanced} {said.text}") == said
