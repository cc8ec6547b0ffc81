"""How are mistakes and warnings of a configuration shown?"""

import sys
from collections.abc import Sequence
from typing import TextIO

from gatepost.cli.terminal import Json, printable, styled
from gatepost.config.problems import Problem, Severity

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def as_text(problems: Sequence[Problem], stream: TextIO | None = None) -> str:
    """One paragraph each: place, severity, section and key, what is wrong; then, indented, what to do."""
    return "\n".join(paragraph(problem, stream or sys.stdout) for problem in problems)


def paragraph(problem: Problem, stream: TextIO) -> str:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    where = " ".join(part for part in (f"[{problem.section}]" if problem.section else "", problem.key) if part)
    severity = styled(problem.severity.value, COLOURS[problem.severity], "bold", stream=stream)
    text = f"{styled(printable(place), 'dim', stream=stream)}: {severity}: "
    text += f"{styled(printable(where), 'bold', stream=stream)}: " if where else ""
    text += printable(problem.message)
    return f"{text}\n    {printable(problem.fix)}" if problem.fix else text


def as_json(problems: Sequence[Problem]) -> list[Json]:
    return [
        {
            "severity": problem.severity.value,
            "rule": problem.rule,
            "file": problem.file,
            "line": problem.line or None,
            "section": problem.section,
            "key": problem.key,
            "value": problem.value,
            "message": problem.message,
            "fix": problem.fix,
        }
        for problem in problems
    ]


def count(problems: Sequence[Problem], severity: Severity) -> int:
    return sum(problem.severity is severity for problem in problems)


def summary(problems: Sequence[Problem]) -> str:
    """`2 errors, 1 warning`."""
    counts = [(count(problems, severity), severity.value) for severity in (Severity.ERROR, Severity.WARNING)]
    return ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in counts)
