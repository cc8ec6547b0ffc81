"""What is to be done now and then, and by none of those who serve clients? The quarantine, the
spam filter's lessons, and DMARC reports.

A process of its own that may be ended at any time: what it has begun is on the disk, or is begun anew.
"""

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any

import structlog

from gatepost.adapters.control_line import ControlLine
from gatepost.adapters.dmarc_reports.daily import DailyReports
from gatepost.adapters.dmarc_reports.delivery import Fate, Outcome
from gatepost.adapters.dns.resolver import Resolver
from gatepost.app.dmarc_reports import daily_reports, relay
from gatepost.app.lesson_keeping import LessonKeeping
from gatepost.app.quarantine_keeping import QuarantineKeeping
from gatepost.config.settings import Settings
from gatepost.gateway.clock import SystemClock
from gatepost.model.health import Heartbeat
from gatepost.ports.alarms import Alarms
from gatepost.ports.unavailable import Unavailable

log = structlog.get_logger()

LOOK = 15.0  # seconds between looks whether something is due
BEAT = 1.0  # seconds between signs of life
PAUSE = 300.0  # seconds before what went wrong here is begun again
NICENESS = 10  # whoever serves clients comes first
CLOSING = 1.0  # seconds for QUIT to the backend
ALARM = "dmarc-reports"


def run_housekeeper(settings: Settings, line: ControlLine) -> None:
    """Until SIGTERM."""
    os.nice(NICENESS)
    asyncio.run(keep_house(settings, line))


async def keep_house(settings: Settings, line: ControlLine) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # the supervisor says when
    duties: list[Coroutine[Any, Any, object]] = [live(line), ended.wait(), keep_quarantine(settings, line)]
    if settings.checks.sections()["spam_lessons"].enabled:
        duties.append(keep_lessons(settings, line))
    if settings.dmarc_reports.enabled:
        duties.append(keep_reports(settings, line))
    tasks = [loop.create_task(duty) for duty in duties]
    done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    for task in done:
        task.result()  # a bug ends the process, and is told


async def keep_reports(settings: Settings, alarms: Alarms) -> None:
    """Until it is cancelled."""
    clock = SystemClock()
    resolver, backend = Resolver(settings.dns, clock), relay(settings)
    try:
        await House(daily_reports(settings, resolver, backend, clock), alarms, clock).keep()
    finally:
        await backend.close(CLOSING)
        resolver.close()


async def keep_quarantine(settings: Settings, alarms: Alarms) -> None:
    """Until it is cancelled."""
    keeping = QuarantineKeeping(settings, alarms)
    while True:
        await keeping.turn()
        await rest(LOOK)


async def keep_lessons(settings: Settings, alarms: Alarms) -> None:
    """Until it is cancelled."""
    keeping = LessonKeeping(settings, alarms)
    while True:
        await keeping.turn()
        await rest(LOOK)


async def live(line: ControlLine) -> None:
    while True:
        line.beat(Heartbeat())
        await rest(BEAT)


async def rest(seconds: float) -> None:
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=seconds)


class House:
    """The reports. Owned by its process.

    Args:
        alarms: what an operator must know goes here.
    """

    def __init__(self, reports: DailyReports, alarms: Alarms, clock: SystemClock) -> None:
        self.reports, self.alarms, self.clock = reports, alarms, clock
        self.resume_at = 0.0  # monotonic

    async def keep(self) -> None:
        while True:
            if self.clock.monotonic() >= self.resume_at:
                await self.turn()
            await rest(LOOK)

    async def turn(self) -> None:
        """Whatever is due."""
        try:
            await self.write()
            if self.reports.is_time:
                self.tell([outcome async for outcome in self.reports.deliveries()])
        except (Unavailable, OSError) as error:
            self.resume_at = self.clock.monotonic() + PAUSE
            log.warning("dmarc reports not written", reason=str(error))
            self.alarms.raise_alarm(ALARM, f"DMARC reports cannot be written, and are tried again: {error}")

    async def write(self) -> None:
        for day in self.reports.days():
            begun = self.clock.monotonic()
            written = await self.reports.write(day)
            log.info(
                "dmarc reports written", day=str(day), reports=written.reports, left_out=written.left_out,
                elapsed=self.clock.monotonic() - begun,
            )  # fmt: skip

    def tell(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            level = log.info if outcome.fate is Fate.SENT else log.warning
            level(
                "dmarc report", domain=outcome.domain, to=outcome.recipient, fate=outcome.fate.value,
                reply=outcome.reply,
            )  # fmt: skip
        late = [outcome for outcome in outcomes if outcome.fate is Fate.LATER]
        if late:
            text = f"{len(late)} DMARC reports cannot be delivered for now, and are tried for a day. "
            self.alarms.raise_alarm(ALARM, f"{text}{late[0].domain}: {late[0].reply}")
        elif outcomes and not any(outcome.fate is Fate.SENT for outcome in outcomes):
            text = f"No DMARC report was taken, {len(outcomes)} are given up. {outcomes[0].domain}: {outcomes[0].reply}"
            self.alarms.raise_alarm(ALARM, text)
        else:
            self.alarms.all_clear(ALARM)
