"""Where does a Windows shortcut lead, and with which words (MS-SHLLINK)?"""

from collections.abc import Iterator
from itertools import chain

from msgspec import Struct

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.addresses import host_of, links, printable
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import REMOTE, UNREADABLE

HEADER = 76  # octets
HAS_ID_LIST, HAS_LINK_INFO, IS_UNICODE = 1 << 0, 1 << 1, 1 << 7
STRINGS = ((1 << 2, "name"), (1 << 3, "path"), (1 << 4, "directory"), (1 << 5, "arguments"), (1 << 6, "icon"))
ENVIRONMENT = 0xA0000001  # a block with the target, variables in it
BLOCKS = 32
LONGEST = 64 * 1024  # octets of one text
BEHIND = 64  # octets behind the last block that are no padding


class Shortcut(Struct, frozen=True):
    """What it says.

    Args:
        texts: by what they are: name, path, directory, arguments, icon, target, share.
        end: where the structure ends.
    """

    texts: dict[str, str]
    end: int


def open_lnk(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    shortcut = read(octets)
    command = " ".join(shortcut.texts[word] for word in ("target", "path", "arguments") if word in shortcut.texts)
    if command:
        yield Member("command", command.encode(), "text/plain", alike=True)
    for address in addresses(shortcut):
        yield Trait(REMOTE, printable(host_of(address)))
        yield from links(address, "shortcut")
    if not shortcut.texts:
        yield Trait(UNREADABLE, "no target")
    if len(octets) > shortcut.end + BEHIND:
        yield Member("appended", octets[shortcut.end :])


def addresses(shortcut: Shortcut) -> Iterator[str]:
    """Places on the network in what is started or shown; the words of a command may hold several."""
    texts = shortcut.texts
    words = chain(
        (texts.get(word, "") for word in ("target", "path", "icon", "share")), texts.get("arguments", "").split()
    )
    seen = dict.fromkeys(word.strip("\"'(),;") for word in words)
    return (word for word in list(seen)[:200] if host_of(word))


def read(octets: bytes) -> Shortcut:
    """As far as it goes."""
    flags = int.from_bytes(octets[20:24], "little")
    at, texts = HEADER, dict[str, str]()
    if flags & HAS_ID_LIST:
        at += 2 + int.from_bytes(octets[at : at + 2], "little")
    if flags & HAS_LINK_INFO:
        size = int.from_bytes(octets[at : at + 4], "little")
        texts.update(from_link_info(octets[at : at + min(size, LONGEST)]))
        at += max(size, 4)
    for flag, name in STRINGS:
        if flags & flag:
            width = 2 if flags & IS_UNICODE else 1
            length = width * int.from_bytes(octets[at : at + 2], "little")
            text = octets[at + 2 : at + 2 + length]
            texts[name] = text.decode("utf-16-le" if width == 2 else "latin-1", "replace")
            at += 2 + length
    return Shortcut(texts, blocks(octets, at, texts))


def from_link_info(info: bytes) -> Iterator[tuple[str, str]]:
    """The local path, and the share that it is on (§2.3)."""
    for name, place in (("target", 16), ("share", 20)):
        at = int.from_bytes(info[place : place + 4], "little")
        if name == "share" and at:
            at += int.from_bytes(info[at + 8 : at + 12], "little")
        text = info[at:].partition(b"\x00")[0].decode("latin-1") if 0 < at < len(info) else ""
        if text:
            yield name, text + ("\\" if name == "share" else "")


def blocks(octets: bytes, at: int, texts: dict[str, str]) -> int:
    """What follows the texts, each with its length; where they end."""
    for _ in range(BLOCKS):
        size = int.from_bytes(octets[at : at + 4], "little")
        if size < 8 or at + size > len(octets):
            return at + 4
        if int.from_bytes(octets[at + 4 : at + 8], "little") == ENVIRONMENT:
            wide = octets[at + 268 : at + min(size, 788)].decode("utf-16-le", "replace").partition("\x00")[0]
            texts.setdefault("target", wide or octets[at + 8 : at + 268].partition(b"\x00")[0].decode("latin-1"))
        at += size
    return at
