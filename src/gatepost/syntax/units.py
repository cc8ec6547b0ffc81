"""How do settings write a duration or a size, and how is it printed back?

`Duration` and `Size` are types for fields of pydantic models: they take a number or a text with a unit.
"""

import math
import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

SECONDS = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600), "d": Decimal(86400)}
OCTETS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
OCTETS_BY_LOWER = {unit.lower(): octets for unit, octets in OCTETS.items()}
QUANTITY = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,12})?) ?([A-Za-z]{1,3})", re.ASCII)
DURATION_HINT = 'write seconds as a number, or a text such as "500ms", "30s", "5m", "2h" or "7d"'
SIZE_HINT = 'write octets as a whole number, or a text such as "256KiB", "10MB" or "35MiB"'


def seconds(value: object) -> float:
    """A duration as settings write it, in seconds; `ValueError` says what would be right."""
    if isinstance(value, str):
        number, unit = quantity(value, DURATION_HINT)
        if unit.lower() not in SECONDS:
            raise ValueError(f'"{unit}" is no unit of time: {DURATION_HINT}')
        return float(number * SECONDS[unit.lower()])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"not a duration: {DURATION_HINT}")
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"a duration is zero or more: {DURATION_HINT}")
    return float(value)


def octets(value: object) -> int:
    """A size as settings write it, in octets; `ValueError` says what would be right."""
    if isinstance(value, str):
        number, unit = quantity(value, SIZE_HINT)
        if unit.lower() not in OCTETS_BY_LOWER:
            raise ValueError(f'"{unit}" is no unit of size: {SIZE_HINT}')
        product = number * OCTETS_BY_LOWER[unit.lower()]
        if product != int(product):
            raise ValueError(f"a size is a whole number of octets: {SIZE_HINT}")
        return int(product)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"not a size: {SIZE_HINT}")
    if value < 0:
        raise ValueError(f"a size is zero or more: {SIZE_HINT}")
    return value


Duration = Annotated[float, BeforeValidator(seconds)]
"""Seconds; in settings a number or a text such as "5m"."""

Size = Annotated[int, BeforeValidator(octets)]
"""Octets; in settings a whole number or a text such as "35MiB"."""


def quantity(text: str, hint: str) -> tuple[Decimal, str]:
    match = QUANTITY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a number with a unit: {hint}")
    return Decimal(match[1]), match[2]


def duration_text(value: float) -> str:
    """Seconds in the largest unit that keeps them whole; `seconds` reads it back to the same number."""
    for unit in ("d", "h", "m"):
        if value and value % float(SECONDS[unit]) == 0:
            return f"{value / float(SECONDS[unit]):.0f}{unit}"
    exact = Decimal(repr(value))
    milliseconds = exact * 1000
    if 0 < value < 1 and milliseconds == int(milliseconds):
        return f"{milliseconds:.0f}ms"
    return f"{exact.normalize():f}s"


def size_text(value: int) -> str:
    """Octets in the largest unit that keeps them whole; `octets` reads it back to the same number."""
    units = sorted(OCTETS.items(), key=lambda item: -item[1])
    return next(f"{value // size}{unit}" for unit, size in units if value % size == 0 and (value or size == 1))
