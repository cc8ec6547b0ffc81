"""The dialogue but for mail: greeting, EHLO, what leads nowhere, refusals, the record of it."""

import pytest

from gatepost.gateway.answer import Answer
from gatepost.gateway.dialogue import answer_to
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.samples import TLS13
from gatepost.model.trace import End
from gatepost.model.verdict import Action, Verdict
from gatepost.smtp.events import Content, StartTls
from tests.gateway.house import EHLO, MAIL, MESSAGE, NO_SUCH_USER, RCPT, House, rejecting, rule

NO_THANKS = Reply(554, "5.7.1", "No thanks")
NOT_NOW = Reply(450, "4.7.1", "Not now")
JUDGED = [phase for phase in Phase if phase is not Phase.DATA]  # nobody asks anything there


def refusing(action, phase, reply, **more):
    """A house in which everybody is met so at `phase`."""
    return House(finds=((phase, "odd.thing"),), rules=(rule(action, "odd.thing", phase, reply),), **more)


# ── greeting and EHLO ────────────────────────────────────────────────────────


def test_the_greeting_and_what_is_offered():
    client = House().client()
    assert client.hear() == "220 mx.example.com ESMTP\r\n"
    assert client.say(EHLO).split("\r\n") == [
        "250-mx.example.com", "250-PIPELINING", f"250-SIZE {35 * 1024 * 1024}", "250-ENHANCEDSTATUSCODES",
        "250-8BITMIME",
        "250-DSN", "250-SMTPUTF8", "250 CHUNKING", "",
    ]  # fmt: skip


def test_helo_is_offered_nothing():
    client = House().client()
    client.hear()
    assert client.say(b"HELO client.example.net\r\n") == "250 mx.example.com\r\n"


@pytest.mark.parametrize("action", [Action.REJECT, Action.DEFER, Action.DROP])
def test_a_client_refused_at_the_door_hears_why_and_is_gone(action):
    house = refusing(action, Phase.CONNECT, NO_THANKS)
    client = house.client()
    assert client.hear() == "554 5.7.1 No thanks\r\n" and client.transport.ended
    client.go_away()
    (trace,) = house.traces
    assert (trace.end, trace.rule) == (End.REFUSED, f"{action.value}-odd.thing")
    assert trace.reply.startswith(str(NO_THANKS)) and client.references == [trace.id]


@pytest.mark.parametrize("action", [Action.ACCEPT, Action.TAG, Action.QUARANTINE])
def test_a_verdict_that_lets_pass_is_not_heard(action):
    house = refusing(action, Phase.CONNECT, Reply(220, "", "x"))
    assert house.client().hear().startswith("220 mx.example.com")


def test_a_refused_name_may_be_said_better():
    house = House(**rejecting(Phase.HELO, when=lambda at: at.helo == "bad.example"))
    client = house.client()
    client.hear()
    assert client.say(b"EHLO bad.example\r\n") == "550 5.1.1 User unknown\r\n"
    assert client.say(MAIL).startswith("503 ")
    assert client.say(EHLO).startswith("250-")
    assert client.say(MAIL) == "250 2.1.0 Sender OK\r\n"


@pytest.mark.parametrize("phase", [Phase.HELO, Phase.MAIL])
def test_a_verdict_to_drop_closes_behind_the_reply(phase):
    house = refusing(Action.DROP, phase, Reply(421, "4.7.0", "Go"))
    client = house.client()
    client.hear()
    assert client.say(EHLO, *([MAIL] if phase is Phase.MAIL else [])).endswith("421 4.7.0 Go\r\n")
    assert client.transport.ended
    client.go_away()
    assert house.traces[0].end is End.DROPPED


def test_a_verdict_is_never_to_ignore():
    session = House().session()
    with pytest.raises(ValueError, match="IGNORE"):
        session.refusal(Verdict(Action.IGNORE, NO_THANKS, "x")).send(None)


def test_a_new_ehlo_forgets_the_transaction():
    client = House().greeted()
    client.say(MAIL, RCPT)
    client.say(EHLO)
    assert client.say(RCPT).startswith("503 ") and client.house.traces[0].end is End.ABANDONED


def test_what_was_found_at_the_door_is_known_later():
    house = House(
        finds=((Phase.CONNECT, "odd.thing"),), rules=(rule(Action.REJECT, "odd.thing", Phase.MAIL, NO_THANKS),)
    )
    assert house.greeted().say(MAIL) == "554 5.7.1 No thanks\r\n"


def test_what_was_found_at_helo_is_known_later_but_not_of_a_name_said_before():
    house = House(
        finds=((Phase.HELO, "odd.name", lambda at: at.helo == "odd.example"),),
        rules=(rule(Action.REJECT, "odd.name", Phase.MAIL, NO_THANKS),),
    )
    client = house.client()
    client.say(b"EHLO odd.example\r\n")
    assert client.say(MAIL) == "554 5.7.1 No thanks\r\n"
    client.say(EHLO)
    assert client.say(MAIL) == "250 2.1.0 Sender OK\r\n"


# ── what leads nowhere ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        (b"NOOP", "250 2.0.0 OK"), (b"RSET", "250 2.0.0 Reset"), (b"VRFY ann",
        "252 2.5.0 Cannot verify; send mail and see"),
        (b"XEXCH50 1 2", "504 5.7.4 Authentication required"), (b"STARTTLS", "454 4.7.0 TLS not available"),
        (b"EXPN list", "502 5.5.1 Command not implemented"), (b"XYZZY", "500 5.5.1 Command not recognized"),
        (b"HELP", "502 5.5.1 Command not implemented"),
    ],
)  # fmt: skip
def test_a_command_that_asks_nothing_of_anybody(command, reply):
    assert House().greeted().say(command + b"\r\n") == f"{reply}\r\n"


def test_a_verb_that_is_listed_though_nobody_has_an_answer_is_not_implemented():
    client = House(listener={"commands": {"EHLO": True, "TURN": True, "AUTH": True}}).greeted()
    assert client.say(b"TURN\r\n") == "502 5.5.1 Command not implemented\r\n"
    assert client.say(b"AUTH PLAIN\r\n") == "502 5.5.1 Command not implemented\r\n"


def test_help_where_it_is_allowed_says_no_more_than_where_to_read():
    client = House(listener={"commands": {"EHLO": True, "HELP": True}}).greeted()
    assert client.say(b"HELP MAIL\r\n") == "214 2.0.0 See RFC 5321\r\n"


def test_quit_is_answered_and_closes():
    client = House().greeted()
    assert client.say(b"QUIT\r\nNOOP\r\n") == "221 2.0.0 Closing connection\r\n" and client.is_closed


@pytest.mark.parametrize("command", [b"NOOP\r\n", b"RSET\r\n", b"VRFY a\r\n", EHLO, b"STARTTLS\r\n"])
def test_commands_that_lead_to_no_message_end_at_their_limit(command):
    client = House(limits={"junk_commands": 10}).greeted()
    answers = [client.say(command) for _ in range(11)]
    assert all(answer and not answer.startswith("421") for answer in answers[:10])
    assert answers[10] == "421 4.7.0 Too many commands without mail; closing connection\r\n" and client.transport.ended


def test_a_message_makes_good_for_the_junk_before_it():
    client = House(limits={"junk_commands": 10}).greeted()
    for _ in range(3):
        client.say(b"NOOP\r\n" * 9)
        assert client.say(MAIL + RCPT + b"DATA\r\n", MESSAGE).endswith(
            "Message accepted " + client.house.traces[-1].id + "\r\n"
        )


def test_errors_end_at_their_limit():
    client = House(limits={"errors": 3}).greeted()
    answers = [client.say(b"XYZZY\r\n") for _ in range(3)]
    assert [a[:3] for a in answers] == ["500", "500", "421"] and "Too many errors" in answers[2]


def test_refused_senders_are_errors_too():
    house = House(**rejecting(Phase.MAIL), limits={"errors": 3})
    client = house.greeted()
    assert [client.say(MAIL)[:3] for _ in range(3)] == ["550", "550", "421"]


@pytest.mark.parametrize("phase", [Phase.HELO, Phase.DATA])
def test_refusals_of_every_phase_come_to_an_end(phase):
    house = refusing(Action.DEFER, phase, NOT_NOW, limits={"errors": 3, "junk_commands": 10})
    client = house.greeted()
    command = EHLO
    if phase is Phase.DATA:
        client.say(MAIL, RCPT)
        command = b"DATA\r\n"
    answers = [client.say(command)[:3] for _ in range(12)]
    assert answers[0] == "450" and "421" in answers


def test_an_event_that_nobody_answers_is_a_bug():
    with pytest.raises(TypeError, match="nobody answers Content"):
        answer_to(House().session(), Content(b"x"))


# ── TLS ──────────────────────────────────────────────────────────────────────


def with_tls(**settings):
    house = House(listener=settings)
    house.listener.tls = object()
    house.listener.terms_of = (house.listener.make_terms(False), house.listener.make_terms(True))
    return house


def test_starttls_is_offered_and_taken_once():
    session = with_tls().session()
    assert session.terms().offer.starttls
    answer = answer_to(session, StartTls())
    assert (answer.reply.code, answer.upgrade) == (220, True)
    session.tls_started(TLS13)
    assert not session.terms().offer.starttls and answer_to(session, StartTls()).reply.code == 454


def test_what_a_proxy_has_said_of_the_clients_tls_stays():
    session = with_tls().session()
    session.tls = TLS13
    session.tls_started("the proxy's own")
    assert session.tls is TLS13


PAIR = {"certificates": [{"certificate": "/c", "key": "/k"}]}


@pytest.mark.parametrize("demand", [{"required": True}, {"required_from": ["192.0.2.0/24"]}])
def test_who_has_to_encrypt_and_does_not_may_not_send(demand):
    client = House(listener={"tls": {**PAIR, **demand}}).greeted()
    assert client.say(MAIL) == "530 5.7.0 Must issue a STARTTLS command first\r\n"


def test_whose_network_need_not_encrypt_may_send():
    client = House(listener={"tls": {**PAIR, "required_from": ["198.51.100.0/24"]}}).greeted()
    assert client.say(MAIL).startswith("250 ")


def test_a_login_in_clear_is_told_to_encrypt_first():
    house = House(listener={"tls": {**PAIR, "required": True}, "commands": {"EHLO": True, "AUTH": True}})
    assert house.greeted().say(b"AUTH PLAIN\r\n") == "530 5.7.0 Must issue a STARTTLS command first\r\n"


# ── the tar pit ──────────────────────────────────────────────────────────────

PIT = {"delay": 10, "maximum": 30}


def test_a_5xx_to_a_stranger_waits():
    client = House(tarpit=PIT).greeted()
    assert client.say(b"XYZZY\r\n") == ""
    client.loop.advance(9.9)
    assert client.hear() == ""
    client.loop.advance(0.2)
    assert client.hear() == "500 5.5.1 Command not recognized\r\n"


@pytest.mark.parametrize("more", [{"trusted": ("192.0.2.0/24",)}, {"listener": {"role": "submission"}}])
def test_a_5xx_to_one_of_ours_does_not_wait(more):
    assert House(tarpit=PIT, **more).greeted().say(b"XYZZY\r\n").startswith("500 ")


def test_a_4xx_does_not_wait_unless_the_verdict_says_so():
    assert refusing(Action.DEFER, Phase.MAIL, NOT_NOW, tarpit=PIT).greeted().say(MAIL).startswith("450 ")
    slow = House(
        finds=((Phase.MAIL, "odd.thing"),), rules=(rule(Action.DEFER, "odd.thing", Phase.MAIL, NOT_NOW, delay=5.0),)
    ).greeted()
    assert slow.say(MAIL) == ""
    slow.loop.advance(5)
    assert slow.hear().startswith("450 ")


def test_a_verdict_may_accept_slowly():
    client = House(
        finds=((Phase.MAIL, "odd.thing"), (Phase.RCPT, "odd.thing"), (Phase.DATA, "odd.thing")),
        rules=tuple(
            rule(Action.ACCEPT, "odd.thing", phase, Reply(250, "2.0.0", "x"), delay=5.0)
            for phase in (Phase.MAIL, Phase.RCPT, Phase.DATA)
        ),
    ).greeted()  # fmt: skip
    for command, reply in ((MAIL, "250 2.1.0"), (RCPT, "250 2.1.5"), (b"DATA\r\n", "354 ")):
        assert client.say(command) == ""
        client.loop.advance(5)
        assert client.hear().startswith(reply)


def test_a_client_with_good_recipients_never_waits_more_than_the_maximum_in_a_transaction():
    client = House(tarpit=PIT, **rejecting(Phase.RCPT, when=lambda at: at.recipient.local != "bob")).greeted()
    client.say(MAIL, RCPT)
    waited = 0
    for _ in range(9):
        answer = client.say(b"RCPT TO:<eve@example.com>\r\n")
        while not answer:
            client.loop.advance(1)
            waited, answer = waited + 1, client.hear()
    assert waited == 30


# ── the record ───────────────────────────────────────────────────────────────


def test_a_connection_that_asks_for_nothing_leaves_a_trace():
    house = House()
    client = house.client()
    client.loop.advance(7)
    client.go_away()
    (trace,) = house.traces
    assert (trace.end, trace.client_ip, trace.elapsed, trace.sender) == (End.IDLE, "192.0.2.99", 7.0, None)
    assert [(e.verb, e.reply) for e in trace.exchanges] == [("", "220 mx.example.com ESMTP")]


def test_an_ehlo_and_quit_is_idle_too():
    house = House()
    house.greeted().say(b"QUIT\r\n")
    (trace,) = house.traces
    assert (trace.end, trace.helo, trace.reply) == (End.IDLE, "client.example.net", "221 2.0.0 Closing connection")
    assert [e.verb for e in trace.exchanges] == ["", "EHLO", "QUIT"]


def test_a_delivered_message_leaves_one_trace_and_quit_behind_it_none():
    house = House()
    client = house.greeted()
    client.say(MAIL + RCPT + b"DATA\r\n", MESSAGE, b"QUIT\r\n")
    (trace,) = house.traces
    assert (trace.end, trace.action, trace.rule) == (End.DELIVERED, "accept", "default")
    assert [e.verb for e in trace.exchanges] == ["", "EHLO", "MAIL", "RCPT", "DATA", "."]
    assert trace.id == trace.session and house.tally.accepted == 1


def test_each_message_of_a_connection_has_a_trace_of_its_own_with_what_was_decided_before():
    house = House(finds=((Phase.CONNECT, "odd.thing"), (Phase.HELO, "odd.name")))
    client = house.greeted()
    for _ in range(2):
        client.say(MAIL + RCPT + b"DATA\r\n", MESSAGE)
    first, second = house.traces
    assert first.id != second.id and first.session == second.session
    for trace in (first, second):
        assert [d.phase for d in trace.decisions] == JUDGED


def test_a_name_said_again_takes_the_place_of_the_former_one():
    house = House()
    client = house.greeted()
    client.say(EHLO, b"HELO other.example\r\n", MAIL, RCPT, b"DATA\r\n", MESSAGE)
    (trace,) = house.traces
    assert trace.helo == "other.example"
    client.say(MAIL, RCPT, b"DATA\r\n", MESSAGE)
    assert [d.phase for d in house.traces[1].decisions] == JUDGED


def test_an_abandoned_transaction_says_so():
    house = House()
    house.greeted().say(MAIL, RCPT, b"RSET\r\n")
    (trace,) = house.traces
    assert (trace.end, trace.sender, trace.recipients[0].end) == (End.ABANDONED, "ann@example.net", End.ABANDONED)


def test_a_transaction_in_which_everybody_was_refused_was_refused():
    house = House(**rejecting(Phase.RCPT))
    house.greeted().say(MAIL, RCPT, b"QUIT\r\n")
    (trace,) = house.traces
    assert (trace.end, trace.action) == (End.REFUSED, "reject") and trace.reply.startswith(str(NO_SUCH_USER))


def test_a_client_dropped_within_a_transaction_was_dropped():
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT, b"NO\rOP\r\n")
    client.go_away()
    (trace,) = house.traces
    assert trace.end is End.DROPPED and trace.exchanges[-1].argument == "line.bare-line-end"


def test_an_attack_behind_the_last_message_is_recorded():
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT, b"DATA\r\n", MESSAGE, b"NOOP\nQUIT\r\n")
    client.go_away()
    assert len(house.traces) == 2 and house.traces[1].exchanges[-1].argument == "line.bare-line-end"


@pytest.mark.parametrize("end", ["lost", "abandoned", "bad content"])
def test_a_trace_for_which_there_is_no_room_is_counted_as_lost(end):
    house = House()
    house.journal.full = True
    client = house.greeted()
    if end == "abandoned":
        client.say(MAIL, RCPT, b"RSET\r\n")
    elif end == "bad content":
        client.say(MAIL, RCPT, b"DATA\r\n", b"a\nb\r\n.\r\n")
    else:
        client.go_away()
    assert house.tally.lost == 1 and not house.traces


def test_a_session_without_a_record_takes_no_notes():
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT, b"DATA\r\n", MESSAGE, b"NOOP\r\n", b"NOOP\r\n")
    client.go_away()
    assert len(house.traces) == 1


def test_an_answer_is_a_value():
    assert Answer(NO_SUCH_USER) == Answer(NO_SUCH_USER, 0.0, False, False)


def test_while_draining_a_name_said_again_behind_a_message_is_the_last_word():
    client = House().greeted()
    client.house.listener.draining = True
    client.say(MAIL, RCPT, b"DATA\r\n", MESSAGE)
    assert client.say(EHLO) == "421 4.3.2 Service is shutting down, try again later\r\n"


def test_a_record_that_has_ended_cannot_end_again():
    session = House().session()
    session.closed(End.IDLE, NOT_NOW)
    assert session.finish(End.IDLE, NOT_NOW, "") is None and len(session.listener.outside.journal.traces) == 1
