import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.engines.clamd.replies import NAME_LIMIT, REPLY_LIMIT, Garbage, Told, unix_time, verdict, version
from gatepost.ports.scanner import Version

PIECES = st.lists(
    st.sampled_from([
        b"stream: ", b"fd[10]: ", b"OK", b" FOUND", b" ERROR", b"Eicar", b"(", b")", b":", b"68", b"0" * 32, b" ",
        b"\n", b"\x00", b"\xff", b"INSTREAM size limit exceeded.", b"Heuristics.Encrypted.Zip", b"\x1b[2J",
    ]),
    max_size=8,
).map(b"".join)  # fmt: skip


@pytest.mark.parametrize("reply", [b"stream: OK", b"fd[10]: OK", b"fd[4294967295]: OK"])
def test_ok_is_clean(reply):
    assert verdict(reply) == Told()


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        (b"stream: Eicar-Test-Signature FOUND", "Eicar-Test-Signature"),
        (b"fd[9]: Win.Test.EICAR_HDB-1 FOUND", "Win.Test.EICAR_HDB-1"),
        (b"fd[9]: Eicar.UNOFFICIAL(44d88612fea8a8f36de82e1278abb02f:68) FOUND", "Eicar.UNOFFICIAL"),
        (b"stream: A name with blanks FOUND", "A name with blanks"),
        (b"stream: OK FOUND", "OK"),
        (b"stream: Caf\xc3\xa9 FOUND", "Caf??"),
    ],
)
def test_what_is_found_has_its_name(reply, name):
    assert verdict(reply) == Told(infected=name)


def test_a_name_is_bounded():
    assert verdict(b"stream: " + b"x" * 3000 + b" FOUND") == Told(infected="x" * NAME_LIMIT)


@pytest.mark.parametrize(
    "name", [b"Heuristics.Limits.Exceeded.MaxFileSize", b"Heuristics.Encrypted.Zip", b"Heuristics.Limits.Exceeded"]
)
def test_what_was_not_looked_into_is_no_malware_and_not_clean(name):
    assert verdict(b"stream: " + name + b" FOUND") == Told(unscannable=name.decode())


@pytest.mark.parametrize(
    "reply",
    [
        b"INSTREAM size limit exceeded. ERROR",
        b"stream: Exceeded time limit ERROR",
        b"fd[10]: Exceeded max scan size ERROR",
        b"fd[10]: Bad format or broken data ERROR",
    ],
)
def test_errors_that_the_content_makes_are_unscannable(reply):
    told = verdict(reply)
    assert told.unscannable and not told.infected


@pytest.mark.parametrize(
    "reply",
    [
        b"", b"OK", b"stream: ", b"stream:OK", b"stream: ok", b"stream: OK ", b" stream: OK", b"stream: OK\n",
        b"stream: FOUND", b"stream:  FOUND", b"stream: \x1b[2J FOUND", b"Eicar FOUND", b"fd[]: OK", b"fd[x]: OK",
        b"fd[10]: Can't allocate memory ERROR", b"fd[10]: lstat() failed: No such file or directory. ERROR",
        b"UNKNOWN COMMAND", b"COMMAND READ TIMED OUT", b"PONG", b"stream: OK\r", b"stream: OK\x00", b" ERROR",
        b"/etc/passwd: OK", b"stream: OK stream: OK", b"stream: Eicar FOUND\n", b"stream: size limit exceeded ERROR",
    ],
)  # fmt: skip
def test_everything_else_is_garbage(reply):
    with pytest.raises(Garbage):
        verdict(reply)


@given(PIECES)
def test_only_ok_is_ever_clean(reply):
    try:
        told = verdict(reply)
    except Garbage as garbage:
        assert str(garbage).isprintable()
        return
    if told == Told():
        assert re.fullmatch(rb"(stream|fd\[[0-9]+\]): OK", reply)
    assert told.infected.isprintable() and told.unscannable.isprintable()


def test_a_version_tells_engine_signatures_and_their_date():
    told = version(b"ClamAV 1.4.3/27800/Mon Nov 24 08:11:05 2025")
    assert told.version == "ClamAV 1.4.3, signatures 27800"
    assert datetime.fromtimestamp(told.signatures, UTC) == datetime(2025, 11, 24, 8, 11, 5, tzinfo=UTC)


def test_without_official_signatures_it_tells_the_engine_only():
    assert version(b"ClamAV 1.4.6") == Version(version="ClamAV 1.4.6")


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Mon Foo 24 08:11:05 2025", "Mon Nov 24 08:11:05 25", "Mon Nov xx 08:11:05 2025"]
)
def test_a_date_that_is_none_is_unknown(date):
    assert unix_time(date) == 0.0


def test_a_day_of_one_digit_has_a_blank():
    assert unix_time("Sat Nov  1 00:00:00 2025") == datetime(2025, 11, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("reply", [b"", b"PONG", b"ClamAV", b"ClamAV 1.4/x/y", b"ClamAV 1.4.3/27800", b"ClamAV \xff"])
def test_a_version_that_is_none_is_garbage(reply):
    with pytest.raises(Garbage):
        version(reply)


def test_the_longest_reply_is_read_quickly():
    with pytest.raises(Garbage):
        verdict(b"stream: " + b"(" * REPLY_LIMIT)
