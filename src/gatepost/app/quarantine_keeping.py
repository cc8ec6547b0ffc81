"""The quarantine's turn in the housekeeper: what is done, what is logged, what must an operator know?"""

import asyncio

import structlog

from gatepost.adapters.quarantine.upkeep import Turn, Upkeep
from gatepost.app.quarantine import upkeep
from gatepost.config.settings import Settings
from gatepost.gateway.clock import SystemClock
from gatepost.ports.alarms import Alarms
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.units import size_text

log = structlog.get_logger()

NEARLY = 0.9  # of the room from which it is told
BROKEN, FULL = "quarantine.broken", "quarantine.full"


class QuarantineKeeping:
    """Owned by the housekeeper. What goes wrong is told, and tried again at the next turn."""

    def __init__(self, settings: Settings, alarms: Alarms) -> None:
        self.settings, self.alarms = settings, alarms
        self.upkeep: Upkeep | None = None

    async def turn(self) -> None:
        """Beside the loop: it waits for the disk."""
        try:
            turn = await asyncio.get_running_loop().run_in_executor(None, self.work)
        except (Unavailable, OSError) as error:
            log.warning("quarantine not kept", reason=str(error))
            self.alarms.raise_alarm(BROKEN, f"The quarantine cannot be read or written: {error}")
            return
        self.tell(turn)

    def work(self) -> Turn:
        if self.upkeep is None:
            self.upkeep = upkeep(self.settings, SystemClock())
        return self.upkeep.turn()

    def tell(self, turn: Turn) -> None:
        if turn.expired or turn.given_up or turn.swept:
            log.info("quarantine kept", expired=turn.expired, given_up=turn.given_up, swept=turn.swept)
        if turn.problem:
            self.alarms.raise_alarm(BROKEN, f"In the quarantine {turn.problem}")
        else:
            self.alarms.all_clear(BROKEN)
        section = self.settings.quarantine
        if turn.used < NEARLY * section.size or section.when_full != "defer":
            self.alarms.all_clear(FULL)
            return
        text = f"The quarantine is full to {turn.used * 100 // section.size} % of {size_text(section.size)}. "
        more = "Release or delete what is in it, or raise size in [quarantine]: beyond it senders hear 451."
        self.alarms.raise_alarm(FULL, text + more)
