"""What does clamd say? One reply, read strictly: what is not understood is never taken for "clean" (clamd(8)).

Pure: octets in, values out.
"""

import re
from calendar import timegm

from msgspec import Struct

from gatepost.ports.scanner import Version
from gatepost.syntax.printable import printable

REPLY_LIMIT = 4096  # octets
NAME_LIMIT = 200  # characters of a signature's name that are kept
SUBJECT = re.compile(rb"(?:stream|fd\[[0-9]{1,10}\]): ")
HASH = re.compile(rb"\([0-9a-f]{32}:[0-9]{1,20}\)\Z")  # of what was found, with ExtendedDetectionInfo
NAME = re.compile(rb"[!-~\x80-\xff](?:[ -~\x80-\xff]*[!-~\x80-\xff])?")
VERSION = re.compile(r"(ClamAV [0-9A-Za-z.+~_-]{1,40})(?:/([0-9]{1,10})/([ -~]{1,40}))?")
DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ 0-9][0-9]) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

NOT_LOOKED_INTO = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted.")
"""Names that stand for no malware: a limit was reached (AlertExceedsMax), or something is encrypted."""

OF_THE_CONTENT = (
    b"INSTREAM size limit exceeded.",
    b"Exceeded time limit",
    b"Exceeded max recursion depth",
    b"Exceeded max scan size",
    b"Exceeded max scan files",
    b"Bad format or broken data",
    b"Can't unpack some data",
    b"Can't parse data",
)
"""Errors that the same content would meet again, now and later; others are clamd's own."""


class Garbage(Exception):
    """It is no reply to what was asked."""


class Told(Struct, frozen=True):
    """What a reply says of a sample.

    Args:
        infected: name of what was found, "" for nothing.
        unscannable: why it could not be looked into, "" if it could.
    """

    infected: str = ""
    unscannable: str = ""


def verdict(reply: bytes) -> Told:
    """Of a scan. Raises `Garbage`, with what was said: an error of clamd's, or nonsense."""
    subject = SUBJECT.match(reply)
    said = reply[subject.end() :] if subject else reply
    if subject and said == b"OK":
        return Told()
    if subject and said.endswith(b" FOUND"):
        return found(said.removesuffix(b" FOUND"))
    if said.endswith(b" ERROR"):
        error = said.removesuffix(b" ERROR")
        if error.rstrip() in OF_THE_CONTENT:
            return Told(unscannable=shown(error.strip().rstrip(b".")))
    raise Garbage(f"said {shown(reply)!r}")


def found(name: bytes) -> Told:
    name = HASH.sub(b"", name)
    if not NAME.fullmatch(name):
        raise Garbage(f"said {shown(name)!r} FOUND")
    text = shown(name)
    return Told(unscannable=text) if text.startswith(NOT_LOOKED_INTO) else Told(infected=text)


def version(reply: bytes) -> Version:
    """`ClamAV 1.4.3/27800/Mon Nov 24 08:11:05 2025`; without number and date where there are no official signatures.

    The date is in clamd's own time zone, which is not told: it is good to half a day. Raises `Garbage`.
    """
    match = VERSION.fullmatch(reply.decode("ascii", "replace"))
    if match is None:
        raise Garbage(f"said {shown(reply)!r}")
    engine, number, date = match.groups()
    if not number:
        return Version(version=engine)
    return Version(version=f"{engine}, signatures {number}", signatures=unix_time(date))


def unix_time(date: str) -> float:
    """As ctime(3) writes it; 0 for what is none."""
    match = DATE.fullmatch(date)
    if match is None or match[1] not in MONTHS:
        return 0.0
    day, hour, minute, second, year = (int(group) for group in match.groups()[1:])
    return max(0.0, float(timegm((year, MONTHS.index(match[1]) + 1, day, hour, minute, second))))


def shown(octets: bytes) -> str:
    return printable(octets.decode("latin-1"), NAME_LIMIT)
