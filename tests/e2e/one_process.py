"""One connection through everything that answers for a message (session, rules, handover, backend pool, quarantine),
in the test's own process: what was done before which octet was written to the client is in one list."""

import asyncio
import base64
import json
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit

from gatepost.adapters.backend.settings import BackendSettings
from gatepost.adapters.shared_memory.shared import Shared, Sizes
from gatepost.app.graph import Graph
from gatepost.config.load import parse
from gatepost.config.settings import Settings
from gatepost.engine.catalogue import asking
from gatepost.gateway.admission import Admission, Room
from gatepost.gateway.opening import Door
from gatepost.gateway.wheel import Wheel
from gatepost.model.trace import Trace
from gatepost.ports.dns import Dns

CLIENT = "client.sender.test"
HELD = {"name": "held", "phase": "message", "when": "recipient.local == 'held'", "action": "quarantine"}
SHORT = {"command_timeout": 0.4, "data_timeout": 0.4, "final_timeout": 0.4, "connect_timeout": 0.4}
SMALL = Sizes(counters=1024, gauges=1024, texts=1024)


def settings_in(directory: Path, rules: Sequence[Mapping[str, Any]] = (HELD,)) -> Settings:
    """One listener, no tar pit, one backend named `mail` whose hosts come later; `directory` is its data directory."""
    text = tomlkit.dumps(
        {
            "profile": "recommended",
            "gateway": {"hostname": "mx.example.test", "data_dir": str(directory)},
            "backends": {"mail": {"hosts": ["127.0.0.1:1"], "tls": "off"}},
            "domains": {"example.test": {"backend": "mail", "recipients": "any"}},
            "listeners": {"inbound": {"bind": ["127.0.0.1:2525"], "role": "inbound", "tarpit": {"delay": "0s"}}},
            "checks": {name: {"enabled": False} for name in ("rate", "author", *asking(Dns))},
            "policy": {"rules": list(rules)},
        }
    )
    (directory / "spool").mkdir(exist_ok=True)
    return parse(text, "gatepost.toml").settings


def with_backend(settings: Settings, port: int, **others: Any) -> Settings:
    """The same with the mail server on that port of 127.0.0.1; waits for it are short unless told otherwise."""
    backend = BackendSettings(**{"hosts": (f"127.0.0.1:{port}",), "tls": "off", **SHORT, **others})
    return settings.model_copy(update={"backends": {"mail": backend}})


class Ledger:
    """What happened, in order: `("trace", Trace)`, `("wrote", octets)`, and what a test adds. Also the journal.

    Args:
        full: there is no room for a trace until `make_room`.
    """

    def __init__(self, *, full: bool = False) -> None:
        self.entries: list[tuple[str, Any]] = []
        self.room = asyncio.Event()
        if not full:
            self.room.set()

    def record(self, trace: Trace) -> bool:
        if self.room.is_set():
            self.entries.append(("trace", trace))
        return self.room.is_set()

    async def record_later(self, trace: Trace) -> bool:
        await self.room.wait()
        return self.record(trace)

    def raise_alarm(self, key: str, text: str) -> None:
        self.entries.append(("alarm", key))

    def all_clear(self, key: str, text: str = "") -> None:
        self.entries.append(("clear", key))

    def of(self, kind: str) -> list[Any]:
        return [what for entry, what in self.entries if entry == kind]


class Line(asyncio.Transport):
    """The client's side of the connection: keeps what is written to the client in the ledger, in order."""

    def __init__(self, ledger: Ledger, peer: socket.socket) -> None:
        super().__init__({"peername": ("192.0.2.1", 4711), "sockname": ("192.0.2.2", 25), "socket": peer})
        self.ledger = ledger
        self.protocol: asyncio.Protocol | None = None
        self.closed = False
        self.moved = asyncio.Event()

    def write(self, data: bytes) -> None:
        assert not self.closed, f"written behind the end: {data!r}"
        self.ledger.entries.append(("wrote", bytes(data)))
        self.moved.set()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.moved.set()
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    abort = write_eof = close

    def is_closing(self) -> bool:
        return self.closed

    def can_write_eof(self) -> bool:
        return True

    def set_protocol(self, protocol: asyncio.Protocol) -> None:
        self.protocol = protocol

    def get_protocol(self) -> asyncio.Protocol:
        return self.protocol

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...


class Client:
    """Says one thing after the other and waits for the reply to each. `async with`.

    Args:
        settings: see `settings_in` and `with_backend`.
    """

    def __init__(self, settings: Settings, *, ledger: Ledger | None = None, shared: Shared | None = None) -> None:
        self.ledger = ledger or Ledger()
        self.shared = shared or Shared(1, SMALL)
        self.settings = settings
        self.read = 0  # octets of what was written to us that have been taken for replies

    async def __aenter__(self) -> "Client":
        loop = asyncio.get_running_loop()
        self.graph = Graph(
            self.settings, node="test", worker=0, counters=self.shared.counters, gauges=self.shared.gauges_of(0),
            memory=self.shared.memory, journal=self.ledger, alarms=self.ledger,
        )  # fmt: skip
        self.listener = self.graph.listeners["inbound"]
        self.wheel = Wheel(loop)
        self.ends = socket.socketpair()
        self.line = Line(self.ledger, self.ends[0])
        door = Door(self.listener, Admission(self.listener, Room(100)), self.wheel)
        door().connection_made(self.line)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.line.close()
        await asyncio.sleep(0)
        await self.graph.close()
        self.wheel.stop()
        for end in self.ends:
            end.close()

    @property
    def octets(self) -> bytes:
        return b"".join(self.ledger.of("wrote"))

    async def reply(self) -> str:
        """The next one, its last line; "" if the connection is closed instead."""
        while True:
            start = self.read
            octets = self.octets
            while (end := octets.find(b"\r\n", start)) >= 0:
                line, start = octets[start:end], end + 2
                if line[3:4] != b"-":
                    self.read = start
                    return line.decode()
            if self.line.closed:
                return ""
            self.line.moved.clear()
            await self.line.moved.wait()

    async def say(self, octets: bytes) -> str:
        """Say it, and the reply to it."""
        self.send(octets)
        return await self.reply()

    def send(self, octets: bytes) -> None:
        self.line.protocol.data_received(octets)

    async def begin(self, recipients: Sequence[str], sender: str = "ann@sender.test") -> list[str]:
        """From the greeting to DATA; the replies to the RCPTs, and to DATA."""
        if not self.read:
            assert (await self.reply()).startswith("220")
            assert (await self.say(f"EHLO {CLIENT}\r\n".encode())).startswith("250")
        assert (await self.say(f"MAIL FROM:<{sender}>\r\n".encode())).startswith("250")
        replies = [await self.say(f"RCPT TO:<{r}>\r\n".encode()) for r in recipients]
        return [*replies, await self.say(b"DATA\r\n")]

    async def deliver(self, recipients: Sequence[str], content: bytes, sender: str = "ann@sender.test") -> str:
        """One whole message; the last reply."""
        *_, answer = await self.begin(recipients, sender)
        if not answer.startswith("354"):
            return answer
        return await self.say(content + b".\r\n")

    def quarantined(self) -> set[str]:
        """Recipients of all that is held on disk."""
        return {held["recipient"] for held in held_in(self.settings)}


def held_in(settings: Settings) -> list[dict[str, Any]]:
    return held_in_directory(settings.gateway.data_dir)


def held_in_directory(data_dir: Path) -> list[dict[str, Any]]:
    """Every copy that is held, read from the files as they lie there; `octets` is what would be delivered."""
    directory = data_dir / "quarantine"
    while True:  # a record moves from `new` to `entries` while we look
        try:
            copies = [held_copy(path) for path in sorted((*directory.glob("new/*/*"), *directory.glob("entries/*/*")))]
        except FileNotFoundError:
            continue
        return [copy for copy in copies if copy["fate"] == "held"]


def held_copy(path: Path) -> dict[str, Any]:
    record = json.loads(path.read_bytes())
    (own,) = [copy for copy in record.pop("copies") if copy["id"] == path.name.partition(".")[2]]
    content = path.parents[2] / "content" / record["message"][:2]
    ours = base64.b64decode(record.get("ours", ""))
    return {
        "fate": "held", **record, **own, "sender": spelled(record["sender"]), "recipient": spelled(own["recipient"]),
        "octets": ours + (content / record["message"]).read_bytes(),
    }  # fmt: skip


def spelled(address: dict[str, str] | None) -> str:
    return f"{address['local']}@{address['domain']}" if address else ""
