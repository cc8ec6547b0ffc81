import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.journal.wire import (
    HEADER,
    LEFT_OUT,
    TRACE_LIMIT,
    Origin,
    decode,
    encode,
    origin_of,
    pack,
    pair,
    stamp,
)
from gatepost.model.trace import End, Exchange, RecipientEnd
from tests.adapters.journal.traces import OK, trace, traces, worse_texts


@given(traces())
def test_a_trace_comes_back_as_it_was_sent(sent):
    assert decode(encode(sent)) == sent


@given(traces(worse_texts))
def test_halves_of_characters_are_escaped_rather_than_lost(sent):
    again = decode(encode(sent))
    assert again.helo.encode() == sent.helo.encode("utf-8", "backslashreplace")


def test_octets_of_today_are_read_tomorrow():
    """Fields may be added with a default; those in the journal already keep their names and meaning."""
    old = {
        "id": "1",
        "session": "s",
        "node": "n",
        "worker": 0,
        "listener": "inbound",
        "began": 1.5,
        "elapsed": 0.5,
        "client_ip": "192.0.2.9",
        "client_port": 25,
        "server": "192.0.2.1:25",
        "end": "refused",
        "sender": "",
        "recipients": [{"address": "a@example.com", "end": "refused", "reply": "550 5.1.1 No", "rule": "r"}],
        "because": ["recipient.unknown"],
        "reply": "550 5.1.1 No",
        "a field of later": 1,
        "decisions": [
            {
                "phase": 4,
                "verdict": {
                    "action": "reject",
                    "reply": {"code": 550, "enhanced": "5.1.1", "text": "No"},
                    "rule": "r",
                    "because": ["recipient.unknown"],
                    "delay": 30.0,
                    "shadow": ["s"],
                },
                "steps": [{"check": "recipient", "outcome": "cached", "findings": [{"code": "recipient.unknown"}]}],
                "at": 0.5,
                "recipient": "a@example.com",
            }
        ],
        "exchanges": [
            {"verb": "RCPT", "reply": "550 5.1.1 No", "argument": "TO:<a@example.com>", "at": 0.5, "delay": 30.0}
        ],
        "handovers": [{"backend": "mail", "host": "h", "reply": "250", "elapsed": 1.0, "duplicate": True}],
    }
    read = decode(msgspec.msgpack.encode(old))
    assert (read.end, read.decisions[0].verdict.reply.code, read.exchanges[0].delay) == (End.REFUSED, 550, 30.0)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_the_header_says_where_a_packet_stands(source, sent, lost):
    packet = bytearray(HEADER.size)
    pack(trace(), packet)
    stamp(packet, source, sent, lost)
    assert origin_of(memoryview(packet)) == Origin(source, sent, lost)


@pytest.mark.parametrize("packet", [b"", b"x", bytes(HEADER.size), b"\xff" * 100])
def test_what_is_no_packet_has_no_origin(packet):
    assert origin_of(memoryview(packet)) is None


def test_nonsense_is_no_trace():
    with pytest.raises(msgspec.MsgspecError):
        decode(b"\x93\x01\x02\x03")


def many(count: int, text: str = "x" * 400):
    return trace(
        exchanges=tuple(Exchange(f"V{i}", "250 2.0.0 OK", text, float(i)) for i in range(count)),
        decisions=tuple(msgspec.structs.replace(trace().decisions[0], at=float(i)) for i in range(count)),
    )


def test_a_trace_that_is_too_long_keeps_its_ends_and_says_what_is_missing():
    kept = decode(encode(many(2000))).exchanges
    assert (kept[0].verb, kept[-1].verb, kept[64].reply) == ("V0", "V1999", "1872 left out")


def test_decisions_left_out_are_marked_at_their_phase():
    marks = [d for d in decode(encode(many(2000))).decisions if d.verdict.rule == LEFT_OUT]
    assert [(m.steps[0].findings[0].detail, m.at) for m in marks] == [("1872 decisions", 64.0)]


@pytest.mark.parametrize("text", ["\x01" * 320, "😀" * 320, "\udcff" * 320])
def test_the_worst_trace_fits(text):
    recipients = tuple(RecipientEnd(text, End.REFUSED, text, text) for _ in range(10_000))
    worst = msgspec.structs.replace(
        many(5000, text),
        recipients=recipients,
        helo=text * 100,
        message_id=text,
        reply=text * 10,
        because=(text,) * 5000,
        decisions=(msgspec.structs.replace(trace().decisions[0], verdict=msgspec.structs.replace(OK, rule=text * 400)),)
        * 9,
    )
    assert len(encode(worst)) <= TRACE_LIMIT


def test_the_longest_trace_is_one_packet():
    worker, writer = pair()
    with worker, writer:
        assert worker.send(bytes(HEADER.size + TRACE_LIMIT)) == HEADER.size + TRACE_LIMIT
