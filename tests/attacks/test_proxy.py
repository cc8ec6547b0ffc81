"""TLS-19: who says for whom he speaks (PROXY protocol, XCLIENT), and PROXY headers before TLS from the first octet."""

import ipaddress
import ssl
import time
from collections.abc import Iterator

import pytest

from tests.attacks.client import Client, Closed, cut
from tests.attacks.conftest import GENEROUS
from tests.attacks.target import Target
from tests.servers.gateway import Gateway, laid_over
from tests.servers.loopback import HOST, free_port

PROXY = "127.0.0.5"  # believed
V2 = b"\r\n\r\n\0\r\nQUIT\n"
CONTENT = b"Subject: by proxy\r\n\r\nbody\r\n"
NAME = "mx.example.test"
GONE = (Closed, ConnectionResetError, BrokenPipeError)


def v1(source: str = "192.0.2.77", port: int = 4711) -> bytes:
    return f"PROXY TCP4 {source} 203.0.113.25 {port} 25\r\n".encode()


def v2(source: str = "192.0.2.77", *, command: int = 0x21, family: int = 0x11, options: bytes = b"") -> bytes:
    ends = ipaddress.ip_address(source).packed + ipaddress.ip_address("203.0.113.25").packed
    rest = ends + (4711).to_bytes(2) + (25).to_bytes(2) + options
    return V2 + bytes((command, family)) + len(rest).to_bytes(2) + rest


def option(kind: int, octets: bytes) -> bytes:
    return bytes((kind,)) + len(octets).to_bytes(2) + octets


USED_TLS = option(0x20, b"\x01\0\0\0\0" + option(0x21, b"TLSv1.3") + option(0x23, b"TLS_AES_128_GCM_SHA256"))


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    return {name: free_port() for name in ("proxied", "implicit", "proxied_implicit")}


@pytest.fixture(scope="module")
def gateway(sloppy, authority, ports) -> Iterator[Gateway]:
    issued = authority.issue(NAME)
    tls = {"certificates": [{"certificate": str(issued.chain), "key": str(issued.key)}]}
    implicit, proxied = {"tls": {**tls, "mode": "implicit"}}, {"proxy_protocol": [f"{PROXY}/32"]}
    demanding = {"tls": {**tls, "required_sender_domains": ["bank.test"]}}
    further = {"proxied": proxied | demanding, "implicit": implicit, "proxied_implicit": proxied | implicit}
    base = {"role": "inbound", "tarpit": {"delay": "0s"}, **GENEROUS["listeners"]["inbound"]}
    listeners = {name: {**base, "bind": [f"{HOST}:{ports[name]}"], **own} for name, own in further.items()}
    with Gateway(backend=sloppy.port, settings=laid_over(GENEROUS, {"listeners": listeners})) as gateway:
        yield gateway


@pytest.fixture
def proxied(gateway, sloppy) -> Iterator[Target]:
    """Its own port believes nobody; those in `ports` believe `PROXY` and nobody else."""
    target = Target(gateway, sloppy)
    yield target
    target.serve_somebody()
    target.assert_no_bug()


@pytest.fixture(scope="module")
def stalled(gateway, ports) -> Iterator[tuple[float, list[Client]]]:
    """When proxies began whose header never ends, and these; from the first test on."""
    clients = [Client(ports["proxied"], address=PROXY, greeting=False) for _ in range(3)]
    clients[0].send(b"PROXY TCP4 192.0.2.77")
    clients[1].send(v2()[:20])
    clients[2].send(b"PROXY TCP4 192.0.2.77 203.0.113.25 4711 25\n")
    yield time.monotonic(), clients
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def trust(authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.path))


class InTls:
    """A client that decides which octets of its handshake go out when."""

    def __init__(self, client: Client, trust: ssl.SSLContext) -> None:
        self.client = client
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = trust.wrap_bio(self.incoming, self.outgoing, server_hostname=NAME)
        assert self.step() is None

    def hello(self) -> bytes:
        return self.outgoing.read()

    def step(self) -> bool | None:
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return None
        return True

    def receive(self) -> None:
        self.client.more()
        self.incoming.write(self.client.buffer)
        self.client.buffer = b""

    def finish(self) -> None:
        while not self.step():
            self.flush()
            self.receive()
        self.flush()

    def flush(self) -> None:
        self.client.send(self.outgoing.read())

    def say(self, octets: bytes, *, until: bytes) -> bytes:
        """Replies up to the one that begins with `until`."""
        if octets:
            self.tls.write(octets)
            self.flush()
        heard = b""
        while not any(line.startswith(until) for line in heard.split(b"\r\n")[:-1]):
            try:
                heard += self.tls.read(65536)
            except ssl.SSLWantReadError:
                self.receive()
        return heard

    def deliver(self) -> None:
        """Greeting, envelope, content."""
        assert self.say(b"", until=b"220 ").startswith(b"220 ")
        self.say(b"EHLO client.test\r\n", until=b"250 ")
        self.say(b"MAIL FROM:<ann@sender.test>\r\nRCPT TO:<rcpt@example.test>\r\nDATA\r\n", until=b"354 ")
        self.say(CONTENT + b".\r\n", until=b"250 2.0.0 ")


def is_closed(client: Client, seconds: float = 5.0) -> bool:
    """Without a word."""
    try:
        client.more(seconds)
    except GONE:
        return True
    except TimeoutError:
        return False
    return False


# ── who is not believed ──────────────────────────────────────────────────────
@pytest.mark.parametrize("header", [v1(), v2(), v1("127.0.0.1"), b"PROXY UNKNOWN\r\n", v2(command=0x20)])
@pytest.mark.parametrize("listener", ["inbound", "proxied"])
def test_tls_19_a_header_from_anybody_else_is_an_error_and_changes_nothing(stalled, proxied, ports, listener, header):
    with Client(ports.get(listener, proxied.port)) as client:
        client.send(header)
        assert client.reply().code >= 500
    assert proxied.wait_for_record(event="transaction", client=HOST)
    assert not any(record.get("client") == "192.0.2.77" for record in proxied.records())


@pytest.mark.parametrize("header", [v1(), v2()])
def test_tls_19_a_header_before_the_greeting_is_no_better(proxied, header):
    with proxied.connect(greeting=False, first=header) as client:
        reply = client.reply()
        if reply.code == 220:  # the greeting was quicker
            reply = client.reply()
        assert reply.code >= 500
    assert not any(record.get("client") == "192.0.2.77" for record in proxied.records())


@pytest.mark.parametrize(
    "command",
    [
        b"XCLIENT ADDR=192.0.2.77",
        b"XCLIENT NAME=good.test ADDR=192.0.2.77",
        b"XFORWARD ADDR=192.0.2.77",
        b"XCLIENT",
        b"LHLO x",
    ],
)
@pytest.mark.parametrize("address", [HOST, PROXY])
def test_tls_19_xclient_is_an_unknown_command_whoever_says_it(proxied, command, address):
    with proxied.connect(address=address) as client:
        assert all(not line[4:].startswith(b"X") for line in client.ehlo().lines)
        assert client.command(command).code in (500, 502)
        assert client.deliver(CONTENT).code == 250
    assert proxied.wait_for_record(event="transaction", end="delivered", client=address)
    assert not any(record.get("client") == "192.0.2.77" for record in proxied.records())


# ── who is believed ──────────────────────────────────────────────────────────
@pytest.mark.parametrize("header", [v1(), v2(), v2(options=option(0x04, b"\0" * 500))])
@pytest.mark.parametrize("at", [(), (1,), (12, 20), (27,)])
def test_tls_19_a_listed_proxy_says_who_the_client_is(proxied, ports, header, at):
    with Client(ports["proxied"], address=PROXY, greeting=False) as client:
        client.send_cut(header, *at)
        assert client.reply().code == 220
        client.ehlo()
        assert client.deliver(CONTENT).code == 250
    assert proxied.wait_for_record(event="transaction", end="delivered", client="192.0.2.77")


@pytest.mark.parametrize(
    "header",
    [
        b"EHLO client.test\r\n",
        b"PROXY TCP4 192.0.2.77 203.0.113.25 4711\r\n",
        b"PROXY TCP4 192.0.2.777 203.0.113.25 4711 25\r\n",
        b"PROXY TCP4 192.0.2.77 203.0.113.25 4711 65536\r\n",
        b"PROXY TCP6 192.0.2.77 203.0.113.25 4711 25\r\n",
        b"proxy TCP4 192.0.2.77 203.0.113.25 4711 25\r\n",
        b"PROXY " + b"A" * 200,
        v2(command=0x31),
        v2(command=0x22),
        v2(family=0x31),
        V2 + b"\x21\x11\xff\xff" + b"x" * 3000,
        V2 + b"\x21\x11\0\x04\x7f\0\0\x01",
        v2(options=b"\x20\xff\xff"),
        v2(options=option(0x03, b"\1\2\3\4")),
        b"\x16\x03\x01",
        b"\0",
    ],
)
def test_tls_19_a_listed_proxy_without_a_perfect_header_is_cut_off(proxied, ports, header):
    with Client(ports["proxied"], address=PROXY, greeting=False) as client:
        client.send(header)
        assert is_closed(client)


def test_tls_19_what_stands_behind_the_header_came_too_early(proxied, ports):
    with Client(ports["proxied"], address=PROXY, greeting=False, first=v1() + b"EHLO client.test\r\n") as client:
        (reply,) = client.remaining()
        assert reply.code == 554


def test_the_tls_that_ended_at_the_proxy_counts(proxied, ports):
    with Client(ports["proxied"], address=PROXY, greeting=False, first=v2(options=USED_TLS)) as client:
        assert client.reply().code == 220
        assert b"STARTTLS" not in {line[4:] for line in client.ehlo().lines}
        assert client.command(b"STARTTLS").code == 503
        client.envelope(sender=b"ann@bank.test")
        client.expect(250, b"RSET")
        assert client.deliver(CONTENT).code == 250
    received = proxied.messages()[-1].octets.partition(b"Subject:")[0]
    assert b"with ESMTPS" in received and b"TLSv1.3" in received and b"TLS_AES_128_GCM_SHA256" in received


def test_where_the_proxy_says_nothing_of_tls_it_is_still_demanded(proxied, ports):
    with Client(ports["proxied"], address=PROXY, greeting=False, first=v2()) as client:
        assert client.reply().code == 220
        client.ehlo()
        assert client.command(b"MAIL FROM:<ann@bank.test>").code == 530


# ── TLS from the first octet ─────────────────────────────────────────────────
def test_a_client_that_speaks_tls_at_once_is_no_early_talker(proxied, ports, trust):
    for _ in range(20):
        with Client(ports["implicit"], greeting=False) as client:
            tls = InTls(client, trust)
            client.send(tls.hello())
            tls.finish()
            assert tls.say(b"", until=b"220 ").startswith(b"220 ")
    with Client(ports["implicit"], greeting=False) as client:
        tls = InTls(client, trust)
        tls.finish()
        tls.deliver()
    assert b"with ESMTPS" in proxied.messages()[-1].octets


def test_commands_before_the_greeting_inside_tls_came_too_early(ports, trust):
    with Client(ports["implicit"], greeting=False) as client:
        tls = InTls(client, trust)
        while not tls.step():
            tls.flush()
            tls.receive()
        tls.tls.write(b"EHLO client.test\r\n")
        tls.flush()  # in one segment with the end of the handshake
        assert tls.say(b"", until=b"").startswith((b"554 ", b"220 "))


@pytest.mark.parametrize("header", [v1(), v2()])
def test_a_header_and_a_handshake_in_one_segment_are_both_heard(proxied, ports, trust, header):
    with Client(ports["proxied_implicit"], address=PROXY, greeting=False) as client:
        tls = InTls(client, trust)
        client.send(header + tls.hello())
        tls.finish()
        tls.deliver()
    assert proxied.wait_for_record(event="transaction", end="delivered", client="192.0.2.77")


@pytest.mark.parametrize("extra", [-1, 0, 1, 5, 60, 300])
def test_wherever_header_and_handshake_are_cut(ports, trust, extra):
    with Client(ports["proxied_implicit"], address=PROXY, greeting=False) as client:
        tls = InTls(client, trust)
        whole = v1() + tls.hello()
        for piece in cut(whole, len(v1()) + extra):
            client.send(piece)
            time.sleep(0.003)
        tls.finish()
        assert tls.say(b"", until=b"220 ").startswith(b"220 ")


def test_garbage_behind_the_header_is_no_handshake(ports):
    with Client(ports["proxied_implicit"], address=PROXY, greeting=False, first=v1() + b"EHLO x\r\n" * 9) as client:
        heard = b""
        try:
            while True:
                client.more(5)
                heard = client.buffer
        except GONE:
            assert heard == b"" or heard[0] == 21


def test_tls_19_a_header_that_never_ends_is_waited_for_ten_seconds(stalled):
    began, clients = stalled
    for client in clients:
        assert is_closed(client, 20.0)
    assert time.monotonic() - began > 8.0
