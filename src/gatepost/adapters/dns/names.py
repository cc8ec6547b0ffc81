"""Which names can be asked for, and how are those of an answer written (RFC 1035 §2.3, §5.1)?"""

import re

LABEL_LIMIT = 63  # octets (RFC 1035 §2.3.4)
NAME_LIMIT = 253  # octets of the text; 255 on the wire
PRINTABLE = re.compile(r"[ -~]++")
USUAL = re.compile(r"[A-Za-z0-9_*/.-]++")
ESCAPE = re.compile(r"\\([0-9]{3}|.)")


def is_askable(name: str) -> bool:
    """Whether a query can carry it: printable ASCII without a final dot, no label empty or too long."""
    if len(name) > NAME_LIMIT or PRINTABLE.fullmatch(name) is None:
        return False
    return all(0 < len(label) <= LABEL_LIMIT for label in name.split("."))


def is_usual(name: str) -> bool:
    """Whether c-ares takes it; anything but these characters it calls misformatted."""
    return USUAL.fullmatch(name) is not None


def as_written(name: str) -> str:
    """A name from an answer, in lower case without a final dot.

    Libraries escape more than they must; here only what could not stand in such a text (a dot within a label, an octet
    that cannot be printed) stays `\\DDD`. The root is "".
    """
    if "\\" in name:
        name = ESCAPE.sub(unescaped, name)
    return name.lower() if name != "." else ""


def unescaped(match: re.Match[str]) -> str:
    written = match[1]
    character = chr(int(written)) if len(written) > 1 else written
    return f"\\{ord(character):03}" if character == "." or not " " <= character <= "~" else character
