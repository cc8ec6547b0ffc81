"""The final dot: judged, handed over, recorded, and only then answered."""

import asyncio

import pytest

from gatepost.engine.stepping import first_step
from gatepost.gateway import delivery
from gatepost.gateway.routes import DomainRoute
from gatepost.gateway.transaction import Transaction
from gatepost.model.finding import NOTHING
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.samples import address, mail
from gatepost.model.trace import End
from gatepost.model.verdict import Action, Verdict
from gatepost.ports.backend import Delivery
from gatepost.smtp.events import EndOfContent
from gatepost.syntax.header import HEADER_LIMIT
from gatepost.testing.fakes import FakeBackend
from tests.gateway.house import MAIL, MESSAGE, RCPT, House, rejecting, rule

EVE = b"RCPT TO:<eve@example.com>\r\n"
DATA = b"DATA\r\n"
ACCEPTED = Reply(250, "2.0.0", "OK")
SPAM = Reply(554, "5.7.1", "Spam")


def send(house, content=MESSAGE, *recipients):
    """One message on a connection of its own; what is said to the final dot, and the trace."""
    client = house.greeted()
    client.say(MAIL, *(recipients or (RCPT,)), DATA)
    heard = client.say(content)
    return heard, house.traces[-1]


def finding(action, phase=Phase.MESSAGE, when=lambda at: True, reply=SPAM, **more):
    return House(finds=((phase, "odd.thing", when),), rules=(rule(action, "odd.thing", Phase.MESSAGE, reply),), **more)


# ── accepted ─────────────────────────────────────────────────────────────────


def test_what_the_backend_gets_is_our_received_and_the_message_octet_by_octet():
    house = House()
    heard, trace = send(house, b"Subject: a\r\n\r\n..dot\r\nb\r\n.\r\n")
    ((envelope, octets),) = house.backend.messages
    first, _, rest = octets.partition(b"\r\nSubject")
    assert rest == b": a\r\n\r\n..dot\r\nb\r\n"
    assert first.replace(b"\r\n\t", b" ") == (
        b"Received: from client.example.net ([192.0.2.99]) by mx.example.com with ESMTP id %s for <bob@example.com>;"
        b" Mon, 1 Jan 2024 10:16:40 +0000" % trace.id.encode()
    )
    assert heard == f"250 2.0.0 Message accepted {trace.id}\r\n"
    assert (envelope.sender, envelope.size) == (address("ann@example.net"), len(b"Subject: a\r\n\r\n.dot\r\nb\r\n"))


def test_the_trace_of_a_delivered_message_has_everything():
    house = House(finds=((Phase.MESSAGE, "odd.thing"),))
    _, trace = send(house, b"Message-ID: <1@a.example>\r\n\r\nx\r\n.\r\n")
    assert (trace.end, trace.message_id, trace.sender) == (End.DELIVERED, "<1@a.example>", "ann@example.net")
    assert (trace.size, trace.recipients[0].end, trace.handovers[0].host) == (32, End.DELIVERED, "192.0.2.25:25")
    assert trace.decisions[-1].steps[0].findings[0].code == "odd.thing"
    assert house.tally.octets_in == 32


def test_the_trace_is_with_the_journal_before_the_answer_is_given():
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT, DATA)
    seen = []
    house.journal.record = lambda trace: seen.append(client.transport.sent[client.heard_so_far :]) or True
    client.say(MESSAGE)
    assert seen == [b""]


def test_content_by_chunks_is_delivered_as_well():
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT)
    heard = client.say(b"BDAT 12\r\nSubject: a\r\n", b"BDAT 6 LAST\r\n\r\n.b\r\n")
    assert [line[:3] for line in heard.splitlines()] == ["250", "250"]
    assert house.backend.messages[0][1].endswith(b"Subject: a\r\n\r\n..b\r\n")


def test_a_message_without_an_id_of_its_own_has_none():
    assert send(House())[1].message_id == ""


def test_octets_that_are_no_ascii_in_an_id_do_no_harm():
    _, trace = send(House(), b"Message-ID: <\xff@a.example>\r\n\r\n.\r\n")
    assert trace.message_id == "<\ufffd@a.example>"


# ── refused without a check ──────────────────────────────────────────────────


def test_a_header_that_cannot_be_read_to_its_end_is_refused():
    house = House(spool_memory=HEADER_LIMIT * 2)
    heard, trace = send(house, b"Subject: " + b"x\r\n " * (HEADER_LIMIT // 4 + 10) + b"\r\n\r\n.\r\n")
    assert heard == "552 5.3.4 Message header is too large\r\n" and not house.backend.messages
    assert (trace.rule, trace.end) == ("header-limits", End.REFUSED)


def test_a_header_of_too_many_fields_is_refused():
    assert send(House(spool_memory=1 << 20), b"A:\r\n" * 6000 + b"\r\n.\r\n")[0].startswith("552 5.3.4 ")


@pytest.mark.parametrize("fold", [b" X-SCL: -1\r\n", b"\tx\r\n"])
def test_a_header_that_begins_with_a_fold_would_continue_ours_and_is_refused(fold):
    house = House()
    heard, _ = send(house, fold + b"Subject: a\r\n\r\n.\r\n")
    assert heard == "554 5.6.0 Message header begins with a continuation line\r\n" and not house.backend.messages


def test_other_defects_of_the_header_are_the_checks_to_find():
    seen = []
    house = finding(Action.REJECT, when=lambda at: seen.extend(at.message.malformed))
    send(house, b"no colon\r\nSubject: a\r\n\r\n.\r\n")
    assert seen == ["no-colon"]


@pytest.mark.parametrize(("size", "code"), [(1000, "250"), (10, "552")])
def test_a_domain_may_take_less_than_the_listener(size, code):
    house = House(domains={"example.com": DomainRoute("backend", size), "example.org": DomainRoute("backend")})
    heard, trace = send(house, MESSAGE, RCPT, b"RCPT TO:<x@example.org>\r\n")
    assert heard[:3] == code and bool(house.backend.messages) == (code == "250")


@pytest.mark.parametrize("octets", [b"a\nb\r\n.\r\n", b"a\0b\r\n.\r\n", b"a\rb\r\n.\r\n"])
def test_badly_framed_content_is_refused_and_the_session_ends(octets):
    house = House()
    heard, trace = send(house, octets + b"MAIL FROM:<evil@example.net>\r\n")
    assert heard.startswith("550 5.6.11 ") and heard.count("\r\n") == 1
    assert (trace.end, trace.exchanges[-1].verb) == (End.REFUSED, "content")
    assert trace.exchanges[-1].argument.startswith("content.")


def test_too_large_a_message_is_refused_and_the_session_goes_on():
    house = House(limits={"message_size": 65536}, spool_memory=1 << 20)
    client = house.greeted()
    client.say(MAIL, RCPT, DATA)
    heard = client.say(*[b"x" * 998 + b"\r\n"] * 70, b".\r\n")
    assert heard == "552 5.3.4 Message exceeds the maximum size\r\n"
    assert client.say(MAIL).startswith("250 ")


# ── verdicts ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("action", [Action.REJECT, Action.DEFER, Action.DROP])
def test_a_refusal_is_said_and_nobody_gets_it(action):
    house = finding(action)
    client = house.greeted()
    client.say(MAIL, RCPT, DATA)
    assert client.say(MESSAGE) == "554 5.7.1 Spam\r\n" and not house.backend.messages
    assert client.transport.ended == (action is Action.DROP)
    assert house.traces[0].rule == f"{action.value}-odd.thing" and client.references == [house.traces[0].id]


def test_a_refusal_waits_in_the_tarpit():
    house = finding(Action.REJECT, tarpit={"delay": 10, "maximum": 30})
    client = house.greeted()
    client.say(MAIL, RCPT, DATA)
    assert client.say(MESSAGE) == ""
    house.loop.advance(10)
    assert client.hear() == "554 5.7.1 Spam\r\n"


def test_a_tag_is_a_field_of_ours():
    house = finding(Action.TAG, reply=ACCEPTED)
    heard, trace = send(house, b"X-Gateway-Tag: forged\r\nSubject: a\r\n\r\n.\r\n")
    octets = house.backend.messages[0][1]
    assert octets.startswith(b"X-Gateway-Tag: tag-odd.thing\r\nReceived: ") and b"forged" not in octets
    assert (trace.action, trace.end) == ("tag", End.DELIVERED)


def test_a_quarantined_message_is_held_and_accepted():
    house = finding(Action.QUARANTINE, reply=ACCEPTED)
    heard, trace = send(house)
    ((envelope, octets, reason),) = house.quarantine.held.values()
    assert heard.startswith("250 ") and reason == "quarantine-odd.thing" and b"Subject: Hi" in octets
    assert (trace.action, trace.end, house.tally.quarantined) == ("quarantine", End.QUARANTINED, 1)


@pytest.mark.parametrize("has_one", [True, False])
def test_a_quarantine_that_fails_is_451(has_one):
    house = finding(Action.QUARANTINE, reply=ACCEPTED, quarantine=has_one)
    if has_one:
        house.quarantine.down = True
    heard, trace = send(house)
    assert heard.startswith("451 4.3.0 ") and trace.end is End.DEFERRED and not house.backend.messages


@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.RCPT])
@pytest.mark.parametrize("action", [Action.TAG, Action.QUARANTINE])
def test_what_was_decided_earlier_holds_for_the_message(phase, action):
    house = House(finds=((phase, "odd.thing"),), rules=(rule(action, "odd.thing", phase, ACCEPTED),))
    _, trace = send(house)
    assert trace.action == action.value and bool(house.quarantine.held) == (action is Action.QUARANTINE)


def test_unless_the_message_is_worse():
    house = House(
        finds=((Phase.MAIL, "odd.thing"), (Phase.MESSAGE, "bad.thing")),
        rules=(rule(Action.QUARANTINE, "odd.thing", Phase.MAIL, ACCEPTED), rule(Action.REJECT, "bad.thing",
        Phase.MESSAGE, SPAM)),
    )  # fmt: skip
    assert send(house)[0] == "554 5.7.1 Spam\r\n"


# ── recipients that differ ───────────────────────────────────────────────────


def is_eve(at):
    return at.recipient.local == "eve"


@pytest.mark.parametrize("action", [Action.QUARANTINE, Action.REJECT])
def test_what_is_known_of_one_recipient_is_decided_for_him_alone(action):
    house = finding(action, Phase.RCPT, is_eve, ACCEPTED)
    heard, trace = send(house, MESSAGE, RCPT, EVE)
    assert heard.startswith("250 ") and trace.end is End.QUARANTINED
    assert {r.address: r.end for r in trace.recipients} == {
        "bob@example.com": End.DELIVERED, "eve@example.com": End.QUARANTINED,
    }  # fmt: skip
    assert [e.recipients for e, _ in house.backend.messages] == [(address("bob@example.com"),)]
    assert [e.recipients for e, _, _ in house.quarantine.held.values()] == [(address("eve@example.com"),)]


def test_when_all_are_refused_for_reasons_of_their_own_the_message_is_refused():
    house = finding(Action.REJECT, Phase.RCPT, lambda at: True)
    assert send(house, MESSAGE, RCPT, EVE)[0] == "554 5.7.1 Spam\r\n" and not house.quarantine.held


def test_those_with_the_same_fate_go_in_one_transaction():
    house = House(finds=((Phase.RCPT, "odd.thing", is_eve),))
    send(house, MESSAGE, EVE, RCPT, b"RCPT TO:<carol@example.com>\r\n")
    ((envelope, _),) = house.backend.messages
    assert len(envelope.recipients) == 3


def asking(local, action=Action.QUARANTINE, phase=Phase.MESSAGE):
    """A rule that asks for the recipient, of whom nothing is found."""
    return Rule(
        name="asks", phase=phase, action=action, reply=ACCEPTED, source=f'recipient.local == "{local}"',
        when=lambda facts: facts["recipient.local"] == local,
    )  # fmt: skip


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.MESSAGE])
@pytest.mark.parametrize("order", [(RCPT, EVE), (EVE, RCPT)])
def test_a_rule_that_asks_for_the_recipient_is_asked_for_each(phase, order):
    house = House(rules=(asking("eve", phase=phase),))
    send(house, MESSAGE, *order)
    assert [e.recipients for e, _ in house.backend.messages] == [(address("bob@example.com"),)]
    assert [e.recipients for e, _, _ in house.quarantine.held.values()] == [(address("eve@example.com"),)]


# ── cleaning ─────────────────────────────────────────────────────────────────

FORGED = b"X-MS-Exchange-Organization-SCL: -1\r\nSubject: a\r\n\r\nx\r\n.\r\n"


@pytest.mark.parametrize(("role", "kept"), [("inbound", False), ("submission", True), ("internal", True)])
def test_what_only_the_inside_may_say_is_taken_from_strangers_mail(role, kept):
    house = House(listener={"role": role})
    send(house, FORGED)
    octets = house.backend.messages[0][1]
    assert (b"SCL" in octets) == kept and octets.endswith(b"Subject: a\r\n\r\nx\r\n")


def test_what_is_held_is_cleaned_as_well():
    house = finding(Action.QUARANTINE, reply=ACCEPTED)
    send(house, FORGED)
    ((_, octets, _),) = house.quarantine.held.values()
    assert b"SCL" not in octets


# ── behind a relay of ours ───────────────────────────────────────────────────

RELAYED = b"Received: from [10.9.9.9] (unknown [203.0.113.5]) by relay.example; date\r\n\r\nx\r\n.\r\n"


@pytest.mark.parametrize(
    ("trusted", "seen"), [(("192.0.2.0/24", "10.0.0.0/8"), "203.0.113.5"), (("198.51.100.0/24",), "192.0.2.99")]
)
def test_checks_see_the_client_behind_a_trusted_relay_and_only_behind_one(trusted, seen):
    ips = []
    house = House(finds=((Phase.MESSAGE, "odd.thing", lambda at: ips.append(str(at.client_ip))),), trusted=trusted)
    send(house, RELAYED)
    assert ips == [seen]
    assert f"([{seen}])".encode() in house.backend.messages[0][1]


def test_a_relay_that_says_nothing_is_the_client_itself():
    ips = []
    house = House(
        finds=((Phase.MESSAGE, "odd.thing", lambda at: ips.append(str(at.client_ip))),), trusted=("192.0.2.0/24",)
    )
    send(house)
    assert ips == ["192.0.2.99"]


# ── backends ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "heard"), [(Reply(554, "5.7.1", "virus"), "554 5.7.1 virus\r\n"), (Reply(452, "4.2.2", "full"),
    "452 4.2.2 full\r\n")]
)  # fmt: skip
def test_what_the_backend_refuses_the_client_hears(said, heard):
    house = House()
    house.backend.reply = said
    assert send(house)[0] == heard


def test_a_backend_that_is_away_is_451():
    house = House()
    house.backend.down = True
    heard, trace = send(house)
    assert heard.startswith("451 4.4.1 ") and (trace.end, house.tally.deferred) == (End.DEFERRED, 1)


class Slow(FakeBackend):
    """Takes its time."""

    def __init__(self):
        super().__init__()
        self.waiting = []

    async def deliver(self, envelope, payload):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.append(answer)
        await answer
        return await super().deliver(envelope, payload)


def test_the_client_hears_nothing_until_the_backend_has_answered():
    backend = Slow()
    house = House(backends={"backend": backend})
    client = house.greeted()
    client.say(MAIL, RCPT, DATA)
    assert client.say(MESSAGE) == "" and not house.traces
    house.loop.do(backend.waiting[0].set_result, None)
    assert client.hear().startswith("250 ") and house.traces


def test_a_client_that_went_away_meanwhile_has_its_message_delivered_and_recorded():
    backend = Slow()
    house = House(backends={"backend": backend})
    client = house.greeted()
    client.say(MAIL, RCPT, DATA, MESSAGE)
    client.go_away()
    house.loop.do(backend.waiting[0].set_result, None)
    assert [t.end for t in house.traces] == [End.DELIVERED] and not house.bugs


def test_a_client_that_went_away_while_it_was_judged_gets_nothing_delivered():
    house = House()
    answer = house.loop.create_future()
    house.listener.judge = house.judge(((Phase.MESSAGE, "odd.thing"),), (), {"odd.thing": answer})
    client = house.greeted()
    client.say(MAIL, RCPT, DATA, MESSAGE)
    client.go_away()
    house.loop.do(answer.set_result, None)
    assert [t.end for t in house.traces] == [End.DEFERRED] and not house.backend.messages


def test_no_clear_answer_is_noted_as_a_possible_duplicate():
    class Doubtful(FakeBackend):
        async def deliver(self, envelope, payload):
            return Delivery(host="h:25", reply=Reply(0, "", "gone"), taken=False, doubtful=True)

    heard, trace = send(House(backends={"backend": Doubtful()}))
    assert heard.startswith("451 4.4.2 ") and trace.handovers[0].duplicate


# ── the journal is full ──────────────────────────────────────────────────────


def test_a_trace_for_which_there_is_no_room_now_is_waited_for():
    house = House()
    later = []

    async def record_later(trace):
        later.append(trace)
        return True

    house.journal.record, house.journal.record_later = lambda trace: False, record_later
    client = house.greeted()
    client.say(MAIL, RCPT, DATA)
    assert client.say(MESSAGE).startswith("250 ") and [t.end for t in later] == [End.DELIVERED]
    assert house.tally.lost == 0


def test_a_trace_for_which_there_will_be_no_room_is_counted_and_mail_goes_on():
    house = House()
    house.journal.full = True
    client = house.greeted()
    client.say(MAIL, RCPT, DATA)
    assert client.say(MESSAGE).startswith("250 ")
    assert house.tally.lost == 1


# ── bugs ─────────────────────────────────────────────────────────────────────


def test_content_without_data_is_the_protocols_to_refuse():
    session = House().session()
    event = EndOfContent(b"", 0, False, 0)
    with pytest.raises(TypeError, match="protocol's to refuse"):
        first_step(delivery.message(session, event))
    one = Transaction(mail(), "", "", NOTHING, Verdict(Action.ACCEPT, ACCEPTED, "default"))
    with pytest.raises(TypeError, match="no content"):
        first_step(delivery.judged(session, one, event))


def test_a_shadow_rule_is_noted_and_not_enforced():
    house = House(**rejecting(Phase.MESSAGE, shadow=True))
    heard, trace = send(house)
    assert heard.startswith("250 ") and trace.decisions[-1].verdict.shadow == ("reject-odd.thing",)
