"""What the processes of a gateway tell their supervisor."""

import msgspec
import pytest

from gatepost.model.health import Alarm, Heartbeat, Notice

SAID = [
    Heartbeat(),
    Heartbeat(service="journal", sessions=3),
    Alarm(key="a.b", text="Wrong."),
    Alarm(key="a", text="", over=True),
]


@pytest.mark.parametrize("said", SAID)
def test_who_listens_tells_a_heartbeat_from_an_alarm(said):
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(said), type=Heartbeat | Alarm) == said


def test_a_quiet_heartbeat_is_short():
    assert msgspec.json.encode(Heartbeat()) == b'{"type":"heartbeat"}'


def test_an_operator_is_told_when_it_began():
    assert Notice(key="a.b", text="Wrong.", over=False, began=1.0).repeats == 0
