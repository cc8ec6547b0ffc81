"""One transaction: taken only by a 250 to the final dot, content only if nobody was refused, whatever is answered."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gatepost.model.address import Address, Domain
from gatepost.model.reply import Reply
from gatepost.ports.backend import Envelope, Extensions
from gatepost.smtp.client_transaction import (
    LOST,
    NONSENSE,
    NOT_8BIT,
    NOT_UTF8,
    SOME_REFUSED,
    TOO_BIG,
    Callout,
    Next,
    Transaction,
    objection,
)

BOB, EVE = (Address(name, Domain("example.test")) for name in ("bob", "eve"))
ONE = Envelope(sender=None, recipients=(BOB,), size=100)
TWO = replace(ONE, recipients=(BOB, EVE))
PIPELINED, ONE_BY_ONE = Extensions(pipelining=True), Extensions()
CODES = (250, 251, 220, 299, 354, 421, 451, 550)


def reply(code):
    return Reply(code, "", f"said {code}")


def run(exchange, *codes):
    """Replies one after the other; what followed from the last."""
    following = None
    for code in codes:
        following = exchange.take(reply(code))
        if following is Next.CONTENT:
            exchange.dot_said()
    return following


@pytest.mark.parametrize("offered", [PIPELINED, ONE_BY_ONE])
def test_all_well_is_taken(offered):
    transaction = Transaction(TWO, offered)
    assert run(transaction, 250, 250, 251, 354, 250) is Next.OVER
    assert transaction.outcome.taken and transaction.outcome.reply == reply(250)


def test_commands_come_in_order():
    assert Transaction(TWO, PIPELINED).commands == (
        b"MAIL FROM:<>\r\n",
        b"RCPT TO:<bob@example.test>\r\n",
        b"RCPT TO:<eve@example.test>\r\n",
        b"DATA\r\n",
    )


def test_one_by_one_the_next_command_follows_each_reply():
    transaction = Transaction(ONE, ONE_BY_ONE)
    assert [transaction.take(reply(250)) for _ in range(2)] == [Next.COMMAND, Next.COMMAND]
    assert transaction.take(reply(354)) is Next.CONTENT


@pytest.mark.parametrize(
    ("codes", "following", "outcome"),
    [
        ((250, 550, 554), Next.RESET, reply(550)),
        ((250, 550, 354), Next.LEAVE, reply(550)),
        ((250, 451, 554), Next.RESET, reply(451)),
        ((550, 503, 503), Next.RESET, reply(550)),
        ((550, 503, 354), Next.LEAVE, reply(550)),
        ((250, 250, 451), Next.RESET, reply(451)),
        ((250, 250, 354, 550), Next.OVER, reply(550)),
        ((250, 250, 354, 452), Next.OVER, reply(452)),
        ((299,), Next.DROP, NONSENSE),
        ((250, 252), Next.DROP, NONSENSE),
        ((250, 250, 250), Next.DROP, NONSENSE),
        ((354,), Next.DROP, NONSENSE),
        ((421,), Next.DROP, Reply(451, "", "said 421")),
    ],
)
def test_pipelined_it_ends_so(codes, following, outcome):
    transaction = Transaction(ONE, PIPELINED)
    assert run(transaction, *codes) is following
    assert transaction.outcome.reply == outcome and not transaction.outcome.taken and not transaction.outcome.doubtful


@pytest.mark.parametrize(
    ("codes", "following", "outcome"),
    [((550,), Next.OVER, reply(550)), ((250, 550), Next.RESET, reply(550)), ((250, 250, 550), Next.RESET, reply(550))],
)
def test_one_by_one_it_ends_so(codes, following, outcome):
    transaction = Transaction(ONE, ONE_BY_ONE)
    assert run(transaction, *codes) is following
    assert transaction.outcome.reply == outcome


@pytest.mark.parametrize("offered", [PIPELINED, ONE_BY_ONE])
def test_some_refused_is_451_with_each_reply(offered):
    transaction = Transaction(TWO, offered)
    codes = (250, 250, 550, 354) if offered is PIPELINED else (250, 250, 550)
    assert run(transaction, *codes) is (Next.LEAVE if offered is PIPELINED else Next.RESET)
    assert transaction.outcome.reply == SOME_REFUSED and transaction.outcome.refused == ((EVE, reply(550)),)


def test_all_refused_but_one_only_for_now_is_not_for_good():
    transaction = Transaction(TWO, PIPELINED)
    run(transaction, 250, 550, 451, 554)
    assert transaction.outcome.reply == reply(451)
    assert transaction.outcome.refused == ((BOB, reply(550)), (EVE, reply(451)))


@pytest.mark.parametrize("code", [220, 251, 252, 299, 354])
def test_another_success_after_the_dot_is_doubtful(code):
    transaction = Transaction(ONE, PIPELINED)
    assert run(transaction, 250, 250, 354, code) is Next.DROP
    assert transaction.outcome.reply == NONSENSE and transaction.outcome.doubtful and not transaction.outcome.taken


def test_421_after_the_dot_is_doubtful():
    transaction = Transaction(ONE, PIPELINED)
    assert run(transaction, 250, 250, 354, 421) is Next.DROP
    assert transaction.outcome.doubtful and transaction.outcome.reply.code == 451


def test_lost_before_the_dot_nobody_has_it():
    transaction = Transaction(ONE, PIPELINED)
    run(transaction, 250, 250)
    assert transaction.lost().reply == LOST and not transaction.lost().doubtful


def test_lost_after_the_dot_is_doubtful():
    transaction = Transaction(ONE, PIPELINED)
    run(transaction, 250, 250, 354)
    assert transaction.lost().reply == LOST and transaction.lost().doubtful


def test_an_envelope_without_recipients_is_a_bug():
    with pytest.raises(ValueError, match="recipients"):
        Transaction(replace(ONE, recipients=()), PIPELINED)


def play(transaction, codes):
    """The codes in order until it is over; whether content was asked for."""
    content = False
    for code in codes:
        following = transaction.take(reply(code))
        if following is Next.CONTENT:
            content = True
            transaction.dot_said()
        elif following not in (Next.REPLY, Next.COMMAND):
            return content
    return content


@pytest.mark.parametrize("offered", [PIPELINED, ONE_BY_ONE])
def test_over_all_replies_taken_means_all_accepted_and_250_to_the_dot(offered):
    for codes in product(CODES, repeat=5):
        transaction = Transaction(TWO, offered)
        content = play(transaction, codes)
        outcome = transaction.outcome or transaction.lost()
        all_well = codes[0] == 250 and {codes[1], codes[2]} <= {250, 251} and codes[3] == 354
        assert content == all_well
        assert outcome.taken == (all_well and codes[4] == 250)
        assert outcome.taken or outcome.reply.code >= 400
        assert not outcome.doubtful or content


@given(st.lists(st.sampled_from(CODES), min_size=1, max_size=6))
def test_nothing_follows_once_it_is_over(codes):
    transaction = Transaction(ONE, PIPELINED)
    for code in codes:
        if transaction.outcome is not None:
            break
        if transaction.take(reply(code)) is Next.CONTENT:
            transaction.dot_said()
    assert transaction.replies <= len(ONE.recipients) + 3


@pytest.mark.parametrize("code", [250, 251, 252, 550, 451])
def test_a_callout_answers_with_the_reply_to_rcpt(code):
    callout = Callout(ONE, PIPELINED)
    assert run(callout, 250, code) is Next.RESET
    assert callout.answered and callout.outcome.reply == reply(code)


@pytest.mark.parametrize("codes", [(550, 503), (299,), (250, 299), (250, 421), (421,)])
def test_a_callout_is_not_answered_by_anything_else(codes):
    callout = Callout(ONE, PIPELINED)
    run(callout, *codes)
    assert callout.outcome is not None and not callout.answered


def test_a_callout_goes_command_by_command_too():
    callout = Callout(ONE, ONE_BY_ONE)
    assert run(callout, 250) is Next.COMMAND and run(Callout(ONE, ONE_BY_ONE), 550) is Next.OVER


@pytest.mark.parametrize(
    ("envelope", "offered", "reply"),
    [
        (ONE, Extensions(), None),
        (ONE, Extensions(size=100), None),
        (ONE, Extensions(size=99), TOO_BIG),
        (replace(ONE, smtputf8=True), Extensions(), NOT_UTF8),
        (replace(ONE, smtputf8=True), Extensions(smtputf8=True), None),
        (replace(ONE, body="8BITMIME"), Extensions(), NOT_8BIT),
        (replace(ONE, body="8BITMIME"), Extensions(eight_bit_mime=True), None),
    ],
)
def test_a_server_that_cannot_take_it_is_not_asked(envelope, offered, reply):
    assert objection(envelope, offered) == reply


def test_a_group_is_one_as_long_as_no_command_of_it_is_answered():
    assert Transaction(ONE, PIPELINED).is_group and not Transaction(ONE, ONE_BY_ONE).is_group
    transaction = Transaction(ONE, PIPELINED)
    run(transaction, 250)
    assert not transaction.is_group


def test_content_may_follow_when_every_command_was_answered_well():
    transaction = Transaction(ONE, ONE_BY_ONE)
    agreed = []
    for code in (250, 250, 354):
        transaction.take(reply(code))
        agreed.append(transaction.is_agreed)
    assert agreed == [False, False, True]


def test_a_group_that_was_answered_as_one_hopes_is_agreed_at_once():
    transaction = Transaction(ONE, PIPELINED)
    transaction.agree()
    assert transaction.is_agreed
