"""The form of a header, beyond the worked examples."""

from gatepost.checks.header import DETAIL_LIMIT, Config, Header
from gatepost.model.samples import PLAIN_HEADER, message

CHECK = Header(Config())


def findings(*header, **more):
    return CHECK(message(b"".join(header), **more)).findings


def test_each_singleton_that_is_doubled_is_named_once():
    (found,) = findings(PLAIN_HEADER, b"SUBJECT: x\r\nto: y\r\nTo: z\r\n")
    assert found.detail == "subject, to"


def test_fields_that_may_occur_often_may():
    assert findings(PLAIN_HEADER, b"Received: x\r\nReceived: y\r\nX-A: 1\r\nX-A: 2\r\n") == ()


def test_eight_bit_octets_in_the_body_are_no_fault_of_the_header():
    assert findings(PLAIN_HEADER, body="ü\r\n".encode()) == ()


def test_details_are_bounded():
    (found,) = findings(PLAIN_HEADER, malformed=("x" * 5000, "y"))
    assert len(found.detail) == DETAIL_LIMIT


def test_several_faults_are_all_found():
    assert [f.code for f in findings(b"X: \xff\r\n", malformed=("nul",))] == [
        "header.nul", "header.eight_bit", "header.no_date",
    ]  # fmt: skip
