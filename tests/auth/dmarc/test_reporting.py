"""The report of one policy: who it is, and how large it may become."""

import gzip
import re

from msgspec.structs import replace

from gatepost.auth.dmarc.report_reader import read_report
from gatepost.auth.dmarc.reporting import Reporter, packed, report_of
from gatepost.auth.dmarc.tally import Seen
from gatepost.model.address import Address, Domain
from tests.auth.dmarc.reports import FULL, ROW

REPORTER = Reporter(
    organization="Example Ltd.",
    contact="postmaster@example.com",
    sender=Address("dmarc", Domain("example.com")),
    hostname="mx1.example.com",
)
SEEN = Seen(published=FULL.published, rows=FULL.rows)
BEGIN = 1_773_446_400  # 2026-03-14


def test_it_is_about_one_whole_day():
    report = report_of(SEEN, REPORTER, BEGIN)
    assert (report.begin, report.end) == (BEGIN, BEGIN + 86_399)


def test_its_identity_has_letters_and_digits_only_as_the_name_of_the_file_wants_it():
    assert re.fullmatch("20260314[0-9a-f]{24}", report_of(SEEN, REPORTER, BEGIN).identity)


def test_made_again_it_is_the_same_report():
    again = replace(SEEN, rows=SEEN.rows[:1])
    assert report_of(again, REPORTER, BEGIN).identity == report_of(SEEN, REPORTER, BEGIN).identity


def test_another_day_another_policy_or_another_gateway_makes_another():
    other = replace(SEEN, published=replace(SEEN.published, testing=True))
    reports = [
        report_of(SEEN, REPORTER, BEGIN),
        report_of(SEEN, REPORTER, BEGIN + 86_400),
        report_of(other, REPORTER, BEGIN),
        report_of(SEEN, replace(REPORTER, hostname="mx2.example.com"), BEGIN),
    ]
    assert len({report.identity for report in reports}) == 4


def test_what_was_left_out_is_said():
    report = report_of(replace(SEEN, left_out=7), REPORTER, BEGIN, ["two records"])
    assert report.errors[0] == "two records" and report.errors[1].startswith("7 further messages")


def test_the_file_is_gzip_without_a_time_in_it():
    report, file = packed(report_of(SEEN, REPORTER, BEGIN), 10_000)
    assert file == packed(report, 10_000)[1] and file[4:8] == b"\0\0\0\0"
    assert read_report(gzip.decompress(file)).rows == SEEN.rows


def test_a_report_that_would_be_too_large_keeps_the_rows_of_most_messages():
    rows = tuple(
        replace(ROW, count=1000 - n, source=f"192.0.2.{n % 256}", header_from=f"h{n}.test") for n in range(500)
    )
    report, file = packed(report_of(replace(SEEN, rows=rows), REPORTER, BEGIN), 3000)
    assert len(file) <= 3000 and 0 < len(report.rows) < 500
    assert report.rows == rows[: len(report.rows)]
    missing = sum(row.count for row in rows[len(report.rows) :])
    assert report.errors == (f"{missing} further messages are not in this report, which would be too large",)
    assert read_report(gzip.decompress(file)).errors == report.errors


def test_one_row_is_always_left():
    report, _ = packed(report_of(SEEN, REPORTER, BEGIN), 1)
    assert len(report.rows) == 1
