"""Mails that carry reports, as many mail programs make them, and mails that want to keep us busy."""

import base64
import gzip
import time
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dmarc import report_parts
from gatepost.auth.dmarc.report_parts import attachments

XML = b'<?xml version="1.0"?><feedback><version>1.0</version></feedback>'
FILE = gzip.compress(XML)


def mail(*files, policy=SMTP, text="A report.", maintype="application", subtype="gzip"):
    made = EmailMessage(policy=policy)
    made["Subject"] = "Report Domain: example.com"
    made.set_content(text)
    for file in files:
        made.add_attachment(file, maintype=maintype, subtype=subtype, filename="a!b!1!2.xml.gz")
    return made.as_bytes()


@pytest.mark.parametrize("policy", [SMTP, default], ids=["CRLF", "LF"])
def test_a_file_attached_is_found(policy):
    assert attachments(mail(FILE, policy=policy)) == (FILE,)


def test_all_files_are_found_in_order():
    assert attachments(mail(FILE, XML)) == (FILE, XML)


@pytest.mark.parametrize("subtype", ["octet-stream", "zip", "x-gzip", "pdf"])
def test_what_it_calls_itself_does_not_matter(subtype):
    assert attachments(mail(FILE, subtype=subtype)) == (FILE,)


def test_a_mail_may_be_nothing_but_the_file():
    head = b"Subject: Report\r\nContent-Type: application/gzip\r\nContent-Transfer-Encoding: Base64\r\n\r\n"
    assert attachments(head + base64.encodebytes(FILE)) == (FILE,)


def test_a_document_may_be_in_quoted_printable():
    head = b"Content-Type: text/xml\nContent-Transfer-Encoding: quoted-printable\n\n"
    assert attachments(head + b'<feedback xmlns=3D"a">=\n</feedback>') == (b'<feedback xmlns="a"></feedback>',)


def test_a_forwarded_mail_is_looked_into():
    outer = EmailMessage(policy=default)
    outer.set_content("See below.")
    inner = EmailMessage(policy=default)
    inner.set_content("A report.")
    inner.add_attachment(FILE, maintype="application", subtype="gzip")
    outer.add_attachment(inner)
    assert attachments(outer.as_bytes()) == (FILE,)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\n",
        b"no mail at all",
        mail(),
        mail(b"%PDF-1.7", subtype="pdf"),
        b"Content-Type: multipart/mixed\n\n--\n\n" + XML,
        b"Content-Type: multipart/mixed; boundary=x\n\nno parts\n",
        b"Content-Transfer-Encoding: base64\n\nA",
    ],
    ids=["empty", "blank", "text", "no file", "other file", "no boundary", "no parts", "broken base64"],
)
def test_a_mail_without_a_report_has_none(octets):
    assert attachments(octets) == ()


@pytest.mark.parametrize("end", [b"--", b"--\n", b"", b"-- and more\n"], ids=["end", "line end", "cut off", "more"])
def test_the_last_part_may_end_in_several_ways(end):
    octets = b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\n" + XML + b"\n--x" + end
    assert attachments(octets) == (XML,)


def test_the_last_part_may_have_no_end():
    assert attachments(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\n" + XML) == (XML,)


@pytest.mark.parametrize("field", [b'boundary="a b"', b'charset=x; boundary = "a b"', b'\n\tboundary="a b"'])
def test_a_boundary_may_be_written_in_several_ways(field):
    octets = b"Content-Type: multipart/mixed; " + field + b"\n\nx\n--a b\n\n" + XML + b"\n--a b--\n"
    assert attachments(octets) == (XML,)


def test_a_boundary_that_begins_like_another_is_another():
    octets = b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\n" + XML + b"\n--xy\nmore\n--x--\n"
    assert attachments(octets) == (XML + b"\n--xy\nmore",)


def nested(depth):
    heads = (
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth, 0, -1)
    )
    return b"".join(heads) + b"\n" + XML


def test_parts_within_parts_are_followed_to_a_limit():
    assert attachments(nested(report_parts.DEPTH_LIMIT)) == (XML,)
    assert attachments(nested(report_parts.DEPTH_LIMIT + 1)) == ()
    assert attachments(nested(50_000)) == ()


def test_parts_are_counted_to_a_limit():
    part = b"--x\n\n" + XML + b"\n"
    octets = b"Content-Type: multipart/mixed; boundary=x\n\n" + part * 1000
    assert len(attachments(octets)) == report_parts.PARTS_LIMIT - 1


@pytest.mark.parametrize(
    "octets",
    [
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n" * 1_000_000,
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"\n--xx" * 1_000_000,
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"\n" * 4_000_000,
        b"a:\n" * 1_000_000,
        b"\n " * 2_000_000,
        b"Content-Type: multipart/x" + b"; boundary=" * 400_000 + b"\n\n",
        b"Content-Type: multipart/x;" + b" " * 4_000_000 + b"\n\n",
        nested(100_000),
        b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 4_000_000,
        b"Content-Transfer-Encoding: base64\n\n" + b"=" * 4_000_000,
    ],
    ids=[
        "delimiters",
        "almost delimiters",
        "blank lines",
        "fields",
        "folds",
        "parameters",
        "blanks",
        "depth",
        "=",
        "==",
    ],
)
def test_the_time_grows_with_the_length_only(octets):
    begun = time.perf_counter()
    attachments(octets)
    assert time.perf_counter() - begun < 5


LINES = st.lists(
    st.sampled_from(
        [b"Content-Type: multipart/mixed; boundary=x", b"Content-Type: multipart/mixed; boundary=xy",
         b"Content-Type: message/rfc822", b"Content-Transfer-Encoding: base64", b"--x", b"--x--", b"--xy", b"--", b"",
         b" fold", XML, base64.b64encode(FILE), b"=", b"\xff\x00"]
    ),
    max_size=20,
)  # fmt: skip


@given(LINES, st.sampled_from([b"\n", b"\r\n"]))
def test_whatever_it_is_nothing_is_raised_and_only_files_are_found(lines, end):
    for found in attachments(end.join(lines)):
        assert found.startswith(b"\x1f\x8b") or b"<feedback" in found
