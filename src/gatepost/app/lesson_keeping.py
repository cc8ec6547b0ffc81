"""The turn of the spam filter's lessons in the housekeeper: what traps and known authors teach is learned."""

import asyncio
from collections import Counter

import structlog

from gatepost.app.spam_filter import lesson_box, teacher
from gatepost.config.settings import Settings
from gatepost.gateway.clock import SystemClock
from gatepost.ports.alarms import Alarms
from gatepost.ports.unavailable import Unavailable

log = structlog.get_logger()

BROKEN = "lessons.broken"


class LessonKeeping:
    """Owned by the housekeeper. What goes wrong is told, and tried again at the next turn."""

    def __init__(self, settings: Settings, alarms: Alarms) -> None:
        self.settings, self.alarms = settings, alarms
        self.box = lesson_box(settings)

    async def turn(self) -> None:
        """Beside the loop: it waits for the disk, and for others who teach."""
        try:
            counts = await asyncio.get_running_loop().run_in_executor(None, self.work)
        except (Unavailable, OSError) as error:
            log.warning("lessons not learned", reason=str(error))
            self.alarms.raise_alarm(BROKEN, f"The spam filter cannot learn by itself: {error}")
            return
        self.alarms.all_clear(BROKEN)
        if counts:
            log.info("lessons", **counts)

    def work(self) -> Counter[str]:
        """How many were learned, known before, and so on. Who is killed before the end teaches each once anyway."""
        paths = self.box.waiting()
        counts: Counter[str] = Counter()
        if not paths:
            return counts
        now = SystemClock().now()
        with teacher(self.settings) as taught:
            for one in self.box.read(paths):
                counts[taught.learn(one.digest, one.features, one.is_spam, one.source, now).value] += 1
        for path in paths:
            path.unlink(missing_ok=True)
        return counts
