"""What is in a document that is a ZIP package (OPC, OpenDocument), within a budget?

Reads the members one by one as the central directory has them, since that is what Office does; what else may be in
the archive is the business of the opener of archives.
"""

import zlib
from collections.abc import Iterator
from io import BytesIO
from struct import unpack_from
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from gatepost.adapters.inspection.archives.zip_layout import read_layout
from gatepost.adapters.inspection.budget import Budget
from gatepost.model.inspection import Trait
from gatepost.model.traits import ENCRYPTED, INCONSISTENT

LOCAL = b"PK\x03\x04"
LOCAL_LENGTH = 30  # octets
STEP = 256 * 1024  # octets unpacked at a time
IS_ENCRYPTED = 1  # flag


class Package:
    """Owned by one opener. Raises `BadZipFile` if there is no directory."""

    def __init__(self, octets: bytes, budget: Budget) -> None:
        self.octets, self.budget = octets, budget
        self.members = [member for member in ZipFile(BytesIO(octets)).infolist() if not member.is_dir()]

    def oddities(self) -> Iterator[Trait]:
        """What the package is as an archive. The parts of a sound one are no files that a recipient would see."""
        for problem in read_layout(self.octets, self.budget.allowance.members).problems:
            yield Trait(INCONSISTENT, problem)
        if len({name_of(member) for member in self.members}) < len(self.members):
            yield Trait(INCONSISTENT, "a name twice")
        if any(member.flag_bits & IS_ENCRYPTED for member in self.members):
            yield Trait(ENCRYPTED, "members")

    def peek(self, member: ZipInfo, octets: int = 64) -> bytes:
        """The first octets. Raises `BadZipFile`, `zlib.error`."""
        self.budget.time()
        packed = self.packed(member)
        if member.compress_type == ZIP_STORED:
            return packed[:octets]
        return zlib.decompressobj(-15).decompress(packed[: octets * 16 + 1024], octets)

    def read(self, member: ZipInfo) -> bytes:
        """All of it. Raises `OverBudget`, `BadZipFile`, `zlib.error`."""
        self.budget.member()
        packed = self.packed(member)
        if member.compress_type == ZIP_STORED:
            self.budget.room(len(packed))
            return packed
        inflater, pieces, made, rest = zlib.decompressobj(-15), [], 0, packed
        while not inflater.eof:
            piece = inflater.decompress(rest, STEP)
            rest = inflater.unconsumed_tail
            if not piece and not rest:
                break
            made += len(piece)
            self.budget.room(len(piece))
            self.budget.ratio(len(packed), made)
            pieces.append(piece)
        return b"".join(pieces)

    def packed(self, member: ZipInfo) -> bytes:
        at = member.header_offset
        if self.octets[at : at + 4] != LOCAL or len(self.octets) < at + LOCAL_LENGTH:
            raise BadZipFile("no header where the directory says")
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or member.flag_bits & IS_ENCRYPTED:
            raise BadZipFile("a method that Office has not")
        name, extra = unpack_from("<HH", self.octets, at + 26)
        start = at + LOCAL_LENGTH + name + extra
        return self.octets[start : start + member.compress_size]


def name_of(member: ZipInfo) -> str:
    return member.filename.replace("\\", "/").lstrip("/").lower()
