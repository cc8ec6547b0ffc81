"""Would these settings serve? Asked in a process of its own before they take over (`gatepost check`, reload)."""

import asyncio
from collections.abc import Sequence

from gatepost.adapters.shared_memory.shared import Shared, Sizes
from gatepost.app.graph import Graph
from gatepost.app.offline_world import Unasked, Unscanned
from gatepost.config.settings import Settings
from gatepost.model.phase import Phase
from gatepost.model.samples import connect, helo, mail, message, rcpt
from gatepost.model.stage import ConnectStage
from gatepost.model.trace import Trace

SMALL = Sizes(counters=1024, gauges=1024, texts=64)


class Nowhere:
    """A journal and an alarm line for a test that nobody hears of."""

    def record(self, trace: Trace) -> bool:
        return True

    async def record_later(self, trace: Trace) -> bool:
        return True

    def raise_alarm(self, key: str, text: str) -> None: ...

    def all_clear(self, key: str, text: str = "") -> None: ...


def self_test(settings: Settings) -> Sequence[str]:
    """Build everything and put one made-up message through every listener's checks and rules; what went wrong."""
    return asyncio.run(tested(settings))


async def tested(settings: Settings) -> list[str]:
    shared = Shared(1, SMALL)
    nowhere = Nowhere()
    try:
        graph = Graph(
            settings, node="self-test", worker=0, counters=shared.counters, gauges=shared.gauges_of(0),
            memory=shared.memory, journal=nowhere, alarms=nowhere, dns=Unasked(),
            scanners=Unscanned(),
        )  # fmt: skip
    except (OSError, ValueError, LookupError) as error:
        return [str(error)]
    problems = []
    stages: list[tuple[Phase, ConnectStage]] = [
        (Phase.CONNECT, connect()), (Phase.HELO, helo()), (Phase.MAIL, mail()),
        (Phase.RCPT, rcpt()), (Phase.MESSAGE, message()),
    ]  # fmt: skip
    for name, listener in graph.listeners.items():
        for phase, stage in stages:
            _, known = await listener.judge.evidence(phase, stage)
            verdict = listener.judge.verdict(phase, stage, known.items)
            problems += [f"listener {name}: rule {rule} cannot be evaluated" for rule in verdict.failed]
    await graph.close()
    return problems
