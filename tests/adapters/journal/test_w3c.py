import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.journal.settings import W3C_FIELDS
from gatepost.adapters.journal.w3c import OF_COMMAND, OF_TRACE, W3cLog, word
from gatepost.adapters.journal.wire import decode, encode
from gatepost.model.trace import Exchange
from tests.adapters.journal.traces import BEGAN, refused, trace, traces, worse_texts

ALL = W3cLog(W3C_FIELDS)


@given(traces(worse_texts), st.permutations(W3C_FIELDS), st.integers(1, len(W3C_FIELDS)))
def test_a_record_has_exactly_its_fields_whatever_a_client_says(found, names, count):
    log = W3cLog(names[:count])
    found = decode(encode(found))
    octets = log.lines(found)
    lines = octets.decode("ascii").split("\n")
    assert lines.pop() == ""
    assert len(lines) == sum(bool(e.verb) and not e.reply.startswith("354") for e in found.exchanges)
    assert all(len(line.split(" ")) == count and line.isprintable() for line in lines)


@given(traces(worse_texts))
def test_no_record_can_be_taken_for_a_directive(found):
    assert b"#" not in W3cLog(["cs-username", "cs-method"]).lines(found)


@given(worse_texts)
def test_a_word_is_one_word(text):
    made = word(text)
    assert made and made.isascii() and made.isprintable() and not set(made) & set(' "#')


def test_every_field_can_be_written():
    assert set(W3C_FIELDS) == set(OF_TRACE) | set(OF_COMMAND)


def test_a_file_begins_with_its_fields():
    assert W3cLog(["time", "c-ip", "sc-status"]).head(BEGAN).decode().splitlines() == [
        "#Software: SMTP gateway",
        "#Version: 1.0",
        "#Date: 2024-01-01 10:00:00",
        "#Fields: time c-ip sc-status",
    ]


def test_the_default_of_iis_reads_as_iis_writes_it():
    log = W3cLog(["time", "c-ip", "cs-method", "cs-uri-stem", "sc-status"])
    assert log.lines(trace()).decode().splitlines() == [
        "10:00:00 192.0.2.9 EHLO - 250",
        "10:00:00 192.0.2.9 MAIL - 250",
        "10:00:00 192.0.2.9 RCPT - 250",
        "10:00:00 192.0.2.9 DATA - 250",
    ]


def test_a_whole_record():
    found = trace(exchanges=(Exchange("MAIL", "250 2.1.0 OK", "FROM:<ann+x@example.net> SIZE=9", 0.2),))
    assert ALL.lines(found).decode() == (
        "2024-01-01 10:00:00 192.0.2.9 mail.example.net inbound mx1 192.0.2.1 25 MAIL - "
        "+FROM:<ann+x@example.net>+SIZE=9 250 0 14 38 0 SMTP - - - -\n"
    )


def test_data_is_one_record_with_the_reply_to_the_message():
    *_, data = W3cLog(["cs-method", "cs-uri-query", "sc-status", "cs-bytes", "time-taken"]).lines(trace()).splitlines()
    assert data == b"DATA +<0@example.net> 250 4099 250"


def test_the_greeting_is_no_record():
    assert ALL.lines(trace(exchanges=(Exchange("", "220 mx1.example.com"),))) == b""


def test_content_that_was_discarded_is_data_too():
    discarded = trace(exchanges=(Exchange("content", "550 5.6.11 Bare LF"),), message_id="", size=0)
    assert W3cLog(["cs-method", "cs-uri-query", "sc-status"]).lines(discarded) == b"DATA - 550\n"


def test_the_name_of_a_protocol_rule_is_not_what_the_client_said():
    refused_verb = trace(exchanges=(Exchange("TURN", "502 5.5.1 No", "command.disabled"),))
    assert W3cLog(["cs-method", "cs-uri-query", "sc-status"]).lines(refused_verb) == b"TURN - 502\n"


def test_the_tar_pit_is_time_taken():
    found = refused()
    held = (Exchange("RCPT", "550 5.1.1 No", "TO:<x@example.com>", 0.3, 30.0),)
    log = W3cLog(["time", "time-taken"])
    assert log.lines(trace(exchanges=held)) == b"10:00:30 30000\n"
    assert log.lines(found).count(b"\n") == 4


@pytest.mark.parametrize(
    ("server", "written"), [("192.0.2.1:25", "192.0.2.1 25"), ("[2001:db8::1]:25", "2001:db8::1 25")]
)
def test_the_server_is_an_address_and_a_port(server, written):
    line = W3cLog(["s-ip", "s-port"]).lines(trace(server=server)).splitlines()[0]
    assert line.decode() == written


def test_a_connection_that_said_nothing_leaves_no_record():
    assert ALL.lines(trace(exchanges=())) == b""
