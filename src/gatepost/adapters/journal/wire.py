"""How does a trace travel from a worker to the writer, and how does it lie in the journal?

One trace is one packet of a SOCK_SEQPACKET pair: it arrives whole or not at all, so a worker that is
killed in the middle of a call leaves nothing half-written, and what it has sent stays in the kernel.
A header in front of the trace lets the writer see what never arrived:

    version (u16) · source (u64, one worker process) · sent (u64) · lost (u64)      little-endian

`sent` numbers the packets of a source from 1; `lost` counts the traces it had to give up so far.
The rest of the packet is the trace in MessagePack, stored as it came.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from struct import Struct
from typing import NamedTuple, TypeVar

import msgspec

from gatepost.model.finding import Finding
from gatepost.model.reply import Reply
from gatepost.model.trace import Decision, End, Exchange, Outcome, RecipientEnd, Step, Trace
from gatepost.model.verdict import Action, Verdict

VERSION = 1
HEADER = Struct("<HQQQ")
TRACE_LIMIT = 256 * 1024  # octets of one encoded trace; beyond it the middle of its lists is left out
SEND_BUFFER = 4 * 1024 * 1024  # octets asked for between a worker and the writer: about a second at full speed
LEFT_OUT = "journal.left_out"  # stands where something was left out
SO_SNDBUFFORCE = 32  # asm-generic/socket.h; the socket module does not name it
KEPT = ((64, 1024), (16, 256), (2, 32))  # decisions and exchanges, recipients at each end of a list
TEXT_LIMIT = 128  # characters of one text in a trace that is too long even then

T = TypeVar("T")

encoder = msgspec.msgpack.Encoder()
decoder = msgspec.msgpack.Decoder(Trace)
decode: Callable[[bytes | memoryview], Trace] = decoder.decode
"""A trace from its octets; `msgspec.MsgspecError` or `UnicodeDecodeError` if they are none."""


class Origin(NamedTuple):
    """Where a packet stands among those of its source."""

    source: int
    sent: int
    lost: int


def pair() -> tuple[socket.socket, socket.socket]:
    """One worker's end and the writer's end, as roomy as this process may make it."""
    worker, writer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    worker.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    # Without CAP_NET_ADMIN net.core.wmem_max is the bound; its default of 208 KiB still takes any one trace.
    with suppress(PermissionError):
        worker.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER)
    return worker, writer


def pack(trace: Trace, packet: bytearray, limit: int = TRACE_LIMIT) -> None:
    """Put the encoded trace behind the room for the header; `packet` is resized to fit."""
    try:
        encoder.encode_into(trace, packet, HEADER.size)
    except UnicodeEncodeError:
        trace = msgspec.convert(speakable(msgspec.to_builtins(trace)), Trace)
        encoder.encode_into(trace, packet, HEADER.size)
    if len(packet) - HEADER.size > limit:
        packet[HEADER.size :] = shortened(trace, limit)


def stamp(packet: bytearray, source: int, sent: int, lost: int) -> None:
    """Write the header."""
    HEADER.pack_into(packet, 0, VERSION, source, sent, lost)


def origin_of(packet: memoryview) -> Origin | None:
    """The header; None if this is no packet of ours."""
    if len(packet) <= HEADER.size:
        return None
    version, source, sent, lost = HEADER.unpack_from(packet)
    return Origin(source, sent, lost) if version == VERSION else None


def encode(trace: Trace, limit: int = TRACE_LIMIT) -> bytes:
    """The octets that lie in the journal."""
    packet = bytearray()
    pack(trace, packet, limit)
    return bytes(packet[HEADER.size :])


def shortened(trace: Trace, limit: int) -> bytes:
    """Encoded with the middle of its lists left out, and marked, as little as makes it fit."""
    for commands, recipients in KEPT:
        trace = without_middles(trace, commands, recipients)
        octets = encoder.encode(trace)
        if len(octets) <= limit:
            return octets
    bare = msgspec.structs.replace(trace, decisions=(), exchanges=(), handovers=(), because=())
    return encoder.encode(speakable(msgspec.to_builtins(bare), TEXT_LIMIT))


def without_middles(trace: Trace, commands: int, recipients: int) -> Trace:
    return msgspec.structs.replace(
        trace,
        decisions=ends(trace.decisions, commands, missing_decisions),
        exchanges=ends(trace.exchanges, commands, missing_exchanges),
        recipients=ends(trace.recipients, recipients, missing_recipients),
        handovers=trace.handovers[:commands],
        because=trace.because[:commands],
    )


def ends(items: tuple[T, ...], keep: int, marker: Callable[[tuple[T, ...]], T]) -> tuple[T, ...]:
    if len(items) <= 2 * keep + 1:
        return items
    return (*items[:keep], marker(items[keep:-keep]), *items[-keep:])


def missing_decisions(missing: tuple[Decision, ...]) -> Decision:
    found = Finding(LEFT_OUT, f"{len(missing)} decisions")
    verdict = Verdict(Action.ACCEPT, Reply(250, "", ""), LEFT_OUT)
    return Decision(missing[0].phase, verdict, (Step("journal", Outcome.SKIPPED, (found,)),), missing[0].at)


def missing_exchanges(missing: tuple[Exchange, ...]) -> Exchange:
    return Exchange("…", f"{len(missing)} left out", at=missing[0].at)


def missing_recipients(missing: tuple[RecipientEnd, ...]) -> RecipientEnd:
    return RecipientEnd(f"… {len(missing)} left out", End.ABANDONED)


def speakable(value: object, limit: int | None = None) -> object:
    """Plain values with texts that UTF-8 can say (no lone surrogates), cut at `limit` characters."""
    if isinstance(value, str):
        return value[:limit].encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list | tuple):
        return [speakable(item, limit) for item in value]
    if isinstance(value, dict):
        return {key: speakable(item, limit) for key, item in value.items()}
    return value
