"""Does an engine do what it is there for? It is shown the harmless file that all of them know, in several places."""

import io
import zipfile
from base64 import b64encode

from msgspec import Struct

from gatepost.adapters.engines.sample import in_memory
from gatepost.ports.scanner import Scanned, Scanner, Version
from gatepost.ports.unavailable import Unavailable

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"  # in two: this file is harmless
DEEP = 40  # archives within each other: deeper than any engine looks by default
LINE = b"A" * 76 + b"\r\n"  # base64 of nothing
HEAD = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
PART = b"--x\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"


class Surveyed(Struct, frozen=True, kw_only=True):
    """What came of it.

    Args:
        problem: why it gives no answer, "" if it does.
        finds: it knows the test file.
        at_the_end: what it says of a message as large as it is sent, with the test file behind everything else; or
            why it says nothing.
        deep: the same of one in archives that are nested deeper than it looks.
    """

    problem: str = ""
    version: Version = Version()
    finds: bool = False
    at_the_end: Scanned | str = ""
    deep: Scanned | str = ""


async def survey(scanner: Scanner, largest: int) -> Surveyed:
    """Ask it.

    Args:
        largest: octets of the largest message that it is sent.
    """
    try:
        version = await scanner.version()
        plain = await scanner.scan(in_memory(EICAR))
    except Unavailable as error:
        return Surveyed(problem=str(error))
    if not plain.infected:
        return Surveyed(version=version)
    return Surveyed(
        version=version,
        finds=True,
        at_the_end=await said(scanner, large_message(largest)),
        deep=await said(scanner, nested(DEEP)),
    )


async def said(scanner: Scanner, octets: bytes) -> Scanned | str:
    try:
        return await scanner.scan(in_memory(octets))
    except Unavailable as error:
        return str(error)


def large_message(octets: int) -> bytes:
    """Not larger than that."""
    end = b"\r\n" + PART + b64encode(EICAR) + b"\r\n--x--\r\n"
    room = max(octets - len(HEAD) - len(PART) - len(end), 0)
    return HEAD + PART + LINE * (room // len(LINE)) + end


def nested(depth: int) -> bytes:
    """The test file in so many archives."""
    inner, name = EICAR, "eicar.com"
    for _ in range(depth):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(name, inner)
        inner, name = file.getvalue(), "inner.zip"
    return inner
