"""The directory's process as the supervisor runs it."""

import contextlib
import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from gatepost.adapters.directory_ldap.process import serve as serve_directory
from gatepost.adapters.directory_ldap.wellbeing import ask_health
from gatepost.adapters.directory_ldap.wire import Answer, Failed, Find, frame, read, replies
from gatepost.gateway.clock import SystemClock
from gatepost.ports.unavailable import Unavailable
from tests.adapters.directory_ldap import stubborn
from tests.adapters.directory_ldap.stubborn import listening
from tests.servers import need
from tests.servers.loopback import HOST, free_port, wait_until
from tests.servers.slapd import PASSWORD

pytestmark = pytest.mark.servers


@pytest.fixture
def ask():
    """One question on a connection of its own."""

    def once(path: Path, question):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(path))
            connection.sendall(frame(question))
            return replies.decode(read(connection) or b"")

    return once


def test_it_answers_from_the_directory(slapd, settings, serve, ask):
    answer = ask(serve(settings(slapd.tls_url)).path, Find("ann", "example.test"))
    assert isinstance(answer, Answer) and answer.found.primary == "ann@example.test"


def test_a_directory_that_is_down_is_a_failure_with_its_reason(settings, serve, ask):
    url = f"ldaps://{HOST}:{free_port()}"
    answer = ask(serve(settings(url)).path, Find("ann", "example.test"))
    assert isinstance(answer, Failed) and url in answer.reason and not answer.only_this


def test_a_mute_directory_is_a_failure_in_time_and_the_process_is_well_all_the_while(settings, serve, ask):
    with listening(stubborn.mute) as port:
        served = serve(settings(f"ldaps://{HOST}:{port}", connect_timeout=1.0))
        answers = []
        asking = threading.Thread(target=lambda: answers.append(ask(served.path, Find("ann", "example.test"))))
        asking.start()
        wait_until(lambda: ask_health(served.path, 1).busy > 0.1, seconds=5, what="a question is under way")
        asking.join(5)
    assert isinstance(answers[0], Failed) and "no TLS" in answers[0].reason
    assert ask_health(served.path, 1).busy == 0.0


def test_its_health_names_the_server_that_fails(slapd, settings, serve, ask):
    down = f"ldaps://{HOST}:{free_port()}"
    served = serve(settings(down, slapd.tls_url))
    ask(served.path, Find("ann", "example.test"))
    (first, problem), (second, well) = ask_health(served.path, 1).servers
    assert (first, second, well) == (down, slapd.tls_url, "") and "cannot connect" in problem


def test_a_stuck_process_is_known_by_its_silence(slapd, settings, serve):
    served = serve(settings(slapd.tls_url))
    os.kill(served.process.pid, signal.SIGSTOP)
    with pytest.raises(Unavailable, match="timed out"):
        ask_health(served.path, 0.2)


def test_octets_that_no_worker_sends_end_the_connection_and_nothing_else(slapd, settings, serve, ask):
    served = serve(settings(slapd.tls_url))
    for octets in (b"\xff\xff\xff\xff", b"\0\0\0\1\xc1", b"GET / HTTP/1.1\r\n\r\n"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(served.path))
            connection.sendall(octets)
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(1) == b""
    assert isinstance(ask(served.path, Find("ann", "example.test")), Answer)


def test_a_password_that_cannot_be_read_ends_it_at_once(settings, tmp_path):
    wanted = settings("ldaps://dc1.example.test", password_file=tmp_path / "missing")
    with socket.socket(socket.AF_UNIX) as listener, pytest.raises(FileNotFoundError):
        serve_directory(listener, wanted, SystemClock())


def test_authorities_that_cannot_be_read_end_it_at_once(settings, tmp_path):
    (tmp_path / "empty").touch()
    wanted = settings("ldaps://dc1.example.test", ca_file=tmp_path / "empty")
    with socket.socket(socket.AF_UNIX) as listener, pytest.raises(OSError, match="certificate"):
        serve_directory(listener, wanted, SystemClock())


def test_privileges_can_be_dropped_once_the_password_is_read(slapd, settings, tmp_path, ask):
    """In a child of its own: what `settle` does cannot be undone."""
    need.root("gives up its privileges")
    password = tmp_path / "only-root"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    path = tmp_path / "dropped.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        pid = os.fork()
        if pid == 0:
            try:
                serve_directory(
                    listener, settings(slapd.tls_url, password_file=password), SystemClock(), lambda: os.setuid(65534)
                )
            finally:
                os._exit(1)
        try:
            assert isinstance(ask(path, Find("ann", "example.test")), Answer)
            assert "Uid:\t65534\t65534" in Path(f"/proc/{pid}/status").read_text()
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def test_it_ends_when_its_parent_is_gone(slapd, settings, tmp_path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "orphan.sock"))
    listener.listen()
    wanted = settings(slapd.tls_url)
    ours, theirs = socket.socketpair()
    parent = os.fork()
    if parent == 0:  # a supervisor that dies as soon as the process serves
        if os.fork() == 0:
            try:
                serve_directory(listener, wanted, SystemClock(), lambda: theirs.sendall(f"{os.getpid()}\n".encode()))
            finally:
                os._exit(0)
        theirs.recv(1)
        os._exit(0)
    pid = int(ours.makefile().readline())
    theirs.close()
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    listener.close()
    wait_until(lambda: not alive(pid), seconds=10, what=f"process {pid} ends")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_hundreds_of_look_ups_leave_no_thread_and_no_descriptor_behind(slapd, settings, serve, ask):
    served = serve(settings(slapd.tls_url))

    def size():
        process = Path(f"/proc/{served.process.pid}")
        return len(list((process / "task").iterdir())), len(list((process / "fd").iterdir()))

    ask(served.path, Find("ann", "example.test"))
    time.sleep(0.1)
    before = size()
    for _ in range(200):
        ask(served.path, Find("ann", "example.test"))
    wait_until(lambda: size() <= before, seconds=5, what=lambda: f"{size()} is {before} again")
