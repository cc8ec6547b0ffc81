"""DOS-01 … DOS-07 and DOS-12: too many, too slow, too much, never ending; and somebody else is served meanwhile."""

import contextlib
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.attacks.client import Client, Closed
from tests.attacks.client_hello import client_hello
from tests.attacks.conftest import GENEROUS
from tests.attacks.target import Target
from tests.servers.gateway import Gateway, laid_over
from tests.servers.loopback import HOST, free_port

CANARY = 5.0  # seconds a legitimate session may take beside an attack
MEBIBYTE = 1024 * 1024
GONE = (Closed, ConnectionResetError, BrokenPipeError)
addresses = (f"127.0.{block}.{last}" for block, last in itertools.product(range(2, 100), range(1, 250)))


@pytest.fixture(scope="module")
def strict_gateway(sloppy) -> Iterator[Gateway]:
    """Counts as `recommended` does."""
    strict = limits(junk_commands=100, errors=10, refused_recipients=100, recipients_per_message=100)
    with Gateway(backend=sloppy.port, settings=laid_over(GENEROUS, strict)) as gateway:
        yield gateway


@pytest.fixture
def strict(strict_gateway, sloppy) -> Iterator[Target]:
    target = Target(strict_gateway, sloppy)
    yield target
    canary(target)
    target.assert_no_bug()


def limits(**values: Any) -> dict[str, Any]:
    return {"listeners": {"inbound": {"limits": values}}}


def canary(target: Target) -> None:
    """A legitimate session from start to end, in time."""
    began = time.monotonic()
    target.serve_somebody()
    taken = time.monotonic() - began
    assert taken < CANARY, f"a legitimate session took {taken:.1f} s"


def last_words(client: Client, timeout: float = 10.0) -> list[int]:
    """Codes of all replies until the gateway has closed, by FIN or RST."""
    codes = []
    try:
        while True:
            codes.append(client.reply(timeout).code)
    except GONE:
        return codes


def pour(client: Client, piece: bytes, octets: int) -> int:
    """Send until the gateway takes no more or so many octets are sent; how many were."""
    sent = 0
    client.socket.settimeout(10)
    with contextlib.suppress(*GONE, TimeoutError):
        while sent < octets:
            client.send(piece)
            sent += len(piece)
    return sent


# ── DOS-01: idle connections ─────────────────────────────────────────────────
def test_dos_01_idle_connections_are_told_to_go(attack):
    target = attack(limits(idle="1s"))
    clients = [target.connect() for _ in range(300)]
    for client in clients[::2]:
        client.ehlo()
    canary(target)
    assert {tuple(last_words(client)) for client in clients} == {(421,)}
    for client in clients:
        client.close()
    canary(target)


def test_dos_01_one_client_has_so_many_connections_and_no_more(attack):
    target = attack(limits(connections_per_client=20))
    mine = [target.connect(address="127.0.1.1") for _ in range(20)]
    with target.connect(address="127.0.1.1") as one_more:
        assert one_more.greeting is not None and one_more.greeting.code == 421
        assert last_words(one_more) == []
    canary(target)
    mine.pop().command(b"QUIT")
    time.sleep(0.05)
    with target.connect(address="127.0.1.1") as client:
        assert client.ehlo().code == 250
    for client in mine:
        client.close()


def test_dos_01_above_the_cap_the_longest_idle_makes_room(attack):
    target = attack(limits(connections=50))
    clients = [target.connect() for _ in range(50)]
    for client in clients[1:]:
        client.ehlo()
    busy = clients[1]
    busy.envelope()
    for _ in range(3):
        canary(target)
    assert last_words(clients[0]) == [421]
    busy.expect(354, b"DATA")
    busy.send(b"Subject: still here\r\n\r\n.\r\n")
    assert busy.reply().code == 250
    for client in clients:
        client.close()


# ── DOS-02: slow clients ─────────────────────────────────────────────────────
class Drip:
    """A thread that sends one octet to each of its clients every `pause` seconds, for as long as anybody listens."""

    def __init__(self, clients: list[Client], octets: bytes, pause: float) -> None:
        self.clients, self.octets, self.pause = clients, octets, pause
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        for octet in itertools.cycle(self.octets):
            for client in self.clients:
                with contextlib.suppress(OSError):
                    client.socket.send(bytes((octet,)))
            if self.stopped.wait(self.pause):
                return

    def stop(self) -> None:
        self.stopped.set()
        self.thread.join(10)
        for client in self.clients:
            client.close()


def test_dos_02_a_command_that_drips_in_has_a_total_time(attack):
    target = attack(limits(command="1s", idle="60s"))
    clients = [target.connect() for _ in range(150)]
    drip = Drip(clients, b"EHLO " + b"client-" * 30, 0.3)
    began = time.monotonic()
    canary(target)
    assert {tuple(last_words(client, 12)) for client in clients} == {(421,)}
    assert time.monotonic() - began < 12
    drip.stop()


def test_dos_02_an_overlong_command_that_drips_in_has_it_too(attack):
    target = attack(limits(command="1s", idle="60s"))
    clients = [target.connect() for _ in range(10)]
    for client in clients:
        client.send(b"NOOP " + b"x" * 5000)
    drip = Drip(clients, b"x", 0.3)
    assert {tuple(last_words(client, 12)) for client in clients} == {(421,)}
    drip.stop()


@pytest.mark.parametrize("chunked", [False, True], ids=["data", "bdat"])
def test_dos_02_content_that_drips_in_has_a_least_rate(attack, chunked):
    target = attack(limits(data_grace="1s"))
    clients = [target.connect() for _ in range(100)]
    for client in clients:
        client.ehlo()
        client.envelope()
        if chunked:
            client.send(b"BDAT 100000 LAST\r\n")
        else:
            client.expect(354, b"DATA")
    drip = Drip(clients, b"Subject: slow\r\n\r\n" + b"a" * 50 + b"\r\n", 0.3)
    began = time.monotonic()
    canary(target)
    assert {tuple(last_words(client, 12)) for client in clients} == {(421,)}
    assert time.monotonic() - began < 12
    canary(target)
    drip.stop()
    assert not [message for message in target.messages() if b"slow" in message.octets]


def test_dos_02_content_at_the_least_rate_may_take_its_time(attack):
    target = attack(limits(data_grace="1s", data_rate=100))
    with target.connect() as client:
        client.data()
        for _ in range(12):
            client.send(b"y" * 98 + b"\r\n")
            time.sleep(0.3)
        client.send(b".\r\n")
        assert client.reply().code == 250


# ── DOS-03, DOS-04: floods of commands ───────────────────────────────────────
@pytest.mark.parametrize(
    ("line", "setting"),
    [
        (b"NOOP\r\n", "junk_commands"),
        (b"RSET\r\n", "junk_commands"),
        (b"VRFY a\r\n", "junk_commands"),
        (b"EHLO client.test\r\n", "junk_commands"),
        (b"KILL\r\n", "errors"),
        (b"HELP\r\n", "errors"),
        (b"MAIL FROM:<\r\n", "errors"),
        (b"DATA\r\n", "errors"),
        (b"RCPT TO:<a@example.test>\r\n", "errors"),
        (b"BDAT 0\r\n", "errors"),
        (b"STARTTLS\r\n", "junk_commands"),
    ],
)
def test_dos_03_a_flood_of_commands_is_cut(strict, line, setting):
    with strict.connect() as client:
        client.ehlo()
        sender = threading.Thread(target=pour, args=(client, line * 1000, 100_000 * len(line)), daemon=True)
        if line[:4] in (b"EHLO", b"DATA", b"STAR"):  # last in its group: one at a time
            codes = one_by_one(client, line)
        else:
            sender.start()
            codes = last_words(client)
            sender.join(10)
    assert codes[-1] == 421 and 421 not in codes[:-1], codes[-3:]
    assert len(codes) <= {"junk_commands": 102, "errors": 12}[setting], len(codes)


def one_by_one(client: Client, line: bytes) -> list[int]:
    codes = []
    with contextlib.suppress(*GONE):
        for _ in range(1000):
            client.send(line)
            codes.append(client.reply().code)
    return codes


@pytest.mark.parametrize("recipient", [b"rcpt@example.test", b"nobody@example.test", b"user@elsewhere.test", b"bad@@"])
def test_dos_04_a_flood_of_recipients_is_cut(strict, recipient):
    with strict.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<ann@sender.test>")
        line = b"RCPT TO:<" + recipient + b">\r\n"
        sender = threading.Thread(target=pour, args=(client, line * 100, 10_000 * len(line)), daemon=True)
        sender.start()
        codes = last_words(client)
        sender.join(10)
    assert codes[-1] == 421 and len(codes) <= 1002, (len(codes), codes[-3:])
    assert codes.count(250) <= 100
    strict.assert_nothing_passed()


# ── DOS-05: what never ends ──────────────────────────────────────────────────
@pytest.mark.parametrize(
    "piece",
    [b"y" * 998 + b"\r\n", b"z" * 1000, b"\n" * 1000, b".\r" * 500, b"\0" * 1000, b"X: y\r\n" * 200, b" \r\n" * 300],
    ids=["lines", "one line", "bare LF", "bare CR", "NUL", "header", "blank lines"],
)
def test_dos_05_endless_content_is_cut_and_costs_no_memory(target, piece):
    before = target.resident()
    with target.connect() as client:
        client.data()
        sent = pour(client, piece * 64, 60 * MEBIBYTE)
        grown = target.resident() - before
        with contextlib.suppress(TimeoutError):
            codes = last_words(client, 1)
            assert codes == [] or codes[0] >= 500
    assert sent < 60 * MEBIBYTE or grown < 4 * MEBIBYTE, "either it is cut off, or discarded"
    assert grown < 8 * MEBIBYTE
    assert len(target.messages()) == 0


def test_dos_05_an_endless_chunk_is_refused_before_it_comes(target):
    before = target.resident()
    with target.connect() as client:
        client.ehlo()
        client.envelope()
        client.send(b"BDAT 99999999999 LAST\r\n")
        pour(client, b"x" * 65536, 60 * MEBIBYTE)
        codes = last_words(client, 5)
        assert codes == [] or codes == [552]
    assert target.resident() - before < 4 * MEBIBYTE


def test_dos_05_chunks_without_an_end_are_cut_at_the_size_limit(target):
    before = target.resident()
    with target.connect() as client:
        client.ehlo()
        client.envelope()
        codes = []
        with contextlib.suppress(*GONE):
            for _ in range(100):
                client.send(b"BDAT 100000\r\n" + b"y" * 100_000)
                codes.append(client.reply().code)
    assert codes.count(250) <= 11 and 552 in codes, codes
    assert target.resident() - before < 4 * MEBIBYTE


@pytest.mark.parametrize("start", [b"", b"EHLO ", b"MAIL FROM:<", b"NOOP ", b"\xff", b"AUTH PLAIN "])
def test_dos_05_an_endless_command_is_cut(target, start):
    before = target.resident()
    with target.connect() as client:
        client.send(start)
        pour(client, b"x" * 65536, 50 * MEBIBYTE)
        codes = last_words(client)
    assert codes in ([], [500], [421], [554]), codes
    assert target.resident() - before < 2 * MEBIBYTE


# ── DOS-06: a client that never reads ────────────────────────────────────────
@pytest.mark.parametrize("line", [b"NOOP\r\n", b"VRFY somebody\r\n", b"KILL " + b"x" * 90 + b"\r\n"])
def test_dos_06_a_client_that_does_not_read_is_dropped_and_costs_no_memory(attack, line):
    target = attack(limits(idle="2s"))
    open_before, before = target.descriptors(), target.resident()
    clients = [target.connect(receive_buffer=4096) for _ in range(10)]
    for client in clients:
        client.ehlo()
        client.socket.setblocking(False)
    sent = dict.fromkeys(range(10), 0)
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        for number, client in enumerate(clients):
            with contextlib.suppress(OSError):
                sent[number] += client.socket.send(line * 1000)
        time.sleep(0.005)
    grown = target.resident() - before
    canary(target)
    assert max(sent.values()) < 16 * MEBIBYTE, "the kernel's buffers are full, and nobody empties them"
    assert grown < 10 * 1.5 * MEBIBYTE
    target.wait_for_descriptors(open_before + 1)  # and one to the backend
    for client in clients:
        client.close()


def test_dos_06_one_that_reads_again_is_served_in_order(target):
    """Backpressure loses nothing: every command is answered, once."""
    with target.connect(receive_buffer=4096) as client:
        client.ehlo()
        count = 20_000
        sender = threading.Thread(target=client.send, args=(b"NOOP\r\nKILL\r\n" * (count // 2),), daemon=True)
        sender.start()
        time.sleep(0.5)
        codes = [client.reply().code for _ in range(count)]
        sender.join(10)
        assert codes == [250, 500] * (count // 2)
        assert client.command(b"QUIT").code == 221


# ── DOS-07: storms ───────────────────────────────────────────────────────────
def storm(target: Target, one: Callable[[int, str], None], count: int) -> None:
    """So many one after another, from changing addresses, while somebody is served; then all is as before."""
    target.serve_somebody()
    open_before, before = target.descriptors(), target.resident()
    attacker = threading.Thread(target=lambda: [one(number, next(addresses)) for number in range(count)], daemon=True)
    attacker.start()
    while attacker.is_alive():
        canary(target)
    attacker.join()
    target.wait_for_descriptors(open_before)
    canary(target)
    assert target.resident() - before < 12 * MEBIBYTE  # closed ones stay on the wheel for two seconds


def connection(port: int, address: str) -> socket.socket:
    plain = socket.socket()
    plain.settimeout(5)
    plain.bind((address, 0))
    plain.connect((HOST, port))
    return plain


def test_dos_07_a_storm_of_connections_that_close_at_once(target):
    storm(target, lambda number, address: connection(target.port, address).close(), 2000)


def test_dos_07_a_storm_of_connections_that_are_reset(target):
    def reset(number: int, address: str) -> None:
        plain = connection(target.port, address)
        if number % 3 == 0:
            plain.recv(100)
        if number % 3 == 1:
            plain.send(b"EHLO client.test\r\nMAIL FR")
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        plain.close()

    storm(target, reset, 2000)


@pytest.fixture(scope="module")
def tls(authority) -> dict[str, Any]:
    issued = authority.issue("storm.example.test")
    return {"certificates": [{"certificate": str(issued.chain), "key": str(issued.key)}]}


def test_dos_07_a_storm_of_handshakes(attack, tls, authority):
    target = attack({"listeners": {"inbound": {"tls": tls}}})
    trust = ssl.create_default_context(cafile=str(authority.path))

    def handshake(number: int, address: str) -> None:
        with Client(target.port, address=address) as client:
            client.ehlo()
            if number % 2:
                client.start_tls(trust, name="storm.example.test")
                return
            client.expect(220, b"STARTTLS")
            client.send(client_hello())
            if number % 4:
                client.more()
            client.reset()

    storm(target, handshake, 300)


# ── DOS-12: mail that goes round ─────────────────────────────────────────────
def test_dos_12_too_many_received_fields_are_a_loop(target):
    received = b"Received: from a.test by b.test; Mon, 1 Jan 2024 00:00:00 +0000\r\n"
    with target.connect() as client:
        client.ehlo()
        for count, code in ((200, 554), (101, 554), (100, 250), (20, 250)):
            reply = client.deliver(received * count + b"Subject: round and round\r\n\r\nbody\r\n")
            assert reply.code == code, (count, reply)
            assert code == 250 or reply.enhanced == "5.4.6"


def test_dos_12_a_gateway_behind_itself_ends_the_loop():
    """Its own Received fields are counted; nothing is delivered, and the reply comes back through all of them."""
    settings = {"listeners": {"inbound": {"limits": {"hops": 15}}}, "checks": {"helo": {"enabled": False}}}
    gateway = Gateway(backend=free_port(), settings=settings)
    gateway.settings["backends"]["mail"]["hosts"] = [f"{HOST}:{gateway.port}"]
    gateway.write()
    with gateway, Client(gateway.port, timeout=30) as client:
        client.ehlo()
        reply = client.deliver(b"Subject: to itself\r\n\r\nbody\r\n")
    assert (reply.code, reply.enhanced) == (554, "5.4.6"), reply
