"""Claims about the operator's own program."""

import os
import time
from pathlib import Path

import pytest

from gatepost.adapters.alarms.program import run
from gatepost.model.health import Notice

NOTICE = Notice(key="a.b", text="$(touch /tmp/never); `x` \0", over=False, began=0.0)


def script(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "page"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_it_gets_the_alarm_as_argument_environment_and_input(tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = "$1|$ALARM_KEY|$ALARM_STATE|$ALARM_HOST|$ALARM_TEXT"
    page = script(tmp_path, f"{{ printf '%s\\n' \"{said}\"; cat; }} > {out}")
    run(page, NOTICE, "the text\n", "mx.example.com")
    assert out.read_text() == "a.b|a.b|raised|mx.example.com|$(touch /tmp/never); `x` \\0\nthe text\n"


def test_it_gets_nothing_else_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    out = tmp_path / "out"
    run(script(tmp_path, f"env > {out}"), NOTICE, "", "h")
    names = {line.partition("=")[0] for line in out.read_text().splitlines()}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        "PATH",
        "LC_ALL",
        "ALARM_KEY",
        "ALARM_STATE",
        "ALARM_TEXT",
        "ALARM_HOST",
    }


def test_it_need_not_read_its_input(tmp_path: Path) -> None:
    run(script(tmp_path, "exit 0"), NOTICE, "x" * 1_000_000, "h")


def test_a_failure_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="ended with 3"):
        run(script(tmp_path, "exit 3"), NOTICE, "", "h")


def test_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(tmp_path / "nothing", NOTICE, "", "h")


def test_one_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    page = script(tmp_path, f"sleep 60 & echo $! > {tmp_path / 'pid'}; wait")
    began = time.monotonic()
    with pytest.raises(OSError, match="took longer"):
        run(page, NOTICE, "", "h", timeout=0.5)
    assert time.monotonic() - began < 30
    stat = Path(f"/proc/{int((tmp_path / 'pid').read_text())}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_what_it_leaves_running_does_not_outlive_it(tmp_path: Path) -> None:
    run(script(tmp_path, f"sleep 60 & echo $! > {tmp_path / 'pid'}"), NOTICE, "", "h")
    with pytest.raises(ProcessLookupError):
        for _ in range(500):
            os.kill(int((tmp_path / "pid").read_text()), 0)
            time.sleep(0.01)
