"""How do lessons get to another gateway? As one file, in which no word of any mail is.

    magic (8), version (2), deflated: MessagePack values one after the other, each a lesson as its length and octets

Whoever takes a file in is taught by it, mail by mail, in the order of the other: what is known here already is left
out, so it may be taken in twice. Numbers are big-endian.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import Struct as Layout
from struct import error as LayoutError
from typing import BinaryIO

import msgspec
from msgspec import Struct

from gatepost.adapters.spam_model.lessons import packed, places_of
from gatepost.adapters.spam_model.report import reading
from gatepost.disk.durable import replace
from gatepost.learn.features import Features
from gatepost.learn.model_file import VERSION

MAGIC = b"GPLEARN\n"
HEAD = Layout(">8sH")
LENGTH = Layout(">I")
LONGEST = 256 * 1024  # octets of one lesson
BLOCK = 64 * 1024  # octets
DIGEST = 32  # octets


class BadExport(Exception):
    """This file cannot be taken in; the text says why."""


class Exported(Struct, frozen=True, array_like=True):
    """One mail that taught."""

    digest: bytes
    is_spam: bool
    source: str
    learned: float
    places: bytes

    @property
    def features(self) -> Features:
        """Raises ValueError."""
        return places_of(self.places)


class Lecture(Struct, frozen=True):
    """One mail that is to teach."""

    digest: bytes
    is_spam: bool
    features: Features


def export(directory: Path, target: Path) -> int:
    """How many lessons were written. Raises `Unavailable`, OSError."""
    packer = zlib.compressobj(6)
    out = bytearray(HEAD.pack(MAGIC, VERSION))
    number = 0
    with reading(directory) as lessons:
        for each in lessons.all() if lessons is not None else ():
            what = Exported(each.digest, each.lesson.is_spam, each.source, each.learned, packed(each.lesson)[0])
            octets = msgspec.msgpack.encode(what)
            out += packer.compress(LENGTH.pack(len(octets)) + octets)
            number += 1
    replace(target, bytes(out + packer.flush()))
    return number


def lectures(path: Path) -> Iterator[Lecture]:
    """What is in a file, one after the other. Raises `BadExport`, OSError."""
    with path.open("rb") as file:
        head = file.read(HEAD.size)
        try:
            magic, version = HEAD.unpack(head)
        except LayoutError:
            raise BadExport("it is cut short") from None
        if magic != MAGIC:
            raise BadExport("it is no export of `gatepost learn export`")
        if version != VERSION:
            raise BadExport(f"it is of version {version}, this program reads {VERSION}")
        for octets in records(file):
            yield lecture(octets)


def records(file: BinaryIO) -> Iterator[bytes]:
    """Never more in memory than a record and a block."""
    unpacker, waiting = zlib.decompressobj(), bytearray()
    try:
        while not unpacker.eof:
            block = unpacker.unconsumed_tail or file.read(BLOCK)
            plain = unpacker.decompress(block, BLOCK)
            if not block and not plain:
                break
            waiting += plain
            yield from whole(waiting)
    except zlib.error as error:
        raise BadExport(f"it is damaged: {error}") from None
    if waiting or not unpacker.eof:
        raise BadExport("it is cut short")


def whole(waiting: bytearray) -> Iterator[bytes]:
    """Records that are there, taken out of what waits."""
    at = 0
    while len(waiting) - at >= LENGTH.size:
        (length,) = LENGTH.unpack_from(waiting, at)
        if length > LONGEST:
            raise BadExport(f"it is damaged: a lesson of {length} octets")
        end = at + LENGTH.size + length
        if end > len(waiting):
            break
        yield bytes(waiting[at + LENGTH.size : end])
        at = end
    del waiting[:at]


def lecture(octets: bytes) -> Lecture:
    one = exported(octets)
    return Lecture(one.digest, one.is_spam, one.features)


def exported(octets: bytes) -> Exported:
    """One lesson whose features are there. Raises `BadExport`."""
    try:
        one = msgspec.msgpack.decode(octets, type=Exported)
        places_of(one.places)
        if len(one.digest) != DIGEST:
            raise ValueError("no digest")
    except ValueError as error:
        raise BadExport(f"it is damaged: {error}") from None
    return one
