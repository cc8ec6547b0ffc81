"""What the operator sees of the processes: who dies or hangs is replaced, he is told, and mail goes on meanwhile."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers import gateway as servers
from tests.servers.gateway import Gateway
from tests.servers.loopback import HOST, wait_until
from tests.servers.postfix import ReceivingPostfix

pytestmark = pytest.mark.servers

PATIENCE = 60.0  # seconds that anything may take on a busy machine
MESSAGE = b"From: ann@sender.test\r\nSubject: %d\r\n\r\nx\r\n"
OPERATOR = "operator@example.test"
QUICK = """\
import sys, msgspec
from pathlib import Path
from gatepost.config.load import load
from gatepost.supervise.main import run
from gatepost.supervise.program import program

app, path = program(), Path(sys.argv[-1])
quick = msgspec.structs.replace(app, plan=lambda settings: msgspec.structs.replace(app.plan(settings), watchdog=3.0))
sys.exit(run(quick, path, load(path)))
"""


def send(gateway: Gateway, number: int) -> None:
    with smtplib.SMTP(HOST, gateway.port, local_hostname="client.sender.test", timeout=PATIENCE) as client:
        client.sendmail("ann@sender.test", ["rcpt@example.test"], MESSAGE % number)


def workers(gateway: Gateway) -> list[int]:
    """Ids of the processes of each worker started so far, the oldest first."""
    return [r["id"] for r in gateway.records(event="process started") if r["process"].startswith("worker-")]


def told(alarms: Path, key: str) -> list[str]:
    """States of this alarm that the operator was told of."""
    lines = alarms.read_text().splitlines() if alarms.exists() else []
    return [line.split()[1] for line in lines if line.split()[0] == key]


@pytest.fixture
def alarms(tmp_path: Path) -> Path:
    """Where the operator's program writes keys and states."""
    return tmp_path / "alarms"


@pytest.fixture
def gateway(alarms, tmp_path, receiving_postfix, start_gateway) -> Gateway:
    """With two workers; alarms are mailed and given to a program."""
    command = tmp_path / "page"
    command.write_text(f'#!/bin/sh\necho "$1 $ALARM_STATE" >> {alarms}\n')
    command.chmod(0o755)
    ways = {"gateway": {"alarms": {"mail_to": [OPERATOR], "command": str(command)}}}
    gateway = start_gateway(backend=receiving_postfix.port, workers=2, settings=ways)
    gateway.wait_for_records(event="serving", seconds=PATIENCE)
    return gateway


def delivered(postfix: ReceivingPostfix) -> list[bytes]:
    """What clients sent; without mail to the operator."""
    return [m.content for m in postfix.mailbox.messages() if m.recipient != OPERATOR]


def alarm_mail(postfix: ReceivingPostfix, key: str) -> bytes:
    """The mail to the operator that has this key in its subject."""

    def found() -> list[bytes]:
        return [m.content for m in postfix.mailbox.messages() if m.recipient == OPERATOR and key.encode() in m.content]

    wait_until(lambda: found() != [], seconds=PATIENCE, what=f"a mail about {key}")
    return found()[0]


def test_a_worker_that_dies_is_replaced_mail_flows_and_the_operator_is_told(gateway, alarms, receiving_postfix):
    os.kill(workers(gateway)[0], signal.SIGKILL)
    for number in range(10):
        send(gateway, number)
    gateway.wait_for_records(3, event="process started", seconds=PATIENCE, where=lambda r: r["process"] != "journal")
    wait_until(lambda: told(alarms, "worker.failed") == ["raised"], seconds=PATIENCE, what="it is told")
    assert b"killed by SIGKILL" in alarm_mail(receiving_postfix, "worker.failed").replace(b"=\r\n", b"")
    wait_until(lambda: len(delivered(receiving_postfix)) == 10, seconds=PATIENCE, what="all are delivered")


class QuickGateway(Gateway):
    """The same program with a watchdog of three seconds instead of thirty."""

    def start(self) -> "QuickGateway":
        program = servers.PROGRAM
        wrapper = self.directory / "gatepost"
        wrapper.write_text(f"#!{sys.executable}\n{QUICK}")
        wrapper.chmod(0o755)
        servers.PROGRAM = wrapper
        try:
            super().start()
        finally:
            servers.PROGRAM = program
        return self


@pytest.fixture
def quick_gateway(receiving_postfix):
    gateway = QuickGateway(backend=receiving_postfix.port, workers=2)
    with gateway:
        gateway.wait_for_records(event="serving", seconds=PATIENCE)
        yield gateway
        print(gateway.said())  # noqa: T201  pytest shows it with a failure


def test_a_worker_that_hangs_is_killed_and_replaced_and_mail_flows(quick_gateway, receiving_postfix):
    """SIGSTOP: alive, but without a sign of life."""
    stuck = workers(quick_gateway)[0]
    os.kill(stuck, signal.SIGSTOP)
    quick_gateway.wait_for_records(
        event="alarm", seconds=PATIENCE, where=lambda r: r["key"].startswith("stuck.worker-")
    )
    for number in range(6):
        send(quick_gateway, number)
    wait_until(lambda: not Path(f"/proc/{stuck}").exists(), seconds=PATIENCE, what="it is dead and buried")
    wait_until(lambda: len(delivered(receiving_postfix)) == 6, seconds=PATIENCE, what="all are delivered")


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a key it does not know": ({"gateway": {"no_such_key": 1}}, "no_such_key"),
    "a backend that is not there": ({"domains": {"example.test": {"backend": "none"}}}, "none"),
    "a rule that makes no sense": (
        {"policy": {"rules": [{"name": "x", "phase": "mail", "when": "sender.nonsense", "action": "reject"}]}},
        "sender.nonsense",
    ),
    "another data directory": ({"gateway": {"data_dir": "/tmp/elsewhere"}}, "restart"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_configuration_is_not_taken_over_the_old_one_goes_on_and_the_operator_is_told(
    gateway, alarms, receiving_postfix, what
):
    change, word = BAD[what]
    before, good = workers(gateway), gateway.settings
    gateway.reload(change, is_taken=False)
    (record,) = gateway.wait_for_records(event="reload refused", seconds=PATIENCE)
    assert word in record["reason"], record
    wait_until(lambda: told(alarms, "reload.refused") == ["raised"], seconds=PATIENCE, what="it is told")
    assert workers(gateway) == before
    send(gateway, 1)
    gateway.settings = good
    gateway.reload()
    wait_until(lambda: told(alarms, "reload.refused") == ["raised", "over"], seconds=PATIENCE, what="it is told")
    send(gateway, 2)
    wait_until(lambda: len(delivered(receiving_postfix)) == 2, seconds=PATIENCE, what="both are delivered")


def test_a_text_that_is_no_configuration_is_not_taken_over(gateway):
    good = gateway.file.read_text()
    gateway.file.write_text(good + "\n[[[\n")
    gateway.process.send_signal(signal.SIGHUP)
    gateway.wait_for_records(event="reload refused", seconds=PATIENCE)
    send(gateway, 1)


def test_a_port_that_is_taken_is_refused_and_the_ports_in_use_stay_open(gateway, receiving_postfix):
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        bind = [f"{HOST}:{gateway.port}", f"{HOST}:{port}"]
        gateway.reload({"listeners": {"inbound": {"bind": bind}}}, is_taken=False)
        (record,) = gateway.wait_for_records(event="reload refused", seconds=PATIENCE)
        assert f":{port}" in record["reason"] and "in use" in record["reason"]
    send(gateway, 1)
    gateway.reload()  # it is free now
    with smtplib.SMTP(HOST, port, local_hostname="client.sender.test", timeout=PATIENCE) as client:
        assert client.ehlo()[0] == 250
    send(gateway, 2)


def test_a_second_gateway_on_the_same_directory_does_not_start(gateway):
    done = subprocess.run(
        [servers.PROGRAM, "run", "-c", str(gateway.file)], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 1 and "is in use" in done.stderr, done.stderr
    send(gateway, 1)
