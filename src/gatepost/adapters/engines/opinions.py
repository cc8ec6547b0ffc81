"""What do all spam engines say of a message?"""

import asyncio
from collections.abc import Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from gatepost.adapters.engines.arrival import arrival_of
from gatepost.adapters.engines.opinion_desk import OpinionDesk
from gatepost.adapters.engines.sample import HeldSample, sample_of
from gatepost.model.stage import MessageStage
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion
from gatepost.ports.unavailable import Unavailable

Answer = SecondOpinion | NoOpinion


class Opinions:
    """`SecondOpinions`: the engines of one worker, shared by all its listeners.

    Args:
        by_name: their desks.
        directory: where large messages may be copied to.
    """

    def __init__(self, by_name: Mapping[str, OpinionDesk], directory: Path) -> None:
        self.by_name = by_name
        self.directory = directory
        self.tasks: set[asyncio.Task[Answer]] = set()

    async def ask(self, at: MessageStage, engines: tuple[str, ...]) -> tuple[Answer, ...]:
        desks = [self.desk(name) for name in engines]
        desks = [desk for desk in desks if at.message.size <= desk.settings.max_size]
        if not desks:
            return ()
        sample = await sample_of(at.message, self.directory)
        arrival = arrival_of(at)
        try:
            asked = [self.begin(sample, desk.ask(sample, arrival)) for desk in desks]
        finally:
            sample.leave()
        try:
            return tuple([await each for each in asked])
        finally:
            for each in asked:
                each.cancel()  # of those that have ended this is nothing

    def begin(self, sample: HeldSample, asking: Coroutine[Any, Any, Answer]) -> "asyncio.Task[Answer]":
        """A task of its own: who asks may be stepped outside any. The message stays open until it has ended."""
        task = asyncio.get_running_loop().create_task(asking)
        sample.hold()
        self.tasks.add(task)
        task.add_done_callback(partial(self.end, sample))
        return task

    def end(self, sample: HeldSample, task: "asyncio.Task[Answer]") -> None:
        self.tasks.discard(task)
        sample.leave()

    def desk(self, name: str) -> OpinionDesk:
        if name not in self.by_name:
            raise Unavailable(f"there is no engine {name}")
        return self.by_name[name]

    def close(self) -> None:
        """Whoever waits is told that he has been cancelled."""
        for task in tuple(self.tasks):
            task.cancel()
