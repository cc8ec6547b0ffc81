"""What does the supervisor do all day? It sleeps until a signal, a word of a child or a deadline, and then acts.

Single-threaded, no event loop: `poll(2)` and looks at the clock. Nothing here waits for anything else.
"""

import select
import signal
import time
from typing import Generic

import structlog

from gatepost.model.health import Alarm, Heartbeat
from gatepost.supervise.census import Census
from gatepost.supervise.child import Child, Message, messages
from gatepost.supervise.contract import JOURNAL, S
from gatepost.supervise.errand import SELF_TEST
from gatepost.supervise.generation import Stand
from gatepost.supervise.notify import Notifier
from gatepost.supervise.reload import Reload
from gatepost.supervise.signals import Heed, name_of
from gatepost.supervise.start import Starting
from gatepost.supervise.station import Station
from gatepost.supervise.stopping import Stopping

PRESSED = 0.05  # seconds between looks while something is due soon
IDLE = 1.0  # seconds between looks while nothing is

log = structlog.get_logger()


class Supervisor(Generic[S]):
    """The loop; `run` ends with the gateway.

    Args:
        starting: the first configuration; if it does not come up the exit code is 1.
    """

    def __init__(self, station: Station[S], starting: Starting[S], notifier: Notifier, heed: Heed) -> None:
        self.station, self.starting, self.notifier, self.heed = station, starting, notifier, heed
        self.census = Census(station)
        station.crew.last_words = lambda child: self.hear_one(child, time.monotonic())
        self.is_up = False
        self.failure = ""
        self.reload: Reload[S] | None = None
        self.is_reload_wanted = False
        self.stopping: Stopping[S] | None = None

    @property
    def state(self) -> str:
        if self.stopping is not None:
            return "stopping"
        if not self.is_up:
            return "starting"
        return "serving" if self.reload is None else "reloading"

    def run(self) -> int:
        """0 after SIGTERM, 1 if it did not come up; `failure` says why."""
        while True:
            self.wait()
            now = time.monotonic()
            for number in self.heed.came():
                self.obey(number, now)
            self.hear(now)
            self.station.crew.bury()
            self.station.tend(now)
            if self.step(now):
                self.census.take("stopped", now)
                return 1 if self.failure else 0
            status = self.census.take(self.state, now)
            if status is not None:
                self.notifier.say(status)
                if self.state in ("starting", "stopping"):
                    self.notifier.busy(10.0)
            self.notifier.alive(now)

    def wait(self) -> None:
        poll = select.poll()
        poll.register(self.heed.ear, select.POLLIN)
        poll.register(self.station.services_up, select.POLLIN)
        for child in self.station.crew.children.values():
            if not child.is_mute:
                poll.register(child.line, select.POLLIN)
        is_pressed = not self.is_up or self.reload or self.stopping or self.station.is_pressed()
        poll.poll((PRESSED if is_pressed else IDLE) * 1000)

    def hear(self, now: float) -> None:
        for child in list(self.station.crew.children.values()):
            self.hear_one(child, now)
        for message in messages(self.station.services_up)[0]:
            name = message.service if isinstance(message, Heartbeat) else ""
            self.heed_message(message, [s.child for s in self.station.seats if s.child and s.name == name], now)

    def hear_one(self, child: Child, now: float) -> None:
        if not child.is_mute and child.name != SELF_TEST:
            for message in child.hear():
                self.heed_message(message, [child], now)

    def heed_message(self, message: Message, senders: list[Child], now: float) -> None:
        if isinstance(message, Heartbeat):
            for child in senders:
                child.heartbeat, child.heard = message, now
        elif isinstance(message, Alarm):
            alarms = self.station.alarms
            (alarms.all_clear if message.over else alarms.raise_alarm)(message.key, message.text)

    def obey(self, number: int, now: float) -> None:
        if number in (signal.SIGTERM, signal.SIGINT):
            log.info("stopping", signal=name_of(number))
            self.stop(now)
        elif number == signal.SIGHUP and self.stopping is None:
            self.is_reload_wanted = True
        elif number == signal.SIGUSR1:
            self.reopen_logs()

    def stop(self, now: float) -> None:
        """Asked again, it hurries."""
        if self.stopping is not None:
            self.stopping.hurry(now)
            return
        self.notifier.stopping()
        if self.reload is not None:
            self.reload.abandon(now)
        self.reload, self.is_reload_wanted = None, False
        self.stopping = Stopping(self.station, now)

    def reopen_logs(self) -> None:
        """The journal's process has them; SIGHUP is its word for it."""
        seat = self.station.exclusive.get(JOURNAL)
        if seat is not None and seat.child is not None:
            seat.child.signal(signal.SIGHUP)

    def step(self, now: float) -> bool:
        """Goes on with what is under way; True when all is over."""
        if self.stopping is not None:
            return self.stopping.step(now)
        if not self.is_up:
            self.start(now)
        elif self.reload is not None:
            if self.reload.step(now):
                self.reload = None
                self.notifier.ready("serving")
        elif self.is_reload_wanted:
            self.is_reload_wanted = False
            self.notifier.reloading()
            self.reload = Reload(self.station, now)
        return False

    def start(self, now: float) -> None:
        condition = self.starting.step(now)
        if condition.stand is Stand.UP:
            self.is_up = True
            self.notifier.ready("serving")
            plan = self.station.plan
            log.info("serving", workers=plan.workers, listeners=sorted(plan.listeners))
        elif condition.stand is Stand.FAILED:
            self.failure = condition.reason
            log.error("not started", reason=self.failure)
            self.stop(now)
            self.stop(now)
