"""Exim sends as we need it to: by BDAT, pipelined."""

from tests.servers.exim import Exim

MESSAGE = (
    b"From: ann@sender.test\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-Id: <1@sender.test>\r\n\r\n.\r\n..x\r\n"
)


def test_exim_delivers_by_bdat(receiving_postfix):
    exim = Exim(to=receiving_postfix.port)
    try:
        dialogue = exim.send("ann@sender.test", ["bob@example.test"], MESSAGE)
    finally:
        exim.remove()
    assert dialogue.is_taken, dialogue.transcript
    assert "SMTP+> BDAT " in dialogue.transcript
    assert receiving_postfix.mailbox.wait(1)[0].body == b".\r\n..x\r\n"


def test_exim_says_so_when_the_message_is_not_taken(start_postfix):
    server = start_postfix(recipients=["bob@example.test"])
    exim = Exim(to=server.port)
    try:
        dialogue = exim.send("ann@sender.test", ["nobody@example.test"], MESSAGE)
    finally:
        exim.remove()
    assert not dialogue.is_taken and "550 5.1.1" in dialogue.transcript, dialogue.transcript
