"""The mail in which a report travels, as RFC 9990 §3.5.2 has it: read by a stranger's parser."""

import gzip
import re
from email import message_from_bytes
from email.policy import SMTP

from msgspec.structs import replace

from gatepost.auth.dmarc.report_mail import Package, mail
from gatepost.auth.dmarc.report_parts import attachments
from gatepost.auth.dmarc.reporting import packed, report_of
from gatepost.model.address import Address, Domain
from tests.auth.dmarc.test_reporting import BEGIN, REPORTER, SEEN

REPORT, FILE = packed(report_of(SEEN, REPORTER, BEGIN), 100_000)
PACKAGE = Package(identity=REPORT.identity, domain="example.net", begin=REPORT.begin, end=REPORT.end, file=FILE)
TO = (Address("dmarc", Domain("example.net")), Address("x", Domain("collector.example")))
OCTETS = mail(PACKAGE, REPORTER, TO, BEGIN + 90_000)
READ = message_from_bytes(OCTETS, policy=SMTP)
DOMAIN = r"[a-z0-9.-]+"


def test_the_subject_names_domain_reporter_and_identity():
    pattern = rf"Report Domain: example\.net Submitter: example\.com Report-ID: {REPORT.identity}"
    assert re.fullmatch(pattern, " ".join(READ["Subject"].split()))


def test_the_file_is_attached_under_the_name_that_the_rfc_wants():
    (attached,) = READ.iter_attachments()
    name = f"example.com!example.net!{BEGIN}!{BEGIN + 86_399}!{REPORT.identity}.xml.gz"
    assert (attached.get_content_type(), attached.get_filename()) == ("application/gzip", name)
    assert gzip.decompress(attached.get_content()) == gzip.decompress(FILE)


def test_the_identity_is_the_same_everywhere():
    assert READ["Message-ID"] == f"<{REPORT.identity}@mx1.example.com>"
    assert READ["Subject"].split()[-1] == REPORT.identity


def test_it_is_an_automatic_mail_from_the_reporter():
    assert READ["Auto-Submitted"] == "auto-generated"
    assert (READ["From"], READ["To"]) == ("dmarc@example.com", "dmarc@example.net, x@collector.example")
    assert READ["Date"].datetime.timestamp() == BEGIN + 90_000


def test_people_can_read_what_it_is():
    (text,) = [part for part in READ.walk() if part.get_content_type() == "text/plain"]
    assert "about mail from example.net" in text.get_content() and "2026-03-14" in text.get_content()


def test_it_has_seven_bits_short_lines_and_no_dot_at_the_beginning_of_one():
    lines = OCTETS.split(b"\r\n")
    assert OCTETS.isascii() and b"\n" not in b"".join(lines) and b"\r" not in b"".join(lines)
    assert max(map(len, lines)) <= 998 and not [line for line in lines if line.startswith(b".")]


def test_its_size_is_known_before_it_is_made():
    large = replace(PACKAGE, file=bytes(range(256)) * 400)
    size = len(mail(large, REPORTER, TO, 0))
    assert size <= large.octets <= size * 1.1 + 2048


def test_our_own_import_finds_the_report_in_it():
    assert attachments(OCTETS) == (FILE,)
