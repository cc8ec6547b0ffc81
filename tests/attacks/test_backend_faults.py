"""DOS-17, DOS-18, TLS-14 … TLS-16: what is behind the gateway is broken, hostile, slow or full.

Every case has a backend and a domain of its own in one gateway, so none spoils another's. Whatever the backend says,
the client hears one good reply in bounded time, and 250 only if the backend said 250 to the final dot. The same
faults in finer steps, without the gateway around them, are in `tests/adapters/backend`.
"""

import asyncio
import contextlib
import resource
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gatepost.testing.listening import LoopbackServer, Wire
from gatepost.testing.mailbox import Mailbox
from gatepost.testing.scripted import EHLO, Act, Drip, Endless, ScriptedServer, Step, Upgrade, dialogue
from tests.attacks.background import Background
from tests.attacks.client import Client
from tests.attacks.conftest import GENEROUS
from tests.attacks.target import Target
from tests.servers import need
from tests.servers.gateway import Gateway, laid_over
from tests.servers.loopback import HOST, free_port, wait_until

CONTENT = b"Subject: to a bad backend\r\n\r\nbody\r\n"
GREETING, OK = b"220 x\r\n", b"250 2.0.0 Ok\r\n"
STEPS = {"greeting": 0, "EHLO": 1, "MAIL": 2, "RCPT": 3, "DATA": 4, "dot": 5}
LONG = b"x" * 8000
PATIENCE = 1.5  # seconds for a reply, as the gateway is set below
WITH_TLS = EHLO.replace(b"250-DSN", b"250-DSN\r\n250-STARTTLS")


def script(step: str, says: Step) -> list[Step]:
    """All well but for one step."""
    steps = dialogue()
    steps[STEPS[step]] = says
    return steps


# ── what a backend may say, and what the client hears then ───────────────────
TEMPORARY, PERMANENT, EITHER, TAKEN = ("4",), ("5",), ("4", "5"), ("2",)
REPLIES: dict[str, tuple[list[Step], tuple[str, ...]]] = {
    "all well": (dialogue(), TAKEN),
    "refuses at the dot": (script("dot", b"554 5.7.1 Spam\r\n"), PERMANENT),
    "defers at the dot": (script("dot", b"451 4.3.0 Later\r\n"), TEMPORARY),
    "452 at the dot": (script("dot", b"452 4.3.1 Full\r\n"), TEMPORARY),
    "421 at the dot": (script("dot", b"421 4.3.2 Bye\r\n"), TEMPORARY),
    "refuses the recipient": (script("RCPT", b"550 5.1.1 Nobody\r\n"), PERMANENT),
    "defers the recipient": (script("RCPT", b"450 4.2.1 Greylisted\r\n"), TEMPORARY),
    "refuses the sender": (script("MAIL", b"553 5.1.8 You?\r\n"), PERMANENT),
    "refuses DATA": (script("DATA", b"554 5.5.1 No\r\n"), EITHER),
    "250 to DATA": (script("DATA", OK), TEMPORARY),
    "354 to MAIL": (script("MAIL", b"354 go\r\n"), EITHER),
    "354 to the dot": (script("dot", b"354 go on\r\n"), TEMPORARY),
    "220 to the dot": (script("dot", b"220 eh\r\n"), EITHER + TAKEN),
    "reply of 8 kB at the dot": (script("dot", b"554 5.7.1 " + LONG + b"\r\n"), EITHER),
    "many lines at the dot": (script("dot", b"554-5.7.1 a\r\n" * 50 + b"554 5.7.1 b\r\n"), EITHER),
    "endless line at the dot": (script("dot", Endless(LONG)), TEMPORARY),
    "endless lines at the dot": (script("dot", Endless()), TEMPORARY),
    "endless lines to EHLO": (script("EHLO", Endless()), TEMPORARY),
    "NUL at the dot": (script("dot", b"554 5.7.1 a\0b\r\n"), EITHER),
    "ESC and 8 bits at the dot": (script("dot", b"554 5.7.1 \x1b[2J \xff\xfe\r\n"), EITHER),
    "bare LF at the dot": (script("dot", b"250 2.0.0 Ok\n"), TEMPORARY),
    "CR LF inside at the dot": (script("dot", b"554 5.7.1 a\rb\r\n"), EITHER),
    "no line end at the dot": (script("dot", (b"250 2.0.0 Ok", Act.SILENCE)), TEMPORARY),
    "closes in its reply to the dot": (script("dot", (b"250 2.0", Act.CLOSE)), TEMPORARY),
    "two codes at the dot": (script("dot", b"250-2.0.0 a\r\n550 5.7.1 b\r\n"), EITHER),
    "no code at the dot": (script("dot", b"Ok, thanks\r\n"), TEMPORARY),
    "999 at the dot": (script("dot", b"999 9.9.9 eh\r\n"), TEMPORARY),
    "25 at the dot": (script("dot", b"25 Ok\r\n"), TEMPORARY),
    "one octet each 10 ms at the dot": (script("dot", Drip(OK, 0.01)), TAKEN),
    "one octet a second at the dot": (script("dot", Drip(b"250 2.0.0 " + b"a" * 500 + b"\r\n", 0.5)), TEMPORARY),
    "one octet a second to MAIL": (script("MAIL", Drip(b"250 2.0.0 " + b"a" * 500 + b"\r\n", 0.5)), TEMPORARY),
    "two replies to the dot": (script("dot", OK + b"554 5.7.1 No\r\n"), TEMPORARY),
    "answers ahead": (script("MAIL", OK + OK + b"354 go\r\n" + OK), TEMPORARY),
    "HTTP": (script("greeting", b"HTTP/1.1 400 Bad Request\r\n\r\n"), TEMPORARY),
    "554 greeting": (script("greeting", b"554 5.3.2 No\r\n"), TEMPORARY),
    "421 to EHLO": (script("EHLO", b"421 4.3.2 Busy\r\n"), TEMPORARY),
} | {
    f"{what} at {step}": (script(step, act), TEMPORARY)
    for step in STEPS
    for what, act in (("closes", Act.CLOSE), ("resets", Act.RESET), ("silent", Act.SILENCE))
}
"""By name: the script of every connection, and the first digits that the client may hear."""

STARTTLS_REPLIES = {code: f"{code} x\r\n".encode() for code in ("421", "454", "500", "501", "530", "354", "221")}
STRIPPED: dict[str, list[Step]] = {
    "not offered": [GREETING, EHLO],
    "offered with an argument": [GREETING, EHLO.replace(b"DSN", b"STARTTLS-X"), OK],
    "HELO only": [GREETING, b"502 what?\r\n", OK],
} | {
    f"{code} to {step}": [*[GREETING, WITH_TLS][:at], reply, *[OK] * 6]
    for code, reply in STARTTLS_REPLIES.items()
    for at, step in enumerate(("the greeting", "EHLO", "STARTTLS"))
}
INJECTED = [OK, b"250-x\r\n250 PIPELINING\r\n250 2.1.0 Ok\r\n" * 3, b"250"]


def domain(group: str, name: str) -> str:
    return f"{group}{sorted(NAMES[group]).index(name)}.test"


NAMES: dict[str, list[str]] = {
    "reply": list(REPLIES),
    "stripped": list(STRIPPED),
    "clear": list(STRIPPED),
    "injected": [str(number) for number in range(len(INJECTED))],
}


class Fleet(LoopbackServer):
    """Many servers in one loop, by the domain that each is behind."""

    def __init__(self, servers: dict[str, LoopbackServer]) -> None:
        super().__init__()
        self.servers = servers

    async def start(self, port: int = 0) -> None:
        await asyncio.gather(*(server.start() for server in self.servers.values()))

    async def stop(self) -> None:
        await asyncio.gather(*(server.stop() for server in self.servers.values()))

    async def converse(self, wire: Wire, index: int) -> None:
        raise AssertionError("each of them does so at a port of its own")


@pytest.fixture(scope="module")
def server_tls(authority) -> ssl.SSLContext:
    issued = authority.issue(HOST)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.chain, issued.key)
    return context


@pytest.fixture(scope="module")
def fleet(server_tls) -> Iterator[dict[str, Any]]:
    servers: dict[str, LoopbackServer] = {}
    for name, (steps, _) in REPLIES.items():
        servers[domain("reply", name)] = ScriptedServer(steps)
    for name, steps in STRIPPED.items():
        servers[domain("stripped", name)] = ScriptedServer([*steps, *dialogue()[2:]])
        servers[domain("clear", name)] = ScriptedServer([*steps, *dialogue()[2:]])
    for number, octets in enumerate(INJECTED):
        upgrade = Upgrade(server_tls, b"220 go\r\n" + octets)
        servers[domain("injected", str(number))] = ScriptedServer([GREETING, WITH_TLS, upgrade, *dialogue()[1:]])
    with Background(Fleet(servers)):
        yield servers


@pytest.fixture(scope="module")
def gateway(fleet, sloppy, authority) -> Iterator[Gateway]:
    patience = {"connect_timeout": "2s", "command_timeout": f"{PATIENCE}s", "final_timeout": f"{PATIENCE}s"}
    modes = {"reply": "off", "stripped": "required", "clear": "opportunistic", "injected": "required"}
    backends, domains = {}, {}
    for name, server in fleet.items():
        backend = name.removesuffix(".test")
        mode = modes[backend.rstrip("0123456789")]
        backends[backend] = {"hosts": [server.where], "tls": mode, "ca_file": str(authority.path), **patience}
        domains[name] = {"backend": backend, "recipients": "any"}
    settings = laid_over(GENEROUS, {"backends": backends, "domains": domains})
    with Gateway(backend=sloppy.port, settings=settings) as gateway:
        yield gateway


@pytest.fixture
def faulty(gateway, sloppy) -> Iterator[Target]:
    target = Target(gateway, sloppy)
    yield target
    target.serve_somebody()
    target.assert_no_bug()


def send(target: Target, to: str) -> str:
    """The one reply to a message for that domain, and the session goes on."""
    with target.connect(timeout=30) as client:
        client.ehlo()
        client.envelope(recipient=b"bob@" + to.encode())
        client.expect(354, b"DATA")
        client.send(CONTENT + b".\r\n")
        reply = client.reply()
        assert client.command(b"NOOP").code == 250
        assert client.command(b"QUIT").code == 221
    text = b"".join(reply.lines)
    assert len(reply.lines) == 1 and text.isascii() and text.decode().isprintable()
    return str(reply)


@pytest.mark.parametrize("name", REPLIES)
def test_dos_18_whatever_a_backend_says_the_client_hears_one_true_reply(faulty, fleet, name):
    server, (_, digits) = fleet[domain("reply", name)], REPLIES[name]
    began = time.monotonic()
    said = send(faulty, domain("reply", name))
    assert said[0] in digits, said
    assert time.monotonic() - began < 4 * PATIENCE
    assert server.dots <= 1, "a message that may have been taken is not given twice"
    if said[0] == "2":
        assert server.contents and server.contents[0].endswith(CONTENT)


# ── STARTTLS towards the backend ─────────────────────────────────────────────
def verbs(server: ScriptedServer) -> set[bytes]:
    return {command[:4].upper() for commands in server.commands for command in commands}


@pytest.mark.parametrize("number", range(len(INJECTED)))
def test_tls_14_octets_behind_the_backends_220_are_never_believed(faulty, fleet, number):
    name = domain("injected", str(number))
    assert send(faulty, name)[0] == "4"
    assert verbs(fleet[name]) <= {b"EHLO", b"STAR"} and not fleet[name].contents


@pytest.mark.parametrize("name", STRIPPED)
def test_tls_15_and_16_where_tls_is_required_nothing_is_delivered_in_clear(faulty, fleet, name):
    server = fleet[domain("stripped", name)]
    assert send(faulty, domain("stripped", name))[0] == "4"
    assert not verbs(server) & {b"MAIL", b"RCPT", b"DATA"} and not server.contents


@pytest.mark.parametrize("name", ["not offered", "HELO only", "454 to STARTTLS", "500 to STARTTLS", "530 to STARTTLS"])
def test_tls_15_where_it_is_not_required_mail_goes_in_clear_or_waits(faulty, fleet, name):
    said = send(faulty, domain("clear", name))
    assert said[0] == "2" if name in ("not offered", "HELO only") else said[0] in "24", said
    if said[0] == "2":
        assert fleet[domain("clear", name)].contents[0].endswith(CONTENT)


def test_tls_15_a_downgrade_is_told(attack, server_tls, authority):
    """The first connection fails in STARTTLS, the next ones go in clear."""
    failing: list[Step] = [GREETING, WITH_TLS, b"454 4.7.0 not now\r\n"]
    with Background(ScriptedServer(failing, dialogue(ehlo=WITH_TLS))) as running:
        target = attack({"backends": {"mail": {"tls": "opportunistic"}}}, backend=running.server.port)
        with target.connect() as client:
            client.ehlo()
            assert client.deliver(CONTENT).code == 250
        wait_until(lambda: "tls_downgrade" in target.said(), seconds=5, what="the downgrade is in the log")


# ── down, slow, full ─────────────────────────────────────────────────────────
def deliver(client: Client, number: int) -> int:
    return client.deliver(b"Subject: number %d\r\n\r\nbody\r\n" % number).code


def subjects(mailbox: Mailbox) -> list[int]:
    """The numbers of the messages it has."""
    headers = (message.octets.partition(b"Subject: number ")[2] for message in mailbox.received)
    return [int(rest.partition(b"\r\n")[0]) for rest in headers]


def test_dos_17_while_the_backend_is_down_mail_is_deferred_and_then_it_flows(attack):
    port = free_port()
    target = attack(backend=port)
    taken = []
    with target.connect() as client:
        client.ehlo()
        began = time.monotonic()
        for number in range(40):
            assert deliver(client, number) == 451
        assert time.monotonic() - began < 10
        mailbox = Background(Mailbox())
        mailbox.thread.start()
        asyncio.run_coroutine_threadsafe(mailbox.server.start(port), mailbox.loop).result(10)
        try:
            for number in range(40, 400):
                if deliver(client, number) == 250:
                    taken.append(number)
                    if len(taken) == 5:
                        break
                else:
                    time.sleep(0.1)
            assert len(taken) == 5 and subjects(mailbox.server) == taken
        finally:
            mailbox.stop()


def test_dos_17_a_backend_that_comes_and_goes_loses_nothing_that_was_acknowledged(attack):
    mailbox = Mailbox()
    with Background(mailbox) as running:
        target = attack(backend=mailbox.port)
        port, taken = mailbox.port, []
        with target.connect(timeout=30) as client:
            client.ehlo()
            for number in range(60):
                if number in (15, 35):
                    asyncio.run_coroutine_threadsafe(mailbox.stop(), running.loop).result(10)
                if number in (20, 40):
                    asyncio.run_coroutine_threadsafe(mailbox.start(port), running.loop).result(10)
                    time.sleep(1.2)
                if deliver(client, number) == 250:
                    taken.append(number)
        assert len(taken) >= 30
        assert set(taken) <= set(subjects(mailbox))


class Unread(LoopbackServer):
    """Says all the right things and reads no content."""

    async def converse(self, wire: Any, index: int) -> None:
        wire.say(GREETING)
        while True:
            verb = (await wire.until(b"\r\n"))[:4].upper()
            wire.say(EHLO if verb == b"EHLO" else b"354 go\r\n" if verb == b"DATA" else OK)
            if verb == b"DATA":
                await wire.flush()
                wire.reader._transport.pause_reading()  # the stream would read on into its buffer
                await asyncio.sleep(600)


def test_dos_17_a_backend_that_does_not_read_is_given_up_and_costs_no_memory(attack):
    with Background(Unread()) as running:
        slow = {"data_timeout": "2s", "final_timeout": "2s", "command_timeout": "2s"}
        target = attack(
            {"backends": {"mail": slow}, "listeners": {"inbound": {"limits": {"message_size": "20MiB"}}}},
            backend=running.server.port,
        )
        before = target.resident()
        clients = [target.connect(timeout=60) for _ in range(6)]
        for client in clients:
            client.ehlo()
            client.envelope()
            client.expect(354, b"DATA")
            client.send(b"Subject: big\r\n\r\n" + (b"z" * 998 + b"\r\n") * 8000 + b".\r\n")
        for client in clients:
            assert client.reply().code == 451
            assert client.command(b"QUIT").code == 221
        assert target.resident() - before < 24 * 1024 * 1024


def test_dos_17_waiting_for_a_free_connection_ends(attack):
    with Background(ScriptedServer(script("dot", Act.SILENCE))) as running:
        limits = {"connections": 1, "wait_timeout": "1s", "final_timeout": "2s"}
        target = attack({"backends": {"mail": limits}}, backend=running.server.port)
        clients = [target.connect(timeout=30) for _ in range(8)]
        began = time.monotonic()
        for client in clients:
            client.ehlo()
            client.envelope()
            client.expect(354, b"DATA")
            client.send(CONTENT + b".\r\n")
        assert {client.reply().code for client in clients} == {451}
        assert time.monotonic() - began < 10
        for client in clients:
            client.close()


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """8 MiB, mounted for this test."""
    need.root("mounts a small file system")
    where = tmp_path / "disk"
    where.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(where)], capture_output=True)
    if mounted.returncode:
        need.absent(f"may not mount here: {mounted.stderr.decode().strip()}")
    yield where
    subprocess.run(["umount", "--lazy", str(where)], check=True)


def large(number: int) -> bytes:
    return b"Subject: number %d\r\n\r\n" % number + (b"y" * 70 + b"\r\n") * 9000


def test_dos_17_a_full_disk_defers_large_mail_and_nothing_is_lost(attack, small_disk):
    mailbox = Mailbox()
    with Background(mailbox):
        target = attack({"gateway": {"data_dir": str(small_disk)}}, backend=mailbox.port)
        with target.connect() as client:
            client.ehlo()
            assert client.deliver(large(1)).code == 250
            ballast = small_disk / "ballast"
            fill(ballast)
            reply = client.deliver(large(2))
            assert (reply.code, reply.enhanced) == (452, "4.3.1"), reply
            for number in range(3, 30):
                assert deliver(client, number) in (250, 451, 452)  # in memory; its trace may find no room
            assert client.command(b"NOOP").code == 250
            ballast.unlink()
            wait_until(lambda: client.deliver(large(99)).code == 250, seconds=10, what="large mail flows again")
            assert client.command(b"QUIT").code == 221
        assert {1, 99} <= set(subjects(mailbox)) and 2 not in subjects(mailbox)
        assert target.worker() in target.gateway.pids()


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(64 * 1024))


def test_dos_17_a_file_that_may_not_grow_defers_large_mail(attack):
    """Without root: the same by a limit on the size of files (SIGXFSZ is ignored by Python)."""
    mailbox = Mailbox()
    with Background(mailbox):
        target = attack(backend=mailbox.port)
        worker = target.worker()
        soft, hard = resource.prlimit(worker, resource.RLIMIT_FSIZE)
        with target.connect() as client:
            client.ehlo()
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (300_000, hard))
            assert client.deliver(large(1)).code == 452
            assert deliver(client, 2) == 250
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (soft, hard))
            assert client.deliver(large(3)).code == 250
        assert subjects(mailbox) == [2, 3]
        assert target.worker() == worker
