"""What stands behind the ports in tests: simple, exact, in memory, and down when told to be.

Each fake keeps what it was told where a test can read it. `down` makes it raise `Unavailable`, as its port allows.
"""

from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from math import inf

from gatepost.model.address import Address
from gatepost.model.inspection import Inspection
from gatepost.model.message import Message
from gatepost.model.reply import Reply
from gatepost.model.stage import IPAddress
from gatepost.model.trace import Trace
from gatepost.ports.backend import Delivery, Envelope, Extensions, Payload
from gatepost.ports.directory import Found
from gatepost.ports.lists import BadList, Entries
from gatepost.ports.quarantine import Grounds
from gatepost.ports.unavailable import Unavailable

TAKEN = Reply(250, "2.0.0", "Taken")
EVERYBODY = "any"


class FakeClock:
    """Stands still until it is moved; both clocks go by the same hand."""

    def __init__(self, now: float = 1704103200.0) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += seconds


class FakeCounters:
    """Sliding windows, exactly.

    Args:
        counts: what is there at the start, by key.
    """

    def __init__(self, clock: FakeClock | None = None, counts: Mapping[str, int] | None = None) -> None:
        self.clock = clock or FakeClock()
        self.down = False
        self.events = {key: [(self.clock.monotonic(), amount)] for key, amount in (counts or {}).items()}

    async def hit(self, key: str, *, window: float, amount: int = 1) -> int:
        self.require_up()
        self.events.setdefault(key, []).append((self.clock.monotonic(), amount))
        return await self.peek(key, window=window)

    async def peek(self, key: str, *, window: float) -> int:
        self.require_up()
        since = self.clock.monotonic() - window
        return sum(amount for at, amount in self.events.get(key, ()) if at > since)

    def require_up(self) -> None:
        if self.down:
            raise Unavailable("counters")


class FakeGauges:
    """Levels by key."""

    def __init__(self) -> None:
        self.levels: dict[str, int] = {}

    def enter(self, key: str) -> int:
        self.levels[key] = self.level(key) + 1
        return self.levels[key]

    def leave(self, key: str) -> None:
        self.levels[key] = self.level(key) - 1

    def level(self, key: str) -> int:
        return self.levels.get(key, 0)


class FakeAlarms:
    """What is up, by key, and every text that was told."""

    def __init__(self) -> None:
        self.up: dict[str, str] = {}
        self.told: list[str] = []

    def raise_alarm(self, key: str, text: str) -> None:
        self.up[key] = text
        self.told.append(text)

    def all_clear(self, key: str, text: str = "") -> None:
        if self.up.pop(key, None) is not None:
            self.told.append(text)


class FakeMemory:
    """Values with a time to live.

    Args:
        texts: what is there from the start and stays.
    """

    def __init__(self, clock: FakeClock | None = None, texts: Mapping[str, str] | None = None) -> None:
        self.clock = clock or FakeClock()
        self.down = False
        self.kept = {key: (text, inf) for key, text in (texts or {}).items()}

    async def get(self, key: str) -> str | None:
        self.require_up()
        value, until = self.kept.get(key, ("", 0.0))
        return value if until > self.clock.monotonic() else None

    async def put(self, key: str, value: str, *, ttl: float) -> None:
        self.require_up()
        self.kept[key] = (value, self.clock.monotonic() + ttl)

    def require_up(self) -> None:
        if self.down:
            raise Unavailable("memory")


class FakeDirectories:
    """Domains with the local parts that exist there, or "any"."""

    def __init__(self, domains: Mapping[str, Sequence[str] | str]) -> None:
        self.domains = domains
        self.down = False

    def is_ours(self, domain: str) -> bool:
        return domain in self.domains

    async def find(self, address: Address) -> Found | None:
        if self.down:
            raise Unavailable("directory")
        known = self.domains.get(address.domain, ())
        if known == EVERYBODY:
            return Found(str(address))
        return Found(str(address), listed=True) if address.local.lower() in known else None


class FakeInspector:
    """Has found that in every message."""

    def __init__(self, found: Inspection) -> None:
        self.found = found
        self.down = False

    async def inspect(self, message: Message) -> Inspection:
        if self.down:
            raise Unavailable("inspector")
        return self.found


class FakeList:
    """Entries, gone through one by one."""

    def __init__(self, entries: Sequence[str]) -> None:
        self.entries = entries

    def has_network(self, ip: IPAddress) -> str | None:
        return next((entry for entry in self.entries if covers(entry, ip)), None)

    def has_address(self, address: Address | None) -> str | None:
        text = "<>" if address is None else str(address).lower()
        domain = "" if address is None else address.domain
        for entry in self.entries:
            if entry == text or (domain and entry == f"@{domain}"):
                return entry
            if entry.startswith("@.") and f".{domain}".endswith(entry[1:]):
                return entry
        return None

    def has_name(self, name: str) -> str | None:
        name = name.lower()
        return next((e for e in self.entries if e == name or (e[0] == "." and f".{name}".endswith(e))), None)


def covers(entry: str, ip: IPAddress) -> bool:
    """Entries of another sort cover no address."""
    try:
        return ip in ip_network(entry)
    except ValueError:
        return False


class FakeLists:
    """Lists whose files are entries by path."""

    def __init__(self, files: Mapping[str, Sequence[str]] | None = None) -> None:
        self.files = files or {}

    def open(self, entries: tuple[str, ...], path: str | None, takes: Entries = Entries.ANY) -> FakeList:
        if path is not None and path not in self.files:
            raise BadList(f"{path}: No such file or directory")
        return FakeList((*entries, *(self.files[path] if path is not None else ())))


class FakeBackend:
    """A mail server that takes everything, or does as it is told.

    Args:
        refused: replies to RCPT by recipient, of those it does not take.
    """

    def __init__(self, name: str = "backend", refused: Mapping[str, Reply] | None = None) -> None:
        self.name = name
        self.refused = refused or {}
        self.reply = TAKEN
        self.offers = Extensions(size=None, eight_bit_mime=True, smtputf8=True, dsn=True, pipelining=True)
        self.down = False
        self.messages: list[tuple[Envelope, bytes]] = []

    def extensions(self) -> Extensions:
        return self.offers

    async def deliver(self, envelope: Envelope, payload: Payload) -> Delivery:
        if self.down:
            raise Unavailable(self.name)
        refused = tuple((r, self.refused[str(r)]) for r in envelope.recipients if str(r) in self.refused)
        if refused:
            return Delivery(host="192.0.2.25:25", reply=refused[0][1], taken=False, refused=refused)
        taken = self.reply.code < 300
        if taken:
            self.messages.append((envelope, b"".join(payload.chunks())))
        return Delivery(host="192.0.2.25:25", reply=self.reply, taken=taken)

    async def verify(self, sender: Address | None, recipient: Address) -> Reply:
        if self.down:
            raise Unavailable(self.name)
        return self.refused.get(str(recipient), TAKEN)


class FakeQuarantine:
    """Held messages by id, as (envelope of one recipient, octets, rule); the same octets are held once for each."""

    def __init__(self) -> None:
        self.down = False
        self.held: dict[str, tuple[Envelope, bytes, str]] = {}
        self.grounds: list[Grounds] = []

    async def put(self, transaction: str, envelope: Envelope, payload: Payload, grounds: Grounds) -> tuple[str, ...]:
        if self.down:
            raise Unavailable("quarantine")
        octets = b"".join(payload.chunks())
        self.grounds.append(grounds)
        return tuple([self.keep(envelope, recipient, octets, grounds) for recipient in envelope.recipients])

    def keep(self, envelope: Envelope, recipient: Address, octets: bytes, grounds: Grounds) -> str:
        for held, (other, content, _) in self.held.items():
            if content == octets and (other.sender, other.recipients) == (envelope.sender, (recipient,)):
                return held
        held = f"q-{len(self.held) + 1}"
        alone = Envelope(sender=envelope.sender, recipients=(recipient,), size=envelope.size)
        self.held[held] = (alone, octets, grounds.rule)
        return held


class FakeJournal:
    """Traces in the order in which they came; with `full` none is taken."""

    def __init__(self) -> None:
        self.full = False
        self.traces: list[Trace] = []
        self.lost = 0

    def record(self, trace: Trace) -> bool:
        if not self.full:
            self.traces.append(trace)
        return not self.full

    async def record_later(self, trace: Trace) -> bool:
        taken = self.record(trace)
        self.lost += not taken
        return taken
