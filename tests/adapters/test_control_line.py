"""Claims about what workers and services tell their supervisor."""

import socket
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.control_line import AGAIN, KEYS, ControlLine
from gatepost.model.health import Alarm, Heartbeat

decode = msgspec.json.Decoder(Heartbeat | Alarm).decode


class Hand:
    """A clock moved by hand."""

    time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    upper, lower = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    upper.setblocking(False)
    yield upper, lower
    upper.close()
    lower.close()


def heard(upper: socket.socket) -> list[Heartbeat | Alarm]:
    found = []
    try:
        while packet := upper.recv(65536):
            found.append(decode(packet))
    except BlockingIOError:
        pass
    return found


def test_a_heartbeat_arrives(ends: tuple[socket.socket, socket.socket]) -> None:
    upper, lower = ends
    assert ControlLine(lower).beat(Heartbeat(sessions=3, accepted=7))
    assert heard(upper) == [Heartbeat(sessions=3, accepted=7)]


def test_that_of_a_service_has_its_name(ends: tuple[socket.socket, socket.socket]) -> None:
    upper, lower = ends
    ControlLine(lower, "journal").beat(Heartbeat())
    assert heard(upper) == [Heartbeat(service="journal")]


def test_an_alarm_and_its_end_arrive(ends: tuple[socket.socket, socket.socket]) -> None:
    upper, lower = ends
    line = ControlLine(lower)
    line.raise_alarm("a", "a is wrong")
    line.all_clear("a")
    assert heard(upper) == [Alarm(key="a", text="a is wrong"), Alarm(key="a", text="", over=True)]


def test_the_same_alarm_is_not_sent_again_at_once(ends: tuple[socket.socket, socket.socket]) -> None:
    upper, lower = ends
    clock = Hand()
    line = ControlLine(lower, now=clock)
    for _ in range(1000):
        line.raise_alarm("a", "x")
    clock.time += AGAIN
    line.raise_alarm("a", "x")
    assert len(heard(upper)) == 2


def test_all_clear_is_sent_once_even_by_who_never_raised_it(ends: tuple[socket.socket, socket.socket]) -> None:
    upper, lower = ends
    line = ControlLine(lower)
    for _ in range(1000):
        line.all_clear("a")
    assert heard(upper) == [Alarm(key="a", text="", over=True)]


def test_where_there_is_no_room_nobody_waits_and_alarms_come_later(ends: tuple[socket.socket, socket.socket]) -> None:
    upper, lower = ends
    line = ControlLine(lower)
    while line.beat(Heartbeat()):
        pass
    line.raise_alarm("a", "x")
    line.raise_alarm("b", "y")
    line.all_clear("b")
    heard(upper)
    line.beat(Heartbeat())
    assert heard(upper) == [Alarm(key="a", text="x"), Alarm(key="b", text="", over=True), Heartbeat()]


def test_the_death_of_the_supervisor_is_noticed(ends: tuple[socket.socket, socket.socket]) -> None:
    upper, lower = ends
    line = ControlLine(lower)
    assert not line.supervisor_is_gone()
    upper.close()
    assert line.supervisor_is_gone()
    assert not line.beat(Heartbeat())
    line.raise_alarm("a", "x")


def test_what_is_remembered_is_bounded(ends: tuple[socket.socket, socket.socket]) -> None:
    line = ControlLine(ends[1])
    for i in range(10 * KEYS):
        line.raise_alarm(f"k{i}", "x")
    assert (len(line.passed_on), len(line.waiting)) <= (KEYS, KEYS)


@given(st.text(alphabet=["a", "\n", "\x00", "€", "\udc80", '"'], max_size=3000))
def test_any_text_arrives_bounded(text: str) -> None:
    upper, lower = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with upper, lower:
        upper.setblocking(False)
        ControlLine(lower).raise_alarm("a", text)
        (alarm,) = heard(upper)
        assert isinstance(alarm, Alarm)
        assert alarm.text == text[:2000].encode("utf-8", "backslashreplace").decode()
