"""More ways to desynchronise: long pipelines, what follows the last word, sessions side by side, cleaned headers."""

import random

import pytest

from tests.attacks.client import Closed, cut
from tests.attacks.smuggling import BAD_CONTENT, END, HEADER, begin_chunks, canonical, envelope

MAIL, RCPT = b"MAIL FROM:<smuggler@evil.test>\r\n", b"RCPT TO:<rcpt@example.test>\r\n"
TRANSACTION = MAIL + RCPT + b"BDAT 10 LAST\r\nsmuggled\r\n"


def codes(client) -> list[int]:
    """Of all replies until the connection is over, in whatever way."""
    found = []
    try:
        while True:
            found.append(client.reply().code)
    except (Closed, ConnectionResetError):
        return found


def codes_of(client, count: int) -> list[int]:
    return [reply.code for reply in client.replies(count)]


def test_more_a_whole_transaction_by_bdat_in_one_segment_is_served_in_order(target):
    """Pipelining is offered, so this is no attack; it must not be taken for one."""
    with target.connect() as client:
        client.ehlo()
        client.send(b"RSET\r\n" + MAIL + RCPT + b"BDAT 6\r\nS: 1\r\nBDAT 5 LAST\r\n\r\n.\r\nNOOP\r\n")
        assert codes_of(client, 6) == [250] * 6
    target.assert_backend_saw(b"S: 1\r\n\r\n..\r\n")


def test_more_thousands_of_pipelined_commands_are_answered_in_order(target):
    with target.connect() as client:
        client.ehlo()
        client.send((b"NOOP\r\nVRFY x\r\nBAD\r\n" * 3000) + b"QUIT\r\n")
        assert codes(client) == [250, 252, 500] * 3000 + [221]
    target.assert_nothing_passed()


def test_more_hundreds_of_messages_in_one_stream(target):
    one = b"MAIL FROM:<ann@sender.test>\r\nRCPT TO:<rcpt@example.test>\r\nBDAT %d LAST\r\n"
    contents = [b"S: %d\r\n\r\n.\r\n" % number + envelope(str(number)) + END for number in range(200)]
    with target.connect() as client:
        client.ehlo()
        client.send(b"".join(one % len(content) + content for content in contents) + b"QUIT\r\n")
        assert codes(client) == [250] * 600 + [221]
    target.assert_backend_saw(*(content.replace(b"\r\n.", b"\r\n..") for content in contents))


@pytest.mark.parametrize("last", [b"QUIT\r\n", b"\0\r\n", b"\n", b"GET / HTTP/1.1\r\n", b"BDAT x\r\n"], ids=repr)
def test_more_nothing_runs_behind_the_last_word(target, last):
    with target.connect() as client:
        client.ehlo()
        client.send(last + TRANSACTION)
        assert len(codes(client)) == 1
    target.assert_nothing_passed()


def test_more_nothing_runs_behind_the_last_word_in_later_segments(target):
    with target.connect() as client:
        client.ehlo()
        client.send(b"\0\r\n")
        assert client.reply().code == 500
        client.send_pieces([TRANSACTION] * 5)
        assert codes(client) == []
    target.assert_nothing_passed()


def test_more_nothing_runs_behind_too_many_errors(strict):
    for junk, code in ((b"BAD\r\n", 500), (b"RCPT TO:<a@b.test>\r\n", 503), (b"MAIL FROM:<\r\n", 501)):
        with strict.connect() as client:
            client.ehlo()
            client.send(junk * 10 + TRANSACTION)
            assert codes(client) == [code] * 9 + [421]
    for junk in (b"NOOP\r\n", b"RSET\r\n", b"VRFY x\r\n"):
        with strict.connect() as client:
            client.ehlo()
            client.send(junk * 110 + TRANSACTION)
            assert codes(client)[-1] == 421
    with strict.connect() as client:
        client.ehlo()
        client.send(b"MAIL FROM:<>\r\n" + b"RCPT TO:<nobody@example.test>\r\n" * 110 + b"RSET\r\n" + TRANSACTION)
        assert codes(client) == [250] + [550] * 100 + [421]
    strict.assert_nothing_passed()


def test_more_nothing_runs_behind_too_many_errors_in_content(strict):
    """The error that is one too many comes with content behind it: neither kept nor run."""
    with strict.connect() as client:
        client.ehlo()
        client.send(b"BAD\r\n" * 9 + b"DATA\r\n" + HEADER + END + TRANSACTION)
        assert codes(client)[:9] == [500] * 9
    strict.assert_nothing_passed()


@pytest.mark.parametrize("verb", [b"EHLO again.test", b"HELO again.test", b"RSET"])
def test_more_what_begins_anew_forgets_the_envelope(target, verb):
    with target.connect() as client:
        client.ehlo()
        client.envelope()
        client.expect(250, verb)
        for line, code in ((b"DATA", 503), (b"RCPT TO:<rcpt@example.test>", 503), (b"BDAT 0 LAST", 503)):
            client.expect(code, line)
        client.envelope(b"second@sender.test")
        client.send(b"BDAT 8 LAST\r\nS: two\r\n")
        assert client.reply().code == 250
    target.assert_backend_saw(b"S: two\r\n")
    assert not any(b"ann@sender.test" in command for command in target.commands()[:2])


@pytest.mark.parametrize("verb", [b"EHLO again.test", b"RSET"])
def test_more_what_begins_anew_forgets_chunks(target, verb):
    with begin_chunks(target) as client:
        client.send(b"BDAT 9\r\nForgotten" + verb + b"\r\n")
        assert codes_of(client, 2) == [250, 250]
        client.envelope()
        client.send(b"BDAT 6 LAST\r\nS: 1\r\n")
        assert client.reply().code == 250
    target.assert_backend_saw(b"S: 1\r\n")


def test_more_ehlo_in_the_middle_of_a_pipeline_must_be_the_last(target):
    with target.connect() as client:
        client.ehlo()
        client.send(MAIL + b"EHLO again.test\r\n" + RCPT)
        assert codes(client) == [250, 554]
    target.assert_nothing_passed()


def test_more_a_pipeline_half_of_which_is_refused(target):
    """Refused recipients and parameters leave the rest of the pipeline what it is."""
    with target.connect() as client:
        client.ehlo()
        client.send(
            b"MAIL FROM:<ann@sender.test> FOO=1\r\n" + RCPT + b"BDAT 4 LAST\r\nno\r\n"
            b"MAIL FROM:<ann@sender.test>\r\nRCPT TO:<nobody@example.test>\r\nBDAT 4 LAST\r\nno\r\n"
            + RCPT + b"RCPT TO:<a@elsewhere.test>\r\nBDAT 8 LAST\r\nS: yes\r\nQUIT\r\n"
        )  # fmt: skip
        assert codes(client) == [555, 503, 503, 250, 550, 503, 250, 550, 250, 221]
    target.assert_backend_saw(b"S: yes\r\n")


def test_more_overlong_lines_leave_no_tail_that_runs(target):
    """Around every limit: the end of the line that is too long is not the next command."""
    for verb, limit in (
        (b"NOOP", 1024),
        (b"VRFY", 266),
        (b"EHLO", 262),
        (b"QUIT", 16),
        (b"BAD", 512),
        (b"MAIL FROM:<", 399),
    ):
        for length in (limit - 1, limit, limit + 1, 4096, 60_000):
            with target.connect() as client:
                client.ehlo()
                line = verb + b" " + b"x" * (length - len(verb) - 1)
                client.send_cut(line + MAIL + RCPT + b"NOOP last\r\n", limit - 2, limit - 1, limit, limit + 1, length)
                _, recipient = codes_of(client, 2)
                assert recipient == 503, "the tail of the line was MAIL"
                last = client.reply()
                assert last.code == 250 and client.is_silent(0.01), "MAIL was part of the line"
    target.assert_nothing_passed()


@pytest.mark.parametrize("end", [b"\r\r\n", b"\0\r\n", b"\n", b"\rx\r\n"], ids=repr)
def test_more_an_overlong_line_is_as_strictly_read(target, end):
    for at in (1000, 2000, 2001, 2002):
        with target.connect() as client:
            client.ehlo()
            client.send_cut(b"NOOP " + b"x" * 1995 + end + TRANSACTION, at)
            assert codes(client)[-1] in (500, 554)
    target.assert_nothing_passed()


def test_more_sessions_side_by_side_do_not_mix(target):
    """Sixteen at once, their octets interleaved at random; each message arrives whole, and once."""
    order = random.Random(42)
    clients = [target.connect() for _ in range(16)]
    for client in clients:
        client.data()
    contents = [b"S: %d\r\n\r\n" % number + b"%d\r\n..\r\n" % number * 300 for number in range(16)]
    waiting = {n: cut(content + b".\r\n", *order.sample(range(len(content)), 20)) for n, content in enumerate(contents)}
    while waiting:
        number = order.choice(sorted(waiting))
        clients[number].send(waiting[number].pop(0))
        if not waiting[number]:
            del waiting[number]
    assert [client.reply().code for client in clients] == [250] * 16
    for client in clients:
        client.close()
    target.serve_somebody()
    assert sorted(target.contents()[:-1]) == sorted(contents)


@pytest.mark.parametrize("blocks", [1, 3])
def test_more_large_content_with_dots_arrives_octet_by_octet(target, blocks):
    """From memory and from a spool file, in blocks and pieces of any size."""
    source = random.Random(blocks)
    lines = [b"." * source.randrange(4) + b"x" * source.choice((0, 1, 70, 997)) for _ in range(600 * blocks)]
    content = HEADER + b"".join(b"." * line.startswith(b".") + line + b"\r\n" for line in lines)
    with target.connect() as client:
        client.ehlo()
        assert client.deliver(content).code == 250
    target.assert_backend_saw(content)
    assert canonical(content) == content


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        (b"X-Spam: yes\r\n", b""), (b"X-Spam: a\r\n .\r\n", b""), (b"X-Spam: a\r\n\t..\r\nS: 1\r\n", b"S: 1\r\n"),
        (b"S: 1\r\nX-MS-Exchange-Organization-SCL: -1\r\n", b"S: 1\r\n"), (b"X-Spam : a\r\nS: 1\r\n", b"S: 1\r\n"),
        (b"..X-Spam: a\r\nS: 1\r\n", b"..X-Spam: a\r\nS: 1\r\n"), (b"X-Spam: a\r\n..\r\nS: 1\r\n", b"..\r\nS: 1\r\n"),
        (b"X-Spam: " + b"x" * 200_000 + b"\r\nS: 1\r\n", b"S: 1\r\n"), ((b"X-Spam: a\r\n" * 4000), b""),
        (b"A: b\r\n" * 20_000 + b"X-Spam: a\r\n", None), (b"X-Gateway-Tag: x\r\nS: 1\r\n", b"S: 1\r\n"),
    ],
    ids=lambda value: repr(value)[:30],
)  # fmt: skip
def test_more_a_cleaned_header_leaves_the_body_what_it_was(target, header, kept):
    """Fields are taken out in whole; what is left is dot-stuffed still. None: too much to clean, refused."""
    for body in (b"\r\n..\r\nbody\r\n..\r\n", b"\r\n", b""):
        with target.connect() as client:
            client.ehlo()
            reply = client.deliver(header + body)
        if kept is None:
            assert reply.code == 552
            target.assert_backend_saw()
            continue
        assert reply.code == 250, reply
        target.serve_somebody()
        assert target.contents()[-2] == kept + body or (not kept and not body)


@pytest.mark.parametrize("first", [b" ", b"\t", b". ", b" Received: x", b"\tX-Gateway: y"], ids=repr)
def test_more_no_first_line_continues_our_own_field(target, first):
    with target.connect() as client:
        client.ehlo()
        assert client.deliver(first + b"\r\n\r\nbody\r\n").code == 554
    with begin_chunks(target) as client:
        client.send(
            b"BDAT %d LAST\r\n" % (len(first) + 2) + first.removeprefix(b".") + b"\r\n" + b"\n" * first.startswith(b".")
        )
        assert client.reply().code == 554
    target.assert_nothing_passed()


def test_more_octets_of_a_lost_client_are_no_message(target):
    """Half-closed or reset right behind an octet of the end: only the whole end is one."""
    whole = HEADER + b"lost\r\n.\r\n"
    for at in range(len(whole) - 6, len(whole)):
        for leave in ("half_close", "reset", "close"):
            client = target.connect()
            client.data()
            client.send(whole[:at])
            getattr(client, leave)()
            client.close()
    target.assert_nothing_passed()


def test_more_bare_lf_is_made_crlf_where_the_operator_says_so_and_ends_nothing(attack):
    target = attack({"listeners": {"inbound": {"policies": {"bare_lf": "normalize"}}}})
    content = HEADER + b"a\n.\nb\r\n.\nc\n.\r\n" + envelope("normalized").replace(b"\r\n", b"\n") + b"\n"
    for at in ((), range(len(HEADER), len(content) + 3)):
        with target.connect() as client:
            client.data()
            client.send_cut(content + b"\r\n.\r\n", *at, pause=0)
            assert client.reply().code == 250
    with target.connect() as client:
        client.data()
        client.send(content + b"\r.\r" + END)
        (refused,) = client.remaining()
    assert (refused.code, refused.enhanced) == BAD_CONTENT
    target.serve_somebody()
    got = target.contents()[:-1]
    assert len(got) == 2 and got[0] == got[1]
    assert b"\r\n.\r\n" not in got[0] and b"a\r\n..\r\nb\r\n\r\nc\r\n..\r\nMAIL" in got[0]
