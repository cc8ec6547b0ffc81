"""Which host does the host part of a URL mean, and what was done to hide it (WHATWG URL §3.5, UTS #46)?"""

import ipaddress
import re
from urllib.parse import unquote

from msgspec import Struct

from gatepost.auth.scripts import A_LABEL, deception
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import DOTS, a_labels

IP_HOST = "ip-host"  # an address instead of a name
IDN = "idn"  # has letters beyond ASCII
MIXED_SCRIPT = "mixed-script"  # letters that can only be meant to deceive (UTS #39 §5)
OBFUSCATED = "obfuscated"  # written so that people or programs read another thing

WRITTEN_LIMIT = 1000  # characters: an escaped name may be longer than the name
NAME_LIMIT = 253
LABEL_LIMIT = 63
ADDRESS_PARTS = 4
NUMBER_LIMIT = 20  # digits
NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
NUMBER = re.compile(r"0[xX][0-9a-fA-F]*+|[0-9]++")
DEFANGED = re.compile(r"[\[({](?:\.|dot)[\])}]", re.IGNORECASE)


class Host(Struct, frozen=True):
    """What it is in canonical form: lower-case A-labels or an address; "" if it is none."""

    name: str
    traits: tuple[str, ...] = ()


NONE = Host("")


def host_of(written: str) -> Host:
    """Never raises; checks lengths before anything else."""
    if not written:
        return NONE
    if len(written) > WRITTEN_LIMIT:
        return NONE
    text = DEFANGED.sub(".", written)
    text = unquote(text, errors="replace") if "%" in text else text
    traits = (OBFUSCATED,) if text != written else ()
    if text.startswith("["):
        return joined(address_6(text), traits)
    name = text.removesuffix(".").lower()
    if not name.isascii():
        name = ascii_name(name)
        if A_LABEL not in name:  # letters of another width, letters without any
            traits = (OBFUSCATED,)
    last = name.rpartition(".")[2]
    if NUMBER.fullmatch(last):
        return joined(address_4(name), traits)
    return joined(named(name), traits)


def joined(found: Host, traits: tuple[str, ...]) -> Host:
    return Host(found.name, tuple(dict.fromkeys((*traits, *found.traits)))) if traits else found


def named(name: str) -> Host:
    """As browsers and resolvers take it, which is more than the grammar of host names: `-a_.example` too."""
    if len(name) > NAME_LIMIT or not NAME.fullmatch(name):
        return NONE
    if A_LABEL not in name:
        return Host(name)
    return Host(name, (IDN, MIXED_SCRIPT) if deception(name) else (IDN,))


def ascii_name(name: str) -> str:
    """With A-labels; where the rules allow none, as a browser without rules would make them. "" if too long."""
    try:
        return a_labels(name).lower()
    except BadSyntax:
        labels = DOTS.split(name)
    if len(name) > NAME_LIMIT or any(len(label) > LABEL_LIMIT for label in labels):
        return ""
    return ".".join([label if label.isascii() else f"{A_LABEL}{punycode(label)}" for label in labels])


def punycode(label: str) -> str:
    return label.encode("utf-8", "replace").decode().encode("punycode").decode("ascii")


def address_4(name: str) -> Host:
    """Of numbers: one to four, decimal, octal or hexadecimal; the last fills what the others leave (§3.5)."""
    parts = name.split(".")
    numbers = [number(part) for part in parts]
    if len(parts) > ADDRESS_PARTS or None in numbers:
        return Host("", (IP_HOST, OBFUSCATED))
    *first, last = [value for value in numbers if value is not None]
    if any(value > 255 for value in first) or last >= 256 ** (ADDRESS_PARTS + 1 - len(parts)):
        return Host("", (IP_HOST, OBFUSCATED))
    value = last + sum(octet << 24 - 8 * place for place, octet in enumerate(first))
    address = str(ipaddress.IPv4Address(value))
    return Host(address, (IP_HOST,) if address == name else (IP_HOST, OBFUSCATED))


def number(part: str) -> int | None:
    if not NUMBER.fullmatch(part):
        return None
    if part[:2].lower() == "0x":
        base, digits = 16, part[2:].lstrip("0")
    else:
        base, digits = (8 if part[0] == "0" and part != "0" else 10), part.lstrip("0")
    if len(digits) > NUMBER_LIMIT or (base == 8 and not set(digits) <= set("01234567")):
        return None
    return int(digits or "0", base)


def address_6(text: str) -> Host:
    inside, closing, rest = text[1:].partition("]")
    try:
        address = ipaddress.IPv6Address(inside.partition("%")[0])
    except ValueError:
        return Host("", (IP_HOST, OBFUSCATED))
    traits = (IP_HOST,) if closing and not rest else (IP_HOST, OBFUSCATED)
    if address.ipv4_mapped:
        return Host(str(address.ipv4_mapped), tuple(dict.fromkeys((*traits, OBFUSCATED))))
    return Host(str(address), traits)
