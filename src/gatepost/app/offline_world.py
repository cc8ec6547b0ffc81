"""What stands behind the ports when a message is only tried out? Nothing that counts, holds, records or delivers."""

from ipaddress import IPv4Address, IPv6Address

from gatepost.model.address import Address
from gatepost.model.message import Message
from gatepost.model.reply import Reply
from gatepost.model.stage import MessageStage
from gatepost.model.trace import Trace
from gatepost.ports.backend import Delivery, Envelope, Extensions, Payload
from gatepost.ports.directory import Found
from gatepost.ports.dns import Answer, MailExchanger
from gatepost.ports.quarantine import Grounds, Holdable
from gatepost.ports.scanner import Scanned, Silent
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion
from gatepost.ports.unavailable import Unavailable

KEPT = 1024 * 1024  # octets from the start of a message: room for the largest header
TAKEN = Reply(250, "2.0.0", "Taken")
OFFERED = Extensions(size=None, eight_bit_mime=True, smtputf8=True, dsn=True, pipelining=True)


class Blank:
    """Counters and gauges at their start, a memory with nothing in it."""

    async def hit(self, key: str, *, window: float, amount: int = 1) -> int:
        return amount

    async def peek(self, key: str, *, window: float) -> int:
        return 0

    def enter(self, key: str) -> int:
        return 1

    def leave(self, key: str) -> None: ...

    def level(self, key: str) -> int:
        return 0

    async def get(self, key: str) -> str | None:
        return None

    async def put(self, key: str, value: str, *, ttl: float) -> None: ...


class Notes:
    """A journal that keeps its traces in `traces`."""

    def __init__(self) -> None:
        self.traces: list[Trace] = []

    def record(self, trace: Trace) -> bool:
        self.traces.append(trace)
        return True

    async def record_later(self, trace: Trace) -> bool:
        return self.record(trace)


class Hand:
    """Takes a message as a mail server or the quarantine would. `message` is its beginning, None until it came."""

    def __init__(self) -> None:
        self.message: bytes | None = None

    def take(self, payload: Payload) -> None:
        beginning = b""
        for chunk in payload.chunks():
            beginning += chunk[: KEPT - len(beginning)]
            if len(beginning) >= KEPT:
                break
        self.message = beginning

    async def put(self, transaction: str, envelope: Envelope, payload: Holdable, grounds: Grounds) -> tuple[str, ...]:
        self.take(payload)
        return ("",) * len(envelope.recipients)


class Willing:
    """A mail server that offers everything and takes every message; nobody connects to it."""

    def __init__(self, name: str, hand: Hand) -> None:
        self.name = name
        self.hand = hand

    def extensions(self) -> Extensions:
        return OFFERED

    async def deliver(self, envelope: Envelope, payload: Payload) -> Delivery:
        self.hand.take(payload)
        return Delivery(host="", reply=TAKEN, taken=True)

    async def verify(self, sender: Address | None, recipient: Address) -> Reply:
        return TAKEN


class Unasked:
    """A DNS that is left alone: no answer is `Unavailable`, as it would be without a network."""

    async def a(self, name: str) -> Answer[IPv4Address]:
        raise Unavailable("dns: not asked")

    async def aaaa(self, name: str) -> Answer[IPv6Address]:
        raise Unavailable("dns: not asked")

    async def mx(self, name: str) -> Answer[MailExchanger]:
        raise Unavailable("dns: not asked")

    async def txt(self, name: str) -> Answer[bytes]:
        raise Unavailable("dns: not asked")

    async def ptr(self, ip: IPv4Address | IPv6Address) -> Answer[str]:
        raise Unavailable("dns: not asked")


class Unscanned:
    """Engines that are left alone, and that nothing waits for."""

    async def scan(self, content: Message | bytes, engines: tuple[str, ...]) -> tuple[Scanned | Silent, ...]:
        return tuple(Silent(engine=name, reason="not asked", required=False) for name in engines)


class Unconsulted:
    """Spam engines that are left alone, and that nothing waits for."""

    async def ask(self, at: MessageStage, engines: tuple[str, ...]) -> tuple[SecondOpinion | NoOpinion, ...]:
        return ()


class Unheard:
    """Alarms that nobody hears."""

    def raise_alarm(self, key: str, text: str) -> None: ...

    def all_clear(self, key: str, text: str = "") -> None: ...


class Everybody:
    """A directory that is not asked."""

    async def find(self, address: Address) -> Found | None:
        return Found(str(address))
