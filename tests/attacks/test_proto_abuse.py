"""PROTO-19, 20, 21, 23, 28, 34: guessing, logging in where there is no login, talking too early, far too much."""

import time

import pytest

from tests.attacks.client import Client, Closed
from tests.attacks.smuggling import END, HEADER, begin_chunks
from tests.attacks.target import GENEROUS, Target
from tests.servers.gateway import Gateway, laid_over

MIB = 1024 * 1024


def limits(**given: int) -> dict:
    return {"listeners": {"inbound": {"limits": given}}}


def offered(client: Client, names: range, before: bytes = b"") -> list[bytes]:
    """The replies to RCPT for unknown names, until the gateway closes."""
    client.ehlo()
    client.expect(250, b"MAIL FROM:<ann@sender.test>")
    heard = []
    try:
        for name in names:
            heard.append(client.command(b"RCPT TO:<%suser%d@example.test>" % (before, name)).lines[0])
    except (Closed, ConnectionResetError, BrokenPipeError):
        pass
    return heard


def test_proto_19_guessing_names_is_cut_short_over_connections_too(attack):
    """Ten unknown recipients in an hour by default; then the client hears 421 for whoever exists as well."""
    target = attack({"checks": {"harvest": None}, "policy": {"harvest_delay": "0s"}})
    heard: list[bytes] = []
    for connection in range(4):
        with target.connect() as client:
            heard += offered(client, range(connection * 4, connection * 4 + 4))
    assert [line[:3] for line in heard[:10]] == [b"550"] * 10
    assert {line[:3] for line in heard[10:]} == {b"421"} and len(heard) < 16
    with target.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<ann@sender.test>")
        client.expect(421, b"RCPT TO:<rcpt@example.test>")
    with target.connect(address="127.0.0.2") as client:
        client.ehlo()
        client.envelope()


def test_proto_19_a_hundred_names_in_one_connection_end_it(strict):
    with strict.connect() as client:
        heard = offered(client, range(200))
    assert [line[:3] for line in heard] == [b"550"] * 100 + [b"421"]
    assert len(set(heard[:100])) == 1, "the reply tells one name from another"


def test_proto_19_each_guess_waits_in_the_tar_pit_for_longer(attack):
    target = attack({"listeners": {"inbound": {"tarpit": {"delay": "100ms", "maximum": "250ms"}}}})
    took = []
    with target.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<ann@sender.test>")
        for name in (b"a", b"b", b"c"):
            began = time.monotonic()
            client.expect(550, b"RCPT TO:<" + name + b"@example.test>")
            took.append(time.monotonic() - began)
    assert took[0] > 0.09 and took[1] > 0.19 and took[2] > 0.24, took


def test_proto_19_a_known_name_is_not_told_apart_by_its_time(attack):
    """A recipient who exists is answered at once; the tar pit is for the others, who have heard 550 already."""
    target = attack({"listeners": {"inbound": {"tarpit": {"delay": "10s", "maximum": "10s"}}}})
    with target.connect() as client:
        client.ehlo()
        began = time.monotonic()
        client.envelope()
        assert time.monotonic() - began < 5


MECHANISMS = [
    b"AUTH LOGIN", b"AUTH PLAIN", b"AUTH PLAIN AGFubgBzZWNyZXQ=", b"AUTH NTLM",
    b"AUTH NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAA=",
    b"AUTH CRAM-MD5", b"AUTH GSSAPI", b"AUTH XOAUTH2 dXNlcj1hAQE=", b"AUTH", b"AUTH ", b"AUTH *", b"AUTH =",
    b"X-EXPS NTLM",
]  # fmt: skip


def test_proto_20_nobody_logs_in_where_there_is_no_login(target):
    with target.connect() as client:
        assert b"AUTH" not in b" ".join(client.ehlo().lines).upper()
        for line in MECHANISMS:
            reply = client.command(line)
            assert reply.code in (502, 503, 504), line
            assert len(reply.lines) == 1 and len(reply.lines[0]) < 60, "no challenge, no name of a domain"
        client.envelope()
        assert client.command(b"AUTH PLAIN AGFubgBzZWNyZXQ=").code in (502, 503, 504)
    target.serve_somebody()
    assert "AGFubgBzZWNyZXQ" not in target.said(), "credentials are not logged"


def test_proto_21_auth_garbage(target):
    with target.connect() as client:
        client.ehlo()
        for argument in (
            b"=",
            b"*",
            b"PLAIN =",
            b"PLAIN ====",
            b"PLAIN \xff",
            b"PLAIN " + b"A" * 480,
            b"A" * 300,
            b"PLAIN A B C",
        ):
            assert client.command(b"AUTH " + argument).code in (500, 501, 502, 503, 504), argument
        client.send(b"AUTH PLAIN " + b"A" * 12_288 + b"\r\n")
        assert client.reply().code in (500, 502)
        client.expect(250, b"NOOP")
    target.assert_nothing_passed()


def test_proto_21_two_hundred_failures_are_cut(strict):
    with strict.connect() as client:
        client.ehlo()
        client.send(b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n" * 200)
        codes = []
        try:
            while True:
                codes.append(client.reply().code)
        except (Closed, ConnectionResetError):
            pass
    assert len(codes) <= 10 and codes[-1] in (421, 554) and set(codes[:-1]) <= {502}


def test_proto_21_a_line_behind_auth_is_no_answer_to_a_challenge(target):
    with target.connect() as client:
        client.ehlo()
        client.expect(502, b"AUTH LOGIN")
        client.expect(500, b"dXNlcg==")
        client.expect(500, b"*")
        client.expect(250, b"NOOP")
    target.assert_nothing_passed()


@pytest.fixture(scope="module")
def pausing_gateway(sloppy):
    pause = {"listeners": {"inbound": {"policies": {"greeting_delay": "200ms"}}}}
    with Gateway(backend=sloppy.port, settings=laid_over(GENEROUS, pause)) as gateway:
        yield gateway


@pytest.fixture
def patient(pausing_gateway, sloppy):
    """A gateway that waits for a moment before it greets."""
    target = Target(pausing_gateway, sloppy)
    yield target
    target.assert_no_bug()


@pytest.mark.parametrize(
    "early", [b"EHLO a.test\r\n", b"\r\n", b"X", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00"], ids=repr
)
def test_proto_23_who_talks_before_the_greeting_is_sent_away(patient, early):
    with patient.connect(first=early, greeting=False) as client:
        (refused,) = client.remaining()
    assert refused.code in (421, 554), refused
    with patient.connect() as client:
        client.ehlo()


def test_proto_23_who_waits_is_greeted(patient):
    began = time.monotonic()
    with patient.connect() as client:
        assert client.greeting.code == 220 and time.monotonic() - began > 0.19
        client.ehlo()


def test_proto_23_who_talks_early_is_recorded(patient):
    with patient.connect(first=b"EHLO early.test\r\nMAIL FROM:<a@b.test>\r\n", greeting=False) as client:
        assert [reply.code for reply in client.remaining()] == [554]
    assert patient.wait_for_record(rule="early-talker")["client"] == "127.0.0.1"


def test_proto_28_a_hundred_thousand_chunks_of_one_octet_are_bounded(target):
    content = HEADER + b"x" * 78 + b"\r\n"
    content += (b"y" * 78 + b"\r\n") * ((100_000 - len(content)) // 80)
    before, began = target.resident(), time.monotonic()
    with begin_chunks(target) as client:
        for start in range(0, len(content), 2000):
            piece = content[start : start + 2000]
            client.send(b"".join(b"BDAT 1\r\n%c" % octet for octet in piece))
            heard = b""
            while heard.count(b"\r\n") < len(piece):
                heard += client.socket.recv(MIB)
            assert heard.count(b"250 2.0.0 ") == len(piece)
        client.send(b"BDAT 0 LAST\r\n")
        assert client.reply().code == 250
    assert time.monotonic() - began < 60
    assert target.resident() - before < 16 * MIB
    target.assert_backend_saw(content)


def test_proto_34_one_recipient_more_than_may_be(attack):
    target = attack(limits(recipients_per_message=5), recipients=None)
    with target.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<ann@sender.test>")
        for name in range(5):
            client.expect(250, b"RCPT TO:<user%d@example.test>" % name)
        reply = client.command(b"RCPT TO:<user6@example.test>")
        assert (reply.code, reply.enhanced) == (452, "4.5.3")
        client.expect(354, b"DATA")
        client.send(HEADER + END)
        assert client.reply().code == 250
    target.assert_backend_saw(HEADER + b"\r\n")
    assert len([c for c in target.commands() if c.startswith(b"RCPT")]) == 6, (
        "five, and one of the session that proves it"
    )


def test_proto_34_ten_thousand_recipients_are_cut(attack):
    target = attack(recipients=None)
    with target.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<ann@sender.test>")
        client.send(b"".join(b"RCPT TO:<user%d@example.test>\r\n" % name for name in range(10_000)))
        codes = []
        try:
            while True:
                codes.append(client.reply().code)
        except (Closed, ConnectionResetError):
            pass
    assert codes[:100] == [250] * 100 and set(codes[100:-1]) == {452} and codes[-1] == 421
    assert len(codes) < 2000
    target.assert_nothing_passed()
