"""What remains of a transaction: its trace, for every way it can end."""

import pytest

from gatepost.gateway.routes import Route
from gatepost.gateway.spool import Spool
from gatepost.gateway.transaction import (
    EXCHANGE_LIMIT,
    MESSAGE_ID_LIMIT,
    RECIPIENT_LIMIT,
    Place,
    Recipient,
    Record,
    Transaction,
    trace,
)  # fmt: skip
from gatepost.model.finding import NOTHING
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.samples import TLS13, address, connect, helo, mail
from gatepost.model.trace import Decision, End, Handover, RecipientEnd
from gatepost.model.verdict import Action, Verdict

OK = Reply(250, "2.0.0", "OK")
NO = Reply(550, "5.1.1", "User unknown")
LATER = Reply(450, "4.7.1", "Later")
PLACE = Place("node1", 3, "192.0.2.0/24", "192.0.2.99", 4025, "192.0.2.1:25")
ACCEPT = Verdict(Action.ACCEPT, OK, "default")
BOB, EVE = address("bob@example.com"), address("eve@example.com")


def record():
    return Record("t-1", 1704103200.0, 50.0)


def transaction(sender="ann@example.net", *recipients):
    one = Transaction(mail(sender, user="ann"), "", "", NOTHING, ACCEPT)
    one.recipients = [Recipient(r, Route("backend", r, True), (), ACCEPT) for r in recipients]
    return one


def told(of=None, end=End.IDLE, reply=OK, record=None, at=None):
    return trace(record or Record("t-1", 1704103200.0, 50.0), PLACE, at or helo(tls=TLS13), end, reply, 1.5, of)


def test_it_says_who_where_and_when():
    whole = told()
    assert (whole.id, whole.session, whole.node, whole.worker, whole.listener) == ("t-1", "s-1", "node1", 3, "inbound")
    assert (whole.client_ip, whole.client_port, whole.server) == ("192.0.2.99", 4025, "192.0.2.1:25")
    assert (whole.began, whole.elapsed, whole.helo, whole.tls) == (1704103200.0, 1.5, "client.example.net", TLS13)


def test_a_client_that_gave_no_name_has_none():
    whole = told(at=connect())
    assert (whole.helo, whole.tls, whole.sender, whole.recipients) == ("", None, None, ())


def test_without_a_decision_there_is_none():
    assert (told().action, told().rule, told().because) == ("", "", ())


def test_the_last_decision_counts():
    kept = record()
    refusal = Verdict(Action.DROP, NO, "early-talker", ("early_talker.detected",))
    kept.decisions += [Decision(Phase.CONNECT, ACCEPT), Decision(Phase.CONNECT, refusal)]
    whole = told(record=kept, end=End.DROPPED, reply=NO)
    assert (whole.action, whole.rule, whole.because) == ("drop", "early-talker", ("early_talker.detected",))
    assert whole.decisions == tuple(kept.decisions)


def test_a_delivered_message():
    of = transaction("ann@example.net", BOB)
    of.size, of.message_id, of.verdict = 123, "<1@x>", Verdict(Action.TAG, OK, "tag-it")
    of.ended, of.handovers = (RecipientEnd("bob@example.com", End.DELIVERED),), (Handover("backend"),)
    whole = told(of, End.DELIVERED)
    assert (whole.sender, whole.user, whole.size, whole.message_id) == ("ann@example.net", "ann", 123, "<1@x>")
    assert (whole.action, whole.rule, whole.recipients, whole.handovers) == ("tag", "tag-it", of.ended, of.handovers)


def test_a_bounce_has_the_empty_sender_not_none():
    assert told(transaction("")).sender == ""


def test_recipients_without_an_end_of_their_own_have_that_of_the_message():
    of = transaction("ann@example.net", BOB)
    of.refuse(EVE, NO, "unknown-recipient")
    whole = told(of, End.ABANDONED)
    assert whole.recipients == (
        RecipientEnd("bob@example.com", End.ABANDONED, "250 2.0.0 OK"),
        RecipientEnd("eve@example.com", End.REFUSED, "550 5.1.1 User unknown", "unknown-recipient"),
    )


@pytest.mark.parametrize(("reply", "action"), [(NO, "reject"), (LATER, "defer")])
def test_when_nobody_was_left_the_last_refusal_says_why(reply, action):
    of, kept = transaction(), record()
    kept.decisions.append(Decision(Phase.RCPT, ACCEPT))
    of.refuse(EVE, reply, "relay")
    whole = told(of, End.REFUSED, reply, kept)
    assert (whole.action, whole.rule) == (action, "relay")


@pytest.mark.parametrize(
    ("action", "reply", "end"), [(Action.REJECT, NO, End.REFUSED), (Action.DEFER, LATER, End.DEFERRED)]
)
def test_a_sender_who_was_refused_and_went_away_was_refused(action, reply, end):
    kept = record()
    kept.mail = mail("evil@example.net")
    kept.decisions.append(Decision(Phase.MAIL, Verdict(action, reply, "denied-sender")))
    whole = told(record=kept, reply=Reply(221, "2.0.0", "Bye"))
    assert (whole.sender, whole.end, whole.reply, whole.rule) == ("evil@example.net", end, str(reply), "denied-sender")


def test_a_sender_who_was_refused_and_then_dropped_was_dropped():
    kept = record()
    kept.mail = mail("evil@example.net")
    kept.decisions.append(Decision(Phase.MAIL, Verdict(Action.REJECT, NO, "denied-sender")))
    assert told(record=kept, end=End.DROPPED, reply=Reply(421, "", "x")).end is End.DROPPED


@pytest.mark.parametrize("decisions", [(), (Decision(Phase.HELO, ACCEPT),), (Decision(Phase.MAIL, ACCEPT),)])
def test_a_sender_on_whom_nothing_was_decided_is_only_named(decisions):
    kept = record()
    kept.mail = mail("ann@example.net")
    kept.decisions.extend(decisions)
    whole = told(record=kept)
    assert (whole.sender, whole.end) == ("ann@example.net", End.IDLE)


def test_the_time_line_is_bounded_and_begins_with_the_record():
    kept = record()
    for second in range(EXCHANGE_LIMIT + 5):
        kept.exchange("NOOP", "x", OK, 50.0 + second, 0.5)
    exchanges = told(record=kept).exchanges
    assert len(exchanges) == EXCHANGE_LIMIT and exchanges[1].at == 1.0
    assert (exchanges[0].verb, exchanges[0].argument, exchanges[0].reply, exchanges[0].delay) == (
        "NOOP", "x", "250 2.0.0 OK", 0.5,
    )  # fmt: skip


def test_refused_recipients_are_bounded():
    of = transaction()
    for _ in range(RECIPIENT_LIMIT + 5):
        of.refuse(EVE, NO, "relay")
    assert len(told(of).recipients) == RECIPIENT_LIMIT


def test_a_message_id_is_cut():
    of = transaction()
    of.message_id = "<" + "x" * 1000
    assert len(told(of).message_id) == MESSAGE_ID_LIMIT


def test_releasing_gives_the_spool_back_and_may_be_done_twice(tmp_path):
    of = transaction()
    of.release()
    of.spool = spool = Spool(tmp_path, 1)
    spool.write(b"large")
    of.release()
    of.release()
    assert spool.descriptor < 0 and of.spool is None
