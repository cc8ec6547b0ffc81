"""`gatepost coverage`: what is on, what is off, and what does not exist."""

import json

import pytest

from tests.cli.journal_cli import call
from tests.config.texts import CAREFUL, text


@pytest.fixture
def coverage(tmp_path, capsys):
    def covered(change, *arguments):
        file = tmp_path / "gatepost.toml"
        file.write_text(text(change))
        assert call("coverage", "-c", file, *arguments) == 0
        return capsys.readouterr().out

    return covered


def test_all_twelve_are_there(coverage):
    found = json.loads(coverage({}, "--json"))
    assert [issue["issue"] for issue in found] == ["1, 2", *map(str, range(3, 13))]


def test_it_reads_on_80_columns(coverage):
    out = coverage({})
    assert all(len(line) <= 80 for line in out.splitlines()) and "\x1b" not in out


def test_the_last_line_counts_twelve(coverage):
    words = coverage({}).splitlines()[-1].split()
    assert sum(int(word) for word in words if word.isdecimal()) == 12


@pytest.mark.parametrize("name", ["unknown", "any"])
def test_recipients_that_are_not_looked_up_are_said_to_be_off(coverage, name):
    change = CAREFUL if name == "unknown" else {}
    out = coverage(change)
    assert ("every recipient is taken" in out) == (name == "any")
