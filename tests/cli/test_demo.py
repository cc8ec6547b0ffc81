"""`gatepost demo` really runs: a gateway, a mail server, everything that is sent, and nothing left afterwards."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gatepost.cli import demo
from gatepost.cli.demo import SCENARIOS
from gatepost.cli.demo_client import HOST
from gatepost.cli.main import run
from tests.servers.gateway import descendants
from tests.servers.loopback import free_port, wait_until

pytestmark = pytest.mark.servers
SECONDS = 90  # for one demo; seven on an idle machine
FAMILY = 4  # processes: the demo, and the gateway's supervisor, journal and worker


@pytest.fixture
def start(tmp_path):
    """Starts the demo as a user does; ends what is left of it."""
    started = []

    def start_demo(*arguments):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TMPDIR": str(tmp_path)}
        process = subprocess.Popen(
            [sys.executable, "-m", "gatepost", "demo", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
        )  # fmt: skip
        started.append(process)
        return process

    yield start_demo
    for process in started:
        process.kill()
        process.communicate()


def outcome(process):
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out.decode(), err.decode()


def read_json(process):
    """The document that it prints before it waits."""
    text = ""
    for line in process.stdout:
        text += line.decode()
        if line == b"}\n":
            break
    return json.loads(text)


def is_gone(pid):
    """A child of one that was killed is a zombie until somebody collects it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_everything_ends_as_expected(start, tmp_path):
    code, out, err = outcome(start("--once"))
    assert (code, err) == (0, "")
    assert f"All {len(SCENARIOS)} ended as expected." in out
    assert "\x1b" not in out
    assert not [line for line in out.splitlines() if len(line) > 80 and str(tmp_path) not in line]
    assert "  - X-MS-Exchange-Organization-SCL: -1\n" in out
    assert list(tmp_path.iterdir()) == []


def test_it_stays_up_for_the_user_until_it_is_told_to_end(start, tmp_path, capsys):
    process = start("--json")
    told = read_json(process)
    assert told["as_expected"] is True
    assert [result["number"] for result in told["results"]] == [*range(1, len(SCENARIOS) + 1)]
    assert len({result["id"] for result in told["results"]}) == len(SCENARIOS)
    assert next(r for r in told["results"] if r["why"].startswith("rule own-domain"))["mail_server_got"] == 0
    host, _, port = told["gateway"].rpartition(":")
    with socket.create_connection((host, int(port)), 10) as client:
        assert client.recv(100).startswith(b"220 mx1.example.com")
    assert run(["track", "-c", told["configuration"], "--sender", "ceo@example.com", "--end", "refused"]) == 0
    assert "own-domain" in capsys.readouterr().out  # refused at MAIL, and found by its sender all the same
    family = descendants(process.pid)
    assert len(family) >= FAMILY
    process.send_signal(signal.SIGTERM)
    assert outcome(process) == (0, "", "\nEnded; nothing is left behind.\n")
    assert all(map(is_gone, family))
    assert list(tmp_path.iterdir()) == []


def test_the_gateway_does_not_outlive_a_demo_that_was_killed(start):
    process = start()
    wait_until(lambda: len(descendants(process.pid)) >= FAMILY, seconds=SECONDS, what="the gateway is up")
    family = descendants(process.pid)
    process.kill()
    wait_until(lambda: all(map(is_gone, family)), seconds=SECONDS, what="all are gone")


def test_ctrl_c_amid_it_cleans_up(start, tmp_path):
    process = start("--once")
    wait_until(lambda: len(descendants(process.pid)) >= FAMILY, seconds=SECONDS, what="the gateway is up")
    process.send_signal(signal.SIGINT)
    assert outcome(process)[0] == 130
    assert list(tmp_path.iterdir()) == []


def test_what_ends_otherwise_is_said_and_ends_with_1(monkeypatch, capsys):
    first = SCENARIOS[0]
    wrong = [type(first)(group="g", title="t", play=first.play, answer="550", why="no rule", taken=1), first]
    monkeypatch.setattr(demo, "SCENARIOS", wrong)
    assert run(["demo", "--once"]) == 1
    out = capsys.readouterr().out
    assert "! expected 550, no rule, 1 message(s) taken" in out
    assert "Not as expected: 1.\n" in out


def test_a_port_that_is_taken_is_said_before_anything_starts(capsys):
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["demo", "--once", "--port", str(port)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"cannot listen on 127.0.0.1:{port}: the port is in use" in said.err


def test_the_port_asked_for_is_used(monkeypatch, capsys):
    monkeypatch.setattr(demo, "SCENARIOS", SCENARIOS[:1])
    port = free_port()
    assert run(["demo", "--once", "--json", "--port", str(port)]) == 0
    assert json.loads(capsys.readouterr().out)["gateway"] == f"127.0.0.1:{port}"


def test_a_gateway_that_does_not_start_is_reported_in_its_own_words(monkeypatch, capsys):
    from gatepost.cli import demo_house

    monkeypatch.setattr(demo_house, "CONFIGURATION", "no_such_key = 1\n")
    assert run(["demo", "--once"]) == 1
    said = capsys.readouterr().err
    assert "the gateway did not start:\n" in said
    assert "no_such_key" in said


def test_a_port_that_is_none_is_wrong_usage():
    assert run(["demo", "--port", "70000"]) == 2
