import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.directory_ldap.query import GROUP_LENGTH, GROUP_LIMIT
from gatepost.adapters.directory_ldap.wire import (
    FRAME_LIMIT,
    HEAD,
    Answer,
    BadFrame,
    Failed,
    Find,
    Health,
    Ping,
    frame,
    length,
    read,
    replies,
    requests,
)
from gatepost.ports.directory import Found

TEXT = st.text(max_size=20)
FOUND = st.builds(Found, TEXT, st.lists(TEXT, max_size=3).map(tuple), st.booleans())


@given(st.builds(Find, TEXT, TEXT) | st.just(Ping()))
def test_a_question_arrives_as_it_was_sent(request):
    assert requests.decode(frame(request)[HEAD:]) == request


@given(
    st.builds(Answer, st.none() | FOUND)
    | st.builds(Failed, TEXT, st.booleans())
    | st.builds(Health, st.floats(0, 9), st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple), st.integers(0, 9))
)
def test_an_answer_arrives_as_it_was_sent(reply):
    assert replies.decode(frame(reply)[HEAD:]) == reply


def test_the_largest_answer_fits():
    groups = ("\U0001f4ee" * GROUP_LENGTH,) * GROUP_LIMIT
    assert length(frame(Answer(Found("p" * 320, groups)))) <= FRAME_LIMIT


def test_a_length_beyond_measure_is_refused_before_anything_is_read():
    with pytest.raises(BadFrame):
        length((FRAME_LIMIT + 1).to_bytes(HEAD, "big"))


def test_a_message_is_read_however_it_is_cut():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for octet in frame(Ping()):
            theirs.send(bytes([octet]))
        assert requests.decode(read(ours) or b"") == Ping()


def test_the_end_of_the_connection_is_no_message():
    ours, theirs = socket.socketpair()
    with ours:
        theirs.send(b"\0\0\0")
        theirs.close()
        assert read(ours) is None
