"""How is a domain's survey shown to a person? A paragraph for each record.

What is published was written by strangers and goes through `printable`.
"""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from gatepost.auth.published.line import Line, Standing
from gatepost.auth.published.site import Site
from gatepost.auth.published.transport import policy_file, policy_place
from gatepost.cli.terminal import printable, styled

COLOURS = {
    Standing.OK: "green",
    Standing.MISSING: "yellow",
    Standing.DIFFERS: "red",
    Standing.UNKNOWN: "blue",
}
WIDTH = 80  # characters of a line behind a pipe
INDENT = 9  # as wide as the longest word for a standing, and two blanks
LABEL = 11
SHOWN = 20  # values of one record


def as_text(site: Site, lines: Sequence[Line], width: int = 0) -> str:
    """All of them, and the policy file of MTA-STS."""
    room = width or (shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH)
    parts = ["\n".join(paragraph(line, room)) for line in lines]
    file = "\n".join(f"{'':{INDENT}}{text}" for text in policy_file(site).splitlines())
    parts.append(f"The policy file of MTA-STS, to be served at {policy_place(site)}:\n{file}")
    return "\n\n".join(parts)


def paragraph(line: Line, width: int) -> Iterator[str]:
    word = styled(f"{line.standing.value:<{INDENT}}", COLOURS[line.standing], "bold")
    yield f"{word}{styled(f'{line.name} {line.type}', 'bold')}"
    if line.standing is not Standing.OK or not line.published:
        yield from values("wanted", line.wanted or ("(yours to say)",), width)
    if line.published or line.standing in (Standing.MISSING, Standing.DIFFERS):
        yield from values("published", line.published or ("nothing",), width)
    yield from wrapped(line.why, width, INDENT)
    if line.note:
        yield from wrapped(line.note, width, INDENT)


def values(label: str, found: Sequence[str], width: int) -> Iterator[str]:
    """One under the other; those that are longer than a line are broken wherever it ends."""
    room = max(width - INDENT - LABEL, 20)
    for value in found[:SHOWN]:
        text = printable(value)
        for at in range(0, max(len(text), 1), room):
            yield f"{'':{INDENT}}{label:<{LABEL}}{text[at : at + room]}".rstrip()
            label = ""
    if len(found) > SHOWN:
        yield f"{'':{INDENT}}{'':{LABEL}}… and {len(found) - SHOWN} more"


def wrapped(text: str, width: int, indent: int) -> list[str]:
    blank = " " * indent
    return textwrap.wrap(printable(text), width, initial_indent=blank, subsequent_indent=blank, break_on_hyphens=False)


def summary(lines: Sequence[Line]) -> str:
    """`7 ok, 3 missing, 1 differs`."""
    counts = {standing: sum(line.standing is standing for line in lines) for standing in Standing}
    return ", ".join(f"{count} {standing.value}" for standing, count in counts.items() if count)
