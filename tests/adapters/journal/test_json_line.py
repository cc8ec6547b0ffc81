import json
import string

from hypothesis import given

from gatepost.adapters.journal.json_line import LINE_LIMIT, Timestamps, alarm_line, transaction_line
from gatepost.adapters.journal.summary import summarized
from gatepost.adapters.journal.wire import decode, encode
from gatepost.model.trace import End, RecipientEnd
from tests.adapters.journal.traces import BEGAN, refused, texts, trace, traces, worse_texts

SAFE = set(string.printable) - set("\t\r\n\x0b\x0c")


def line_of(found) -> bytes:
    return transaction_line(summarized(decode(encode(found))), Timestamps())


@given(traces(worse_texts))
def test_whatever_a_client_says_it_is_one_line_of_printable_ascii(found):
    line = line_of(found)
    assert line.endswith(b"\n") and set(line[:-1].decode("ascii")) <= SAFE


@given(traces())
def test_a_program_reads_what_the_client_said(found):
    fields = json.loads(line_of(found))
    assert (fields["helo"], fields["sender"], fields["message_id"]) == (found.helo, found.sender, found.message_id)


def test_the_fields_are_always_all_there():
    assert json.loads(line_of(refused())).keys() == json.loads(line_of(trace(1))).keys()


def test_a_refused_recipient_can_be_read_off_it():
    fields = json.loads(line_of(refused()))
    wanted = {
        "level": "info",
        "event": "transaction",
        "client": "192.0.2.9",
        "sender": "ann@example.net",
        "recipients": 1,
        "to": ["nobody@example.com"],
        "end": "refused",
        "action": "reject",
        "rule": "recipient.unknown",
        "because": ["recipient.unknown"],
        "reply": "550 5.1.1 No such user here",
    }
    assert wanted.items() <= {**fields}.items()


def test_its_time_is_when_the_client_had_its_answer():
    assert json.loads(line_of(trace(elapsed=1.25)))["time"] == "2024-01-01T10:00:01.250Z"


def test_the_null_sender_differs_from_none():
    assert json.loads(line_of(trace(sender="")))["sender"] == ""
    assert json.loads(line_of(trace(sender=None)))["sender"] is None


@given(texts)
def test_a_line_fits_into_a_pipe_however_long_its_texts_are(text):
    long = text * 400 + "\x01😀"
    many = tuple(RecipientEnd(long, End.REFUSED) for _ in range(30))
    found = trace(
        id=long,
        session=long,
        listener=long,
        helo=long,
        user=long,
        sender=long,
        recipients=many,
        message_id=long,
        rule=long,
        because=(long,) * 50,
        reply=long,
    )
    line = line_of(found)
    assert len(line) <= LINE_LIMIT and json.loads(line)["recipients"] == 30


@given(texts)
def test_an_alarm_is_one_line_too(text):
    line = alarm_line("journal.lost", text, BEGAN, over=False)
    assert json.loads(line)["text"] == text and line.count(b"\n") == 1


def test_timestamps_of_one_second_differ_in_their_milliseconds():
    timestamp = Timestamps()
    assert [timestamp(t)[19:] for t in (BEGAN, BEGAN + 0.0625, BEGAN + 0.9999)] == [".000Z", ".062Z", ".999Z"]
