"""Engines that are not asked, fail open, or see less than they should; rules that do not compile."""

import pytest

from gatepost.config.lint_engines import lint_engines
from gatepost.config.problems import Severity
from tests.config.texts import loaded

CLAMAV = {"type": "clamd", "address": "unix:/run/clamav/clamd.ctl", "max_size": "35MiB"}


def found(engine=CLAMAV, asked=("e",), **antivirus):
    change = {"engines": {"e": engine}, "checks": {"antivirus": {"engines": list(asked), **antivirus}}}
    return [(problem.rule, problem.severity, problem.key) for problem in lint_engines(loaded(change))]


def test_an_engine_on_this_machine_that_sees_everything_is_quiet():
    assert found() == []


@pytest.mark.parametrize("off", [{"asked": ()}, {"enabled": False}])
def test_one_that_is_not_asked_is_told(off):
    assert found(**off) == [("engine.not-asked", Severity.WARNING, "")]


def test_failing_open_is_warned_of():
    assert found(if_unavailable="open") == [("engine.fails-open", Severity.WARNING, "if_unavailable")]
    assert found({**CLAMAV, "required": False}) == [("engine.none-required", Severity.WARNING, "engines")]


def test_a_limit_below_what_listeners_take_is_told():
    assert found({**CLAMAV, "max_size": "10MiB"}) == [("engine.max-size", Severity.INFO, "max_size")]


@pytest.mark.parametrize(
    ("address", "here"),
    [("127.0.0.1", True), ("[::1]:3310", True), ("localhost", True), ("10.0.0.7", False), ("clamd.example.com", False)],
)
def test_messages_that_cross_a_network_are_told(address, here):
    assert found({**CLAMAV, "address": address}) == ([] if here else [("engine.in-clear", Severity.INFO, "address")])


def test_the_same_of_an_icap_server():
    engine = {"type": "icap", "addresses": ["icap://127.0.0.1/x", "icap://10.0.0.1/x"], "max_size": "35MiB"}
    assert found(engine) == [("engine.in-clear", Severity.INFO, "addresses")]


def test_a_program_must_be_one():
    assert found({"type": "command", "command": ["/bin/true"], "max_size": "35MiB"}) == []
    missing = {"type": "command", "command": ["/bin/no-such-program"], "max_size": "35MiB"}
    assert found(missing) == [("engine.command", Severity.ERROR, "command")]


def test_rules_are_compiled(tmp_path):
    engine = {"type": "yara", "directories": [str(tmp_path)]}
    assert found(engine) == [("engine.no-rules", Severity.WARNING, "directories")]
    (tmp_path / "a.yar").write_text("rule A { condition: false }")
    assert found(engine) == []
    (tmp_path / "a.yar").write_text("rule A { condition: }")
    change = {"engines": {"e": engine}, "checks": {"antivirus": {"engines": ["e"]}}}
    (problem,) = lint_engines(loaded(change))
    assert problem.severity is Severity.ERROR and f"{tmp_path}/a.yar:1: " in problem.message
    (tmp_path / "a.yar").unlink()
    tmp_path.rmdir()
    assert found(engine) == [("engine.rules", Severity.ERROR, "directories")]


def opinions(address, **check):
    change = {
        "engines": {"e": {"type": "rspamd", "address": address}},
        "checks": {"second_opinion": {"engines": ["e"], **check}},
    }
    return [(problem.rule, problem.severity, problem.key) for problem in lint_engines(loaded(change))]


def test_a_spam_engine_on_this_machine_is_quiet():
    assert opinions("http://127.0.0.1") == opinions("unix:/run/rspamd/x") == []


def test_a_spam_engine_that_is_not_asked_is_told():
    assert opinions("http://127.0.0.1", engines=[]) == [("engine.not-asked", Severity.WARNING, "")]
    assert opinions("http://127.0.0.1", enabled=False) == [("engine.not-asked", Severity.WARNING, "")]


def test_a_spam_engine_across_a_network_is_told():
    assert opinions("http://10.0.0.7") == [("engine.in-clear", Severity.INFO, "address")]
