"""What a test of the whole gateway counted is said at the end of the run."""

from collections.abc import Callable

import pytest


@pytest.fixture
def summary(record_property: Callable[[str, object], None], request: pytest.FixtureRequest) -> Callable[[object], None]:
    """Takes a line for the end of the run."""

    def add(line: object) -> None:
        record_property("summary", f"{request.node.name}: {line}")

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [r for group in ("passed", "failed") for r in terminalreporter.stats.get(group, ())]
    lines = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == "summary"]
    if lines:
        terminalreporter.section("counted")
        for line in dict.fromkeys(lines):
            terminalreporter.write_line(line)
