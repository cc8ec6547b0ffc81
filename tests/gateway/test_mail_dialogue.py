"""How a transaction begins: MAIL, RCPT, DATA."""

import pytest

from gatepost.engine.stepping import first_step
from gatepost.gateway import mail_dialogue
from gatepost.gateway.handover import refusal_key
from gatepost.gateway.routes import DomainRoute
from gatepost.model.address import Address, Domain
from gatepost.model.phase import Phase
from gatepost.model.samples import address
from gatepost.model.trace import End
from gatepost.model.verdict import Action
from gatepost.smtp.events import Data, Mail, Rcpt
from gatepost.testing.fakes import FakeBackend
from tests.gateway.house import MAIL, MESSAGE, NO_SUCH_USER, RCPT, House, rejecting, rule

EVE = b"RCPT TO:<eve@example.com>\r\n"
DATA = b"DATA\r\n"
WHOLE = (MAIL, RCPT, DATA, MESSAGE)

# ── MAIL ─────────────────────────────────────────────────────────────────────


def test_a_sender_is_accepted():
    assert House().greeted().say(MAIL) == "250 2.1.0 Sender OK\r\n"


def test_a_refused_sender_leaves_no_transaction():
    house = House(**rejecting(Phase.MAIL))
    client = house.greeted()
    assert client.say(MAIL) == "550 5.1.1 User unknown\r\n"
    assert client.say(RCPT).startswith("503 ")
    client.go_away()
    (trace,) = house.traces
    assert (trace.sender, trace.end) == ("ann@example.net", End.REFUSED)


def test_a_session_that_has_lasted_too_long_ends_at_mail_and_not_before():
    client = House(limits={"session": 600, "idle": 10_000}).greeted()
    client.say(*WHOLE[:3])
    client.loop.now += 601
    assert client.say(MESSAGE).startswith("250 ")
    assert client.say(MAIL) == "421 4.4.2 Session has lasted too long, connect again\r\n"


def test_checks_see_how_much_the_session_has_brought_so_far():
    seen = []
    house = House(finds=((Phase.MAIL, "odd.thing", lambda at: seen.append((at.messages_before, at.octets_before))),))
    client = house.greeted()
    client.say(*WHOLE, *WHOLE, MAIL)
    octets = len(MESSAGE) - 3
    assert seen == [(0, 0), (1, octets), (2, 2 * octets)]


def test_while_draining_no_further_transaction_begins():
    house = House()
    client = house.greeted()
    house.listener.draining = True
    assert "250 2.0.0 Message accepted" in client.say(*WHOLE)  # who came in time may send one
    assert client.say(MAIL) == "421 4.3.2 Service is shutting down, try again later\r\n"


def test_parameters_go_where_they_belong():
    house = House()
    client = house.greeted()
    client.say(
        b"MAIL FROM:<> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=abc\r\n",
        b"RCPT TO:<bob@example.com> NOTIFY=NEVER ORCPT=rfc822;bob@example.com\r\n", EVE, DATA, MESSAGE,
    )  # fmt: skip
    ((envelope, _),) = house.backend.messages
    assert (envelope.sender, envelope.body, envelope.smtputf8) == (None, "8BITMIME", True)
    assert (envelope.ret, envelope.envid) == ("HDRS", "abc")
    assert (envelope.notify, envelope.orcpt) == (("NEVER", ""), ("rfc822;bob@example.com", ""))


# ── RCPT: relay control ──────────────────────────────────────────────────────


def test_a_stranger_may_not_relay():
    house = House()
    client = house.greeted()
    client.say(MAIL)
    assert client.say(b"RCPT TO:<bob@example.net>\r\n") == "550 5.7.1 Relaying denied\r\n"
    client.say(b"QUIT\r\n")
    assert (house.traces[0].recipients[0].rule, house.traces[0].rule) == ("relay", "relay")


def test_a_listed_network_may_relay():
    house = House(
        listener={"role": "internal", "relay": "out", "relay_from": ["192.0.2.0/24"]},
        backends={"backend": FakeBackend(), "out": FakeBackend("out")},
    )
    client = house.greeted()
    client.say(MAIL)
    assert client.say(b"RCPT TO:<bob@example.net>\r\n").startswith("250 ")
    client.say(DATA, MESSAGE)
    assert house.backends["out"].messages and not house.backend.messages


def test_the_bare_postmaster_goes_to_our_first_domain():
    house = House()
    house.greeted().say(MAIL, b"RCPT TO:<Postmaster>\r\n", DATA, MESSAGE)
    assert house.backend.messages[0][0].recipients == (address("Postmaster@example.com"),)


TWO_BACKENDS = {
    "backends": {"backend": FakeBackend(), "other": FakeBackend("other")},
    "domains": {"example.com": DomainRoute("backend"), "example.org": DomainRoute("other")},
}


def test_one_message_goes_to_one_backend():
    client = House(**TWO_BACKENDS).greeted()
    client.say(MAIL, RCPT)
    assert (
        client.say(b"RCPT TO:<bob@example.org>\r\n") == "452 4.5.3 Send to this recipient in a message of its own\r\n"
    )
    assert client.say(EVE).startswith("250 ")


def test_a_size_declared_beyond_what_the_domain_takes_is_refused_at_once():
    client = House(domains={"example.com": DomainRoute("backend", 1000)}).greeted()
    client.say(b"MAIL FROM:<> SIZE=1001\r\n")
    assert client.say(RCPT) == "552 5.3.4 Message exceeds the maximum size of the recipient's domain\r\n"
    client.say(b"RSET\r\n", b"MAIL FROM:<> SIZE=1000\r\n")
    assert client.say(RCPT).startswith("250 ")


# ── RCPT: what was said of late ──────────────────────────────────────────────


def remembering(**kept):
    house = House()
    for local, said in kept.items():
        key = refusal_key(address("ann@example.net"), address(f"{local}@example.com"))
        house.loop.run(house.memory.put(key, said, ttl=3600))
    return house


def test_a_late_refusal_is_heard_at_the_retrys_rcpt():
    client = remembering(bob="550 5.7.1 Not by your rules").greeted()
    client.say(MAIL)
    assert client.say(RCPT) == "550 5.7.1 Not by your rules\r\n"
    assert client.say(EVE).startswith("250 ")


def test_an_hour_later_it_is_forgotten():
    house = remembering(bob="550 5.7.1 Not by your rules")
    house.loop.advance(3601)
    client = house.greeted()
    client.say(MAIL)
    assert client.say(RCPT).startswith("250 ")


def test_without_a_memory_the_recipient_is_tried_again():
    house = remembering(bob="550 5.7.1 Not by your rules")
    house.memory.down = True
    assert house.greeted().say(MAIL, RCPT).endswith("250 2.1.5 Recipient OK\r\n")


@pytest.mark.parametrize("spelt", [b"eve@example.com", b"postmaster"])
def test_a_message_to_some_who_are_refused_late_reaches_the_others_with_the_second_try(spelt):
    house = House()
    refused = address(spelt.decode() if b"@" in spelt else f"{spelt.decode()}@example.com")
    house.backends["backend"].refused = {str(refused): NO_SUCH_USER}
    client = house.greeted()
    both = (MAIL, RCPT, b"RCPT TO:<%s>\r\n" % spelt, DATA, MESSAGE)
    assert "451 4.5.1 Some recipients are no longer valid" in client.say(*both)
    heard = client.say(*both).split("\r\n")
    assert heard[2] == str(NO_SUCH_USER) and heard[4].startswith("250 2.0.0 Message accepted")
    assert [e.recipients for e, _ in house.backend.messages] == [(address("bob@example.com"),)]


# ── RCPT: checks ─────────────────────────────────────────────────────────────


def test_a_refused_recipient_is_not_among_those_who_get_it():
    house = House(**rejecting(Phase.RCPT, when=lambda at: at.recipient.local == "eve"))
    client = house.greeted()
    assert client.say(MAIL, RCPT, EVE).endswith("550 5.1.1 User unknown\r\n")
    client.say(DATA, MESSAGE)
    assert [r.address for r in house.traces[0].recipients] == ["bob@example.com", "eve@example.com"]
    assert house.backend.messages[0][0].recipients == (address("bob@example.com"),)


def test_checks_see_how_many_were_offered_and_taken_before():
    seen = []

    def eve(at):
        seen.append((at.recipients_before, at.offered_before))
        return at.recipient.local == "eve"

    House(**rejecting(Phase.RCPT, when=eve)).greeted().say(MAIL, EVE, RCPT, EVE, RCPT)
    assert seen == [(0, 0), (0, 1), (1, 2), (1, 3)]


def test_too_many_refused_recipients_end_the_session():
    client = House(**rejecting(Phase.RCPT), limits={"refused_recipients": 2}).greeted()
    client.say(MAIL)
    answers = [client.say(EVE)[:3] for _ in range(3)]
    assert answers == ["550", "550", "421"] and client.transport.ended


def test_refused_recipients_are_counted_over_all_transactions_of_a_connection():
    client = House(**rejecting(Phase.RCPT), limits={"refused_recipients": 2}).greeted()
    heard = client.say(MAIL, EVE, b"RSET\r\n", MAIL, EVE, b"RSET\r\n", MAIL, EVE)
    assert heard.endswith("421 4.7.0 Too many refused recipients; closing connection\r\n")


@pytest.mark.parametrize("denied", [b"RCPT TO:<bob@example.net>\r\n", RCPT])
def test_what_no_check_refused_waits_in_the_tarpit_too(denied):
    house = House(tarpit={"delay": 10, "maximum": 30})
    key = refusal_key(address("ann@example.net"), address("bob@example.com"))
    house.loop.run(house.memory.put(key, "550 5.7.1 No", ttl=3600))
    client = house.greeted()
    client.say(MAIL)
    assert client.say(denied) == ""
    house.loop.advance(10)
    assert client.hear().startswith("550 5.7.1 ")


def split_house(mixed="split"):
    return House(
        finds=((Phase.RCPT, "odd.thing", lambda at: at.recipient.local == "eve"),),
        domains={"example.com": DomainRoute("backend", mixed=mixed)},
    )


def test_where_verdicts_may_differ_a_split_domain_takes_one_kind_of_recipient_at_a_time():
    client = split_house().greeted()
    client.say(MAIL, RCPT)
    assert client.say(EVE).startswith("452 4.5.3 ")
    assert client.say(b"RCPT TO:<carol@example.com>\r\n").startswith("250 ")


def test_where_they_may_be_quarantined_all_are_taken():
    client = split_house("quarantine").greeted()
    client.say(MAIL, RCPT)
    assert client.say(EVE).startswith("250 ")


def test_domains_that_treat_mixed_verdicts_differently_do_not_mix():
    house = House(domains={"example.com": DomainRoute("backend"), "example.org": DomainRoute("backend", mixed="split")})
    client = house.greeted()
    client.say(MAIL, RCPT)
    assert client.say(b"RCPT TO:<bob@example.org>\r\n").startswith("452 4.5.3 ")


# ── DATA ─────────────────────────────────────────────────────────────────────


def test_content_is_asked_for():
    assert House().greeted().say(MAIL, RCPT, DATA).endswith("354 End data with <CR><LF>.<CR><LF>\r\n")


def test_data_may_be_refused_and_asked_for_again():
    client = House(**rejecting(Phase.DATA, when=lambda at: len(at.recipients) == 1)).greeted()
    assert client.say(MAIL, RCPT, DATA).endswith("550 5.1.1 User unknown\r\n")
    client.loop.advance(1)
    assert client.say(EVE, DATA).endswith("354 End data with <CR><LF>.<CR><LF>\r\n")
    assert client.say(MESSAGE).startswith("250 ")


def test_a_refused_chunk_is_swallowed():
    client = House(**rejecting(Phase.DATA)).greeted()
    client.say(MAIL, RCPT)
    assert client.say(b"BDAT 6 LAST\r\nNOOP\r\nNOOP\r\n") == "550 5.1.1 User unknown\r\n250 2.0.0 OK\r\n"


def test_what_is_found_at_data_is_known_of_the_message():
    house = House(finds=((Phase.DATA, "odd.thing"),), rules=(rule(Action.REJECT, "odd.thing", Phase.MESSAGE),))
    assert house.greeted().say(*WHOLE).endswith("550 5.1.1 User unknown\r\n")


@pytest.mark.parametrize(
    "event", [Rcpt(recipient=Address("a", Domain("b.example"))), Data(chunked=False), Mail(sender=None)]
)
def test_what_the_protocol_rules_out_is_a_bug_here(event):
    session = House().session()
    answer = {Rcpt: mail_dialogue.rcpt, Data: mail_dialogue.data, Mail: mail_dialogue.mail}[type(event)]
    with pytest.raises(TypeError, match="protocol's to refuse"):
        first_step(answer(session, event))


# ── content ──────────────────────────────────────────────────────────────────


def test_content_without_a_transaction_goes_nowhere():
    mail_dialogue.content(House().session(), b"x")


def test_a_full_disk_is_said_at_the_end_and_the_session_goes_on():
    house = House(spool_memory=10)  # and no directory for more
    client = house.greeted()
    client.say(MAIL, RCPT, DATA)
    heard = client.say(b"Subject: x\r\n\r\n", b"y" * 50 + b"\r\n", b"z\r\n.\r\n")
    assert heard == "452 4.3.1 Insufficient system storage, try again later\r\n"
    assert house.traces[0].end is End.DEFERRED and not house.backend.messages
    assert client.say(MAIL).startswith("250 ")


def test_a_large_message_goes_through_a_file(tmp_path):
    house = House(spool=tmp_path, spool_memory=1000)
    line = b"x" * 98 + b"\r\n"
    house.greeted().say(MAIL, RCPT, DATA, b"Subject: x\r\n\r\n", *[line] * 100, b".\r\n")
    ((_, octets),) = house.backend.messages
    assert octets.endswith(b"\r\n\r\n" + line * 100)


def test_a_rule_at_data_that_finds_nothing_to_say_lets_content_come():
    client = House(rules=(rule(Action.REJECT, "odd.thing", Phase.DATA),)).greeted()
    assert client.say(MAIL, RCPT, DATA).endswith("354 End data with <CR><LF>.<CR><LF>\r\n")
