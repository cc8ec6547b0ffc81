"""What shape has a name or number, once what it is itself does not matter?"""

import re

SHAPE_LIMIT = 64  # characters that are looked at
RUNS = 10  # of one shape
RUN = re.compile(r"[^\W_]+|[\W_]")
SECOND_LEVELS = frozenset("ac co com edu gob gov go gen mil ne net nom or org".split())


def steps(number: int) -> int:
    """0, 1, 2, 3, 4-5, 6-7, 8-11, 12-15 … are each one number: two steps for each doubling."""
    if number < 3:
        return max(number, 0)
    length = number.bit_length()
    return 2 * length + (number >> (length - 2) & 1) - 2


def at_least(step: str) -> str:
    """The smallest number of a step, in words."""
    if not step.isdecimal():
        return step
    one = int(step)
    if one < 3:
        return step
    return f"{(2 + one % 2) << (one // 2 - 1)} or more"


def share(part: int, whole: int) -> int:
    """Tenths, the smallest ones told apart: 0 = none, 1 = below 1 %, 2 = below 5 %, then tenths."""
    if part <= 0 or whole <= 0:
        return 0
    if part * 100 < whole:
        return 1
    return 2 if part * 20 < whole else 3 + part * 10 // whole


def share_of(tenth: str) -> str:
    """The part that a number of `share` stands for, in words."""
    known = {"0": "none", "1": "below 1 %", "2": "below 5 %"}
    if tenth in known or not tenth.isdecimal():
        return known.get(tenth, tenth)
    return "all" if tenth == "13" else f"about {10 * (int(tenth) - 3) + 5} %"


def shape(text: str) -> str:
    """Its runs in order: small letters `a`, capitals `A`, a word with a capital `C`, digits `0`, mixed `x`; marks."""
    told = ""
    for run in RUN.findall(text[:SHAPE_LIMIT]):
        sign = sign_of(run)
        told += "" if told.endswith(sign) else sign
    return told[:RUNS]


def sign_of(run: str) -> str:
    if not run.isalnum():
        return run if run.isascii() else "?"
    if run.isdecimal():
        return "0"
    if run.isalpha():
        return "a" if run.islower() else "A" if run.isupper() else "C" if run.istitle() else "x"
    return "x"


def host_shape(host: str) -> str:
    """Labels, and what is in the name that its owner chose."""
    if not host:
        return "none"
    if "." not in host:
        return "single"
    name = owner(host).partition(".")[0]
    if host.replace(".", "").isdecimal() or ":" in host:
        return "address"
    digits = sum(map(str.isdecimal, name))
    marks = ("0" if digits else "") + ("0" if digits > 2 else "") + ("-" if "-" in name else "")
    marks += "x" if name.startswith("xn--") else ""
    return f"{min(host.count('.'), 4)}{marks}{'l' if len(name) > 14 else ''}"


def owner(host: str) -> str:
    """The last two labels, or three below such as `co.uk`. Near enough to tell names apart; the list of public
    suffixes is not at hand here."""
    labels = host.rsplit(".", 3)
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVELS:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])
