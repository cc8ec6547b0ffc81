"""How long does a 5xx reply wait? (Exchange's TarpitTime, FACTS §4.6; PRODUCT, deviation 3)

Every 5xx to an anonymous client waits; the wait grows with the client's offences of the last hour. Waiting
sessions are counted apart from served ones, over all workers; when the pit is full the client is dropped.
"""

from gatepost.model.client import client_of
from gatepost.model.stage import IPAddress
from gatepost.ports.counters import Counters, Gauges
from gatepost.ports.unavailable import Unavailable

OFFENCE_WINDOW = 3600.0  # seconds


class Tarpit:
    """One per listener and worker.

    Args:
        delay: seconds before a client's first 5xx reply; 0 = none.
        maximum: seconds the delay grows to, and all that a transaction with good recipients ever waits.
        capacity: sessions that may wait at once, over all workers.
        key: of this listener's gauge.
    """

    def __init__(
        self, delay: float, maximum: float, capacity: int, key: str, counters: Counters, gauges: Gauges
    ) -> None:
        self.delay = delay
        self.maximum = maximum
        self.capacity = capacity
        self.key = key
        self.counters = counters
        self.gauges = gauges

    async def delay_for(self, client: IPAddress, least: float) -> float:
        """Seconds for one more offence of this client; `least` is what the verdict itself asks for."""
        if not self.delay:
            return least
        try:
            offences = await self.counters.hit(f"offence:{client_of(client)}", window=OFFENCE_WINDOW)
        except Unavailable:
            offences = 1
        return min(max(self.delay * offences, least), max(self.maximum, least))

    def enter(self) -> bool:
        """False if the pit is full; then nobody waits."""
        if self.gauges.enter(self.key) <= self.capacity:
            return True
        self.gauges.leave(self.key)
        return False

    def leave(self) -> None:
        self.gauges.leave(self.key)
