"""Which report does a day make for one policy, and how large may it become (RFC 9990 §3.1, §3.5)?"""

import hashlib
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct, json
from msgspec.structs import replace

from gatepost.auth.dmarc.report import Report
from gatepost.auth.dmarc.report_writer import written
from gatepost.auth.dmarc.tally import Seen
from gatepost.model.address import Address

DAY = 86_400  # seconds
IDENTITY_LENGTH = 24  # hexadecimal digits behind the date
GZIP = 31  # zlib's number for the format of RFC 1952; it writes no time and no name into it
SMALLEST = 9  # level of compression


class Reporter(Struct, frozen=True, kw_only=True):
    """Who reports.

    Args:
        organization, contact: for people.
        sender: in From and MAIL FROM; its domain names us in subjects and file names.
        hostname: of the gateway, for Message-ID.
    """

    organization: str
    contact: str
    sender: Address
    hostname: str


def report_of(seen: Seen, reporter: Reporter, begin: int, errors: Iterable[str] = ()) -> Report:
    """The report of the day that begins then, Unix time in seconds; made again it has the same identity.

    Args:
        errors: what was wrong with the policy record.
    """
    return Report(
        organization=reporter.organization,
        contact=reporter.contact,
        identity=identity(seen, reporter, begin),
        begin=begin,
        end=begin + DAY - 1,
        errors=(*errors, *left_out(seen.left_out)),
        published=seen.published,
        rows=seen.rows,
    )


def identity(seen: Seen, reporter: Reporter, begin: int) -> str:
    """Letters and digits only, for it also stands in the file's name, and both have to be the same (§3.1.5)."""
    about = json.encode((str(reporter.sender), reporter.hostname, begin, seen.published))
    date = datetime.fromtimestamp(begin, UTC).strftime("%Y%m%d")
    return f"{date}{hashlib.sha256(about).hexdigest()[:IDENTITY_LENGTH]}"


def left_out(messages: int) -> tuple[str, ...]:
    return (f"{messages} further messages are not in this report, which would be too large",) if messages else ()


def packed(report: Report, most: int) -> tuple[Report, bytes]:
    """The report, with fewer rows if it has to be, and its file.

    Args:
        most: octets of the file; one row is always left.
    """
    whole, file = report, gzipped(written(report))
    while len(file) > most and len(report.rows) > 1:
        rows = report.rows[: len(report.rows) // 2]
        missing = sum([row.count for row in whole.rows[len(rows) :]])
        report = replace(report, rows=rows, errors=(*whole.errors, *left_out(missing)))
        file = gzipped(written(report))
    return report, file


def gzipped(octets: bytes) -> bytes:
    packer = zlib.compressobj(SMALLEST, zlib.DEFLATED, GZIP)
    return packer.compress(octets) + packer.flush()
