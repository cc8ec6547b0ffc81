"""`gatepost track`: searching and following."""

import json
import os
import subprocess
import sys
import time

import pytest
import typer

from gatepost.adapters.journal.store import Received, Store
from gatepost.adapters.journal.summary import summarized
from gatepost.adapters.journal.wire import encode
from gatepost.cli.track import moment_of
from tests.adapters.journal.traces import BEGAN, trace
from tests.cli.journal_cli import ACCEPTED, ALL, CONTENT, DOWN, NOBODY, call, configured, journal_of


@pytest.fixture
def file(tmp_path):
    return configured(tmp_path)


@pytest.fixture
def ids(file, capsys):
    def tracked(*arguments):
        assert call("track", "-c", file, "--json", *arguments) == 0
        return [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()]

    return tracked


def test_without_filters_it_is_all_newest_first(ids):
    assert ids() == [t.id for t in reversed(ALL)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--end", "refused"], [CONTENT, NOBODY]),
        (["--end", "deferred"], [DOWN]),
        (["--rule", "header-nul"], [CONTENT]),
        (["--finding", "helo.*"], [NOBODY]),
        (["--finding", "recipient.unknown"], [NOBODY]),
        (["--recipient", "nobody@example.com"], [NOBODY]),
        (["--recipient", "@example.com", "--end", "delivered"], [ACCEPTED]),
        (["--sender", "ann@example.net", "-n", "2"], [DOWN, CONTENT]),
        (["--client", "192.0.2.0/24", "--message-id", "1@example.net"], [ACCEPTED]),
        (["--listener", "outbound"], []),
        (["--text", "queued as 4f3a"], [ACCEPTED]),
        (["--since", "2024-01-01 10:00:03.9"], [DOWN, NOBODY]),
        (["--since", "2024-01-01T10:00:03.9+00:00", "--until", "2024-01-01 10:00:03"], [NOBODY]),
        (["--until", "2023-12-31"], []),
    ],
    ids=lambda value: " ".join(value) if value and isinstance(value[0], str) else "",
)
def test_filters(ids, arguments, expected):
    assert ids(*arguments) == [t.id for t in expected]


def test_a_table_has_a_line_for_each(file, capsys):
    call("track", "-c", file)
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["TIME", "ID", "CLIENT", "FROM", "TO", "END", "WHY"]
    assert lines[2].split() == [
        "2024-01-01", "10:00:02Z", NOBODY.id, "192.0.2.9", "ann@example.net", "nobody@example.com", "refused",
        "unknown-recipient",
    ]  # fmt: skip
    assert len(lines) == 4


def test_what_a_client_says_makes_no_second_line(tmp_path, capsys):
    nasty = trace(1, sender="a\r\nb\x1b[2J\x9b@example.net")
    call("track", "-c", configured(tmp_path, (nasty,)))
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 2 and "\x1b" not in out and "\x9b" not in out


def test_what_a_client_says_does_not_reach_a_terminal_in_json_either(tmp_path, capsys):
    call("track", "-c", configured(tmp_path, (trace(1, helo="\x9b2J\u202e"),)), "--json")
    assert capsys.readouterr().out.strip().isascii()


def test_nothing_found_is_said_aside(file, capsys):
    assert call("track", "-c", file, "--rule", "none") == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "nothing found\n")


def test_a_limit_that_was_reached_is_said(file, capsys):
    call("track", "-c", file, "-n", "2")
    assert "there may be more" in capsys.readouterr().err


def test_missing_records_are_said(tmp_path, capsys):
    call("track", "-c", configured(tmp_path, losses={"no_room": 3}))
    assert "3 records are missing in the journal: 3 no_room" in capsys.readouterr().err


def test_no_journal_ends_with_1(tmp_path, capsys):
    file = configured(tmp_path)
    journal_of(file).unlink()
    assert call("track", "-c", file) == 1
    assert "there is no journal yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("1d", BEGAN - 86_400),
        ("90m", BEGAN - 5400),
        ("2024-01-01", 1704067200.0),
        ("2024-01-01 10:00", BEGAN),
        ("2024-01-01T12:00:00+02:00", BEGAN),
    ],
)
def test_times(text, expected):
    assert moment_of(text, BEGAN) == expected


def test_what_is_no_time_is_wrong_usage():
    with pytest.raises(typer.BadParameter, match="yesterday"):
        moment_of("yesterday", BEGAN)


def test_following_shows_new_ones_as_they_come(file):
    program = subprocess.Popen(
        [sys.executable, "-c", "from gatepost.cli.main import real_command; real_command('track')()", "-c", str(file),
         "--follow", "--json", "--recipient", "@example.com"],
        stdout=subprocess.PIPE, text=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    try:
        assert [json.loads(program.stdout.readline())["id"] for _ in ALL] == [t.id for t in ALL]
        store = Store(journal_of(file))
        for number in (11, 12):
            new = trace(number, began=time.time(), recipients=ACCEPTED.recipients)
            store.write([Received(summarized(new), encode(new))], (), {}, 0.0)
        found = [json.loads(program.stdout.readline())["id"] for _ in range(2)]
        assert found == [trace(11).id, trace(12).id]
        store.close()
    finally:
        program.terminate()  # SIGINT is ignored by what a shell starts in the background
        program.wait(10)
        program.stdout.close()
