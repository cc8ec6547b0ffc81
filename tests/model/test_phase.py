"""Phases in the order in which they happen."""

from gatepost.model.phase import Phase


def test_each_phase_comes_after_the_one_before():
    assert [p.name for p in sorted(Phase)] == ["CONNECT", "HELO", "MAIL", "RCPT", "DATA", "MESSAGE"]


def test_a_phase_can_be_looked_up():
    assert {phase: phase.name for phase in Phase}[Phase(3)] == "MAIL"
