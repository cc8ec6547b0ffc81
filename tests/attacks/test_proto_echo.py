"""PROTO-35, PROTO-36: what the client says comes back in no reply, and reaches no log but escaped."""

import json
import re

import pytest

from gatepost.testing.scripted import Act, ScriptedServer, dialogue
from tests.attacks.background import Background
from tests.attacks.client import Closed
from tests.attacks.smuggling import END, HEADER
from tests.attacks.target import GENEROUS, Target
from tests.servers.gateway import Gateway, laid_over
from tests.servers.loopback import wait_until

MARK = b"zqxj"  # occurs in nothing that the gateway says
NASTY = {
    "escape sequence": b"\x1b[31m\x1b]0;owned\x07", "carriage return": b"\rX-Injected: 1",
    "format": b"%s%n%x%1$p{0}${x}",
    "C1": b"\xc2\x9b31m\xc2\x85", "high octets": b"\xff\xfe\x80\x9b", "bell and delete": b"\x07\x08\x7f",
    "tab": b"\t\t",
    "line separators": b"\xe2\x80\xa8\xe2\x80\xa9", "bidi": b"\xe2\x80\xaeevil\xe2\x80\xac", "quotes": b"\"'`\\\\\\",
    "html": b"<script>",
    "json": b'","end":"delivered","x":"', "w3c": b" - - #Fields: x", "overlong": b"\xc0\x8a\xe0\x80\x8a",
    "lone surrogate": b"\xed\xa0\x80",
    "zero width": b"\xe2\x80\x8b\xef\xbb\xbf", "percent": b"%0d%0a%00%1b", "long": b"x" * 3000, "nothing": b"",
}  # fmt: skip
PLACES = [
    b"%s", b"EHLO %s.test", b"HELO %s", b"EHLO [%s]", b"NOOP %s", b"VRFY %s", b"EXPN %s", b"HELP %s", b"RSET %s",
    b"QUIT%s", b"ETRN %s",
    b"AUTH %s", b"MAIL FROM:<%s@sender.test>", b'MAIL FROM:<"%s"@sender.test>', b"MAIL FROM:<a@%s.test> SMTPUTF8",
    b"MAIL %s",
    b"MAIL FROM:<a@b.test> %s", b"MAIL FROM:<a@b.test> SIZE=%s", b"MAIL FROM:<a@b.test> ENVID=%s",
    b"MAIL FROM:<a@b.test> BODY=%s",
    b"STARTTLS %s", b"X-EXPS %s", b"XEXCH50 %s", b"BDAT %s", b"DATA %s", b"RCPT TO:<%s@example.test>",
    b"GET /%s HTTP/1.1",
]  # fmt: skip


@pytest.fixture(scope="module")
def logging_gateway(sloppy, tmp_path_factory):
    """It also writes a W3C log, and takes every recipient, so that their names get far."""
    path = tmp_path_factory.mktemp("w3c") / "w3c.log"
    settings = {
        "log": {"w3c": {"path": str(path)}},
        "domains": {"example.test": {"backend": "mail", "recipients": "any"}},
    }
    with Gateway(backend=sloppy.port, settings=laid_over(GENEROUS, settings)) as gateway:
        yield gateway, path


@pytest.fixture
def logged(logging_gateway, sloppy):
    target = Target(logging_gateway[0], sloppy)
    target.w3c = logging_gateway[1]
    yield target
    target.serve_somebody()
    target.assert_no_bug()


def said_to(target, line: bytes) -> None:
    """One line in a session that has said EHLO, and in one that has a sender; both replies give nothing away."""
    for before in ([], [b"MAIL FROM:<ann@sender.test>"]):
        with target.connect() as client:
            client.ehlo()
            for step in before:
                client.expect(250, step)
            heard = len(client.transcript)
            client.send(line + b"\r\n")
            try:
                client.reply()
                while not client.is_silent(0):
                    client.reply()
            except (Closed, ConnectionResetError, BlockingIOError):
                pass
            (reply, *others) = client.transcript[heard:]
            assert (len(reply.lines) == 1 or line.startswith(b"EHLO")) and not others, (line, client.transcript)
            assert MARK not in reply.lines[0].lower() and b"sender.test" not in reply.lines[0], reply


@pytest.mark.parametrize("nasty", NASTY)
def test_proto_35_no_reply_repeats_what_the_client_said(target, nasty):
    """One line, printable, at most 512 octets (`Client.reply` asserts that of every reply of every test)."""
    for place in PLACES:
        said_to(target, place.replace(b"%s", MARK + NASTY[nasty] + MARK))
    target.assert_nothing_passed()


def test_proto_35_nor_what_the_content_said(target):
    for content in (
        b"Subject: zqxj\r\n\r\n",
        b" zqxj\r\n\r\n",
        b"Message-ID: <zqxj@\x1b>\r\n\r\nzqxj\n",
        b"zqxj: \0\r\n\r\n",
    ):
        with target.connect() as client:
            client.data(b"zqxj.test")
            client.send(content + b"\r\n.\r\n")
            assert MARK not in b" ".join(client.reply().lines)


WORDS = [
    b"554 5.7.1 No \x1b[31m\x07\x7f\r\n", b"554 5.7.1 \xff\xfe\xc2\x85 \xe2\x80\xa8 \xc3\xa4\r\n",
    b"554 " + b"x" * 4000 + b"\r\n",
    b"554-5.7.1 one\r\n554 5.7.1 two\r\n", b"554\r\n", b"554 5.7.1 %s%n\t\t|\r\n",
]  # fmt: skip


def test_proto_35_the_backend_s_words_are_heard_on_one_printable_line(attack):
    """What a backend repeats of a client is as bad as if we did."""
    scripts = [[*dialogue()[:-1], (words, Act.CLOSE)] for words in WORDS]
    with Background(ScriptedServer(dialogue(), *scripts)) as backend:
        target = attack(backend=backend.server.port)
        for _ in WORDS:
            with target.connect() as client:
                client.ehlo()
                reply = client.deliver(HEADER)
            assert reply.code == 554 and len(reply.lines) == 1 and len(reply.lines[0]) < 400, reply


def send_everything_nasty(target) -> None:
    for nasty in NASTY.values():
        for place in PLACES:
            with target.connect() as client:
                client.ehlo()
                client.send(place.replace(b"%s", MARK + nasty + MARK) + b"\r\n")
                client.reply()
        header = (
            b"Message-ID: <" + nasty.replace(b"\r", b"") + b">\r\nSubject: " + nasty.replace(b"\r", b"") + b"\r\n\r\n"
        )
        with target.connect() as client:
            client.ehlo()
            client.deliver(header)


def test_proto_36_nothing_raw_reaches_a_log(logged):
    logged.serve_somebody()
    send_everything_nasty(logged)
    with logged.connect() as client:
        client.ehlo(b"last.zqxj.test")
    logged.wait_for_record(helo="last.zqxj.test")
    wait_until(lambda: b"last.zqxj.test" in logged.w3c.read_bytes(), seconds=5, what="the W3C log is written")
    for written in (logged.said().encode("utf-8", "surrogateescape"), logged.w3c.read_bytes()):
        odd = set(written) - set(range(32, 127)) - {10}
        assert not odd, f"raw octets {sorted(odd)} in a log"
    assert MARK in logged.w3c.read_bytes()


def test_proto_36_every_line_of_the_log_is_one_object(logged):
    send_everything_nasty(logged)
    with logged.connect() as client:
        client.ehlo(b"objects.zqxj.test")
    logged.wait_for_record(helo="objects.zqxj.test")
    records = [json.loads(line) for line in logged.said().splitlines()]
    ours = [record for record in records if record["event"] == "transaction"]
    assert len(ours) >= len(NASTY) * len(PLACES)
    assert all(set(record) == set(ours[0]) for record in ours), "no client adds a field"
    delivered = [record for record in ours if record["end"] == "delivered"]
    assert all(record["sender"] == "ann@sender.test" for record in delivered)


def test_proto_36_every_line_of_the_w3c_log_has_its_fields(logged):
    send_everything_nasty(logged)
    logged.serve_somebody()
    lines = logged.w3c.read_text("ascii").splitlines()
    fields = next(line for line in lines if line.startswith("#Fields: ")).split(" ")[1:]
    records = [line.split(" ") for line in lines if not line.startswith("#")]
    assert len(records) > 100 and all(len(record) == len(fields) for record in records)
    status = fields.index("sc-status")
    assert all(re.fullmatch(r"[2345]\d\d|-", record[status]) for record in records)
    assert [line for line in lines if line.startswith("#Fields")] == ["#Fields: " + " ".join(fields)]


def test_proto_36_an_accepted_sender_is_escaped_too(logged):
    """Well-formed addresses hold percent signs, quotes, and letters of any script."""
    senders = [
        b"%s%n%x@sender.test",
        b'"a b#c"@sender.test',
        b"{0}${x}@sender.test",
        "jörg@sender.test".encode(),
        '"ä\u2009b"@sender.test'.encode(),
    ]
    for sender in senders:
        with logged.connect() as client:
            client.ehlo(b"escaped.zqxj.test")
            reply = client.command(b"MAIL FROM:<" + sender + b"> SMTPUTF8")
            if reply.code == 250:
                client.expect(250, b"RCPT TO:<rcpt@example.test>")
                client.expect(354, b"DATA")
                client.send(HEADER + END)
                assert client.reply().code in (250, 550)
    wait_until(
        lambda: len([r for r in logged.records() if r.get("helo") == "escaped.zqxj.test"]) >= 4,
        seconds=10,
        what="four records",
    )
    written = logged.said().encode() + logged.w3c.read_bytes()
    assert written.isascii() and b"%s%n%x@sender.test" not in logged.w3c.read_bytes()
