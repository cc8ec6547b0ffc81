"""How it reads on 80 columns."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from gatepost.app.recorded import rules_on
from gatepost.cli.explain import all_kinds
from gatepost.cli.explanation import explained
from gatepost.cli.trace_view import HEADER, explanation_text, moment, row
from gatepost.model.trace import End, Exchange, RecipientEnd
from tests.adapters.journal.traces import traces, worse_texts
from tests.cli.journal_cli import ACCEPTED, CONTENT, DOWN, NOBODY
from tests.config.texts import loaded

RULES = rules_on(loaded({}).settings, "inbound")
KINDS = all_kinds()


def shown(trace) -> str:
    return explanation_text(trace, explained(trace, KINDS, RULES))


def test_an_accepted_message():
    assert (
        shown(ACCEPTED)
        == """\
DELIVERED  250 2.0.0 Message accepted 01HK000000000001
01HK000000000001  2024-01-01 10:00:01Z  listener inbound  0.500 s
Client 192.0.2.9 (mail.example.net), TLSv1.3 TLS_AES_256_GCM_SHA384
From ann@example.net to bob@example.com
4,096 octets, Message-ID <1@example.net>

Why
  Delivered: no rule spoke against it, and the backend inside at 192.0.2.5:25
  answered 250 2.0.0 Ok: queued as 4F3A.

Handed over
  inside at 192.0.2.5:25, 210 ms, TLSv1.3 TLS_AES_128_GCM_SHA256
    250 2.0.0 Ok: queued as 4F3A

What was said
     12.0 ms  EHLO mail.example.net
              250 mx1.example.com
     20.0 ms  MAIL FROM:<ann@example.net>
              250 2.1.0 Sender OK
     31.0 ms  RCPT TO:<bob@example.com>
              250 2.1.5 Recipient OK
     40.0 ms  DATA
              354 End data with <CR><LF>.<CR><LF>
    310.0 ms  (end of the message)
              250 2.0.0 Message accepted 01HK000000000001"""
    )


def test_an_unknown_recipient_in_the_tar_pit():
    assert (
        shown(NOBODY)
        == """\
REFUSED  550 5.1.1 User unknown
01HK000000000002  2024-01-01 10:00:02Z  listener inbound  31.200 s
Client 192.0.2.9 (pc7), without TLS
From ann@example.net to nobody@example.com

Why
  Refused at RCPT by the rule unknown-recipient, because recipient.unknown was
  found.
  Points: 0.5.

Evidence
  HELO      helo.single_label  +0.5  pc7
            The HELO name has no dot: it is not fully qualified.
* RCPT      recipient.unknown  nobody@example.com
            The directory answers that there is no such recipient.

What would have been
  Without the finding recipient.unknown the recipient would have been accepted
    (250 2.1.5 Recipient OK).
  Without the rule unknown-recipient the recipient would have been accepted (250
    2.1.5 Recipient OK).

What was said
     12.0 ms  EHLO mail.example.net
              250 mx1.example.com
     20.0 ms  MAIL FROM:<ann@example.net>
              250 2.1.0 Sender OK
     31.0 ms  RCPT TO:<nobody@example.com>
              550 5.1.1 User unknown  held for 30 s
  31200.0 ms  RSET
              250 2.0.0 OK"""
    )


def test_refused_content():
    assert shown(CONTENT).startswith("""\
REFUSED  554 5.6.0 The header contains NUL
01HK000000000003  2024-01-01 10:00:03Z  listener inbound  0.500 s
Client 192.0.2.9 (mail.example.net), TLSv1.3 TLS_AES_256_GCM_SHA384
From ann@example.net to bob@example.com
4,096 octets, Message-ID <3@example.net>

Why
  Refused at MESSAGE by the rule header-nul, because header.nul was found.
  Points: 5.5.

Evidence
  MESSAGE   header.no_date  +0.5
            There is no Date field.
* MESSAGE   header.nul  +5  at octet 812
            The header contains a NUL octet.

What would have been
  Without the finding header.nul the message would have been accepted (250 2.0.0
    Message accepted).
""")


def test_a_backend_that_is_down():
    assert shown(DOWN).startswith("""\
DEFERRED  451 4.4.1 Mail server behind the gateway is not available, try again …
01HK000000000004  2024-01-01 10:00:04Z  listener inbound  5.040 s
Client 192.0.2.9 (mail.example.net), TLSv1.3 TLS_AES_256_GCM_SHA384
From ann@example.net to bob@example.com
4,096 octets, Message-ID <4@example.net>

Why
  Deferred: no host of the backend inside could be reached (192.0.2.5:25:
  connection refused).

Handed over
  inside, 0 ms, without TLS
    192.0.2.5:25: connection refused

What was said
""")


@given(traces(worse_texts))
def test_whatever_a_client_says_no_line_is_too_wide_and_nothing_moves_the_cursor(trace):
    trace = replace(trace, listener="inbound", id="01HK000000000001")
    lines = shown(trace).split("\n")
    assert all(line.isprintable() and len(line) <= 80 for line in lines)


@given(traces(worse_texts))
def test_a_row_has_its_columns(trace):
    assert len(row(trace)) == len(HEADER)


def test_recipients_with_different_ends_are_listed():
    several = replace(
        ACCEPTED,
        recipients=(
            *ACCEPTED.recipients,
            RecipientEnd("eve@example.com", End.REFUSED, "550 5.1.1 User unknown", "unknown"),
        ),
    )
    assert "Recipients\n  delivered   bob@example.com\n  refused     eve@example.com\n" in shown(several)
    assert row(several)[4:] == ("bob@example.com +1", "delivered", "unknown")


def test_what_nobody_said_is_said_in_brackets():
    exchanges = (
        Exchange("", "220 mx1.example.com ESMTP"),
        Exchange("TURN", "502 5.5.1 No", "command.disabled"),
        Exchange("content", "550 5.6.11 Bare LF"),
    )
    out = shown(replace(ACCEPTED, exchanges=exchanges))
    assert [line[14:] for line in out.splitlines()[-6::2]] == ["(connected)", "TURN (command.disabled)", "(content)"]


def test_a_duplicate_is_said():
    assert "may have the message twice" in shown(
        replace(DOWN, handovers=(replace(DOWN.handovers[0], host="192.0.2.5:25", duplicate=True),))
    )


@pytest.mark.parametrize(("when", "shown_as"), [(0.0, "1970-01-01 00:00:00Z"), (1704103200.9, "2024-01-01 10:00:00Z")])
def test_times_are_utc(when, shown_as):
    assert moment(when) == shown_as
