"""What file is in an OLE package or object (MS-OLEDS), and where does a linked one come from?"""

import re

from gatepost.adapters.inspection.documents.addresses import host_of, is_share, printable
from gatepost.adapters.inspection.opened import Member
from gatepost.model.inspection import Trait
from gatepost.model.traits import COMMAND, REMOTE_TEMPLATE

LONGEST_NAME = 1024  # octets
COMMANDED = b"\1\0"  # kind of a package; 3 holds the file
WIDE_ADDRESS = re.compile(
    rb"(?:(?:h\x00t\x00t\x00p\x00|f\x00t\x00p\x00|f\x00i\x00l\x00e\x00)[\x20-\x7e]|\\\x00\\)\x00(?:[\x20-\x7e]\x00){4,1000}"
)
PLAIN_ADDRESS = re.compile(rb"(?:https?://|ftp://|file://|\\\\\\\\)[\x21-\x7e]{4,1000}")


def text_until_nul(octets: bytes, at: int) -> tuple[str, int]:
    """A name and where it ends."""
    end = octets.find(b"\x00", at, at + LONGEST_NAME)
    if end < 0:
        return "", at
    return octets[at:end].decode("latin-1"), end + 1


def from_native(octets: bytes) -> Member | None:
    """A stream `\\x01Ole10Native` (or the same without its length): label, path, and the file; None if it is none.

    A package may hold a command in place of the file: it comes as a member without content, by the path it starts.
    """
    for start in (4, 0):
        if octets[start : start + 2] != b"\x02\x00":
            continue
        label, at = text_until_nul(octets, start + 2)
        path, at = text_until_nul(octets, at)
        content = content_of(octets, at + 4)
        if not content and octets[at + 2 : at + 4] == COMMANDED:
            command = next(filter(None, (text_until_nul(octets, at + skip)[0] for skip in (6, 4))), path)
            return Member(path or label, b"", traits=(Trait(COMMAND, printable(command)),))
        if content is not None:
            return Member(label or path, content)
    return None


def content_of(octets: bytes, at: int) -> bytes | None:
    """The file of a package, which stands behind one more path."""
    length = int.from_bytes(octets[at : at + 4], "little")
    at += 4 + length
    if length > LONGEST_NAME or at + 4 > len(octets):
        return None
    return octets[at + 4 : at + 4 + int.from_bytes(octets[at : at + 4], "little")]


def remote_targets(octets: bytes) -> tuple[str, ...]:
    """Addresses on the network in a moniker or link, each once; bounded."""
    found = [match[0].decode("utf-16-le", "replace") for match in WIDE_ADDRESS.finditer(octets)]
    found += [match[0].decode("latin-1") for match in PLAIN_ADDRESS.finditer(octets)]
    return tuple(dict.fromkeys(address for address in found[:50] if host_of(address)))


def remote(address: str, what: str) -> Trait:
    return Trait(REMOTE_TEMPLATE, printable(f"{what}: {'share ' if is_share(address) else ''}{host_of(address)}"))
