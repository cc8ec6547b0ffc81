"""PROTO-07 … PROTO-13: addresses and parameters of MAIL and RCPT."""

import json
from pathlib import Path

import pytest

from tests.attacks.smuggling import END, HEADER

VECTORS = Path(__file__).parents[1] / "vectors"
REFUSED = (501, 553)


def test_proto_07_a_bounce_to_two_recipients_passes_by_default(everybody):
    with everybody.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<>")
        client.expect(250, b"RCPT TO:<a@example.test>")
        client.expect(250, b"RCPT TO:<b@example.test>")


def test_proto_07_the_second_recipient_of_a_bounce_is_refused_where_the_policy_says_so(attack):
    target = attack({"checks": {"blank_sender_recipients": {"enabled": True}}})
    with target.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<>")
        client.expect(250, b"RCPT TO:<rcpt@example.test>")
        client.expect(452, b"RCPT TO:<postmaster>")
        client.expect(354, b"DATA")
        client.send(HEADER + END)
        assert client.reply().code == 250


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        (b"FOO", 555), (b"FOO=BAR", 555), (b"X-Y=z", 555), (b"AUTH=<>", 555), (b"SOLICIT=a", 555), (b"BY=1;R", 555),
        (b"SIZE", 501), (b"SIZE=", 501), (b"SIZE=-1", 501), (b"SIZE=+1", 501), (b"SIZE=1.0", 501), (b"SIZE=0x10", 501),
        (b"SIZE=1e3", 501), (b"SIZE=1_000", 501), (b"SIZE=" + b"9" * 30, 501), (b"SIZE=" + b"9" * 20, 552),
        (b"SIZE=1048577", 552),
        (b"SIZE=1048576", 250), (b"SIZE=0", 250), (b"SIZE=00000000000000000001", 250), (b"SIZE=1 SIZE=1", 501),
        (b"SIZE=1 size=2", 501), (b"BODY=BINARYMIME", 555), (b"BODY=", 501), (b"BODY", 501), (b"BODY=9BIT", 501),
        (b"BODY=7BIT BODY=8BITMIME", 501), (b"SMTPUTF8=1", 501), (b"SMTPUTF8 SMTPUTF8", 501), (b"=x", 501),
        (b"-a=x", 501),
        (b"A=B=C", 555), (b"RET=ALL", 501), (b"RET=FULL RET=HDRS", 501), (b"ENVID=" + b"x" * 101, 501),
        (b"ENVID=a=b", 501),
        (b"ENVID=a+2", 501), (b"ENVID=a+2b", 501), (b" ".join(b"P%d" % n for n in range(20)), 501),
        (b"NOTIFY=NEVER", 555),
    ],
    ids=repr,
)  # fmt: skip
def test_proto_08_parameters_of_mail(session, parameters, code):
    session.expect(code, b"MAIL FROM:<ann@sender.test> " + parameters)
    session.expect(250 if code == 250 else 503, b"RCPT TO:<rcpt@example.test>")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        (b"FOO", 555), (b"SIZE=1", 555), (b"BODY=7BIT", 555), (b"NOTIFY=", 501), (b"NOTIFY=NEVER,FAILURE", 501),
        (b"NOTIFY=FAILURE,FAILURE", 501), (b"NOTIFY=SOMETIMES", 501), (b"NOTIFY=NEVER NOTIFY=NEVER", 501),
        (b"ORCPT=x", 501),
        (b"ORCPT=;x", 501), (b"ORCPT=rfc822;", 501), (b"ORCPT=rfc822;a b", 555), (b"ORCPT=rfc822;a+b", 501),
        (b"ORCPT=rfc822;" + b"x" * 600, 501), (b"NOTIFY=success,delay,FAILURE ORCPT=rfc822;a@b.test", 250),
    ],
    ids=repr,
)  # fmt: skip
def test_proto_08_parameters_of_rcpt(session, parameters, code):
    session.expect(250, b"MAIL FROM:<ann@sender.test>")
    session.expect(code, b"RCPT TO:<rcpt@example.test> " + parameters)
    session.expect(354 if code == 250 else 503, b"DATA")


def test_proto_09_an_address_that_needs_smtputf8_without_it(session):
    session.expect(553, "MAIL FROM:<jörg@sender.test>".encode())
    session.expect(553, "MAIL FROM:<ann@bücher.test>".encode())
    session.expect(250, b"MAIL FROM:<ann@sender.test>")
    session.expect(553, "RCPT TO:<jörg@example.test>".encode())
    session.expect(553, "RCPT TO:<rcpt@bücher.test>".encode())
    session.expect(503, b"DATA")


BAD_UTF8 = [
    b"\xff", b"\xc3", b"\x80", b"\xc0\x80", b"\xc0\xae", b"\xe0\x80\xae", b"\xf0\x80\x80\xae", b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xef\xbf\xbf", b"\xe2\x80\xae", b"\xe2\x80\x8f", b"\xe2\x81\xa6",
    b"\xd8\x9c",
    b"\xc2\x85", b"\xc2\x9b", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xf3\xb0\x80\x80\xff", b"\xef\xb7\x90",
]  # fmt: skip


@pytest.mark.parametrize("octets", BAD_UTF8, ids=repr)
def test_proto_10_bad_utf8_and_bidi_controls(session, octets):
    for path in (b"<a" + octets + b"@sender.test>", b"<a@b" + octets + b".test>", b'<"a' + octets + b'"@sender.test>'):
        assert session.command(b"MAIL FROM:" + path + b" SMTPUTF8").code in REFUSED, path
    session.expect(250, b"MAIL FROM:<ann@sender.test> SMTPUTF8")
    assert session.command(b"RCPT TO:<a" + octets + b"@example.test>").code in REFUSED
    session.expect(503, b"DATA")


def test_proto_10_nul_in_an_address_closes(target):
    with target.connect() as client:
        client.ehlo()
        client.send(b"MAIL FROM:<a\0@sender.test> SMTPUTF8\r\n")
        (refused,) = client.remaining()
    assert refused.code == 500
    target.assert_nothing_passed()


LABEL = b"b" * 63 + b"."
LENGTHS = [
    (b"a" * 64 + b"@sender.test", 250), (b"a" * 65 + b"@sender.test", 501), (b'"' + b"a" * 62 + b'"@sender.test', 250),
    (b'"' + b"a" * 63 + b'"@sender.test', 501), (b"a@" + b"b" * 63 + b".test", 250),
    (b"a@" + b"b" * 64 + b".test", 501),
    (b"a@" + LABEL * 3 + b"c" * 60, 250), (b"a@" + LABEL * 3 + b"c" * 61, 501), (b"a@" + LABEL * 4 + b"c", 501),
    (b"a" * 64 + b"@" + LABEL * 2 + b"c" * 61, 250), (b"a" * 64 + b"@" + LABEL * 2 + b"c" * 62, 501),
    ("ä".encode() * 32 + b"@sender.test", 250), ("ä".encode() * 33 + b"@sender.test", 501),
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "code"), LENGTHS, ids=lambda value: str(len(value)) if isinstance(value, bytes) else str(value)
)
def test_proto_11_lengths_of_addresses(session, address, code):
    """Local part 64, label 63, path 256 octets with its brackets (RFC 5321 §4.5.3.1)."""
    utf8 = b"" if address.isascii() else b" SMTPUTF8"
    session.expect(code, b"MAIL FROM:<" + address + b">" + utf8)


def test_proto_11_every_address_of_is_email_is_answered_in_one_line(session):
    """164 addresses, most of them wrong; what a name without a line end can hold of them."""
    cases = json.loads((VECTORS / "addr-isemail" / "addresses.json").read_text())
    addresses = [case["address"].encode("utf-8", "surrogatepass") for case in cases]
    sendable = [address for address in addresses if not set(address) & set(b"\r\n\0")]
    assert len(sendable) > 130
    for address in sendable:
        for command in (b"MAIL FROM:<" + address + b">", b"RCPT TO:<" + address + b">"):
            session.expect(250, b"RSET")
            if command.startswith(b"RCPT"):
                session.expect(250, b"MAIL FROM:<ann@sender.test>")
            reply = session.command(command)
            assert reply.code in (250, 500, 501, 550, 553, 555), (command, reply)
            assert command.startswith(b"MAIL") or reply.code != 250, "none of them is ours"


QUOTED = [
    b'"a b"',
    b'"a\\"b"',
    b'""',
    b'"a\\\\b"',
    b'"a>b"',
    b'"<a>"',
    b'"a,b"',
    b'"(a)"',
    b'"a..b"',
    b'".a"',
    b'"a\\ b"',
    b"a/b=c",
]


def test_proto_12_quoted_local_parts_arrive_as_they_were(everybody):
    with everybody.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<ann@sender.test>")
        for local in QUOTED:
            client.expect(250, b"RCPT TO:<" + local + b"@example.test>")
        client.expect(354, b"DATA")
        client.send(HEADER + END)
        assert client.reply().code == 250
    everybody.assert_backend_saw(HEADER + b"\r\n")
    said = [command for command in everybody.commands() if command.startswith(b"RCPT")]
    assert [b"RCPT TO:<" + local + b"@example.test>" for local in QUOTED] == [c for c in said if b"<rcpt@" not in c]


def test_proto_12_a_quoted_at_splits_nothing(everybody):
    with everybody.connect() as client:
        client.ehlo()
        for path in (
            b'<"a@b"@elsewhere.test>',
            b'<"a@example.test"@elsewhere.test>',
            b'<"a@elsewhere.test"@example.test>',
        ):
            assert client.rcpt(path).code == 550, path
        for path in (
            b'<"a@example.test">',
            b'<"a"b@example.test>',
            b'<"a" @example.test>',
            b'<a"b"@example.test>',
            b'<"a@example.test>',
        ):
            assert client.rcpt(path).code in (501, 550, 553), path


def test_proto_13_encoded_words_in_an_address_are_never_decoded(attack):
    target = attack(recipients=["AB@example.test", "rcpt@example.test"])
    with target.connect() as client:
        client.ehlo()
        assert client.rcpt(b"<AB@example.test>").code == 250
        for local in (
            b"=?utf-8?q?=41=42?=",
            b"=?utf-8?b?QUI=?=",
            b"=41=42",
            b"%41%42",
            b"&#65;B",
            b"\\u0041B",
            b'"=?utf-8?q?AB?="',
        ):
            assert client.rcpt(b"<" + local + b"@example.test>").code in (501, 550), local
        for domain in (b"=?utf-8?q?example?=.test", b"%65xample.test", b"example=2etest"):
            assert client.rcpt(b"<AB@" + domain + b">").code in (501, 550, 553), domain


def test_proto_13_they_reach_the_backend_as_they_were(everybody):
    with everybody.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<=?utf-8?q?=41=42?=@sender.test>")
        client.expect(250, b"RCPT TO:<=?utf-8?q?=41=42?=@example.test>")
        client.expect(354, b"DATA")
        client.send(HEADER + END)
        assert client.reply().code == 250
    assert b"RCPT TO:<=?utf-8?q?=41=42?=@example.test>" in everybody.commands()
