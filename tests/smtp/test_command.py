"""One command line to one value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.address import Address, Domain
from gatepost.smtp import replies
from gatepost.smtp.command import Chunk, denied, is_chunk, parse
from gatepost.smtp.events import Auth, Data, Helo, Invalid, Mail, Plain, Rcpt, StartTls
from gatepost.smtp.table import Offer, Response

ALL = Offer(size=1000, eight_bit_mime=True, smtputf8=True, dsn=True, auth=("PLAIN",))
BOB = Address("bob", Domain("example.com"))


def event(line, smtputf8=False, offer=ALL):
    return parse(line.partition(" ")[0].upper(), line, offer, smtputf8)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("EHLO a.example", Helo("EHLO", "a.example")), ("helo  a.example ", Helo("HELO", "a.example")),
        ("EHLO [192.0.2.1]", Helo("EHLO", "[192.0.2.1]")),
        ("MAIL FROM:<bob@example.com>", Mail(sender=BOB)), ("mail from: <bob@example.com>", Mail(sender=BOB)),
        ("MAIL FROM:<>", Mail(sender=None)), ("MAIL FROM:<> SIZE=1", Mail(sender=None, size=1)),
        ("RCPT TO:<bob@example.com>", Rcpt(recipient=BOB)), ("rcpt to:  <bob@example.com>", Rcpt(recipient=BOB)),
        ("RCPT TO:<bob@example.com> NOTIFY=NEVER", Rcpt(recipient=BOB, notify="NEVER")),
        ("DATA", Data(chunked=False)), ("DATA  ", Data(chunked=False)), ("STARTTLS", StartTls()),
        ("BDAT 5", Chunk(5, False)), ("bdat 5 last", Chunk(5, True)), ("BDAT 0 LAST", Chunk(0, True)),
        ("RSET", Plain("RSET")), ("QUIT", Plain("QUIT")), ("NOOP whatever it is", Plain("NOOP")),
        ("VRFY ann", Plain("VRFY")),
        ("XEXCH50 1 2", Plain("XEXCH50")), ("HELP", Plain("HELP")), ("TURN", Plain("TURN")),
        ("AUTH plain", Auth("PLAIN", None)), ("AUTH PLAIN AGE=", Auth("PLAIN", "AGE=")),
        ("AUTH CRAM-MD5 ", Auth("CRAM-MD5", None)),
    ],
)  # fmt: skip
def test_a_line_is_a_value(line, value):
    assert event(line) == value


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("EHLO", replies.BAD_HELO), ("EHLO a b", replies.BAD_HELO), ("HELO a_$", replies.BAD_HELO),
        ("MAIL", replies.BAD_ARGUMENT), ("MAIL TO:<a@b.example>", replies.BAD_ARGUMENT),
        ("MAIL FROM:a@b.example", replies.BAD_SENDER), ("MAIL FROM:<a>", replies.BAD_SENDER),
        ("MAIL FROM:<a@b.example>x", replies.BAD_SENDER), ("MAIL FROM:<> X=1", replies.UNKNOWN_PARAMETER),
        ("MAIL FROM:<@x.example:a@b.example>", replies.NO_SOURCE_ROUTE),
        ("MAIL FROM:<é@b.example>", replies.NEEDS_SMTPUTF8), ("RCPT TO:<é@b.example>", replies.NEEDS_SMTPUTF8),
        ("RCPT TO:<a@é.example>", replies.NEEDS_SMTPUTF8), ("RCPT", replies.BAD_ARGUMENT),
        ("RCPT FROM:<>", replies.BAD_ARGUMENT),
        ("RCPT TO:<>", replies.BAD_RECIPIENT), ("RCPT TO:<nobody>", replies.BAD_RECIPIENT),
        ("RCPT TO:<@x.example:a@b.example>", replies.NO_SOURCE_ROUTE),
        ("RCPT TO:<a@b.example> SIZE=1", replies.UNKNOWN_PARAMETER),
        ("DATA now", replies.BAD_ARGUMENT), ("RSET x", replies.BAD_ARGUMENT), ("QUIT x", replies.BAD_ARGUMENT),
        ("STARTTLS x", replies.BAD_ARGUMENT), ("BDAT", replies.BAD_ARGUMENT), ("BDAT x", replies.BAD_ARGUMENT),
        ("BDAT 5 FIRST", replies.BAD_ARGUMENT), ("BDAT ²", replies.BAD_ARGUMENT),
        ("BDAT 1234567890123", replies.BAD_ARGUMENT),
        ("BDAT 5  LAST", replies.BAD_ARGUMENT), ("AUTH", replies.BAD_ARGUMENT),
        ("AUTH " + "A" * 21, replies.BAD_ARGUMENT),
        ("AUTH $", replies.BAD_ARGUMENT),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_refused(line, reply):
    refused = event(line)
    assert isinstance(refused, Invalid) and (refused.reply, refused.rule) == (reply, "command.syntax")
    assert refused.close == line.startswith("BDAT")  # how much content follows is anyone's guess


@pytest.mark.parametrize(
    "path", ["<a%b.example@c.example@d.example>", "<a@b.example@c.example>", "<b.example!a@c.example@x>"]
)
def test_a_relay_test_that_is_no_address_hears_that_nothing_is_relayed(path):
    assert event(f"RCPT TO:{path}").reply == replies.RELAYING_DENIED


def test_with_smtputf8_every_letter_may_be_said():
    assert event("MAIL FROM:<é@b.example> SMTPUTF8").smtputf8
    assert event("RCPT TO:<é@b.example>", smtputf8=True).recipient.local == "é"


@pytest.mark.parametrize("response", Response)
@pytest.mark.parametrize(
    ("verb", "code", "rule"),
    [("VRFY", 502, "command.disabled"), ("XYZZY", 500, "command.unknown"), ("", 500, "command.unknown"),
     ("GET", 421, "command.other-protocol"), ("SSH-2.0-PUTTY", 421, "command.other-protocol"),
     ("BDAT", 502, "command.disabled"),
     ("BDAT\t5", 500, "command.unknown")],
)  # fmt: skip
def test_a_verb_that_is_not_in_the_table(verb, code, rule, response):
    refused = denied(verb, response)
    drops = rule == "command.disabled" and response is Response.DROP
    assert (refused.reply.code, refused.rule, refused.verb) == (421 if drops else code, rule, verb)
    assert refused.close == (drops or code == 421 or is_chunk(verb))


LINES = st.tuples(
    st.sampled_from(
        ["EHLO", "HELO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "STARTTLS", "VRFY", "AUTH", "X"]
    ),
    st.lists(
        st.sampled_from(
            [" ", "FROM:", "TO:", "<", ">", "@", "a", "b.example", '"', "\\", "5", "LAST", "é", "=", "SIZE"]
        )
    ),
).map(lambda parts: parts[0] + "".join(parts[1]))


@given(LINES, st.booleans())
def test_any_printable_line_of_any_verb_is_a_value_or_a_refusal(line, smtputf8):
    verb = next(
        v
        for v in (
            "STARTTLS",
            "EHLO",
            "HELO",
            "MAIL",
            "RCPT",
            "DATA",
            "BDAT",
            "RSET",
            "NOOP",
            "QUIT",
            "VRFY",
            "AUTH",
            "X",
        )
        if line.startswith(v)
    )
    found = parse(verb, line, ALL, smtputf8)
    assert not isinstance(found, Invalid) or found.reply.code >= 500
