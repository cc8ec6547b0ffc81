"""What does it cost to make a value and to make a changed copy of it? (docs/design/0001-msgspec-values.md)

python -m bench.values
"""

import json
import sys
import timeit
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec

ROUNDS, CALLS = 7, 50_000
VALUES = {"client": "192.0.2.1", "helo": "mx.example", "sender": "a@b.example", "size": 4096, "tls": None, "hops": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenDataclass:
    client: str
    helo: str
    sender: str
    size: int
    tls: str | None
    hops: int


@dataclass(slots=True, kw_only=True)
class OpenDataclass:
    client: str
    helo: str
    sender: str
    size: int
    tls: str | None
    hops: int


class Tuple(NamedTuple):
    client: str
    helo: str
    sender: str
    size: int
    tls: str | None
    hops: int


class Struct(msgspec.Struct, frozen=True, kw_only=True):
    client: str
    helo: str
    sender: str
    size: int
    tls: str | None
    hops: int


MAKE = f"Kind({', '.join(f'{name}={value!r}' for name, value in VALUES.items())})"
CHANGE = {
    FrozenDataclass: "replace(value, size=1)",
    OpenDataclass: "replace(value, size=1)",
    Tuple: "value._replace(size=1)",
    Struct: "msgspec.structs.replace(value, size=1)",
}


def microseconds(statement: str, kind: type) -> float:
    """Of one run of the statement: the best of some rounds, which is the one least disturbed."""
    names = {"Kind": kind, "value": kind(**VALUES), "replace": replace, "msgspec": msgspec}
    return min(timeit.repeat(statement, globals=names, number=CALLS, repeat=ROUNDS)) / CALLS * 1e6


def main() -> None:
    rows = {
        kind.__name__: [round(microseconds(statement, kind), 3) for statement in (MAKE, change)]
        for kind, change in CHANGE.items()
    }
    print(f"{'six fields, µs':24} {'make':>8} {'change':>8}")
    for name, (make, change) in rows.items():
        print(f"{name:24} {make:8.3f} {change:8.3f}")
    print(json.dumps({"python": sys.version.split()[0], "msgspec": msgspec.__version__, "microseconds": rows}))


if __name__ == "__main__":
    main()
