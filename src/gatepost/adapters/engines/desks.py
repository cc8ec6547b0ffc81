"""What do all engines say of a message?"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from gatepost.adapters.engines.desk import Answer, Desk
from gatepost.adapters.engines.sample import sample_of
from gatepost.model.message import Message
from gatepost.ports.unavailable import Unavailable


class Desks:
    """`Scanners`: the engines of one worker, shared by all its listeners.

    Args:
        by_name: their desks.
        directory: where large messages may be copied to.
        elsewhere: names of engines that are not asked here, and say nothing here.
    """

    def __init__(self, by_name: Mapping[str, Desk], directory: Path, elsewhere: frozenset[str] = frozenset()) -> None:
        self.by_name = by_name
        self.directory = directory
        self.elsewhere = elsewhere

    async def scan(self, content: Message | bytes, engines: tuple[str, ...]) -> tuple[Answer, ...]:
        desks = [self.desk(name) for name in engines if name not in self.elsewhere]
        if not desks:
            return ()
        sample = await sample_of(content, self.directory)
        try:
            asked = [desk.ask(sample) for desk in desks]
        finally:
            sample.leave()
        awaited = [each for each in asked if isinstance(each, asyncio.Future)]
        try:
            return tuple([await each if isinstance(each, asyncio.Future) else each for each in asked])
        finally:
            for each in awaited:
                each.cancel()  # of those that have ended this is nothing

    def desk(self, name: str) -> Desk:
        if name not in self.by_name:
            raise Unavailable(f"there is no engine {name}")
        return self.by_name[name]

    def close(self) -> None:
        for desk in self.by_name.values():
            desk.close()
