"""Output suits whoever reads it: a person at a terminal, a program behind a pipe."""

import io
import json
import sys

import pytest
import typer

from gatepost.cli.terminal import fail, is_coloured, printable, say_json, styled, table


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def no_opinion(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.usefixtures("no_opinion")
def test_a_terminal_gets_colour():
    assert styled("x", "red", "bold", stream=Terminal()) == "\x1b[31;1mx\x1b[0m"


@pytest.mark.usefixtures("no_opinion")
def test_a_pipe_gets_none():
    assert styled("x", "red", stream=io.StringIO()) == "x"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
@pytest.mark.usefixtures("no_opinion")
def test_who_wants_no_colour_gets_none(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert not is_coloured(Terminal())


def test_an_empty_no_color_means_nothing(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.setenv("TERM", "xterm")
    assert is_coloured(Terminal())


def test_control_characters_are_escaped():
    assert printable("a\x1b[2J\r\n\u202eb") == r"a\x1b[2J\r\n\u202eb"


def test_a_table_has_columns_as_wide_as_their_widest_cell():
    text = table([["a", "long one"], ["bbb", "x"]], ["id", "what"])
    assert text.splitlines() == ["ID   WHAT", "a    long one", "bbb  x"]


def test_a_table_without_rows_has_its_header():
    assert table([], ["id", "what"]) == "ID  WHAT"


def test_json_is_one_document(capsys):
    say_json({"ü": [1, None]})
    assert json.loads(capsys.readouterr().out) == {"ü": [1, None]}


def test_failing_says_why_on_standard_error(capsys):
    with pytest.raises(typer.Exit) as ended:
        fail("no")
    assert ended.value.exit_code == 1
    said = capsys.readouterr()
    assert (said.out, said.err.endswith("no\n")) == ("", True)
    assert sys.stderr.isatty() or "\x1b" not in said.err
