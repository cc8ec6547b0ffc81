"""What a review of the whole data plane found: each claim here was false once."""

import pytest

from gatepost.gateway.routes import DomainRoute
from gatepost.gateway.wheel import Wheel
from gatepost.gateway.worker import Worker
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.trace import End
from gatepost.model.verdict import Action
from gatepost.policy.recorded import recorded_findings
from gatepost.ports.backend import Extensions
from gatepost.testing.fakes import FakeBackend
from tests.gateway.house import EHLO, MAIL, MESSAGE, NO_SUCH_USER, RCPT, HandLoop, House, rejecting, rule

LATER = Reply(451, "4.3.0", "Later")


def code(heard):
    return heard[:3]


# ── HELO ─────────────────────────────────────────────────────────────────────
def odd_helo(at):
    return at.helo == "odd.example.net"


def test_what_was_found_on_one_helo_name_is_not_held_against_the_next():
    house = House(**rejecting(Phase.HELO, when=odd_helo, reply=Reply(550, "", "Say another name")))
    client = house.greeted()
    assert code(client.say(b"EHLO odd.example.net\r\n")) == "550"
    assert code(client.say(EHLO)) == "250"


def test_a_helo_name_said_twice_gives_its_findings_once():
    seen = []
    house = House(
        finds=((Phase.HELO, "odd.thing"), (Phase.MAIL, "other.thing", lambda at: seen.append(at.so_far) or False))
    )
    client = house.greeted()
    client.say(EHLO, MAIL)
    assert [finding.code for finding in seen[0].items] == ["odd.thing"]


def test_a_refused_ehlo_leaves_the_transaction_as_it_was():
    house = House(**rejecting(Phase.HELO, when=odd_helo, reply=Reply(550, "", "Say another name")))
    client = house.greeted()
    client.say(MAIL, RCPT, b"EHLO odd.example.net\r\n")
    assert code(client.say(b"DATA\r\n")) == "354"
    assert code(client.say(MESSAGE)) == "250"
    assert not house.bugs


def test_refused_helos_end_the_session_some_day():
    house = House(**rejecting(Phase.HELO, reply=Reply(550, "", "Say another name")), limits={"errors": 5})
    client = house.client()
    replies = [code(client.say(EHLO)) for _ in range(5)]
    assert replies[-1] == "421"


def test_the_helo_that_follows_a_message_is_in_the_next_trace():
    house = House(finds=((Phase.HELO, "odd.thing", odd_helo),))
    client = house.greeted()
    client.say(MAIL, RCPT, b"DATA\r\n", MESSAGE, b"EHLO odd.example.net\r\n", MAIL, RCPT, b"DATA\r\n", MESSAGE)
    helos = [decision for decision in house.traces[1].decisions if decision.phase is Phase.HELO]
    assert [finding.code for decision in helos for step in decision.steps for finding in step.findings] == ["odd.thing"]


# ── commands without end ─────────────────────────────────────────────────────
@pytest.mark.parametrize("reply", [Reply(550, "5.7.1", "No"), LATER])
def test_refused_senders_end_the_session_some_day(reply):
    house = House(**rejecting(Phase.MAIL, reply=reply), limits={"errors": 5})
    client = house.greeted()
    replies = [code(client.say(MAIL)) for _ in range(5)]
    assert replies[-1] == "421"


def test_refused_data_commands_end_the_session_some_day():
    house = House(**rejecting(Phase.DATA, reply=LATER), limits={"errors": 5})
    client = house.greeted()
    client.say(MAIL, RCPT)
    replies = [code(client.say(b"DATA\r\n")) for _ in range(5)]
    assert replies[-1] == "421"


def test_empty_chunks_are_not_a_way_to_stay_for_ever():
    house = House(limits={"junk_commands": 10})
    client = house.greeted()
    client.say(MAIL, RCPT)
    replies = [code(client.say(b"BDAT 0\r\n")) for _ in range(12)]
    assert replies[0] == "250" and "421" in replies


@pytest.mark.parametrize("command", [b"STARTTLS\r\n", b"AUTH PLAIN\r\n"])
def test_commands_for_what_is_not_offered_are_junk(command):
    commands = {"AUTH": 512, "EHLO": 262, "STARTTLS": 16}
    house = House(limits={"junk_commands": 10, "errors": 100}, listener={"commands": commands})
    client = house.greeted()
    replies = [code(client.say(command)) for _ in range(12)]
    assert "421" in replies


# ── BDAT ─────────────────────────────────────────────────────────────────────
def test_the_chunk_behind_a_refused_one_is_no_message():
    answers = iter((True, False, False))
    house = House(**rejecting(Phase.DATA, when=lambda at: next(answers), reply=LATER))
    client = house.greeted()
    client.say(MAIL, RCPT)
    heard = client.say(b"BDAT 6\r\nA: b\r\nBDAT 6 LAST\r\n\r\nbye\n")
    assert [code(line) for line in heard.splitlines()] == ["451", "503"]
    assert not house.backend.messages


@pytest.mark.parametrize(
    "line", [b"BDAT %s8 LAST\r\n" % (b" " * 50), b"BDAT 8 L\xc3\xa4st\r\n", b"BDAT 8\xff\r\n", b"BDAT\t8 LAST\r\n"]
)
def test_where_a_chunk_cannot_be_measured_nothing_more_is_read_as_a_command(line):
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT)
    heard = client.say(line + b"RSET\r\n" + b"NOOP\r\n")
    assert len(heard.splitlines()) == 1


def test_where_chunks_are_disabled_nothing_behind_one_is_read_as_a_command():
    house = House(listener={"commands": {"EHLO": 262, "MAIL": 266, "RCPT": 266, "RSET": 16, "NOOP": 16, "BDAT": 0}})
    client = house.greeted()
    client.say(MAIL, RCPT)
    assert len(client.say(b"BDAT 6 LAST\r\nRSET\r\nNOOP\r\n").splitlines()) == 1


# ── time ─────────────────────────────────────────────────────────────────────
def dribble(client, octets, times):
    """Often enough never to be idle; whether that ends some day."""
    for _ in range(times):
        if client.is_closed or client.transport.ended:
            return True
        client.say(octets)
        client.loop.advance(0.7)
    return client.is_closed or client.transport.ended


def test_a_refused_chunk_may_not_dribble_in_for_ever():
    client = House().greeted()
    client.say(b"BDAT 1000000\r\n")
    assert dribble(client, b"x", 2000)


def test_an_overlong_line_may_not_dribble_in_for_ever():
    client = House().greeted()
    client.say(b"NOOP " + b"x" * 2000)
    assert dribble(client, b"x", 2000)


def test_one_visit_that_fails_does_not_stop_the_wheel():
    class Broken:
        def look(self, now):
            raise RuntimeError

    class Sound:
        visits = 0

        def look(self, now):
            self.visits += 1
            return now + 1

    loop = HandLoop()
    wheel, sound = Wheel(loop), Sound()
    for timed in (Broken(), sound):
        wheel.visit(timed, loop.time() + 0.5)
    loop.advance(5.0)
    assert sound.visits > 2 and loop.errors


# ── verdicts ─────────────────────────────────────────────────────────────────
def held_at_rcpt():
    return Rule(
        name="held", phase=Phase.RCPT, action=Action.QUARANTINE, reply=Reply(250, "2.1.5", "OK"),
        when=lambda facts: facts["recipient.local"] == "held", source="recipient.local == 'held'",
    )  # fmt: skip


@pytest.mark.parametrize("order", [("bob", "held"), ("held", "bob")])
def test_a_verdict_on_one_recipient_that_rests_on_no_finding_is_his_alone(order):
    house = House(rules=(held_at_rcpt(),))
    client = house.greeted()
    client.say(MAIL, *(b"RCPT TO:<%s@example.com>\r\n" % name.encode() for name in order), b"DATA\r\n")
    assert code(client.say(MESSAGE)) == "250"
    ends = {end.address: end.end for end in house.traces[0].recipients}
    assert ends == {"bob@example.com": End.DELIVERED, "held@example.com": End.QUARANTINED}


# ── who is counted ───────────────────────────────────────────────────────────
def test_connections_that_were_refused_take_nobodys_place():
    house = House(limits={"connections": 5, "connections_per_client": 2})
    refused = [house.client("192.0.2.7") for _ in range(10)]
    assert [code(client.hear()) for client in refused] == ["220"] * 2 + ["421"] * 8
    assert code(house.client("192.0.2.8").hear()) == "220"
    assert code(refused[0].say(EHLO)) == "250"


def test_all_that_is_counted_in_is_counted_out():
    house = House(limits={"connections": 5, "connections_per_client": 2})
    clients = [house.client(f"192.0.2.{7 + i // 3}") for i in range(12)]
    for client in clients:
        client.go_away()
    house.loop.advance(10)
    assert house.room.taken == 0 and not any(house.gauges.levels.values()), house.gauges.levels


def test_draining_gives_a_command_that_waits_one_answer():
    house = House(finds=((Phase.MAIL, "slow.thing", lambda at: False),), answers=(answers := {}))
    answers["slow.thing"] = hold = house.loop.create_future()
    house.listener.judge = house.judge(((Phase.MAIL, "slow.thing", lambda at: False),), (), answers)
    client = house.greeted()
    client.say(MAIL)
    worker = Worker(house.loop, [(house.listener, ())], house.room)
    worker.admissions, worker.wheel = [house.admission], house.wheel
    house.loop.do(house.loop.create_task, worker.drain(None))
    house.loop.do(hold.set_result, None)
    assert len(client.hear().splitlines()) == 1


# ── traces ───────────────────────────────────────────────────────────────────
def test_a_transaction_that_we_end_is_recorded_as_dropped_and_with_what_we_said():
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT, b"DATA\r\n", b"Subject: ")
    house.loop.advance(130)
    assert "Content comes too slowly" in client.hear()
    client.go_away()
    assert [(trace.end, trace.reply[:3]) for trace in house.traces] == [(End.DROPPED, "421")]


@pytest.mark.parametrize("last", [b"RSET\r\n", b"DATA\r\nA: b\n\r\n.\r\n"])
def test_a_trace_that_finds_no_room_is_counted_as_lost(last):
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT)
    house.journal.record = lambda trace: False
    for line in last.splitlines(keepends=True) if last == b"RSET\r\n" else (b"DATA\r\n", b"A: b\n\r\n.\r\n"):
        client.say(line)
    assert house.tally.lost == 1


def test_what_ehlo_offers_is_what_is_taken():
    house = House()
    house.backend.offers = Extensions()
    client = house.client()
    house.backend.offers = Extensions(eight_bit_mime=True)
    offered = "8BITMIME" in client.say(EHLO)
    taken = code(client.say(b"MAIL FROM:<ann@example.net> BODY=8BITMIME\r\n")) == "250"
    assert offered == taken


def test_a_late_refusal_of_the_bare_postmaster_is_remembered_for_him():
    house = House(backends={"backend": FakeBackend(refused={"postmaster@example.com": NO_SUCH_USER})})
    client = house.greeted()
    to_both = (MAIL, RCPT, b"RCPT TO:<postmaster>\r\n")
    client.say(*to_both, b"DATA\r\n")
    assert code(client.say(MESSAGE)) == "451"
    assert [code(line) for line in client.say(*to_both).splitlines()] == ["250", "250", "550"]
    client.say(b"DATA\r\n")
    assert code(client.say(MESSAGE)) == "250"


def test_where_mail_is_to_be_split_verdicts_that_rest_on_no_finding_split_it_too():
    house = House(rules=(held_at_rcpt(),), domains={"example.com": DomainRoute("backend", mixed="split")})
    client = house.greeted()
    heard = client.say(MAIL, RCPT, b"RCPT TO:<held@example.com>\r\n")
    assert [code(line) for line in heard.splitlines()] == ["250", "250", "452"]


# ── replay ───────────────────────────────────────────────────────────────────
def test_every_verdict_on_a_message_has_the_evidence_it_rests_on():
    house = House(
        finds=((Phase.RCPT, "held.name", lambda at: at.recipient.local == "held"), (Phase.MESSAGE, "odd.thing")),
        rules=(rule(Action.QUARANTINE, "held.name", Phase.MESSAGE, reply=Reply(250, "2.0.0", "OK")),),
    )
    client = house.greeted()
    client.say(MAIL, RCPT, b"RCPT TO:<held@example.com>\r\n", b"DATA\r\n", MESSAGE)
    trace = house.traces[0]
    found = [
        [f.code for f in recorded_findings(trace, decision)]
        for decision in trace.decisions
        if decision.phase is Phase.MESSAGE
    ]
    assert sorted(found) == [["held.name", "odd.thing"], ["odd.thing"]]


def test_evidence_on_a_sender_that_was_refused_is_not_that_on_the_next():
    house = House(**rejecting(Phase.MAIL, when=lambda at: at.sender is None))
    client = house.greeted()
    client.say(b"MAIL FROM:<>\r\n", MAIL, RCPT, b"DATA\r\n", MESSAGE)
    trace = house.traces[0]
    assert trace.end is End.DELIVERED
    assert recorded_findings(trace, trace.decisions[-1]) == ()
