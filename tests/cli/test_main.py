"""The program: its commands, its exit codes, its speed, its completion."""

import importlib
import os
import subprocess
import sys
import time

import pytest

from gatepost.cli.main import COMMANDS, run

NAMES = [name for name, _ in COMMANDS]


def python(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment},
    )


def test_help_names_every_command_with_what_it_does(capsys):
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(name in text and summary[:30] in text for name, summary in COMMANDS)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_a_module_and_its_own_help(name, capsys):
    assert callable(importlib.import_module(f"gatepost.cli.{name}").command)
    assert run([name, "--help"]) == 0
    assert f"Usage: gatepost {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_in_the_list_is_the_commands_own(name, capsys):
    run([name, "--help"])
    assert dict(COMMANDS)[name] in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Usage: gatepost"),
        (["chek"], "Did you mean 'check'?"),
        (["check", "--no-such-option"], "No such option"),
        (["check", "-c"], "requires an argument"),
        (["check", "surplus"], "surplus"),
    ],
    ids=str,
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(arguments, said, capsys):
    assert run(arguments) == 2
    said_all = capsys.readouterr()
    assert said in said_all.err + said_all.out


def test_the_version_is_told(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("gatepost ")


def test_help_does_not_import_what_commands_need():
    done = python("-X", "importtime", "-c", "from gatepost.cli.main import run; import sys; sys.exit(run(['--help']))")
    assert done.returncode == 0
    heavy = ("pydantic", "gatepost.config", "gatepost.gateway", "uvloop", "asyncio", "rich", "tomllib")
    assert not [name for name in heavy if f" {name}\n" in done.stderr]


def test_help_is_quick():
    best = 9.9
    for _ in range(3):
        begun = time.perf_counter()
        assert python("-m", "gatepost", "--help").returncode == 0
        best = min(best, time.perf_counter() - begun)
    assert best < 1.0  # 0.15 s on an idle machine; this one may be busy


def test_the_shell_completes_commands():
    done = python("-m", "gatepost", _GATEPOST_COMPLETE="complete_bash", COMP_WORDS="gatepost ", COMP_CWORD="1")
    assert set(NAMES) <= set(done.stdout.split())


def test_the_shell_completes_a_commands_options():
    done = python(
        "-m", "gatepost", _GATEPOST_COMPLETE="complete_bash", COMP_WORDS="gatepost check --off", COMP_CWORD="2"
    )
    assert "--offline" in done.stdout


def test_a_bad_configuration_ends_any_command_with_1(monkeypatch, tmp_path, capsys):
    from gatepost.cli import check
    from gatepost.config.load import load

    monkeypatch.setattr(check, "command", lambda: load(tmp_path / "no.toml"))
    assert run(["check"]) == 1
    said = capsys.readouterr()
    assert "there is no such file" in said.err
    assert "the configuration cannot be used: 1 error, 0 warnings" in said.err
    assert said.out == ""


def test_a_bug_keeps_its_traceback(monkeypatch):
    from gatepost.cli import check

    def broken():
        raise ZeroDivisionError

    monkeypatch.setattr(check, "command", broken)
    with pytest.raises(ZeroDivisionError):
        run(["check"])


def test_a_command_may_say_how_it_ends(monkeypatch):
    from gatepost.cli import check

    monkeypatch.setattr(check, "command", lambda: 1)
    assert run(["check"]) == 1
