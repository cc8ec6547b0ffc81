"""Smuggling and desynchronising beyond the catalogue: lines that are nearly commands, chunks that are nearly counted.

Each attempt carries a second envelope where a receiver that errs would find one.
"""

import pytest

from tests.attacks.client import Client, Closed
from tests.attacks.smuggling import END, HEADER, begin_chunks

MAIL, RCPT = b"MAIL FROM:<smuggler@evil.test>\r\n", b"RCPT TO:<rcpt@example.test>\r\n"
TRANSACTION = MAIL + RCPT + b"BDAT 10 LAST\r\nsmuggled\r\n"  # needs no 354, so it can stand anywhere
REFUSED = range(500, 560)

NEARLY_MAIL = [
    b"MAIL\tFROM:<a@evil.test>", b"MAIL\xa0FROM:<a@evil.test>", b"MAIL\xc2\xa0FROM:<a@evil.test>",
    b"MAIL\x0bFROM:<a@evil.test>", b"MAIL\x85FROM:<a@evil.test>", b"MAIL\xe2\x80\xa8FROM:<a@evil.test>",
    b"\xef\xbb\xbfMAIL FROM:<a@evil.test>", b" MAIL FROM:<a@evil.test>", b"\tMAIL FROM:<a@evil.test>",
    b"\xef\xbc\xadAIL FROM:<a@evil.test>", b"MAIL  FROM:<a@evil.test>", b"MAIL FROM:\t<a@evil.test>",
    b"MAIL FROM\xef\xbc\x9a<a@evil.test>", b"MAIL FROM <a@evil.test>", b"MAIL FROM=<a@evil.test>",
    b"MAILFROM:<a@evil.test>", b"MAIL FROM:<a@evil.test>\x1b[2J", b"MAIL FROM:<a@evil.test>\x7f",
    b"MAIL FROM:<a@evil.test>\x08", b"MAIL FROM:<a@evil.test>\xc2\x85RCPT TO:<b@c.test>",
    b"MAIL FROM:<a\xe2\x80\xa8@evil.test> SMTPUTF8", b"MAIL FROM:<a\xe2\x80\xae@evil.test> SMTPUTF8",
    b"MAIL FROM:<a@evil.test> \xc5\xbfIZE=5 SMTPUTF8", b"MAIL FROM:<a@evil.test> BODY=7B\xc4\xb1T SMTPUTF8",
    b"MAIL FROM:<a@evil.test> \xc5\xbfMTPUTF8", b"MAIL FROM:<a@evil.test> SIZE=\xd9\xa3 SMTPUTF8",
    b"MAIL FROM:<a@evil.test> ENVID=a+0", b"MAIL FROM:<a@evil.test> ENVID=a+0d+0A=",
    b"MAIL FROM:<a@evil.test>,<b@c.test>",
    b"MAIL FROM:<a@evil.test><b@c.test>", b"MAIL FROM:<a@evil.test> SIZE=1 SIZE=2", b"MAIL FROM:<<a@evil.test>>",
    b'MAIL FROM:<"a@evil.test>', b'MAIL FROM:<"a\\"@evil.test>', b"MAIL FROM:<a@evil.test> <b@c.test>",
    b"MAIL FROM:a@evil.test", b"MAIL FROM:<a@evil.test", b"MAIL FROM:a@evil.test>", b"MAIL", b"MAIL ", b"MAIL FROM",
]  # fmt: skip

NEARLY_A_CHUNK = [
    b"BDAT", b"BDAT ", b"BDAT x", b"BDAT -1", b"BDAT +3", b"BDAT 3.0", b"BDAT 0x10", b"BDAT 1e3", b"BDAT 3,LAST",
    b"BDAT 3 LAST LAST", b"BDAT 3 LAST x", b"BDAT 3  LAST", b"BDAT LAST 3", b"BDAT LAST", b"BDAT 3 LAS",
    b"BDAT 3\tLAST",
    b"BDAT \xd9\xa3", b"BDAT \xd9\xa3 LAST", b"BDAT 3 LA\xc5\xbfT", b"BDAT 3\xa0LAST", b"BDAT 3_0",
    b"BDAT 99999999999999999999",
    b"BDAT " + b"0" * 13 + b"3", b"BDAT " + b"0" * 40 + b"3 LAST", b"BDAT" + b" " * 60 + b"3 LAST",
    b"BDAT 3 " + b"x" * 600,
]  # fmt: skip


def assert_no_sender(client: Client) -> None:
    """The session is over, or nothing has begun in it."""
    try:
        reply = client.command(RCPT.removesuffix(b"\r\n"))
    except (Closed, BrokenPipeError, ConnectionResetError):
        return
    assert reply.code == 503, reply


@pytest.mark.parametrize("line", NEARLY_MAIL, ids=repr)
def test_more_a_line_that_is_nearly_mail_begins_nothing(target, line):
    with target.connect() as client:
        client.ehlo()
        assert client.command(line).code in REFUSED
        assert_no_sender(client)
    target.assert_nothing_passed()


@pytest.mark.parametrize("line", NEARLY_A_CHUNK, ids=repr)
def test_more_what_follows_a_bad_chunk_size_is_never_taken_for_commands(target, line):
    """How much content follows is anyone's guess, so nothing behind it may run."""
    with begin_chunks(target) as client:
        client.send(line + b"\r\nRSET\r\n" + TRANSACTION)
        (refused,) = client.remaining()
    assert refused.code in REFUSED
    target.assert_nothing_passed()


def test_more_chunks_where_they_are_disabled_are_never_taken_for_commands(attack):
    target = attack({"listeners": {"inbound": {"commands": {"BDAT": False}}}})
    with target.connect() as client:
        assert b"CHUNKING" not in b"".join(client.ehlo().lines)
        client.envelope()
        content = b"RSET\r\nEHLO evil.test\r\n" + MAIL + RCPT + b"DATA\r\n"
        client.send(b"BDAT %d LAST\r\n" % len(content) + content)
        (refused,) = client.remaining()
    assert (refused.code, refused.enhanced) == (502, "5.5.1")
    target.assert_nothing_passed()


def test_more_a_refused_chunk_is_swallowed_whole(target):
    """Its octets follow whatever is answered; they are commands in no state."""
    body = TRANSACTION + b"QUIT\r\n\0\r\n.\n"
    for before in (b"", b"EHLO a.test\r\n", b"EHLO a.test\r\n" + MAIL):
        for last in (b"", b" LAST"):
            with target.connect() as client:
                for line in before.splitlines():
                    client.expect(250, line)
                client.send(b"BDAT %d%s\r\n" % (len(body), last) + body + b"NOOP\r\n")
                assert [reply.code for reply in client.replies(2)] == [503, 250]
    target.assert_nothing_passed()


def test_more_a_refused_chunk_may_be_cut_anywhere(target):
    body = TRANSACTION[:40]
    stream = b"BDAT %d LAST\r\n" % len(body) + body + b"NOOP\r\n"
    for at in range(1, len(stream)):
        with target.connect() as client:
            client.ehlo()
            client.send_cut(stream, at, pause=0.0005)
            assert [reply.code for reply in client.replies(2)] == [503, 250]
    target.assert_nothing_passed()


def test_more_a_chunk_of_a_message_that_is_too_large_is_swallowed(target):
    """552 at the chunk that is too much; what was pipelined behind is swallowed by its counts."""
    chunk = b"x" * 78 + b"\r\n"
    chunk *= 1024 * 1024 // 80 // 2 + 100
    with begin_chunks(target) as client:
        for codes in (250, 250, 552, 503, 503):
            body = chunk if codes == 250 else TRANSACTION * 10
            if codes == 552:
                body = chunk + body
            client.send(b"BDAT %d%s\r\n" % (len(body), b" LAST" if codes == 503 else b"") + body)
            reply = client.reply()
            if reply.code == 552:
                break
            assert reply.code == codes
        client.send(b"BDAT %d LAST\r\n" % len(TRANSACTION) + TRANSACTION + b"NOOP\r\n")
        assert [reply.code for reply in client.replies(2)] == [503, 250]
    target.assert_nothing_passed()


def test_more_a_chunk_larger_than_any_message_closes(target):
    for size in (b"1048577", b"999999999999"):
        with begin_chunks(target) as client:
            client.send(b"BDAT " + size + b" LAST\r\n" + b"x" * 100_000 + b"\r\n.\r\n" + TRANSACTION)
            (refused,) = client.remaining()
        assert (refused.code, refused.enhanced) == (552, "5.3.4")
    target.assert_nothing_passed()


@pytest.mark.parametrize("last", [b"last", b"Last", b"LAST", b"lAsT"])
def test_more_verbs_and_words_in_any_case_are_the_same(target, last):
    with target.connect() as client:
        client.expect(250, b"eHlO client.test")
        client.expect(250, b"mAiL fRoM:<ann@sender.test> sIzE=10 bOdY=8bItMiMe")
        client.expect(250, b"rCpT tO:<RCPT@Example.TEST>")
        client.send(b"bDaT 6 " + last + b"\r\nS: x\r\n" + b"qUiT\r\n")
        assert [reply.code for reply in client.remaining()] == [250, 221]
    target.assert_backend_saw(b"S: x\r\n")


def test_more_trailing_blanks_and_blanks_before_a_path_are_tolerated(target):
    with target.connect() as client:
        client.expect(250, b"EHLO client.test   ")
        client.expect(250, b"MAIL FROM: <ann@sender.test>  ")
        client.expect(250, b"RCPT TO:  <rcpt@example.test> ")
        client.expect(354, b"DATA   ")
        client.send(HEADER + b"..\r\n" + END)
        assert client.reply().code == 250
        assert client.command(b"QUIT ").code == 221
    target.assert_backend_saw(HEADER + b"..\r\n\r\n")


@pytest.mark.parametrize("fold", [b"\r\n ", b"\r\n\t", b"\r\n  "], ids=repr)
def test_more_folded_commands_are_not_unfolded(target, fold):
    with target.connect() as client:
        client.ehlo()
        client.send(b"MAIL FROM:" + fold + b"<a@evil.test>\r\n")
        first = client.reply()
        assert first.code == 501 and client.reply().code == 500
        client.send(b"NOOP" + fold + MAIL)
        assert [reply.code for reply in client.replies(2)] == [250, 500]
        assert_no_sender(client)
    target.assert_nothing_passed()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b'"a> SIZE=1 <b"@sender.test', None), (b'"a\\"b"@sender.test', None), (b'"a\\\\"@sender.test', None),
        (b'">"@sender.test', None), (b'"<>"@sender.test', None), (b'"@"@sender.test', None), (b'" "@sender.test', None),
        (b'"a RCPT TO:<x"@sender.test', None), (b"a+0d+0aDATA@sender.test", None),
        (b"=?utf-8?q?=0d=0a?=@sender.test", None),
        (b"%0d%0aDATA@sender.test", None), (b"a@[192.0.2.1]", None), (b"A@Sender.TEST", b"A@sender.test"),
        (b"$(reboot)@sender.test", b""), (b"|reboot@sender.test", None), (b"`reboot`@sender.test", None),
    ],
    ids=repr,
)  # fmt: skip
def test_more_a_sender_is_said_to_the_backend_as_one_path(target, given, said):
    """Or refused (`said` is empty); never as more than one command or parameter."""
    with target.connect() as client:
        client.ehlo()
        reply = client.command(b"MAIL FROM:<" + given + b">")
        if said == b"":
            assert reply.code == 501
            return
        client.expect(250, b"RCPT TO:<rcpt@example.test>")
        client.expect(354, b"DATA")
        client.send(HEADER + END)
        assert client.reply().code == 250
    target.assert_backend_saw(HEADER + b"\r\n")
    mails = [command for command in target.commands() if command.startswith(b"MAIL")]
    assert mails[0].rpartition(b" SIZE=")[0] == b"MAIL FROM:<" + (said or given) + b">"


def test_more_xtext_is_handed_on_and_never_decoded(target):
    target.serve_somebody()  # the gateway has seen by now that its backend offers DSN
    with target.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<ann@sender.test> RET=HDRS ENVID=+0D+0ADATA+0D+0A")
        client.expect(250, b"RCPT TO:<rcpt@example.test> NOTIFY=NEVER ORCPT=rfc822;+0D+0AQUIT@example.test")
        client.expect(354, b"DATA")
        client.send(HEADER + END)
        assert client.reply().code == 250
    target.assert_backend_saw(HEADER + b"\r\n")
    assert any(command.endswith(b" RET=HDRS ENVID=+0D+0ADATA+0D+0A") for command in target.commands())
    assert any(command.endswith(b" ORCPT=rfc822;+0D+0AQUIT@example.test") for command in target.commands())
