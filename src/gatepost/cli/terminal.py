"""How is something said to the person at the terminal, or to the program behind the pipe?

Data goes to standard output, everything else to standard error. Colour only on a terminal, and not where
NO_COLOR is set (no-color.org). Text that may come from outside goes through `printable`.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn, TextIO

import typer

STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
OK, FAILED, USAGE = 0, 1, 2
"""Exit codes of every command (PRODUCT, "Command line")."""

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None


def is_coloured(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def styled(text: str, *styles: str, stream: TextIO | None = None) -> str:
    """`text` in these styles if the stream shows colours."""
    if not is_coloured(stream or sys.stdout):
        return text
    return f"\x1b[{';'.join(STYLES[style] for style in styles)}m{text}\x1b[0m"


def printable(text: str) -> str:
    """Control characters escaped, so that nobody's text moves the cursor or makes a second line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def say(text: str = "") -> None:
    """A line of output."""
    sys.stdout.write(f"{text}\n")


def tell(text: str) -> None:
    """A line for the person, not for the program behind the pipe."""
    sys.stderr.write(f"{text}\n")


def say_json(value: Json) -> None:
    """One JSON document; the same key order every time."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    """Columns as wide as their widest cell, without lines between them: for a terminal and for `awk`."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]

    def line(row: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()

    return "\n".join((styled(line([name.upper() for name in header]), "bold"), *map(line, cells)))


def fail(text: str, code: int = FAILED) -> NoReturn:
    """Say why, and end the command."""
    tell(f"{styled('gatepost:', 'red', stream=sys.stderr)} {text}")
    raise typer.Exit(code)
