"""Claims about getting an alarm out: real servers on the other side."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from gatepost.adapters.alarms.courier import Courier
from gatepost.adapters.alarms.dialogue import Route, stuffed
from gatepost.model.health import Notice
from tests.servers.certificates import Authority, Certificate
from tests.servers.loopback import HOST, free_port

NOTICE = Notice(key="a.b", text=".\r\n.dots", over=False, began=0.0)


class Box:
    """What the server took; it knows nobody called `nobody`."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.was_encrypted: list[bool] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.taken.append(envelope)
        self.was_encrypted.append(session.ssl is not None)
        return "250 2.0.0 ok"


class Server:
    """A mail server on a free port, with STARTTLS where it has a certificate."""

    def __init__(self, certificate: Certificate | None = None) -> None:
        context = None
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate.chain, certificate.key)
        self.box = Box()
        self.controller = Controller(self.box, hostname=HOST, port=free_port(), tls_context=context)

    def __enter__(self) -> "Server":
        self.controller.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.controller.stop()

    @property
    def host(self) -> tuple[str, int]:
        return HOST, self.controller.port


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Authority(tmp_path).issue("mail.example.test")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@contextmanager
def scripted(replies: tuple[bytes, ...]) -> Iterator[tuple[tuple[str, int], list[bytes]]]:
    """Says these in turn, whatever it hears, and closes; content counts as one thing heard."""
    heard: list[bytes] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            for number, reply in enumerate(replies):
                if number:
                    line = lines.readline()
                    heard.append(line)
                    while replies[number - 1].startswith(b"354") and line != b".\r\n":
                        line = lines.readline()
                connection.sendall(reply)

    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname(), heard
        thread.join(10)


def courier(routes: dict[str, Route], command: Path | None = None) -> Courier:
    return Courier(hostname="mx.example.test", sender="postmaster@mx.example.test", routes=routes, command=command)


def test_the_mail_comes_from_nobody_and_whole(server: Server) -> None:
    assert courier({"ops@example.test": Route(hosts=(server.host,))}).deliver(NOTICE) == []
    (envelope,) = server.box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("<>", ["ops@example.test"])
    assert b"\r\n.dots\r\n" in (envelope.content or b"")  # the server has taken the doubled dot out


def test_recipients_of_one_backend_get_one_mail(server: Server) -> None:
    route = Route(hosts=(server.host,))
    assert courier({"a@example.test": route, "b@example.test": route}).deliver(NOTICE) == []
    assert [envelope.rcpt_tos for envelope in server.box.taken] == [["a@example.test", "b@example.test"]]


def test_a_recipient_who_is_refused_does_not_keep_it_from_the_others(server: Server) -> None:
    route = Route(hosts=(server.host,))
    (problem,) = courier({"nobody@example.test": route, "b@example.test": route}).deliver(NOTICE)
    assert "550" in problem
    assert [envelope.rcpt_tos for envelope in server.box.taken] == [["b@example.test"]]


def test_a_server_that_knows_helo_only_gets_it_too() -> None:
    said = (
        b"220 x\r\n",
        b"500 what?\r\n",
        b"250 x\r\n",
        b"250 a\r\n",
        b"250 b\r\n",
        b"354 c\r\n",
        b"250 d\r\n",
        b"221 e\r\n",
    )
    with scripted(said) as (host, heard):
        assert courier({"a@example.test": Route(hosts=(host,))}).deliver(NOTICE) == []
    assert heard[:2] == [b"EHLO mx.example.test\r\n", b"HELO mx.example.test\r\n"]


def test_where_tls_is_required_helo_is_no_way_around_it() -> None:
    with scripted((b"220 x\r\n", b"500 what?\r\n", b"250 x\r\n")) as (host, heard):
        (problem,) = courier({"a@example.test": Route(hosts=(host,), tls="required")}).deliver(NOTICE)
    assert "STARTTLS" in problem and not any(line.startswith(b"MAIL") for line in heard)


def test_the_next_host_is_tried(server: Server) -> None:
    route = Route(hosts=((HOST, free_port()), server.host))
    assert courier({"a@example.test": route}).deliver(NOTICE) == []
    assert len(server.box.taken) == 1


def test_where_nobody_answers_it_says_so_and_goes_on(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_text(f"#!/bin/sh\ncat > {tmp_path / 'out'}\n")
    page.chmod(0o755)
    (problem,) = courier({"a@example.test": Route(hosts=((HOST, free_port()),))}, page).deliver(NOTICE)
    assert "Connection refused" in problem
    assert "dots" in (tmp_path / "out").read_text()


def test_a_program_that_fails_is_told(tmp_path: Path) -> None:
    (problem,) = courier({}, tmp_path / "nothing").deliver(NOTICE)
    assert "No such file" in problem


def test_opportunistic_tls_is_used_unverified(certificate: Certificate) -> None:
    with Server(certificate) as server:
        assert courier({"a@example.test": Route(hosts=(server.host,))}).deliver(NOTICE) == []
        assert server.box.was_encrypted == [True]


def test_tls_that_is_off_is_not_used(certificate: Certificate) -> None:
    with Server(certificate) as server:
        assert courier({"a@example.test": Route(hosts=(server.host,), tls="off")}).deliver(NOTICE) == []
        assert server.box.was_encrypted == [False]


def test_required_tls_takes_a_certificate_it_can_verify(certificate: Certificate) -> None:
    with Server(certificate) as server:
        route = Route(
            hosts=(server.host,), tls="required", ca_file=certificate.authority, server_name="mail.example.test"
        )
        assert courier({"a@example.test": route}).deliver(NOTICE) == []
        assert server.box.was_encrypted == [True]


@pytest.mark.parametrize("name", ["", "other.example.test"])
def test_required_tls_refuses_any_other(certificate: Certificate, name: str) -> None:
    with Server(certificate) as server:
        route = Route(hosts=(server.host,), tls="required", ca_file=certificate.authority, server_name=name)
        (problem,) = courier({"a@example.test": route}).deliver(NOTICE)
        assert "CERTIFICATE_VERIFY_FAILED" in problem
        assert server.box.taken == []


def test_required_tls_that_is_not_offered_is_a_failure(server: Server) -> None:
    (problem,) = courier({"a@example.test": Route(hosts=(server.host,), tls="required")}).deliver(NOTICE)
    assert "does not offer STARTTLS" in problem


@pytest.mark.parametrize("says", [b"", b"nonsense\r\n", b"554 go away\r\n", b"220-" + b"x" * 5000, b"220-a\r\n" * 500])
def test_a_server_that_talks_nonsense_is_told(says: bytes) -> None:
    with socket.create_server((HOST, 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with closing(connection):
                connection.sendall(says)

        thread = threading.Thread(target=answer)
        thread.start()
        assert len(courier({"a@example.test": Route(hosts=(listening.getsockname(),))}).deliver(NOTICE)) == 1
        thread.join()


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"a\r\n.b\r\n..\r\n", b"a\r\n..b\r\n...\r\n.\r\n"),
    ],
)
def test_dots_are_doubled(message: bytes, sent: bytes) -> None:
    assert stuffed(message) == sent
