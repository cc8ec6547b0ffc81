"""One record that a domain should publish: what it should say, what it says, and why it matters."""

from collections.abc import Awaitable, Callable
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from gatepost.ports.unavailable import Unavailable


class Standing(Enum):
    """How the published record compares with the wanted one."""

    OK = "ok"
    MISSING = "missing"
    DIFFERS = "differs"
    UNKNOWN = "unknown"  # no answer, or nothing to compare it with


class Line(Struct, frozen=True, kw_only=True):
    """One record.

    Args:
        name: of the record, without a final dot.
        type: such as "TXT"; "CERT" for what is no record but has to fit one.
        wanted: values as a zone file has them, texts without their quotes; () if only its owner can know.
        why: one sentence.
        note: what is special here, or what to do; "" for nothing.
        needed: without it mail is lost or refused; others make it safer.
    """

    name: str
    type: str
    wanted: tuple[str, ...]
    why: str
    published: tuple[str, ...] = ()
    standing: Standing = Standing.UNKNOWN
    note: str = ""
    needed: bool = False


async def asked(line: Line, compare: Callable[[Line], Awaitable[Line]]) -> Line:
    """The line compared with what is published; without an answer it says so."""
    try:
        return await compare(line)
    except Unavailable as error:
        return replace(line, standing=Standing.UNKNOWN, note=f"no answer: {error}. {line.note}".rstrip())


def judged(line: Line, published: tuple[str, ...], problem: str, note: str = "") -> Line:
    """OK unless nothing is published or there is a problem with it."""
    if not published:
        return replace(line, standing=Standing.MISSING, note=note)
    if problem:
        return replace(line, published=published, standing=Standing.DIFFERS, note=problem)
    return replace(line, published=published, standing=Standing.OK, note=note)


def text(octets: bytes) -> str:
    """A TXT record as text; octets that are none are shown as escapes."""
    return octets.decode("ascii", "backslashreplace")
