"""What is written when, when reading pauses, how it closes."""

import pytest

from gatepost.engine.stepping import Done, first_step
from gatepost.gateway.wheel import Wheel
from gatepost.gateway.wire import LINGER, WRITE_BUFFER, Wire
from tests.gateway.house import HandLoop, MemoryTransport


class Plain(Wire):
    """Ends when its time has come, as a connection does."""

    def look(self, now):
        if now < self.ends:
            return self.ends
        self.abort()
        return 0.0

    def connection_lost(self, error):
        self.transport = None


@pytest.fixture
def wire():
    wire = Plain(Wheel(HandLoop()))
    transport = MemoryTransport(wire.loop)
    transport.set_protocol(wire)
    wire.attach(transport)
    return wire


@pytest.fixture
def gone():
    """A wire whose client has gone."""
    return Plain(Wheel(HandLoop()))


def test_the_transport_is_told_how_much_a_client_may_leave_unread(wire):
    assert wire.transport.high == WRITE_BUFFER


def test_what_was_put_together_is_written_at_once_and_once(wire):
    wire.out = [b"a", b"b"]
    wire.flush()
    wire.flush()
    wire.out = [b"c"]
    wire.flush()
    assert wire.transport.sent == b"abc"


def test_reading_is_paused_and_resumed_once(wire):
    wire.pause_reading()
    wire.pause_reading()  # the transport would say so
    assert not wire.transport.is_reading_now
    wire.resume_reading()
    wire.resume_reading()
    assert wire.transport.is_reading_now


def test_while_the_client_does_not_read_us_we_do_not_read_him(wire):
    wire.pause_reading()
    wire.writable = False
    wire.resume_reading()
    assert not wire.transport.is_reading_now


def test_closing_when_heard_is_a_half_close_and_some_seconds(wire):
    transport = wire.transport
    wire.pause_reading()
    wire.close_when_heard()
    assert transport.ended and transport.is_reading_now
    wire.loop.advance(LINGER - 0.1)
    assert not transport.is_over
    wire.loop.advance(1)
    assert transport.was_aborted


def test_where_there_is_no_half_close_it_is_a_close(wire):
    transport = wire.transport
    transport.has_eof = False
    wire.close_when_heard()
    wire.loop.turn()
    assert transport.is_over and not transport.was_aborted


def test_a_close_waits_so_long_for_what_was_written(wire):
    transport = wire.transport
    transport.stalled = True
    wire.out = [b"bye"]
    wire.flush()
    wire.close()
    wire.loop.advance(LINGER + 1)
    assert transport.was_aborted and transport.sent == b""


def test_the_first_word_on_when_to_end_counts(wire):
    wire.end_within(1)
    ends = wire.ends
    wire.end_within(100)
    assert wire.ends == ends


def test_of_a_client_that_has_gone_nothing_is_asked(gone):
    gone.out = [b"x"]
    gone.flush()
    gone.pause_reading()
    gone.resume_reading()
    gone.close_when_heard()
    gone.close()
    gone.abort()
    assert not gone.ends and first_step(gone.start_tls(None, b"", 1.0)) == Done(None)
