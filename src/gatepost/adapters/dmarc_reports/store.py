"""Which reports have others sent us, and what do they say taken together? (SQLite, a file of its own)"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from gatepost.auth.dmarc.report import Disposition, Report, Row
from gatepost.auth.dmarc.senders import Sender
from gatepost.disk.migrations import TooNew, migrate
from gatepost.ports.unavailable import Unavailable

NAMES_LIMIT = 500  # characters of the domains of one row
COUNT_LIMIT = 2**31  # messages of one row: whatever is said, sums fit into 64 bits
KEPT = 730 * 86_400.0  # seconds that a report is kept


class ReportStore:
    """The file at `path`, made with mode 0600 where there is none.

    Raises (each method):
        Unavailable: it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self.db = sqlite3.connect(path, isolation_level=None, timeout=10.0)
            try:
                self.db.execute("PRAGMA foreign_keys = ON")
                migrate(self.db, "gatepost.adapters.dmarc_reports")
            except BaseException:
                self.db.close()
                raise
        except FileNotFoundError as error:
            raise Unavailable(f"{path.parent} is not there yet: `gatepost run` makes it, for its own user") from error
        except (OSError, sqlite3.Error, TooNew) as error:
            raise Unavailable(f"{path}: {error}") from error

    def close(self) -> None:
        self.db.close()

    def add(self, report: Report, now: float) -> bool:
        """False if it is there already: the same organization has sent one of that identity. Old ones go."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                number = self.add_head(report, now)
                if number is not None:
                    self.db.executemany(ADD_ROW, (row_of(number, row) for row in report.rows))
                self.db.execute("DELETE FROM report WHERE imported < ?", (now - KEPT,))
                self.db.execute("COMMIT")
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise Unavailable(f"{self.path}: {error}") from error
        return number is not None

    def add_head(self, report: Report, now: float) -> int | None:
        added = self.db.execute(
            ADD_HEAD,
            (
                report.organization, identity(report), report.published.domain, report.begin, report.end,
                report.contact, report.published.p.value, "\n".join(report.errors), report.skipped, now,
            ),
        )  # fmt: skip
        return added.lastrowid if added.rowcount == 1 else None

    def senders(self, *, since: float, domain: str = "", imported: float | None = None) -> Iterator[Sender]:
        """What is reported, added up.

        Args:
            since: of reports that end then or later, Unix time in seconds.
            domain: of this policy domain only.
            imported: only reports that were added at that moment.
        """
        try:
            rows = self.db.execute(SENDERS, {"since": since, "domain": domain, "imported": imported}).fetchall()
        except sqlite3.Error as error:
            raise Unavailable(f"{self.path}: {error}") from error
        for about, author, source, count, disposition, by_spf, by_dkim, spf, dkim, reporters, first, last in rows:
            yield Sender(
                domain=about, header_from=author, source=source, count=count, disposition=Disposition(disposition),
                spf_aligned=bool(by_spf), dkim_aligned=bool(by_dkim), spf_domain=first_word(spf),
                dkim_domain=first_word(dkim), reporters=reporters, first=first, last=last,
            )  # fmt: skip

    def reports(self, *, since: float, domain: str = "") -> int:
        """How many there are."""
        try:
            found = self.db.execute(REPORTS, {"since": since, "domain": domain}).fetchone()
        except sqlite3.Error as error:
            raise Unavailable(f"{self.path}: {error}") from error
        return int(found[0])


ADD_HEAD = (
    "INSERT INTO report (organization, identity, domain, began, ended, contact, p, errors, skipped, imported) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (organization, identity) DO NOTHING"
)
ADD_ROW = "INSERT INTO sender VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
SENDERS = """
SELECT domain, header_from, source, sum(count), disposition, spf_aligned, dkim_aligned, max(spf), max(dkim),
       count(DISTINCT organization), min(began), max(ended)
FROM sender JOIN report USING (report)
WHERE ended >= :since AND (:domain = '' OR domain = :domain) AND (:imported IS NULL OR imported = :imported)
GROUP BY domain, header_from, source, disposition, spf_aligned, dkim_aligned
"""
REPORTS = "SELECT count(*) FROM report WHERE ended >= :since AND (:domain = '' OR domain = :domain)"


def identity(report: Report) -> str:
    """Its own, or of a report without one what else tells it from others."""
    return report.identity or f"{report.published.domain} {report.begin} {report.end}"


def row_of(number: int, row: Row) -> tuple[object, ...]:
    return (
        number, row.source, min(row.count, COUNT_LIMIT), row.disposition.value, row.spf_aligned, row.dkim_aligned,
        row.header_from,
        looked_at((entry.domain, entry.result) for entry in row.spf),
        looked_at((entry.domain, entry.result) for entry in row.dkim),
        "\n".join([f"{each.reason.value}: {each.comment}".removesuffix(": ") for each in row.overrides]),
    )  # fmt: skip


def looked_at(entries: Iterable[tuple[str, str]]) -> str:
    return " ".join([f"{''.join(domain.split())}={''.join(result.split())}" for domain, result in entries])[
        :NAMES_LIMIT
    ]


def first_word(text: str) -> str:
    """The first domain, without its result."""
    return text.partition(" ")[0].partition("=")[0]
