"""`gatepost explain`: from an id to its explanation."""

import json

import pytest
import typer
from msgspec.structs import replace

from tests.cli.journal_cli import ACCEPTED, NOBODY, call, configured


@pytest.fixture
def file(tmp_path):
    return configured(tmp_path)


def test_an_id_is_explained(file, capsys):
    assert call("explain", NOBODY.id, "-c", file) == 0
    out = capsys.readouterr().out
    assert out.startswith("REFUSED  550 5.1.1 User unknown\n") and out.endswith("250 2.0.0 OK\n")
    assert "\x1b" not in out


def test_an_id_may_be_typed_as_it_was_heard(tmp_path, capsys):
    """Nobody tells O from 0, or I and l from 1."""
    spoken = configured(tmp_path, (replace(ACCEPTED, id="01HKZZ0000000110"),))
    assert call("explain", "olhkzz0000000iio", "-c", spoken) == 0
    assert "01HKZZ0000000110" in capsys.readouterr().out


def test_the_first_part_is_enough_where_only_one_has_it(file, capsys):
    assert call("explain", NOBODY.id[:-1], "-c", file) == 1
    assert "more than one" in capsys.readouterr().err
    assert call("explain", NOBODY.id, "-c", file) == 0


def test_an_id_that_is_too_short_is_wrong_usage(file):
    with pytest.raises(typer.BadParameter):
        call("explain", "01H", "-c", file)


def test_an_id_that_nobody_has_ends_with_1(file, capsys):
    assert call("explain", "ZZZZZZZZZZZZZZZZ", "-c", file) == 1
    assert "no transaction" in capsys.readouterr().err


def test_no_journal_is_said_in_words(tmp_path, capsys):
    file = configured(tmp_path)
    for part in (tmp_path / "data").rglob("journal.db*"):
        part.unlink()
    assert call("explain", NOBODY.id, "-c", file) == 1
    assert "there is no journal yet" in capsys.readouterr().err


def test_json_has_the_explanation_and_the_whole_trace(file, capsys):
    assert call("explain", NOBODY.id, "-c", file, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["explanation"]["rule"] == "unknown-recipient"
    assert found["explanation"]["without"][0] == {
        "what": "finding",
        "name": "recipient.unknown",
        "action": "accept",
        "reply": "250 2.1.5 Recipient OK",
        "rule": "default",
    }
    assert found["trace"]["recipients"][0]["address"] == "nobody@example.com"


def test_a_listener_that_is_gone_is_explained_without_what_would_have_been(tmp_path, capsys):
    file = configured(tmp_path, listeners={"inbound": None, "other": {"bind": ["127.0.0.1:2526"]}})
    assert call("explain", NOBODY.id, "-c", file) == 0
    assert "What would have been" not in capsys.readouterr().out
