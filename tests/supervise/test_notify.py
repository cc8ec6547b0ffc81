"""Claims about speaking with the service manager."""

import os
import socket
from pathlib import Path

import pytest

from gatepost.supervise.notify import Notifier, notifier


def test_without_a_manager_nothing_happens() -> None:
    quiet = Notifier()
    quiet.ready("serving")
    quiet.alive(1.0)


def test_a_manager_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    Notifier(str(tmp_path / "nobody"), 1.0).alive(1.0)


def test_signs_of_life_come_three_times_as_often_as_asked(tmp_path: Path) -> None:
    ear = listening(tmp_path / "notify")
    alive = Notifier(str(tmp_path / "notify"), 30.0)
    for now in (100.0, 105.0, 109.9, 110.0, 119.0, 121.0):
        alive.alive(now)
    assert heard(ear) == [b"WATCHDOG=1"] * 3


def test_the_same_status_is_said_once(tmp_path: Path) -> None:
    ear = listening(tmp_path / "notify")
    alive = Notifier(str(tmp_path / "notify"))
    for status in ("a", "a", "b"):
        alive.say(status)
    assert heard(ear) == [b"STATUS=a", b"STATUS=b"]


def test_the_environment_is_read_once_and_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "@abstract")
    monkeypatch.setenv("WATCHDOG_USEC", "6000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    made = notifier()
    assert (made.address, made.every) == ("\0abstract", 2.0)
    assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} & set(os.environ)


@pytest.mark.parametrize(("name", "value"), [("WATCHDOG_PID", "1"), ("WATCHDOG_USEC", "soon"), ("WATCHDOG_USEC", "")])
def test_a_watchdog_of_somebody_else_or_nonsense_is_none(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "6000000")
    monkeypatch.setenv(name, value)
    assert notifier().every == 0.0


def test_a_relative_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "vsock:2")
    assert notifier().address == ""


def listening(path: Path) -> socket.socket:
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(str(path))
    ear.setblocking(False)
    return ear


def heard(ear: socket.socket) -> list[bytes]:
    found = []
    try:
        while True:
            found.append(ear.recv(4096))
    except BlockingIOError:
        return found
    finally:
        ear.close()
