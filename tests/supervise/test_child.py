"""Claims about hearing what children say."""

import socket

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.health import Alarm, Heartbeat
from gatepost.supervise import child
from gatepost.supervise.child import PACKETS_AT_ONCE, messages

PIECES = st.lists(
    st.sampled_from(
        [b"{", b"}", b'"type"', b":", b'"heartbeat"', b'"alarm"', b",", b'"key"', b'"\xff"', b"1", b"\x00"]
    ),
    min_size=1,
    max_size=12,
).map(b"".join)


def pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def test_everything_that_was_said_is_heard_in_order() -> None:
    upper, lower = pair()
    said = [Heartbeat(sessions=1), Alarm(key="a", text="x"), child.Tested(("wrong",))]
    with upper, lower:
        for message in said:
            lower.send(msgspec.json.encode(message))
        assert messages(upper) == (said, False)


def test_a_closed_line_is_noticed_after_its_last_word() -> None:
    upper, lower = pair()
    with upper:
        lower.send(msgspec.json.encode(Heartbeat()))
        lower.close()
        assert messages(upper) == ([Heartbeat()], True)


def test_a_chatterer_is_heard_out_only_so_long() -> None:
    upper, lower = pair()
    with upper, lower:
        for _ in range(PACKETS_AT_ONCE + 10):
            lower.send(msgspec.json.encode(Heartbeat()))
        assert len(messages(upper)[0]) == PACKETS_AT_ONCE


@given(PIECES)
def test_nonsense_is_passed_over(octets: bytes) -> None:
    upper, lower = pair()
    with upper, lower:
        lower.send(octets)
        lower.send(msgspec.json.encode(Heartbeat(sessions=7)))
        heard, is_closed = messages(upper)
        assert heard[-1] == Heartbeat(sessions=7)
        assert not is_closed
