"""Who is told of an alarm, by which ways, and what if a way is shut?

All ways are tried. `deliver` blocks; the supervisor runs it in a process of its own and kills that if it
takes too long. The log line is the supervisor's, whatever becomes of these.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from gatepost.adapters.alarms import program
from gatepost.adapters.alarms.dialogue import Route, send
from gatepost.adapters.alarms.mail import told, written
from gatepost.model.health import Notice


class Courier:
    """The ways of one configuration.

    Args:
        hostname: the gateway's name, in EHLO and in the text.
        sender: address in From.
        routes: for each recipient the backend of his domain.
        command: the operator's program, None if there is none.
    """

    def __init__(self, *, hostname: str, sender: str, routes: Mapping[str, Route], command: Path | None) -> None:
        self.hostname = hostname
        self.sender = sender
        self.routes = routes
        self.command = command

    def deliver(self, notice: Notice) -> list[str]:
        """What went wrong, a line for each way that is shut; [] when everybody was told."""
        problems = []
        for recipients, route in self.groups():
            message = written(
                notice, hostname=self.hostname, sender=self.sender, recipients=recipients, now=time.time()
            )
            try:
                send(route, self.hostname, recipients, message)
            except OSError as error:
                problems.append(f"mail to {', '.join(recipients)}: {error}")
        if self.command is not None:
            try:
                program.run(self.command, notice, told(notice, self.hostname), self.hostname)
            except OSError as error:
                problems.append(f"command: {error}")
        return problems

    def groups(self) -> list[tuple[tuple[str, ...], Route]]:
        """Recipients who share a backend get one mail."""
        by_route: dict[Route, list[str]] = {}
        for recipient, route in self.routes.items():
            by_route.setdefault(route, []).append(recipient)
        return [(tuple(recipients), route) for route, recipients in by_route.items()]
