"""In which world do the worked examples of checks happen?

`Example.world` says only what differs from an ordinary day: the gateway `mx1.example.com` at 198.51.100.25 in front
of `example.com`, where ann, bob and carol exist, with nothing counted and nothing on file. The stages themselves
are made by `gatepost.model.samples`.

Keys of a world: `directory` (domain → local parts, or "any"), `counters` (key → count), `files` (path → entries),
`dns` (name or address → records by type, see `fake_dns`; what is not there does not exist), `memory` (key → text),
`bounce_keys` (fields of `BounceKeys`), `inspection` (the `Inspection` of every message),
`spam_filter` (fields of `Opinion`), `correspondents` (address of ours → those it has written to), `engines`
(name → fields of what it says of every message, see `FakeScanners`), `second_opinions` (the same of spam engines).
"""

import asyncio
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, NoReturn

from gatepost.auth.batv import BounceKeys
from gatepost.model.address import Address
from gatepost.model.inspection import Inspection
from gatepost.model.message import Message
from gatepost.model.stage import MessageStage
from gatepost.ports.alarms import Alarms
from gatepost.ports.clock import Clock
from gatepost.ports.correspondents import Correspondents
from gatepost.ports.counters import Counters
from gatepost.ports.directory import Directories
from gatepost.ports.dns import Answer, Dns, MailExchanger
from gatepost.ports.inspector import Inspector
from gatepost.ports.lessons import LessonBox
from gatepost.ports.lists import Lists
from gatepost.ports.memory import Memory
from gatepost.ports.own_names import OwnNames
from gatepost.ports.scanner import Scanned, Scanners, Silent
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion, SecondOpinions
from gatepost.ports.spam_filter import Opinion, SpamFilter
from gatepost.testing.fake_dns import FakeDns
from gatepost.testing.fake_engines import FakeScanners, FakeSecondOpinions
from gatepost.testing.fake_spam_filter import FakeCorrespondents, FakeLessonBox, FakeSpamFilter
from gatepost.testing.fakes import (
    FakeAlarms,
    FakeClock,
    FakeCounters,
    FakeDirectories,
    FakeInspector,
    FakeLists,
    FakeMemory,
)

OWN = OwnNames("mx1.example.com", frozenset({"example.com"}), frozenset({ip_address("198.51.100.25")}))
ORDINARY_DAY: Mapping[str, Any] = {
    "directory": {"example.com": ("ann", "bob", "carol")},
    "counters": {},
    "files": {},
    "dns": {},
    "memory": {},
    "bounce_keys": {},
    "inspection": Inspection(),
    "spam_filter": {"score": -5.0},
    "correspondents": {},
    "engines": {},
    "second_opinions": {},
}

MAY_BE_DOWN = (
    FakeCorrespondents, FakeCounters, FakeDirectories, FakeDns, FakeInspector, FakeLessonBox, FakeMemory, FakeScanners,
    FakeSecondOpinions,
)  # fmt: skip

Ports = dict[type, object]


def ports_in(world: Mapping[str, Any]) -> Ports:
    """Every port that a check may ask for, by its type. An unknown key of the world is a `KeyError`."""
    for key in world:
        ORDINARY_DAY[key]
    today = {**ORDINARY_DAY, **world}
    clock = FakeClock()
    return {
        Alarms: FakeAlarms(),
        BounceKeys: BounceKeys(**today["bounce_keys"]),
        Clock: clock,
        Correspondents: FakeCorrespondents(today["correspondents"]),
        Counters: FakeCounters(clock, today["counters"]),
        Directories: FakeDirectories(today["directory"]),
        Dns: FakeDns(today["dns"]),
        Inspector: FakeInspector(today["inspection"]),
        LessonBox: FakeLessonBox(),
        Lists: FakeLists(today["files"]),
        Memory: FakeMemory(clock, today["memory"]),
        OwnNames: OWN,
        SpamFilter: FakeSpamFilter(Opinion(**today["spam_filter"])),
        Scanners: FakeScanners(today["engines"]),
        SecondOpinions: FakeSecondOpinions(today["second_opinions"]),
    }


def ports_down(world: Mapping[str, Any]) -> Ports:
    """The same, but whatever can be out of reach is."""
    ports = ports_in(world)
    for port in ports.values():
        if isinstance(port, MAY_BE_DOWN):
            port.down = True
    return ports


def ports_silent(world: Mapping[str, Any]) -> Ports:
    """The same, but whatever can be waited for never answers."""
    directories = ports_in(world)[Directories]
    return ports_in(world) | {
        Counters: SilentCounters(),
        Directories: SilentDirectories(directories),
        Dns: SilentDns(),
        Inspector: SilentInspector(),
        Memory: SilentMemory(),
        Scanners: SilentScanners(),
        SecondOpinions: SilentSecondOpinions(),
    }


async def silence() -> NoReturn:
    """Until it is cancelled."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody answers here")


class SilentCounters:
    """Never answers."""

    async def hit(self, key: str, *, window: float, amount: int = 1) -> int:
        await silence()

    async def peek(self, key: str, *, window: float) -> int:
        await silence()


class SilentDirectories:
    """Knows its domains and never answers for a recipient."""

    def __init__(self, directories: object) -> None:
        self.directories = directories

    def is_ours(self, domain: str) -> bool:
        return isinstance(self.directories, FakeDirectories) and self.directories.is_ours(domain)

    async def find(self, address: Address) -> None:
        await silence()


class SilentDns:
    """Never answers."""

    async def a(self, name: str) -> Answer[IPv4Address]:
        await silence()

    async def aaaa(self, name: str) -> Answer[IPv6Address]:
        await silence()

    async def mx(self, name: str) -> Answer[MailExchanger]:
        await silence()

    async def txt(self, name: str) -> Answer[bytes]:
        await silence()

    async def ptr(self, ip: IPv4Address | IPv6Address) -> Answer[str]:
        await silence()


class SilentInspector:
    """Never answers."""

    async def inspect(self, message: Message) -> Inspection:
        await silence()


class SilentMemory:
    """Never answers."""

    async def get(self, key: str) -> str | None:
        await silence()

    async def put(self, key: str, value: str, *, ttl: float) -> None:
        await silence()


class SilentScanners:
    """Never answers."""

    async def scan(self, content: Message | bytes, engines: tuple[str, ...]) -> tuple[Scanned | Silent, ...]:
        await silence()


class SilentSecondOpinions:
    """Never answers."""

    async def ask(self, at: MessageStage, engines: tuple[str, ...]) -> tuple[SecondOpinion | NoOpinion, ...]:
        await silence()
