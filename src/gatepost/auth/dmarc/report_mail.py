"""In what mail does an aggregate report travel (RFC 9990 §3.5.2, RFC 5322, RFC 2046)?"""

from base64 import encodebytes
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from gatepost.auth.dmarc.reporting import Reporter
from gatepost.model.address import Address
from gatepost.syntax.date import rfc5322_date

BASE64_LINE = 78 / 57  # octets as sent, CRLF included, for each of the file


class Package(Struct, frozen=True, kw_only=True):
    """A report as it is kept until it is delivered.

    Args:
        domain: the policy domain.
        begin, end: of the period, Unix time in seconds.
        file: the document, gzipped.
    """

    identity: str
    domain: str
    begin: int
    end: int
    file: bytes

    @property
    def octets(self) -> int:
        """Of the mail, as far as it does not depend on who gets it."""
        return int(len(self.file) * BASE64_LINE) + 2048


def file_name(package: Package, receiver: str) -> str:
    """Who reports, about whom, when; the same if the report is sent again."""
    return f"{receiver}!{package.domain}!{package.begin}!{package.end}!{package.identity}.xml.gz"


def subject(package: Package, receiver: str) -> str:
    """Folded, since it names two domains and an identity."""
    return f"Report Domain: {package.domain}\r\n Submitter: {receiver}\r\n Report-ID: {package.identity}"


def mail(package: Package, reporter: Reporter, to: Sequence[Address], now: float) -> bytes:
    """The whole message in seven bits, CRLF line ends, not dot-stuffed: no line of it begins with a dot.

    Args:
        to: ASCII addresses.
        now: Unix time in seconds, for Date.
    """
    receiver = reporter.sender.domain
    boundary = f"=_{package.identity}"
    name = file_name(package, receiver)
    header = (
        f"From: {reporter.sender}",
        f"To: {folded(to)}",
        f"Subject: {subject(package, receiver)}",
        f"Date: {rfc5322_date(now)}",
        f"Message-ID: <{package.identity}@{reporter.hostname}>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{boundary}"',
    )
    text = (f"--{boundary}", "Content-Type: text/plain; charset=us-ascii", "", *explained(package, receiver), "")
    attached = (
        f"--{boundary}",
        f'Content-Type: application/gzip; name="{name}"',
        f'Content-Disposition: attachment; filename="{name}"',
        "Content-Transfer-Encoding: base64",
        "",
        encodebytes(package.file).decode().replace("\n", "\r\n") + f"--{boundary}--",
        "",
    )
    return "\r\n".join((*header, "", *text, *attached)).encode("ascii")


def folded(to: Sequence[Address]) -> str:
    return ",\r\n ".join(map(str, to))


def explained(package: Package, receiver: str) -> tuple[str, ...]:
    day = datetime.fromtimestamp(package.begin, UTC).strftime("%Y-%m-%d")
    return (
        f"A DMARC aggregate report (RFC 9990) about mail from {package.domain},",
        f"received by {receiver} on {day} (UTC).",
        f"It is sent because the record at _dmarc.{package.domain} asks for it.",
    )
