"""`gatepost run` starts the gateway that the configuration describes, or says why not; the rest is `supervise`'s."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from gatepost.cli.main import run
from tests.servers.gateway import Gateway, descendants
from tests.servers.loopback import HOST, free_port, wait_until


@pytest.fixture
def configured():
    """A gateway that is not started, with nobody behind it."""
    gateway = Gateway(backend=free_port(), recipients=None, workers=2)
    yield gateway
    gateway.remove()


def test_a_file_that_is_not_there_is_refused(capsys):
    assert run(["run", "-c", "/nonexistent/gatepost.toml"]) == 1
    assert "there is no such file" in capsys.readouterr().err


def test_a_number_of_workers_that_is_none_is_wrong_usage(capsys):
    assert run(["run", "--workers", "0"]) == 2


def test_check_only_opens_no_port(configured):
    with socket.create_server((HOST, configured.port)):
        assert run(["run", "-c", str(configured.file), "--check-only"]) == 0


def test_check_only_refuses_what_a_start_would_refuse(configured, capsys):
    configured.settings["listeners"]["inbound"]["no_such_key"] = 1
    configured.write()
    assert run(["run", "-c", str(configured.file), "--check-only"]) == 1
    assert "no_such_key" in capsys.readouterr().err


@pytest.mark.servers
def test_every_process_ends_when_the_supervisor_is_killed(configured):
    configured.start()
    wait_until(lambda: configured.records(event="serving") != [], seconds=20, what=configured.said)
    family = descendants(configured.process.pid)
    assert len(family) >= 4  # supervisor, journal, two workers; perhaps one that tells an alarm
    os.kill(configured.process.pid, signal.SIGKILL)
    configured.process.wait(10)
    wait_until(lambda: not any(map(runs, family)), seconds=60, what="all are gone")


@pytest.mark.servers
def test_it_drains_and_ends_well(configured):
    configured.start()
    wait_until(lambda: configured.records(event="serving") != [], seconds=20, what=configured.said)
    with socket.create_connection((HOST, configured.port), 10) as client:
        assert client.recv(100).startswith(b"220 ")
        os.kill(configured.process.pid, signal.SIGTERM)
        assert client.recv(100).startswith(b"421 ")
    began = time.monotonic()
    assert configured.stop() == 0
    assert time.monotonic() - began < 10


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
