"""The servers themselves: a test that fails here says that the tools are wrong, not the gateway."""

import smtplib
import ssl

import pytest

from tests.servers.loopback import HOST
from tests.servers.postfix import ProxyPostfix, ReceivingPostfix
from tests.servers.swaks import swaks

MESSAGE = b"From: ann@sender.test\r\nSubject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n\r\n.dot\r\n..\r\n\r\nend  \r\n"


def test_the_mailbox_holds_the_octets_that_were_sent(receiving_postfix):
    receiving_postfix.submit("ann@sender.test", ["bob@example.test"], MESSAGE)
    (delivered,) = receiving_postfix.mailbox.wait(1)
    assert (delivered.sender, delivered.recipient, delivered.content) == (
        "ann@sender.test",
        "bob@example.test",
        MESSAGE,
    )


def test_each_recipient_has_a_copy(receiving_postfix):
    receiving_postfix.submit("", ["bob@example.test", "eve@example.test"], MESSAGE)
    copies = receiving_postfix.mailbox.wait(2)
    assert sorted(copy.recipient for copy in copies) == ["bob@example.test", "eve@example.test"]


def test_a_sending_postfix_delivers_to_the_port_it_is_given(receiving_postfix, start_sender):
    sender = start_sender(to=receiving_postfix.port)
    sender.submit("ann@sender.test", ["bob@example.test"], MESSAGE)
    (outcome,) = sender.wait_for_outcomes(1)
    assert outcome.status == "sent" and outcome.reply.startswith("250 2.0.0 Ok: queued as ")
    assert receiving_postfix.mailbox.wait(1)[0].content.endswith(MESSAGE)


@pytest.fixture(scope="module")
def odd_postfix(authority):
    server = ReceivingPostfix(
        recipients=["bob@example.test", "eve@example.test"],
        refuse={"eve@example.test": "550 5.7.1 Not you"},
        without=["CHUNKING", "SMTPUTF8"],
        tls=authority.issue("127.0.0.1").both,
    )
    server.start()
    yield server
    server.stop()


@pytest.mark.servers
@pytest.mark.parametrize(
    ("recipient", "reply"),
    [
        ("bob@example.test", "250 2.1.5 "),
        ("eve@example.test", "550 5.7.1 "),
        ("nobody@example.test", "550 5.1.1 "),
        ("bob@elsewhere.test", "554 5.7.1 "),
    ],
)
def test_swaks_hears_what_the_recipients_are_set_to(odd_postfix, recipient, reply):
    conversation = swaks(odd_postfix.port, "--quit-after", "RCPT", recipients=[recipient])
    assert conversation.replies[-2].startswith(reply), conversation.transcript


@pytest.mark.servers
def test_keywords_left_out_are_not_offered_and_tls_is(odd_postfix, authority):
    with smtplib.SMTP(HOST, odd_postfix.port, local_hostname="x.test", timeout=10) as client:
        client.ehlo()
        assert client.has_extn("dsn") and not client.has_extn("chunking") and not client.has_extn("smtputf8")
        client.starttls(context=ssl.create_default_context(cafile=str(authority.path)))
        client.sendmail("ann@sender.test", ["bob@example.test"], MESSAGE)
    assert b"using TLSv1.3" in odd_postfix.mailbox.wait(1)[0].received


def test_the_proxy_gives_back_the_servers_own_reply(receiving_postfix):
    proxy = ProxyPostfix(to=receiving_postfix.port, recipients=["bob@example.test"])
    try:
        proxy.start()
        taken = swaks(proxy.port, recipients=["bob@example.test"])
        refused = swaks(proxy.port, recipients=["nobody@example.test"])
    finally:
        proxy.stop()
    assert taken.status == 0 and len(receiving_postfix.mailbox.wait(1)) == 1
    assert refused.status == 24, refused.transcript
