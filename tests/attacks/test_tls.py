"""TLS-01 … TLS-13 and TLS-18: STARTTLS and what comes before, in place of, and behind the handshake."""

import contextlib
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.attacks.client import Client, Closed, cut
from tests.attacks.client_hello import (
    ALERT,
    ECDHE_ECDSA_AES128_GCM,
    HANDSHAKE,
    SSL3,
    TLS10,
    TLS11,
    WEAK,
    client_hello,
    record,
    server_name,
)
from tests.attacks.conftest import GENEROUS
from tests.attacks.target import Target
from tests.servers.certificates import Certificate
from tests.servers.gateway import Gateway, laid_over
from tests.servers.loopback import HOST, free_port
from tests.servers.need import program

INJECTED = [b"EHLO evil.test", b"RSET", b"NOOP", b"MAIL FROM:<evil@evil.test>", b"QUIT", b"\x16\x03\x01", b"\0", b"\n"]
CONTENT = b"Subject: truncated\r\n\r\nthe first half\r\n"
GONE = (Closed, ConnectionResetError, BrokenPipeError)
LISTED = "127.0.0.9"  # an address of ours whose clients must use TLS


@pytest.fixture(scope="session")
def issued(authority) -> Certificate:
    return authority.issue("mx.example.test")


@pytest.fixture(scope="session")
def certified(issued) -> dict[str, Any]:
    """`tls` of a listener."""
    return {"certificates": [{"certificate": str(issued.chain), "key": str(issued.key)}]}


@pytest.fixture(scope="session")
def certificate(issued) -> bytes:
    """As it comes in a handshake of TLS 1.2, which is in clear."""
    return ssl.PEM_cert_to_DER_cert(issued.chain.read_text().partition("-----END")[0] + "-----END CERTIFICATE-----")


@pytest.fixture(scope="session")
def trust(authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.path))


@pytest.fixture(scope="session")
def ports() -> dict[str, int]:
    """Of the further listeners."""
    return {name: free_port() for name in ("demanding", "of_some")}


@pytest.fixture(scope="module")
def secure_gateway(sloppy, certified, ports) -> Iterator[Gateway]:
    of_some = {"required_sender_domains": [".bank.test"], "required_from": [f"{LISTED}/32"]}
    further = {"demanding": {"required": True}, "of_some": of_some}
    base = {"role": "inbound", "tarpit": {"delay": "0s"}, **GENEROUS["listeners"]["inbound"]}
    listeners = {
        name: {**base, "bind": [f"{HOST}:{ports[name]}"], "tls": {**certified, **tls}} for name, tls in further.items()
    }
    listeners["demanding"]["commands"] = {"AUTH": True}
    settings = laid_over(GENEROUS, {"listeners": {"inbound": {"tls": certified}, **listeners}})
    with Gateway(backend=sloppy.port, settings=settings) as gateway:
        yield gateway


@pytest.fixture
def secure(secure_gateway, sloppy) -> Iterator[Target]:
    """Offers STARTTLS; beside it listen one that demands TLS of everybody and one that demands it of some."""
    target = Target(secure_gateway, sloppy)
    yield target
    target.serve_somebody()
    target.assert_no_bug()


def everything(client: Client, timeout: float = 5.0) -> bytes:
    """What still comes until the gateway closes, by FIN or RST."""
    with contextlib.suppress(*GONE, TimeoutError):
        while True:
            client.more(timeout)
    octets, client.buffer = client.buffer, b""
    return octets


def ready_for_tls(client: Client) -> None:
    client.ehlo()
    client.expect(220, b"STARTTLS")


# ── STARTTLS and what stands behind it ───────────────────────────────────────
@pytest.mark.parametrize("injected", INJECTED)
def test_tls_01_and_02_octets_behind_starttls_in_its_segment_end_the_session(secure, injected):
    with secure.connect() as client:
        client.ehlo()
        client.send(b"STARTTLS\r\n" + injected + b"\r\n")
        (reply,) = client.remaining()
        assert (reply.code, reply.enhanced) == (554, "5.5.0"), reply
    secure.assert_nothing_passed()


def test_tls_01_a_handshake_behind_starttls_in_its_segment_is_no_handshake(secure):
    with secure.connect() as client:
        client.ehlo()
        client.send(b"STARTTLS\r\n" + client_hello())
        (reply,) = client.remaining()
        assert reply.code == 554


@pytest.mark.parametrize("pause", [0.0, 0.0003, 0.002, 0.02])
@pytest.mark.parametrize("injected", [b"EHLO evil.test\r\n", b"RSET\r\n" * 2000, b"MAIL FROM:<evil@evil.test>\r\n"])
def test_tls_03_a_later_segment_in_clear_is_never_answered(secure, injected, pause):
    with secure.connect() as client:
        client.ehlo()
        client.send_pieces([b"STARTTLS\r\n", injected], pause=pause)
        heard = everything(client)
    first, _, rest = heard.partition(b"\r\n")
    assert first.startswith((b"220 ", b"554 ")), heard
    assert rest == b"" or rest[0] == ALERT, heard
    secure.assert_nothing_passed()


@pytest.mark.parametrize("at", [1, 5, 8, 9, 10, 12])
def test_tls_03_wherever_the_segment_is_cut_nothing_injected_is_answered(secure, at):
    with secure.connect() as client:
        client.ehlo()
        client.send_pieces(cut(b"STARTTLS\r\nEHLO evil.test\r\n", at), pause=0.01)
        heard = everything(client)
    first, _, rest = heard.partition(b"\r\n")
    assert first.startswith((b"220 ", b"554 ")) and (rest == b"" or rest[0] == ALERT), heard


def test_tls_03_what_stands_before_the_handshake_in_its_segment_kills_it(secure, trust):
    with secure.connect() as client:
        ready_for_tls(client)
        client.send(b"EHLO evil.test\r\n" + client_hello())
        heard = everything(client)
        assert heard == b"" or heard[0] == ALERT
    secure.assert_nothing_passed()


def test_tls_04_nothing_said_in_clear_survives_the_handshake(secure, trust):
    with secure.connect() as client:
        client.ehlo()
        client.envelope()
        assert client.command(b"STARTTLS").code == 503  # not within a transaction
        client.expect(250, b"RSET")
        client.start_tls(trust)
        assert client.command(b"DATA").code == 503
        assert client.command(b"RCPT TO:<rcpt@example.test>").code == 503
        assert client.command(b"MAIL FROM:<ann@sender.test>").code == 503  # not even the EHLO
        client.ehlo()
        assert client.command(b"DATA").code == 503
    secure.assert_nothing_passed()


def test_tls_05_starttls_is_offered_in_clear_only_and_nothing_else_changes(secure, trust):
    with secure.connect() as client:
        before = set(client.ehlo().lines[1:])
        client.start_tls(trust)
        after = set(client.ehlo().lines[1:])
        assert {line[4:] for line in before} - {line[4:] for line in after} == {b"STARTTLS"}
        assert {line[4:] for line in after} <= {line[4:] for line in before}
        assert client.command(b"STARTTLS").code == 503
        assert client.deliver(CONTENT).code == 250
    assert b"with ESMTPS" in secure.backend.messages[-1].octets


@pytest.mark.parametrize("argument", [b"now", b"tls", b"a b", b"x" * 3])
def test_tls_06_starttls_takes_no_argument(secure, argument):
    with secure.connect() as client:
        client.ehlo()
        assert client.command(b"STARTTLS " + argument).code == 501
        assert client.command(b"NOOP").code == 250


def test_tls_07_without_a_certificate_there_is_no_220(target):
    with target.connect() as client:
        assert b"STARTTLS" not in {line[4:] for line in client.ehlo().lines}
        assert client.command(b"STARTTLS").code in (454, 502)
        assert client.command(b"NOOP").code == 250


@pytest.mark.parametrize(
    "command", [b"AUTH PLAIN AGFubgBzM2NyM3Q=", b"AUTH LOGIN YW5u", b"AUTH LOGIN", b"AUTH CRAM-MD5"]
)
def test_tls_08_no_credential_is_read_in_clear(secure, ports, command):
    with Client(ports["demanding"]) as client:
        assert all(not line[4:].startswith(b"AUTH") for line in client.ehlo().lines)
        reply = client.command(command)
        assert reply.code in (530, 538), reply
        assert client.command(b"s3cr3t").code == 500  # no 334 was said: this is a command
    assert "AGFubgBzM2NyM3Q" not in secure.said() and "s3cr3t" not in secure.said()


@pytest.mark.parametrize("listener", ["demanding", "of_some"])
def test_tls_08_mail_waits_for_tls_where_it_is_demanded(secure, ports, trust, listener):
    with Client(ports[listener]) as client:
        client.ehlo()
        reply = client.command(b"MAIL FROM:<ann@sub.bank.test>")
        assert (reply.code, reply.enhanced) == (530, "5.7.0"), reply
        assert client.command(b"RCPT TO:<rcpt@example.test>").code == 503
        client.start_tls(trust)
        client.ehlo()
        assert client.deliver(CONTENT).code == 250


def test_tls_08_who_is_not_listed_may_send_in_clear(ports):
    with Client(ports["of_some"]) as client:
        client.ehlo()
        for sender, code in (
            (b"", 250),
            (b"ann@sender.test", 250),
            (b"ann@bank.test.evil.test", 250),
            (b"a@bank.test", 530),
        ):
            assert client.command(b"MAIL FROM:<" + sender + b">").code == code, sender
            client.expect(250, b"RSET")
    with Client(ports["of_some"], address=LISTED) as client:
        client.ehlo()
        assert client.command(b"MAIL FROM:<ann@sender.test>").code == 530  # a listed network


# ── in place of a handshake ──────────────────────────────────────────────────
GARBAGE = {
    "random": bytes(range(256)) * 64,
    "smtp": b"EHLO client.test\r\nMAIL FROM:<a@b.test>\r\n",
    "http": b"GET / HTTP/1.1\r\nHost: mx.example.test\r\n\r\n",
    "sslv2": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"\x01\x00\x80" * 7 + b"c" * 16,
    "a record of 65,535 octets": record(HANDSHAKE, b"\x01\x00\x10\x00" + b"x" * 65_535, length=65_535),
    "a hello of 16 MiB": record(HANDSHAKE, b"\x01\xff\xff\xff\x03\x03" + b"x" * 16_000) * 3,
    "application data": record(23, b"x" * 1000),
    "alert": record(ALERT, b"\x02\x50"),
    "change cipher spec": record(20, b"\x01") * 3,
    "heartbeat": record(24, b"\x01\x40\x00"),
    "empty records": record(HANDSHAKE, b"") * 200,
    "zeros": bytes(100_000),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_tls_09_what_is_no_handshake_ends_the_connection_at_once(secure, garbage):
    with secure.connect() as client:
        ready_for_tls(client)
        began = time.monotonic()
        client.send_pieces([garbage])
        heard = everything(client)
        assert heard == b"" or heard[0] == ALERT
        assert time.monotonic() - began < 5


def test_tls_09_garbage_costs_neither_memory_nor_descriptors(secure):
    with secure.connect() as client:
        ready_for_tls(client)
    open_before, before = secure.descriptors(), secure.resident()
    for garbage in list(GARBAGE.values()) * 12:
        with secure.connect() as client:
            ready_for_tls(client)
            client.send_pieces([garbage])
    secure.wait_for_descriptors(open_before)
    assert secure.resident() - before < 4 * 1024 * 1024


def test_tls_09_a_handshake_broken_off_by_rst_or_fin_is_counted_out(attack, certified):
    """Its place is free again: uvloop and asyncio do not tell of a connection lost during its handshake."""
    target = attack({"listeners": {"inbound": {"limits": {"connections_per_client": 3}, "tls": certified}}})
    target.serve_somebody()
    for number in range(20):
        with target.connect() as client:
            ready_for_tls(client)
            client.send(client_hello(body_limit=40))
            if number % 2:
                client.reset()
        time.sleep(0.02)
    target.serve_somebody()


def test_tls_10_silence_in_the_handshake_ends_by_its_time_limit(attack, certified):
    target = attack({"listeners": {"inbound": {"tls": {**certified, "handshake": "2s"}}}})
    clients = [target.connect() for _ in range(150)]
    for number, client in enumerate(clients):
        ready_for_tls(client)
        if number % 3:
            client.send(client_hello(body_limit=None if number % 3 == 1 else 60))
    began = time.monotonic()
    target.serve_somebody()
    assert time.monotonic() - began < 5
    for client in clients:
        client.socket.settimeout(10)
        everything(client)
        client.close()
    assert time.monotonic() - began < 10
    target.serve_somebody()


def test_tls_10_one_in_a_handshake_makes_room_for_others(attack, certified):
    target = attack({"listeners": {"inbound": {"tls": certified, "limits": {"connections": 5}}}})
    clients = [target.connect() for _ in range(5)]
    for client in clients:
        ready_for_tls(client)
    target.serve_somebody()
    assert everything(clients[0]) == b""
    for client in clients:
        client.close()


# ── what a handshake may agree on ────────────────────────────────────────────
def test_tls_11_renegotiation_is_refused(secure, authority):
    command = [
        program("openssl"),
        "s_client",
        "-starttls",
        "smtp",
        "-tls1_2",
        "-CAfile",
        str(authority.path),
        "-connect",
    ]
    with subprocess.Popen(
        [*command, f"{HOST}:{secure.port}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as client:
        assert client.stdin is not None
        time.sleep(0.5)
        said, _ = client.communicate(b"R\n" * 1000, timeout=20)
    assert b"RENEGOTIATING" in said and b"no renegotiation" in said, said
    assert said.count(b"RENEGOTIATING") == 1, "the second time there was nobody left to ask"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_12_old_versions_are_not_spoken(secure, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    with secure.connect() as client:
        ready_for_tls(client)
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            context.wrap_socket(client.socket)


@pytest.mark.parametrize("version", [SSL3, TLS10, TLS11, b"\x02\x00", b"\x00\x00"])
def test_tls_12_a_hello_of_an_old_version_is_answered_by_an_alert(secure, version):
    with secure.connect() as client:
        ready_for_tls(client)
        client.send(client_hello(version=version))
        heard = everything(client)
        assert heard[:1] in (b"", bytes((ALERT,))), heard


@pytest.mark.parametrize("suites", WEAK.values(), ids=WEAK)
def test_tls_12_weak_suites_are_not_agreed_on(secure, suites):
    with secure.connect() as client:
        ready_for_tls(client)
        client.send(client_hello(suites))
        heard = everything(client)
        assert heard[:1] in (b"", bytes((ALERT,))), heard


def test_tls_12_what_the_two_have_in_common_is_a_good_suite_whatever_else_is_offered(secure):
    weak = tuple(suite for group in WEAK.values() for suite in group)
    with secure.connect() as client:
        ready_for_tls(client)
        client.send(client_hello((*weak, ECDHE_ECDSA_AES128_GCM)))
        client.more()
        at = 5 + 4 + 2 + 32
        chosen = at + 1 + client.buffer[at]
        assert client.buffer[0] == HANDSHAKE
        assert int.from_bytes(client.buffer[chosen : chosen + 2]) == ECDHE_ECDSA_AES128_GCM


# ── the end of TLS in the middle of something ────────────────────────────────
class Truncated:
    """A client in TLS whose socket can still be used in clear."""

    def __init__(self, client: Client, trust: ssl.SSLContext) -> None:
        client.start_tls(trust)
        self.client = client
        assert isinstance(client.socket, ssl.SSLSocket)
        self.tls = client.socket

    def end(self, how: str) -> None:
        """By close_notify (`notify`) or not (`clear`), then octets in clear; or by a plain `fin`."""
        raw = socket.socket(fileno=socket.dup(self.tls.fileno()))
        raw.settimeout(5)
        if how == "notify":
            self.tls.settimeout(0.3)
            with contextlib.suppress(OSError, ValueError):
                self.tls.unwrap()
        with contextlib.suppress(OSError):
            if how == "fin":
                raw.shutdown(socket.SHUT_WR)
            else:
                raw.sendall(b"the second half\r\n.\r\nMAIL FROM:<evil@evil.test>\r\n")
            while raw.recv(4096):
                pass
        raw.close()


@pytest.mark.parametrize("how", ["notify", "fin", "clear"])
@pytest.mark.parametrize("chunked", [False, True], ids=["data", "bdat"])
def test_tls_13_content_cut_off_by_the_end_of_tls_is_dropped(secure, trust, how, chunked):
    with secure.connect() as client:
        client.ehlo()
        truncated = Truncated(client, trust)
        client.ehlo()
        client.envelope()
        if chunked:
            client.send(b"BDAT 200 LAST\r\n" + CONTENT)
        else:
            client.expect(354, b"DATA")
            client.send(CONTENT)
        truncated.end(how)
    assert secure.wait_for_record(event="transaction", end="abandoned")
    secure.assert_nothing_passed()


@pytest.mark.parametrize("how", ["notify", "fin", "clear"])
def test_tls_13_the_end_of_tls_between_commands_ends_the_session(secure, trust, how):
    with secure.connect() as client:
        client.ehlo()
        truncated = Truncated(client, trust)
        client.ehlo()
        client.envelope()
        truncated.end(how)
    secure.assert_nothing_passed()


# ── the name that is asked for ───────────────────────────────────────────────
NAMES = {
    "NUL": b"mx.example.test\0.evil.test",
    "only NUL": b"\0",
    "empty": b"",
    "255 octets": b"a" * 255,
    "256 octets": b"a" * 256,
    "60,000 octets": b"a" * 60_000,
    "trailing backslash": b"mx.example.test\\",
    "only a backslash": b"\\",
    "path": b"../../etc/passwd",
    "not ASCII": "mx.exämple.test".encode(),
    "not UTF-8": b"\xff\xfe",
    "address": b"127.0.0.1",
    "trailing dot": b"mx.example.test.",
    "dots": b".....",
    "format": b"%s%n${jndi:ldap://x}",
    "upper case": b"MX.EXAMPLE.TEST",
    "line ends": b"mx\r\nEHLO x\r\n",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_tls_18_an_odd_server_name_gets_the_default_certificate_or_an_alert(secure, certificate, name):
    with secure.connect() as client:
        ready_for_tls(client)
        client.send(fragmented(client_hello(extensions=server_name(name))))
        client.socket.settimeout(5)
        heard = b""
        try:
            while certificate not in heard:
                client.more()
                heard = client.buffer
        except GONE:
            assert heard == b"" or heard[0] == ALERT, heard
        else:
            assert heard[0] == HANDSHAKE
    said = secure.said()
    assert "Exception ignored" not in said and 'level": "error' not in said, said


@pytest.mark.parametrize(
    "octets", [server_name(b"mx.example.test", kind=7), server_name(b"a") * 2, b"\x00\x00\x00\x05\x00\xff\x00\x00\x01"]
)
def test_tls_18_a_malformed_server_name_extension_harms_nobody(secure, octets):
    with secure.connect() as client:
        ready_for_tls(client)
        client.send(client_hello(extensions=octets))
        heard = everything(client, 1)
        assert heard == b"" or heard[0] in (HANDSHAKE, ALERT)


def fragmented(hello: bytes) -> bytes:
    """In as many records as it needs (RFC 5246 §6.2.1)."""
    body = hello[5:]
    pieces = cut(body, *range(16_000, len(body), 16_000))
    return b"".join(hello[:3] + len(piece).to_bytes(2) + piece for piece in pieces)
