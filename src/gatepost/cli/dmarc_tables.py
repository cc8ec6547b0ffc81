"""How are DMARC reports shown in a terminal of 80 columns?

Everything in them was said by strangers and goes through `printable`.
"""

import shutil
import sys
from collections.abc import Iterator, Sequence

from gatepost.app.dmarc_reports import Preview
from gatepost.auth.dmarc.senders import Network, Sender, is_one_of
from gatepost.cli.terminal import printable, styled
from gatepost.cli.trace_view import cut

NARROWEST = 12  # characters of a column that has to give way
COLOURS = {"pass": "green", "fail": "red", "ours": "bold"}
Row = Sequence[str]


def previews_table(previews: Sequence[Preview]) -> str:
    """One line for each report: what it holds, and who gets it or got it."""
    header = ("domain", "policy", "messages", "failed", "rows", "to")
    return aligned(header, [preview_row(preview) for preview in previews], numbers=(2, 3, 4))


def preview_row(preview: Preview) -> Row:
    report = preview.report
    failed = sum(row.count for row in report.rows if not (row.spf_aligned or row.dkim_aligned))
    messages = f"{preview.pending.messages:,}"
    return (report.published.domain, report.published.p.value, messages, f"{failed:,}", f"{len(report.rows):,}",
            addressees(preview))  # fmt: skip


def addressees(preview: Preview) -> str:
    if preview.problem:
        return f"no answer: {preview.problem}"
    if preview.outcomes:
        return ", ".join(f"{outcome.recipient}: {outcome.fate.value}" for outcome in preview.outcomes)
    return ", ".join(preview.pending.to or ()) or "nobody"


def senders_table(senders: Sequence[Sender], own: Sequence[Network]) -> str:
    header = ("source", "count", "disposition", "spf", "dkim", "domain", "ours")
    return aligned(header, [sender_row(sender, own) for sender in senders], numbers=(1,))


def sender_row(sender: Sender, own: Sequence[Network]) -> Row:
    about = sender.header_from or sender.domain
    return (
        sender.source,
        f"{sender.count:,}",
        sender.disposition.value,
        "pass" if sender.spf_aligned else "fail",
        "pass" if sender.dkim_aligned else "fail",
        about,
        "ours" if is_one_of(sender.source, own) else "",
    )


def totals(senders: Sequence[Sender]) -> Iterator[str]:
    """A line for each policy domain."""
    for domain in sorted({sender.domain for sender in senders}):
        about = [sender for sender in senders if sender.domain == domain]
        count = sum(sender.count for sender in about)
        passed = sum(sender.count for sender in about if sender.passes)
        share = f"{100 * passed / count:.1f} % pass" if count else "none"
        yield printable(f"{domain}: {count:,} messages, {share}")


def aligned(header: Row, rows: Sequence[Row], *, numbers: Sequence[int]) -> str:
    """Columns as wide as what is in them; on a terminal the widest give way until a line fits."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    if sys.stdout.isatty():
        narrow(widths, shutil.get_terminal_size((80, 24)).columns - 2 * (len(widths) - 1))

    def line(row: Row, *, plain: bool) -> str:
        parts = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            text = cut(cell, width)
            text = text.rjust(width) if column in numbers else text.ljust(width)
            parts.append(text if plain or cell not in COLOURS else styled(text, COLOURS[cell]))
        return "  ".join(parts).rstrip()

    return "\n".join((styled(line([name.upper() for name in header], plain=True), "bold"),
                      *(line(row, plain=False) for row in cells)))  # fmt: skip


def narrow(widths: list[int], room: int) -> None:
    while sum(widths) > room and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
