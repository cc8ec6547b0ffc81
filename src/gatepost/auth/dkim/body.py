"""What is the hash of a body, in either form, while it streams in (RFC 6376 §3.4.3, §3.4.4, §3.7)?

Blocks are worked on as a whole with what `bytes` can do, never line by line; a block's white space at either end is
counted instead of kept, so that nothing grows with the body.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from gatepost.auth.dkim.canonical import Form
from gatepost.model.message import Message

BLOCK = 64 * 1024  # octets worked on at a time: what is made of them stays in the processor's cache
MANY_ENDS = 4096  # line ends hashed at a time
ROUNDS = 4  # halvings of runs of spaces; what is longer than 16 is rare and goes through an expression
SPACES = re.compile(rb"  ++")


class BodyDigest(Struct, frozen=True):
    """SHA-256 over the canonical body, and how many octets that is."""

    digest: bytes
    octets: int


class BodyHash(Protocol):
    """One canonical form being hashed."""

    def feed(self, block: bytes) -> None:
        """The next octets, dot-unstuffed; line ends are CRLF but may be cut in two."""

    def digest(self) -> BodyDigest:
        """Of all there is. Nothing may be fed after it."""


class Sum:
    """A running SHA-256 that counts. Owned by one body hash."""

    __slots__ = ("octets", "sha256")

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.octets = 0

    def add(self, octets: bytes) -> None:
        self.sha256.update(octets)
        self.octets += len(octets)

    def add_ends(self, count: int) -> None:
        """So many CRLF, for a body may consist of millions."""
        while count > 0:
            self.add(b"\r\n" * min(count, MANY_ENDS))
            count -= MANY_ENDS

    def digest(self) -> BodyDigest:
        return BodyDigest(self.sha256.digest(), self.octets)


class SimpleBody:
    """`simple` (§3.4.3): as it is, but without the empty lines at its end; at least one CRLF."""

    __slots__ = ("ends", "sum")

    def __init__(self) -> None:
        self.sum = Sum()
        self.ends = 0  # line ends behind the last octet hashed

    def feed(self, block: bytes) -> None:
        core = block.rstrip(b"\r\n")
        if core:
            rest = core.lstrip(b"\r\n")
            self.sum.add_ends(self.ends + core.count(b"\n", 0, len(core) - len(rest)))
            self.sum.add(rest)
            self.ends = 0
        self.ends += block.count(b"\n", len(core))

    def digest(self) -> BodyDigest:
        self.sum.add_ends(1)
        return self.sum.digest()


class RelaxedBody:
    """`relaxed` (§3.4.4): white space reduced within a line, none at its end; no empty lines at the end."""

    __slots__ = ("blank", "ends", "sum")

    def __init__(self) -> None:
        self.sum = Sum()
        self.ends = 0  # line ends behind the last octet hashed
        self.blank = False  # and white space behind these

    def feed(self, block: bytes) -> None:
        core = block.rstrip(b" \t\r\n")
        if core:
            rest = core.lstrip(b" \t\r\n")
            self.pass_over(core[: len(core) - len(rest)])
            self.sum.add_ends(self.ends)
            self.sum.add(b" " + reduced(rest) if self.blank else reduced(rest))
            self.ends, self.blank = 0, False
        self.pass_over(block[len(core) :])

    def pass_over(self, white: bytes) -> None:
        """White space and line ends: they count only once something follows."""
        if not white:
            return
        ends = white.count(b"\n")
        on_this_line = white[white.rfind(b"\n") + 1 :].strip(b"\r")
        self.blank = bool(on_this_line) or (self.blank and not ends)
        self.ends += ends

    def digest(self) -> BodyDigest:
        if self.sum.octets:
            self.sum.add_ends(1)
        return self.sum.digest()


def reduced(block: bytes) -> bytes:
    """Runs of white space made one space, none before a line end; `block` neither begins nor ends with any."""
    if b"\t" in block:
        block = block.replace(b"\t", b" ")
    elif b" " not in block:
        return block
    for _ in range(ROUNDS):
        if b"  " not in block:
            break
        block = block.replace(b"  ", b" ")
    else:
        block = SPACES.sub(b" ", block)
    return block.replace(b" \r\n", b"\r\n")


class BodyHashes:
    """Every form that signatures of one message want, each hashed once. Owned by whoever feeds it.

    Args:
        forms: to be hashed; `forms_wanted` names them.
    """

    __slots__ = ("digests", "hashes", "line_end")

    def __init__(self, forms: Iterable[Form]) -> None:
        self.hashes: dict[Form, BodyHash] = {
            form: RelaxedBody() if form is Form.RELAXED else SimpleBody() for form in forms
        }
        self.digests: dict[Form, BodyDigest] = {}
        self.line_end = b"\r\n"  # what of a line end came last: the empty line is in front of the body

    def feed(self, octets: bytes) -> None:
        """The next octets of the body as they are kept: CRLF line ends only, dot-stuffed; cut anywhere."""
        if not self.hashes:
            return
        for at in range(0, len(octets), BLOCK):
            block = self.unstuffed(octets[at : at + BLOCK])
            for form in self.hashes.values():
                form.feed(block)

    def unstuffed(self, block: bytes) -> bytes:
        """The stuffed dots taken out (RFC 5321 §4.5.2), also where the cut is between line end and dot."""
        before, self.line_end = self.line_end, cut_line_end(self.line_end, block)
        block = block.replace(b"\r\n.", b"\r\n")
        if before == b"\r\n":
            return block.removeprefix(b".")
        if before == b"\r" and block.startswith(b"\n."):
            return b"\n" + block[2:]
        return block

    def digest(self, form: Form) -> BodyDigest:
        """Of the whole body: nothing may be fed after it. Raises KeyError for a form that was not asked for."""
        if form not in self.digests:
            self.digests[form] = self.hashes[form].digest()
        return self.digests[form]


def cut_line_end(before: bytes, block: bytes) -> bytes:
    """How much of a line end stands at the end of `block`, which follows on `before`."""
    if block.endswith(b"\r\n") or (before == b"\r" and block == b"\n"):
        return b"\r\n"
    return b"\r" if block.endswith(b"\r") else b""


def body_hashes(message: Message, forms: Iterable[Form]) -> BodyHashes:
    """The body of a whole message hashed, read once if there is anything to hash."""
    hashes = BodyHashes(forms)
    if not hashes.hashes:
        return hashes
    skip = message.header_octets + len(b"\r\n")
    for chunk in message.content.chunks():
        if skip < len(chunk):
            hashes.feed(chunk[skip:] if skip else chunk)
        skip = max(0, skip - len(chunk))
    return hashes
