"""The gateway between real servers: the tools of the end-to-end tests work, and mail passes."""

import pytest

from tests.servers.exim import Exim
from tests.servers.swaks import swaks

MESSAGE = (
    b"From: ann@sender.test\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-Id: <1@sender.test>\r\n\r\n.\r\n..x\r\n"
)


@pytest.fixture
def gateway(receiving_postfix, start_gateway):
    return start_gateway(backend=receiving_postfix.port)


def test_mail_of_a_sending_postfix_passes(gateway, receiving_postfix, start_sender):
    sender = start_sender(to=gateway.port)
    sender.submit("ann@sender.test", ["rcpt@example.test"], MESSAGE)
    (outcome,) = sender.wait_for_outcomes(1)
    assert outcome.status == "sent", outcome
    assert receiving_postfix.mailbox.wait(1)[0].content.endswith(MESSAGE)


def test_mail_by_bdat_passes(gateway, receiving_postfix):
    exim = Exim(to=gateway.port)
    try:
        dialogue = exim.send("ann@sender.test", ["rcpt@example.test"], MESSAGE)
    finally:
        exim.remove()
    assert dialogue.is_taken and "BDAT" in dialogue.transcript, dialogue.transcript
    assert receiving_postfix.mailbox.wait(1)[0].content.endswith(b"\r\n\r\n.\r\n..x\r\n")


def test_what_happened_is_in_the_log(gateway):
    conversation = swaks(gateway.port, recipients=["nobody@example.test"])
    assert conversation.replies[-2].startswith("550 5.1.1 "), conversation.transcript
    (record,) = gateway.wait_for_records(event="transaction", rule="unknown-recipient")
    assert record["client"] == "127.0.0.1" and record["end"] == "refused"


def test_it_drains_and_ends_with_0(gateway):
    assert gateway.stop() == 0


def test_two_workers_listen_and_a_reload_replaces_them(receiving_postfix, start_gateway):
    gateway = start_gateway(backend=receiving_postfix.port, workers=2)
    before = set(gateway.pids())
    gateway.reload({"listeners": {"inbound": {"banner": "something else"}}})
    assert len(set(gateway.pids()) - before) >= 2
