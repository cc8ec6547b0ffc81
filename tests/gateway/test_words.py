"""The time line's words for what a client said."""

import pytest

from gatepost.gateway.words import ARGUMENT, described
from gatepost.model.address import Address, Domain
from gatepost.model.reply import Reply
from gatepost.smtp import replies
from gatepost.smtp.events import (
    Auth,
    BadContent,
    ChunkEnd,
    Data,
    EndOfContent,
    Helo,
    Invalid,
    Mail,
    Plain,
    Rcpt,
    StartTls,
)  # fmt: skip

ANN = Address("ann", Domain("example.net"))


@pytest.mark.parametrize(
    ("event", "verb", "argument"),
    [
        (Helo("EHLO", "a.example"), "EHLO", "a.example"),
        (Mail(sender=ANN), "MAIL", "FROM:<ann@example.net>"),
        (Mail(sender=ANN, size=7), "MAIL", "FROM:<ann@example.net> SIZE=7"),
        (Mail(sender=None), "MAIL", "FROM:<>"),
        (Rcpt(recipient=ANN), "RCPT", "TO:<ann@example.net>"),
        (Data(chunked=False), "DATA", ""),
        (Data(chunked=True), "BDAT", ""),
        (ChunkEnd(b"x", 9), "BDAT", "9"),
        (EndOfContent(b"x", 9, False, 0), ".", ""),
        (BadContent(Reply(550, "", "x"), "content.nul", True), ".", ""),
        (Plain("NOOP"), "NOOP", ""),
        (StartTls(), "STARTTLS", ""),
        (Invalid(reply=replies.UNKNOWN, rule="command.unknown", verb="WIZ"), "WIZ", "command.unknown"),
    ],
)
def test_verb_and_argument(event, verb, argument):
    assert described(event) == (verb, argument)


def test_a_credential_is_never_noted():
    assert described(Auth("PLAIN", "AGFubgBzZWNyZXQ=")) == ("AUTH", "PLAIN")


def test_a_long_name_is_cut():
    assert len(described(Helo("EHLO", "a" * 5000))[1]) == ARGUMENT
