"""Which reports are in these files: reports as they came, gzipped, in zip archives, in mails, in mailboxes of mails?

A file is looked at, not its name. Whatever its size, no more than one mail of it is in memory.
"""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from gatepost.auth.dmarc.report import Report
from gatepost.auth.dmarc.report_parts import attachments
from gatepost.auth.dmarc.report_reader import BadReport, read_report
from gatepost.auth.dmarc.unpacked import BadPackage, documents, is_report

MAIL_LIMIT = 20 * 2**20  # octets: the largest file a report may be in, in base64, and then some
LINE_PIECE = 64 * 1024  # octets read at once
MBOX_MARK = b"From "
MAILDIR = ("new", "cur")


class Found(Struct, frozen=True):
    """A report, or why there is none."""

    where: str
    report: Report | None = None
    problem: str = ""


def found_in(path: Path) -> Iterator[Found]:
    """All reports of a file or directory. Never raises: what cannot be read is said."""
    try:
        if path.is_dir():
            yield from in_directory(path)
        else:
            yield from in_file(path)
    except OSError as error:
        yield Found(str(path), problem=error.strerror or "cannot be read")


def in_directory(path: Path) -> Iterator[Found]:
    """Of a Maildir its mails, else the files in it; not what is in directories below."""
    folders = [path / name for name in MAILDIR if (path / name).is_dir()]
    for folder in folders or [path]:
        for file in sorted(folder.iterdir()):
            if stat.S_ISREG(file.stat().st_mode):
                yield from found_in(file)


def in_file(path: Path) -> Iterator[Found]:
    if not stat.S_ISREG(path.stat().st_mode):
        yield Found(str(path), problem="not a file")
        return
    with path.open("rb") as file:
        beginning = file.read(len(MBOX_MARK))
        file.seek(0)
        if beginning == MBOX_MARK:
            yield from in_mbox(file, str(path))
        else:
            yield from in_octets(file.read(MAIL_LIMIT + 1), str(path))


def in_mbox(file: BinaryIO, where: str) -> Iterator[Found]:
    for number, mail in enumerate(mails(file), start=1):
        yield from in_mail(mail, f"{where}, mail {number}")


def mails(file: BinaryIO) -> Iterator[bytes]:
    """Of an mbox (RFC 4155), each cut at a little over `MAIL_LIMIT`, whatever its length."""
    mail = bytearray()
    is_line_start, after_blank = True, True
    while piece := file.readline(LINE_PIECE):
        if is_line_start and after_blank and piece.startswith(MBOX_MARK):
            if mail:
                yield bytes(mail)
            mail.clear()
        elif len(mail) <= MAIL_LIMIT:
            mail += piece
        after_blank = is_line_start and piece in (b"\n", b"\r\n")
        is_line_start = piece.endswith(b"\n")
    if mail:
        yield bytes(mail)


def in_octets(octets: bytes, where: str) -> Iterator[Found]:
    """A report, or a mail with one or more."""
    if is_report(octets):
        yield from in_package(octets, where)
    else:
        yield from in_mail(octets, where)


def in_mail(octets: bytes, where: str) -> Iterator[Found]:
    if len(octets) > MAIL_LIMIT:
        yield Found(where, problem="too large")
        return
    packages = attachments(octets)
    if not packages:
        yield Found(where, problem="no report in it")
    for package in packages:
        yield from in_package(package, where)


def in_package(octets: bytes, where: str) -> Iterator[Found]:
    try:
        unpacked = documents(octets)
    except BadPackage as error:
        yield Found(where, problem=str(error))
        return
    for document in unpacked:
        try:
            yield Found(where, read_report(document))
        except BadReport as error:
            yield Found(where, problem=f"no report: {error}")
