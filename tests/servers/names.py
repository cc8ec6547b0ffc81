"""A real name server on 127.0.0.1, UDP and TCP on one port, in a thread of its own: it says what a test wrote down.

`NameServer({name: {type: records}})`; records by type: A, AAAA, PTR, NS, TLSA texts; CNAME one text; MX pairs of
preference and host; TXT octets or texts (split into strings of 255) or tuples of strings. `TTL` is that of the name's
records, `FAULT` what is wrong with answers to it. A name `*.example.test` stands for all names below it that are not
written down. A name exists if it or a name below it is written down.
"""

import asyncio
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from types import TracebackType
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset
from msgspec import Struct

from tests.servers.loopback import HOST

TTL = "TTL"
FAULT = "FAULT"
TRIES = 10  # ports that are tried
START = 10.0  # seconds
PLAIN_UDP = 512  # octets of an answer where the question has no EDNS (RFC 1035 §4.2.1)
Names = Mapping[str, Mapping[str, object]]


class Fault(Enum):
    """What is wrong with an answer."""

    SERVFAIL = "rcode SERVFAIL"
    REFUSED = "rcode REFUSED"
    SILENT = "none"
    SILENT_TCP = "truncated, and none by TCP"
    TRUNCATED = "truncated, however short"
    WRONG_ID = "to another question's number"
    WRONG_NAME = "to another question"
    CUT = "ends in its middle"
    GARBAGE = "no message of DNS"


class Slow(Struct, frozen=True):
    """The answer is right, and comes `seconds` later."""

    seconds: float


class Asked(Struct, frozen=True):
    """One question that came."""

    name: str
    type: str
    by: str


class NameServer:
    """Answers while it is entered. Attributes: `asked` so far; `fault` of all answers, `names` may be changed any time.

    Args:
        ttl: seconds, of records without `TTL`.
        negative_ttl: seconds; the minimum of the SOA in negative answers (RFC 2308 §5). None: no SOA is sent.
        validates: sets AD in each answer, as a validating resolver does.
        port: to come back where another one was.
    """

    def __init__(
        self, names: Names | None = None, *, ttl: int = 300, negative_ttl: int | None = 60, validates: bool = False,
        port: int = 0,
    ) -> None:  # fmt: skip
        self.names: dict[str, Mapping[str, object]] = dict(names or {})
        self.ttl, self.negative_ttl, self.validates, self.port = ttl, negative_ttl, validates, port
        self.fault: Fault | Slow | None = None
        self.asked: list[Asked] = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.closers: list[Callable[[], None]] = []

    @property
    def where(self) -> str:
        return f"{HOST}:{self.port}"

    def count(self, name: str, kind: str = "") -> int:
        """Questions for this name so far."""
        return sum(asked.name == name and kind in ("", asked.type) for asked in self.asked)

    # ── listening ────────────────────────────────────────────────────────────
    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()

    def start(self) -> Self:
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result(START)
        return self

    async def listen(self) -> None:
        """By TCP and UDP at the same port; one that is free for TCP only is left again."""
        for left in reversed(range(TRIES if not self.port else 1)):
            tcp = await asyncio.start_server(self.converse, HOST, self.port)
            port = tcp.sockets[0].getsockname()[1]
            try:
                udp, _ = await self.loop.create_datagram_endpoint(lambda: Datagrams(self), (HOST, port))
            except OSError:
                tcp.close()
                if not left:
                    raise
                continue
            self.port = port
            self.closers += [tcp.close, udp.close]
            return

    async def go_silent(self) -> None:
        for close in self.closers:
            close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed lets go of its port

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.go_silent(), self.loop).result(START)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(START)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (size,) = struct.unpack("!H", await reader.readexactly(2))
                question = await reader.readexactly(size)

                def say(octets: bytes) -> None:
                    writer.write(struct.pack("!H", len(octets)) + octets)

                self.take(question, "tcp", say)
                await writer.drain()
        except (EOFError, OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    # ── answering ────────────────────────────────────────────────────────────
    def take(self, octets: bytes, by: str, say: Callable[[bytes], None]) -> None:
        try:
            question = dns.message.from_wire(octets)
        except dns.exception.DNSException:
            return
        name = question.question[0].name.to_text(omit_final_dot=True).lower().removeprefix(".")  # the root is ""
        self.asked.append(Asked(name, dns.rdatatype.to_text(question.question[0].rdtype), by))
        fault = self.fault or self.written(name).get(FAULT)
        answer = self.spoiled(question, name, by, fault if isinstance(fault, Fault) else None)
        if isinstance(fault, Slow):
            self.loop.call_later(fault.seconds, say, answer)
        elif answer:
            say(answer)

    def spoiled(self, question: dns.message.Message, name: str, by: str, fault: Fault | None) -> bytes:
        """The answer with this fault; b"" for none."""
        if fault is Fault.SILENT or (fault is Fault.SILENT_TCP and by == "tcp"):
            return b""
        answer = self.answer(question, name)
        if fault in (Fault.SERVFAIL, Fault.REFUSED):
            answer.answer.clear()
            answer.set_rcode(dns.rcode.from_text(fault.name))
        if fault is Fault.WRONG_ID:
            answer.id ^= 1
        if fault is Fault.WRONG_NAME:
            answer.question[0].name = dns.name.from_text("elsewhere.test")
        return cut(answer, question, by, fault)

    def answer(self, question: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(question, recursion_available=True, our_payload=1232)
        answer.flags |= dns.flags.AA | (dns.flags.AD if self.validates else 0)
        asked = question.question[0]
        answer.answer += self.chain(asked.name, name, dns.rdatatype.to_text(asked.rdtype))
        if not any(rrset.rdtype == asked.rdtype for rrset in answer.answer):
            last = answer.answer[-1][0].target.to_text(omit_final_dot=True) if answer.answer else name
            if not self.exists(last.lower()):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            if self.negative_ttl is not None:
                soa = f"ns.test. postmaster.test. 1 3600 600 86400 {self.negative_ttl}"
                answer.authority.append(dns.rrset.from_text("test.", self.negative_ttl, "IN", "SOA", soa))
        return answer

    def chain(self, owner: dns.name.Name, name: str, kind: str) -> Iterator[dns.rrset.RRset]:
        """The records, after the CNAMEs that lead to them; a loop is gone through once."""
        seen: set[str] = set()
        while name not in seen:
            seen.add(name)
            records = self.written(name)
            ttl = records.get(TTL, self.ttl)
            assert isinstance(ttl, int)
            if "CNAME" not in records or kind == "CNAME":
                if kind in records:
                    yield dns.rrset.from_rdata_list(owner, ttl, [rdata(kind, record) for record in records[kind]])
                return
            target = rdata("CNAME", records["CNAME"])
            yield dns.rrset.from_rdata_list(owner, ttl, [target])
            owner, name = target.target, target.target.to_text(omit_final_dot=True).lower()

    def written(self, name: str) -> Mapping[str, object]:
        if name in self.names:
            return self.names[name]
        above = name.split(".")[1:]
        wildcards = (".".join(["*", *above[i:]]) for i in range(len(above)))
        return next((self.names[wildcard] for wildcard in wildcards if wildcard in self.names), {})

    def exists(self, name: str) -> bool:
        return bool(self.written(name)) or name in self.names or any(n.endswith(f".{name}") for n in list(self.names))


def cut(answer: dns.message.Message, question: dns.message.Message, by: str, fault: Fault | None) -> bytes:
    """On the wire; truncated if it is too long for UDP (RFC 2181 §9)."""
    if fault is Fault.GARBAGE:
        return b"\x00" * 3
    octets = answer.to_wire(max_size=65535, want_shuffle=False)
    if fault is Fault.CUT:
        return octets[: len(octets) * 2 // 3]
    room = question.payload if question.edns >= 0 else PLAIN_UDP
    if by == "udp" and (len(octets) > room or fault in (Fault.TRUNCATED, Fault.SILENT_TCP)):
        answer.answer.clear()
        answer.flags |= dns.flags.TC
        return answer.to_wire()
    return octets


def rdata(kind: str, record: object) -> dns.rdata.Rdata:
    match kind, record:
        case "TXT", bytes() | str():
            octets = record if isinstance(record, bytes) else record.encode("latin-1")
            return text([octets[i : i + 255] for i in range(0, len(octets), 255)] or [b""])
        case "TXT", tuple():
            return text([string if isinstance(string, bytes) else string.encode("latin-1") for string in record])
        case "MX", (preference, host):
            return dns.rdata.from_text("IN", "MX", f"{preference} {absolute(host)}")
        case "A" | "AAAA" | "TLSA", str():
            return dns.rdata.from_text("IN", kind, record)
        case _, str():
            return dns.rdata.from_text("IN", kind, absolute(record))
    raise ValueError(f"no record of {kind}: {record!r}")


def text(strings: list[bytes]) -> dns.rdtypes.ANY.TXT.TXT:
    return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings)


def absolute(name: str) -> str:
    return name if name.endswith(".") else f"{name}."


class Datagrams(asyncio.DatagramProtocol):
    """The server's ear for UDP."""

    def __init__(self, server: NameServer) -> None:
        self.server = server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # it is one
        self.transport = transport

    def datagram_received(self, octets: bytes, address: tuple[str, int]) -> None:
        self.server.take(octets, "udp", lambda answer: self.transport.sendto(answer, address))
