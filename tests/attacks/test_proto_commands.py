"""PROTO-05, 06, 18, 22, 24, 29, 30: commands that are malformed, out of order, unknown, or no SMTP at all."""

import itertools

import pytest

from tests.attacks.client import Closed

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"MAIL", 501), (b"MAIL ", 501), (b"MAIL LALA:", 501), (b"MAIL LALA:<a@b.test>", 501), (b"MAIL FROM:", 501),
        (b"MAIL FROM: ", 501), (b"MAIL FROM:<pepe>", 501), (b"MAIL FROM:<pepe@>", 501), (b"MAIL FROM:<@>", 553),
        (b"MAIL FROM:<@pepe>", 553), (b"MAIL FROM:pepe", 501), (b"MAIL FROM:< >", 501), (b"MAIL FROM:<a@b.test >", 501),
        (b"MAIL TO:<a@b.test>", 501), (b"MAIL FROM", 501), (b"MAIL FROM :<a@b.test>", 501),
        (b"MAIL FROM:<a@b..test>", 501),
        (b"MAIL FROM:<.a@b.test>", 501), (b"MAIL FROM:<a.@b.test>", 501), (b"MAIL FROM:<a@-b.test>", 501),
        (b"MAIL FROM:<a b@c.test>", 501), (b"MAIL FROM:(x)<a@b.test>", 501), (b"MAIL FROM:Ann <a@b.test>", 501),
    ],
    ids=repr,
)  # fmt: skip
def test_proto_05_mail_that_is_malformed(session, line, code):
    assert session.command(line).code == code
    session.expect(503, b"RCPT TO:<rcpt@example.test>")
    session.envelope()


OUT_OF_ORDER = [
    ([b"MAIL FROM:<a@b.test>"], b""), ([b"RCPT TO:<rcpt@example.test>"], b""), ([b"DATA"], b""),
    ([b"RCPT TO:<rcpt@example.test>"], b"EHLO"), ([b"DATA"], b"EHLO"), ([b"BDAT 0 LAST"], b"EHLO"),
    ([b"DATA"], b"MAIL"), ([b"BDAT 0 LAST"], b"MAIL"), ([b"MAIL FROM:<a@b.test>"], b"MAIL"), ([b"STARTTLS"], b"MAIL"),
    ([b"MAIL FROM:<a@b.test>"], b"RCPT"),
]  # fmt: skip
STEPS = {b"EHLO": b"EHLO a.test", b"MAIL": b"MAIL FROM:<a@b.test>", b"RCPT": b"RCPT TO:<rcpt@example.test>"}


@pytest.mark.parametrize(("lines", "behind"), OUT_OF_ORDER, ids=repr)
def test_proto_06_commands_out_of_order(target, lines, behind):
    steps = [step for verb, step in STEPS.items() if behind and list(STEPS).index(verb) <= list(STEPS).index(behind)]
    with target.connect() as client:
        for step in steps:
            client.expect(250, step)
        for line in lines:
            assert client.command(line).code in ((503, 454) if line == b"STARTTLS" else (503,))
    target.assert_nothing_passed()


def test_proto_06_data_after_refused_recipients_only(session):
    session.expect(250, b"MAIL FROM:<a@b.test>")
    session.expect(550, b"RCPT TO:<nobody@example.test>")
    session.expect(503, b"DATA")


def test_proto_06_every_order_of_four_commands_passes_nothing_or_a_whole_message(target):
    steps = [*STEPS.values(), b"BDAT 6 LAST\r\nS: x\r\n"]
    for order in itertools.permutations(steps):
        with target.connect() as client:
            for step in order:
                client.send(step if step.startswith(b"BDAT") else step + b"\r\n")
                client.reply()
    target.assert_backend_saw(b"S: x\r\n")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"VRFY postmaster", 252), (b"VRFY rcpt@example.test", 252), (b"VRFY nobody@example.test", 252), (b"VRFY", 252),
        (b"EXPN staff", 502), (b"EXPN", 502), (b"TURN", 502), (b"ETRN example.test", 502), (b"ETRN #x", 502),
        (b"HELP", 502),
        (b"HELP MAIL", 502), (b"DEBUG", 502), (b"WIZ", 502), (b"SEND FROM:<a@b.test>", 502),
        (b"SOML FROM:<a@b.test>", 502),
        (b"SAML FROM:<a@b.test>", 502), (b"X-EXPS NTLM", 502), (b"X-LINK2STATE LAST CHUNK", 502),
        (b"XEXCH50 20 2", 504),
        (b"XCLIENT ADDR=127.0.0.1", 500), (b"XFORWARD ADDR=127.0.0.1", 500), (b"KILL", 500), (b"SHUTDOWN", 500),
    ],
    ids=repr,
)  # fmt: skip
def test_proto_18_verbs_that_tell_or_do_too_much(session, line, code):
    reply = session.command(line)
    assert (reply.code, len(reply.lines)) == (code, 1)
    for told in (b"postmaster", b"rcpt", b"staff", b"example", b"20", b"NTLM"):
        assert told not in reply.lines[0][4:]


def test_proto_18_vrfy_says_the_same_of_everybody(session):
    names = (b"rcpt@example.test", b"nobody@example.test", b"rcpt", b"root", b"a@elsewhere.test", b"")
    assert len({session.command(b"VRFY " + name).lines for name in names}) == 1


def test_proto_22_ten_unknown_commands_end_the_session(strict):
    with strict.connect() as client:
        client.send(b"FOO\r\n" * 30)
        replies = client.remaining()
    assert [reply.code for reply in replies] == [500] * 9 + [421]


OTHER_PROTOCOLS = [
    b"GET / HTTP/1.1\r\nHost: mx.example.test\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\nMAIL FROM:<a@b.test>\r\n",
    b"HEAD / HTTP/1.0\r\n\r\n", b"PUT /x HTTP/1.1\r\n\r\n", b"CONNECT a.test:25 HTTP/1.1\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"INVITE sip:a@b.test SIP/2.0\r\n",
    b"OPTIONS sip:a@b.test SIP/2.0\r\n",
    b"REGISTER sip:b.test SIP/2.0\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), b"\x05\x01\x00",
    b"\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00", b"\x00\x00\x00\x85\xffSMBr\x00",
    b"USER anonymous\r\n", b"GET /\n", b"\x80\x2e\x01\x00\x02\x00\x15\x00",
]  # fmt: skip


@pytest.mark.parametrize("octets", OTHER_PROTOCOLS, ids=lambda octets: repr(octets)[:24])
def test_proto_22_another_protocol_is_cut_off_at_once(target, octets):
    """Before EHLO, and where a browser would put a body that is a session."""
    session = b"EHLO a.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<rcpt@example.test>\r\nBDAT 4 LAST\r\nbad\r"
    for behind in (b"", b"\r\n" + session):
        with target.connect() as client:
            client.send(octets + behind)
            (refused,) = client.remaining()
        assert refused.code in (421, 500, 554), refused
    target.assert_nothing_passed()


@pytest.mark.parametrize("length", [513, 1001, 1025, 10_000, 64_000])
def test_proto_24_a_long_command_line_is_refused(session, length):
    for verb in (b"NOOP ", b"EHLO ", b"MAIL FROM:<", b"FOO "):
        line = verb + b"x" * (length - len(verb) - 2)
        reply = session.command(line)
        assert reply.code in ((250, 500) if length <= 1024 and verb == b"NOOP " else (500, 501)), (verb, reply)
    session.expect(250, b"NOOP")


@pytest.mark.parametrize("verb", [b"", b"NOOP ", b"MAIL FROM:<"])
def test_proto_24_fifty_megabytes_without_a_line_end_take_no_memory(target, verb):
    before = target.resident()
    with target.connect(timeout=30) as client:
        client.ehlo()
        client.send(verb)
        block = b"x" * MIB
        for _ in range(50):
            try:
                client.send(block)
            except (BrokenPipeError, ConnectionResetError):
                break
        try:
            replies = client.remaining()
        except ConnectionResetError:  # it took leave while we went on talking
            replies = client.transcript[2:]
    assert [(reply.code, reply.enhanced) for reply in replies] == [(500, "5.5.2")]
    assert target.resident() - before < 8 * MIB
    target.assert_nothing_passed()


def test_proto_24_dropped_where_the_operator_says_so(attack):
    target = attack({"listeners": {"inbound": {"policies": {"on_overlength": "drop", "on_disabled": "drop"}}}})
    for line in (b"EHLO " + b"x" * 600, b"VRFY " + b"x" * 1000, b"NOOP " + b"x" * 1100):
        with target.connect() as client:
            client.send(line + b"\r\nEHLO a.test\r\n")
            (refused,) = client.remaining()
        assert (refused.code, refused.enhanced) == (421, "5.5.2")
    with target.connect() as client:
        client.send(b"ETRN x\r\nEHLO a.test\r\n")
        (refused,) = client.remaining()
    assert (refused.code, refused.enhanced) == (421, "5.5.1")


def test_proto_29_arguments_where_there_are_none(session):
    for line, code in (
        (b"RSET x", 501),
        (b"QUIT x", 501),
        (b"DATA x", 503),
        (b"NOOP x", 250),
        (b"NOOP " + b"x" * 900, 250),
    ):
        session.expect(code, line)
    session.envelope()
    session.expect(501, b"DATA x")
    session.expect(501, b"RSET x")
    session.expect(250, b"RSET")
    session.expect(221, b"QUIT")
    with pytest.raises(Closed):
        session.reply()


def test_proto_29_a_flood_of_help_is_cut(strict):
    with strict.connect() as client:
        client.send(b"HELP\r\n" * 1000)
        codes = [reply.code for reply in client.remaining()]
    assert codes == [502] * 9 + [421]


@pytest.mark.parametrize("verb", [b"RSET", b"EHLO again.test", b"HELO again.test"])
def test_proto_30_rset_and_ehlo_clear_the_envelope(session, verb):
    session.envelope()
    session.expect(250, verb)
    session.expect(503, b"DATA")
    session.expect(503, b"RCPT TO:<rcpt@example.test>")
    session.expect(250, b"MAIL FROM:<b@c.test>")
    session.expect(503, b"DATA")
