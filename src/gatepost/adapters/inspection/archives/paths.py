"""Does a member's name or kind lead out of where it is unpacked to?"""

import re
import stat

from gatepost.model.inspection import Trait
from gatepost.model.traits import DEVICE, ESCAPES, LINK
from gatepost.syntax.printable import printable

DRIVE = re.compile(r"[A-Za-z]:")
SHOWN = 100  # characters
DEVICES = (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK)


def path_traits(name: str) -> tuple[Trait, ...]:
    """For Unix and Windows alike: both strokes part a name, a drive or a leading stroke makes it absolute."""
    flat = name.replace("\\", "/")
    if flat.startswith("/") or DRIVE.match(flat) or ".." in flat.split("/"):
        return (Trait(ESCAPES, printable(name, SHOWN)),)
    return ()


def mode_traits(mode: int, target: str = "") -> tuple[Trait, ...]:
    """By the file type in a Unix mode; `target` of a link."""
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        return (Trait(LINK, printable(target, SHOWN)),)
    if kind in DEVICES:
        return (Trait(DEVICE, printable(target, SHOWN)),)
    return ()
