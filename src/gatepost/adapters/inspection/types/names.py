"""Which extensions could a name have once a system or a mail program has read it, and does it deceive?

Windows cuts trailing dots and blanks and takes what follows a colon for a stream of its own; some programs end a name
at a NUL, undo percent signs, or take the dot of another script for a dot. Every such reading counts.
"""

import re
import unicodedata
from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.inspection.types.extensions import BY_EXTENSION, RISKY
from gatepost.model.inspection import FileClass, Trait
from gatepost.model.traits import DECEPTIVE_NAME, DOUBLE_EXTENSION

LONGEST = 512  # characters looked at, at each end of the name
LONGEST_EXTENSION = 32
TOO_LONG = 400  # characters; file systems end at 255, and what a program cuts off may be what shows the danger
MANY_BLANKS = 8  # in front of the extension, where a column ends before it
DOTS = dict.fromkeys(map(ord, "．․。｡﹒ꓸ܁܂۔⸼꘎𐩐𝅭٠"), ".")  # noqa: RUF001 - look-alikes are what it is about
TURNED = re.compile("[\u202d\u202e]")  # shown against its direction; no keyboard of any script writes these
EMBEDDED = re.compile("[\u202a\u202b\u2066-\u2068]")  # also in honest names of scripts from right to left
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8]"
)
CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
BLANKS = " \t\r\n\x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f\u2800\u3000"
BLANKS += "".join(map(chr, range(0x2000, 0x200B)))
TRAILING = BLANKS + ".\"';,)>?*<|"  # cut by Windows, or left out by who writes the file since no name may hold it
PERCENT = re.compile("%([0-9A-Fa-f]{2})")
WIDE_GAP = re.compile(f"[{BLANKS}_]{{{MANY_BLANKS},}}")
CLSID = re.compile(r"\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}")
SHOWN_HARMLESS = frozenset({
    FileClass.OFFICE, FileClass.PDF, FileClass.HTML, FileClass.ARCHIVE, FileClass.MESSAGE, FileClass.CALENDAR,
    FileClass.IMAGE, FileClass.MEDIA, FileClass.TEXT, FileClass.OFFICE_MACRO,
})  # fmt: skip


class NameRead(Struct, frozen=True):
    """What a name could mean.

    Args:
        extensions: every last extension it could have, lower-case; the plainest reading first; "" = none.
        classes: theirs, as far as they are known.
        traits: what deceives in it.
    """

    extensions: tuple[str, ...]
    classes: tuple[FileClass, ...]
    traits: tuple[Trait, ...]

    @property
    def plain(self) -> FileClass | None:
        """What it claims to be to who sees it."""
        return BY_EXTENSION.get(self.extensions[0])


def read_name(name: str) -> NameRead:
    before = name.partition("\0")[0] if "\0" in name else name
    name = bounded(name)
    readings = tuple(dict.fromkeys((*readings_of(name), *(readings_of(bounded(before)) if before != name else ()))))
    extensions = tuple(dict.fromkeys(extension(reading) for reading in readings))
    classes = tuple(dict.fromkeys(kind for word in extensions if (kind := class_of(word))))
    return NameRead(extensions, classes, tuple(traits_of(name, readings, extensions[0])))


def bounded(name: str) -> str:
    return name if len(name) <= 2 * LONGEST else name[:LONGEST] + name[-LONGEST:]


def class_of(word: str) -> FileClass | None:
    if word in BY_EXTENSION:
        return BY_EXTENSION[word]
    return FileClass.EXECUTABLE if CLSID.fullmatch(word) else None  # Windows hides it and starts the class it names


def readings_of(name: str) -> Iterator[str]:
    """The name as written first."""
    yield trimmed(last_component(name))
    if name.isascii() and name.isprintable() and not any(odd in name for odd in ":%"):
        return
    for ended in dict.fromkeys((name, name.partition("\0")[0], name.replace("\0", ""))):
        for decoded in dict.fromkeys((ended, unescaped(ended), unescaped(unescaped(ended)))):
            yield from streams(trimmed(last_component(plain_letters(decoded))))
            yield from streams(trimmed(last_component(decoded.partition("\0")[0])))


def last_component(name: str) -> str:
    cut = max(name.rfind("/"), name.rfind("\\"))
    return name[cut + 1 :] if trimmed(name[cut + 1 :]) else trimmed(name, "/\\").replace("\\", "/").rpartition("/")[2]


def trimmed(name: str, more: str = "") -> str:
    return name.rstrip(TRAILING + more)


def unescaped(name: str) -> str:
    return PERCENT.sub(lambda match: chr(int(match[1], 16)), name)


def plain_letters(name: str) -> str:
    """Without what is not seen; wide and other letters as the plain ones they look like."""
    seen = INVISIBLE.sub("", CONTROLS.sub("", name.translate(DOTS)))
    return unicodedata.normalize("NFKC", seen)


def streams(name: str) -> Iterator[str]:
    """`x.exe::$DATA` is x.exe; of `x.txt:y.exe` either may be meant."""
    for piece in name.split(":")[:4]:
        if piece and not piece.upper().startswith("$DATA"):
            yield trimmed(piece)


def extension(name: str) -> str:
    word = name.rpartition(".")[2].strip(BLANKS).lower() if "." in name else ""
    return word if len(word) <= LONGEST_EXTENSION or CLSID.fullmatch(word) else ""


def traits_of(name: str, readings: tuple[str, ...], shown: str) -> Iterator[Trait]:
    risky = [reading for reading in readings if class_of(extension(reading)) in RISKY]
    if detail := deceit(name, bool(risky), shown):
        yield Trait(DECEPTIVE_NAME, detail)
    for reading in risky:
        before, _, last = reading.rpartition(".")
        middle = extension(trimmed(before))
        if middle != last.strip(BLANKS).lower() and BY_EXTENSION.get(middle) in SHOWN_HARMLESS:
            yield Trait(DOUBLE_EXTENSION, f"{middle}.{extension(reading)}")
            return


def deceit(name: str, risky: bool, shown: str) -> str:
    """What is meant to be overlooked. Some of it is found in honest names as well, and counts where it hides danger."""
    if TURNED.search(name) or (risky and EMBEDDED.search(name)):
        return "direction"
    if len(name) >= TOO_LONG:
        return "length"
    if "\0" in name or CONTROLS.search(name):
        return "control characters"
    return disguise(name, shown) if risky else ""


def disguise(name: str, shown: str) -> str:
    """How a name that is dangerous looks as if it were not."""
    if class_of(shown) not in RISKY:
        return "extension in disguise"
    if name.rstrip(BLANKS + ".") != name:
        return "trailing dots or blanks"
    return "blanks" if WIDE_GAP.search(name) else ""
