"""Ids that bounces, receipts and automatic replies quote, in the forms in which these come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.quoted import MOST, READ, is_receipt, quoted_ids
from gatepost.model.samples import message

PIECES = st.lists(
    st.sampled_from(
        [b"Message-ID:", b"In-Reply-To: ", b"<1@a>", b"<", b">", b"@", b"\r\n", b" ", b"\t", b"x", b"\xff"]
    ),
    max_size=60,
).map(b"".join)
NO_ID = b"From: <>\r\n"
DSN = b"""--b\r
Content-Type: text/plain\r
\r
Your message to <bob@example.net> could not be delivered.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example.net\r
\r
Final-Recipient: rfc822; bob@example.net\r
Action: failed\r
--b\r
Content-Type: message/rfc822\r
\r
Received: from x\r
Message-ID: <Original.7@Example.com>\r
Subject: Hello\r
--b--\r
"""


def ids(body=b"", header=NO_ID):
    return quoted_ids(message(header, sender="", body=body).message)


def test_a_delivery_status_notification():
    assert ids(DSN) == ("original.7@example.com",)


@pytest.mark.parametrize(
    "body",
    [
        b"> Message-ID: <7@example.com>\r\n",
        b"| Message-Id: <7@example.com>\r\n",
        b"Original-Message-ID: <7@example.com>\r\n",
        b"Message-ID:\r\n <7@example.com>\r\n",
        b"Message-ID: \r\n\t<7@example.com>\r\n",
        b"message-id:<7@example.com>",
    ],
)
def test_marks_of_quotation_folds_and_case_do_not_hide_it(body):
    assert ids(body) == ("7@example.com",)


def test_an_automatic_reply_answers_in_its_header():
    assert ids(b"I am away.\r\n", b"Message-ID: <r@x>\r\nIn-Reply-To: <7@example.com>\r\n") == ("r@x", "7@example.com")


def test_a_line_that_follows_is_no_part_of_the_field():
    assert ids(b"Message-ID: none\r\n<7@example.com>\r\n") == ()


def test_few_are_read_however_many_there_are():
    many = b"".join(b"Message-ID: <%d@example.com>\r\n" % number for number in range(5000))
    assert len(ids(many)) == MOST


def test_what_comes_late_is_not_read():
    assert ids(b"x" * READ + b"\r\nMessage-ID: <7@example.com>\r\n") == ()


@given(PIECES)
def test_whatever_comes_few_short_ids_are_found(body):
    found = ids(body)
    assert len(found) <= MOST and all(0 < len(each) <= 250 and "<" not in each for each in found)


@pytest.mark.parametrize(
    ("content_type", "receipt"),
    [
        (b"multipart/report;\r\n report-type=disposition-notification", True),
        (b'Multipart/Report; Report-Type="Disposition-Notification"', True),
        (b"multipart/report; report-type=delivery-status", False),
    ],
)
def test_a_read_receipt(content_type, receipt):
    assert is_receipt(message(b"Content-Type: " + content_type + b"\r\n").message) is receipt
    assert not is_receipt(message().message)
