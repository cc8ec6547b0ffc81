"""Claims about the operational log."""

import json
import logging
import os
from collections.abc import Iterator

import pytest
import structlog

from gatepost.supervise import log


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def test_a_line_is_one_object_with_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    structlog.get_logger().warning("event", client="a\nb")
    line = capsys.readouterr().err
    record = json.loads(line)
    assert line.count("\n") == 1
    assert (record["event"], record["level"], record["client"]) == ("event", "warning", "a\nb")
    assert record["time"].endswith("Z")


def test_below_the_level_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("warning")
    structlog.get_logger().info("event")
    assert capsys.readouterr().err == ""


def test_libraries_are_logged_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    logging.getLogger("asyncio").warning("slow %s", "callback")
    record = json.loads(capsys.readouterr().err)
    assert (record["event"], record["level"]) == ("slow callback", "warning")


def test_a_bug_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    try:
        raise ValueError("wrong")
    except ValueError:
        structlog.get_logger().exception("failed")
    assert "ValueError: wrong" in json.loads(capsys.readouterr().err)["exception"]


def test_under_journald_the_priority_comes_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = os.fstat(2)
    monkeypatch.setenv("JOURNAL_STREAM", f"{stream.st_dev}:{stream.st_ino}")
    log.set_up("info")
    structlog.get_logger().error("event")
    assert capsys.readouterr().err.startswith('<3>{"')
