"""What a test of the whole gateway counted is said at the end of the run."""

from collections.abc import Callable

import pytest

from gatepost.testing.mailbox import Mailbox
from tests.attacks.background import Background
from tests.e2e.house import NAMES, House
from tests.servers.gateway import Gateway, laid_over, with_names


@pytest.fixture
def summary(record_property: Callable[[str, object], None], request: pytest.FixtureRequest) -> Callable[[object], None]:
    """Takes a line for the end of the run."""

    def add(line: object) -> None:
        record_property("summary", f"{request.node.name}: {line}")

    return add


@pytest.fixture
def house(start_names):
    started = []

    def start(settings=None, names=NAMES):
        server = start_names(names)
        mailbox = Background(Mailbox())
        behind = mailbox.__enter__().server
        gateway = Gateway(backend=behind.port, settings=laid_over(with_names(server.port), settings or {})).start()
        started.append((gateway, mailbox))
        return House(gateway, behind, server)

    yield start
    for gateway, mailbox in started:
        gateway.stop()
        mailbox.__exit__(None, None, None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [r for group in ("passed", "failed") for r in terminalreporter.stats.get(group, ())]
    lines = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == "summary"]
    if lines:
        terminalreporter.section("counted")
        for line in dict.fromkeys(lines):
            terminalreporter.write_line(line)
