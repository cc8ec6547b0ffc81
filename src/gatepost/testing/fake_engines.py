"""Antivirus and spam engines that say what a test wants."""

from collections.abc import Mapping
from typing import Any

from gatepost.model.message import Message
from gatepost.model.stage import MessageStage
from gatepost.ports.scanner import Scanned, Silent
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion
from gatepost.ports.unavailable import Unavailable


class FakeScanners:
    """Engines by name, each with the fields of what it says of every content; `silent` is why it gives no answer."""

    def __init__(self, engines: Mapping[str, Mapping[str, Any]]) -> None:
        self.engines = engines
        self.down = False

    async def scan(self, content: Message | bytes, engines: tuple[str, ...]) -> tuple[Scanned | Silent, ...]:
        if self.down or not self.engines.keys() >= set(engines):
            raise Unavailable("engines")
        return tuple(said(name, self.engines[name]) for name in engines)


def said(name: str, fields: Mapping[str, Any]) -> Scanned | Silent:
    if "silent" in fields:
        return Silent(engine=name, reason=fields["silent"], required=fields.get("required", True))
    return Scanned(engine=name, **fields)


class FakeSecondOpinions:
    """Spam engines by name, each with the fields of what it says of every message; `silent` is why it says nothing."""

    def __init__(self, engines: Mapping[str, Mapping[str, Any]]) -> None:
        self.engines = engines
        self.down = False

    async def ask(self, at: MessageStage, engines: tuple[str, ...]) -> tuple[SecondOpinion | NoOpinion, ...]:
        if self.down or not self.engines.keys() >= set(engines):
            raise Unavailable("engines")
        return tuple(opinion(name, self.engines[name]) for name in engines)


def opinion(name: str, fields: Mapping[str, Any]) -> SecondOpinion | NoOpinion:
    if "silent" in fields:
        return NoOpinion(engine=name, reason=fields["silent"])
    return SecondOpinion(engine=name, **fields)
