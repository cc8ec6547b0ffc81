"""How does a new configuration take over? Tested apart, started beside the old one, and only then instead of it.

1. A child loads and tests it: whatever is wrong is found before anything changes.
2. New ports are opened, new workers and services start; the old ones go on. New workers accept from the same
   sockets as the old, so no connection is refused or lost in between.
3. When every new worker has given a sign of life the old ones drain. Exclusive services are replaced.
If a step fails the new ones end, and an alarm says why; the old configuration goes on.
"""

from signal import SIGKILL
from socket import socket
from typing import Generic

import structlog

from gatepost.supervise.contract import Plan, S, StartError
from gatepost.supervise.errand import SelfTest
from gatepost.supervise.generation import Stand
from gatepost.supervise.log import set_up
from gatepost.supervise.seating import Seated, seated
from gatepost.supervise.station import Station

log = structlog.get_logger()

ALARM = "reload.refused"


class Reload(Generic[S]):
    """One reload, from SIGHUP to its end; owned by the supervisor. `step` until it says that it is over."""

    def __init__(self, station: Station[S], now: float) -> None:
        self.station = station
        self.old = station.generations[-1]
        self.ready: tuple[S, Plan] | None = None
        self.opened: list[socket] = []
        self.new: Seated[S] | None = None
        self.test: SelfTest | None = None
        try:
            self.test = SelfTest(station.crew, station.app, station.path, now)
        except OSError as error:
            self.refuse(f"no process for the self-test: {error.strerror}", now)

    def step(self, now: float) -> bool:
        """True when it is over, one way or the other."""
        if self.test is None:
            return True
        if self.test.result is None:
            return False
        try:
            return self.has_taken_over(self.new, now) if self.new else self.begin(self.test.result, now)
        except StartError as error:
            self.refuse(str(error), now)
            return True

    def begin(self, problems: tuple[str, ...], now: float) -> bool:
        """The test is over: bind and start, once there are places. Raises `StartError`."""
        if self.ready is None:
            if problems:
                raise StartError("\n".join(problems))
            settings = self.station.app.load(self.station.path)
            self.ready = settings, unchanged(self.station, self.station.app.plan(settings))
        settings, plan = self.ready
        if len(self.station.free_places()) < plan.workers:
            return False
        set_up(plan.level)
        self.opened = self.station.ports.open(plan.listeners, plan.workers)
        self.new = seated(self.station, settings, plan, now)
        return False

    def has_taken_over(self, new: Seated[S], now: float) -> bool:
        """Raises `StartError` if it never will."""
        condition = new.generation.condition(now)
        if condition.stand is Stand.FAILED:
            raise StartError(f"it does not start: {condition.reason}")
        if condition.stand is Stand.RISING:
            return False
        self.take_over(new, now)
        return True

    def take_over(self, new: Seated[S], now: float) -> None:
        station, generation = self.station, new.generation
        station.plan = generation.plan
        station.alarms.tell = lambda notice: station.app.tell(generation.settings, notice)
        station.alarms.book.patience = generation.plan.patience
        self.old.drain(now)
        station.renew(new.renewals, new.exclusive, now)
        station.ports.close_all_but(generation.plan.listeners)
        station.alarms.all_clear(ALARM, "The configuration was read again and is in force.")
        log.info("configuration in force", generation=generation.number, configuration=str(station.path))

    def abandon(self, now: float) -> None:
        """The gateway stops meanwhile; whatever has begun is drained with the rest."""
        if self.test is not None and self.test.result is None:
            self.test.child.part([(now, SIGKILL)])

    def refuse(self, reason: str, now: float) -> None:
        if self.new is not None:
            self.new.generation.hurry(now)
            self.station.dismiss(self.new.exclusive - set(self.new.renewals), now)
        self.station.ports.close(self.opened)
        set_up(self.station.plan.level)
        text = f"The new configuration is not taken over, the old one goes on. {reason}"
        log.error("reload refused", reason=reason, configuration=str(self.station.path))
        self.station.alarms.raise_alarm(ALARM, text)


def unchanged(station: Station[S], plan: Plan) -> Plan:
    """Raises `StartError` for what only a restart can change."""
    if plan.data_dir != station.plan.data_dir:
        raise StartError(f"gateway.data_dir cannot change to {plan.data_dir} while it runs: restart the gateway")
    if plan.user != station.plan.user:
        raise StartError(f"gateway.user cannot change to {plan.user} while it runs: restart the gateway")
    room = len(station.lines) - station.plan.workers  # the old ones go on until the new ones work
    if plan.workers > room:
        raise StartError(f"gateway.workers cannot be {plan.workers} while it runs, {room} at most: restart the gateway")
    return plan
