"""PROTO-07 … PROTO-17: addresses and parameters of MAIL and RCPT, relaying."""

import json
from pathlib import Path

import pytest

from tests.attacks.client import Client, Closed
from tests.attacks.smuggling import END, HEADER
from tests.attacks.target import GENEROUS, Target
from tests.servers.gateway import Gateway, laid_over

VECTORS = Path(__file__).parents[1] / "vectors"
REFUSED = (501, 553)
RELAYED = range(200, 300)


@pytest.fixture
def session(target):
    """A client that has said EHLO."""
    target.serve_somebody()  # the gateway has seen by now what its backend offers
    with target.connect() as client:
        client.ehlo()
        yield client
    target.assert_nothing_passed()


@pytest.fixture(scope="module")
def open_gateway(sloppy):
    domains = {name: {"backend": "mail", "recipients": "any"} for name in ("example.test", "bücher.test")}
    with Gateway(backend=sloppy.port, settings=laid_over(GENEROUS, {"domains": domains})) as gateway:
        yield gateway


@pytest.fixture
def everybody(open_gateway, sloppy):
    """A gateway that takes every address of its domains, and a domain with an umlaut among them."""
    target = Target(open_gateway, sloppy)
    target.serve_somebody()
    yield target
    target.assert_no_bug()


def rcpt(client: Client, recipient: bytes, sender: bytes = b"MAIL FROM:<ann@sender.test>") -> int:
    """The code of one RCPT in a transaction of its own."""
    client.expect(250, b"RSET")
    client.expect(250, sender)
    return client.command(b"RCPT TO:" + recipient).code


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
        (b"SIZE=1e3", 501), (b"SIZE=1_000", 501), (b"SIZE=" + b"9" * 30, 501), (b"SIZE=" + b"9" * 20, 552), (b"SIZE=1048577", 552),
        (b"SIZE=1048576", 250), (b"SIZE=0", 250), (b"SIZE=00000000000000000001", 250), (b"SIZE=1 SIZE=1", 501),
        (b"SIZE=1 size=2", 501), (b"BODY=BINARYMIME", 555), (b"BODY=", 501), (b"BODY", 501), (b"BODY=9BIT", 501),
        (b"BODY=7BIT BODY=8BITMIME", 501), (b"SMTPUTF8=1", 501), (b"SMTPUTF8 SMTPUTF8", 501), (b"=x", 501), (b"-a=x", 501),
        (b"A=B=C", 555), (b"RET=ALL", 501), (b"RET=FULL RET=HDRS", 501), (b"ENVID=" + b"x" * 101, 501), (b"ENVID=a=b", 501),
        (b"ENVID=a+2", 501), (b"ENVID=a+2b", 501), (b" ".join(b"P%d" % n for n in range(20)), 501), (b"NOTIFY=NEVER", 555),
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
        (b"NOTIFY=FAILURE,FAILURE", 501), (b"NOTIFY=SOMETIMES", 501), (b"NOTIFY=NEVER NOTIFY=NEVER", 501), (b"ORCPT=x", 501),
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
    b"\xff", b"\xc3", b"\x80", b"\xc0\x80", b"\xc0\xae", b"\xe0\x80\xae", b"\xf0\x80\x80\xae", b"\xed\xa0\x80", b"\xed\xbf\xbf",
    b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xef\xbf\xbf", b"\xe2\x80\xae", b"\xe2\x80\x8f", b"\xe2\x81\xa6", b"\xd8\x9c",
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
    (b'"' + b"a" * 63 + b'"@sender.test', 501), (b"a@" + b"b" * 63 + b".test", 250), (b"a@" + b"b" * 64 + b".test", 501),
    (b"a@" + LABEL * 3 + b"c" * 60, 250), (b"a@" + LABEL * 3 + b"c" * 61, 501), (b"a@" + LABEL * 4 + b"c", 501),
    (b"a" * 64 + b"@" + LABEL * 2 + b"c" * 61, 250), (b"a" * 64 + b"@" + LABEL * 2 + b"c" * 62, 501),
    ("ä".encode() * 32 + b"@sender.test", 250), ("ä".encode() * 33 + b"@sender.test", 501),
]  # fmt: skip


@pytest.mark.parametrize(("address", "code"), LENGTHS, ids=lambda value: str(len(value)) if isinstance(value, bytes) else str(value))
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


QUOTED = [b'"a b"', b'"a\\"b"', b'""', b'"a\\\\b"', b'"a>b"', b'"<a>"', b'"a,b"', b'"(a)"', b'"a..b"', b'".a"', b'"a\\ b"', b"a/b=c"]


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
        for path in (b'<"a@b"@elsewhere.test>', b'<"a@example.test"@elsewhere.test>', b'<"a@elsewhere.test"@example.test>'):
            assert rcpt(client, path) == 550, path
        for path in (b'<"a@example.test">', b'<"a"b@example.test>', b'<"a" @example.test>', b'<a"b"@example.test>', b'<"a@example.test>'):
            assert rcpt(client, path) in (501, 550, 553), path


def test_proto_13_encoded_words_in_an_address_are_never_decoded(attack):
    target = attack(recipients=["AB@example.test", "rcpt@example.test"])
    with target.connect() as client:
        client.ehlo()
        assert rcpt(client, b"<AB@example.test>") == 250
        for local in (b"=?utf-8?q?=41=42?=", b"=?utf-8?b?QUI=?=", b"=41=42", b"%41%42", b"&#65;B", b"\\u0041B", b'"=?utf-8?q?AB?="'):
            assert rcpt(client, b"<" + local + b"@example.test>") in (501, 550), local
        for domain in (b"=?utf-8?q?example?=.test", b"%65xample.test", b"example=2etest"):
            assert rcpt(client, b"<AB@" + domain + b">") in (501, 550, 553), domain


def test_proto_13_they_reach_the_backend_as_they_were(everybody):
    with everybody.connect() as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<=?utf-8?q?=41=42?=@sender.test>")
        client.expect(250, b"RCPT TO:<=?utf-8?q?=41=42?=@example.test>")
        client.expect(354, b"DATA")
        client.send(HEADER + END)
        assert client.reply().code == 250
    assert b"RCPT TO:<=?utf-8?q?=41=42?=@example.test>" in everybody.commands()


SOURCE_ROUTES = [b"<@a.test,@b.test:c@example.test>", b"<@example.test:a@b.test>", b"<@a.test:rcpt@example.test>", b"<@:rcpt@example.test>"]


@pytest.mark.parametrize("path", SOURCE_ROUTES, ids=repr)
def test_proto_14_source_routes(session, path):
    assert session.command(b"MAIL FROM:" + path).code == 553
    session.expect(250, b"MAIL FROM:<ann@sender.test>")
    assert session.command(b"RCPT TO:" + path).code == 553
    session.expect(503, b"DATA")


ROUTES = [
    b"user%other.test@example.test", b"user@other.test@example.test", b"other.test!user@example.test", b'"user@other.test"@example.test',
    b"user%other.test%third.test@example.test", b'"user%other.test"@example.test', b'"other.test!user"@example.test',
    b"other!other!user@example.test", b"user%@example.test", b"!@example.test", b'"user\\@other.test"@example.test',
    b"rcpt@example.test@other.test", b"rcpt%example.test@other.test", b'"rcpt@example.test"@other.test', b"user@other.test%example.test",
]  # fmt: skip


@pytest.mark.parametrize("where", ["target", "everybody"])
def test_proto_15_routes_within_a_local_part(request, where):
    with request.getfixturevalue(where).connect() as client:
        client.ehlo()
        for route in ROUTES:
            assert rcpt(client, b"<" + route + b">") == 550, route


def test_proto_16_our_domain_however_it_is_written(everybody):
    same = [
        b"rcpt@example.test", b"rcpt@EXAMPLE.TEST", b"rcpt@eXample.tesT", b"rcpt@xn--bcher-kva.test", b"rcpt@XN--BCHER-KVA.TEST",
        "rcpt@bücher.test".encode(), "rcpt@BÜCHER.test".encode(), "rcpt@bu\u0308cher.test".encode(),
        "rcpt@ｅｘａｍｐｌｅ.test".encode(), "rcpt@bücher。test".encode(),
    ]  # fmt: skip
    with everybody.connect() as client:
        client.ehlo()
        utf8 = b"MAIL FROM:<ann@sender.test> SMTPUTF8"
        for address in same:
            assert rcpt(client, b"<" + address + b">", utf8) == 250, address
        client.expect(354, b"DATA")
        client.send(HEADER + END)
        assert client.reply().code == 250
    everybody.assert_backend_saw(HEADER + b"\r\n")
    assert b"RCPT TO:<rcpt@xn--bcher-kva.test>" in everybody.commands(), "one spelling goes on"


def test_proto_16_addresses_that_are_not_of_our_domain(everybody):
    other = [
        b"rcpt@[127.0.0.1]", b"rcpt@[IPv6:::1]", b"rcpt@mx.example.test", b"rcpt@sub.example.test", b"rcpt@example.test.evil.test",
        b"rcpt@xexample.test", b"rcpt@test", b"rcpt@xn--example-.test", b"rcpt@bucher.test", b"rcpt@127.0.0.1",
    ]  # fmt: skip
    with everybody.connect() as client:
        client.ehlo()
        for address in other:
            assert rcpt(client, b"<" + address + b">") in (550, 501), address
        for malformed in (b"rcpt@example.test.", b"rcpt@.example.test", b"rcpt@example..test", b"rcpt@example.test,x.test"):
            assert rcpt(client, b"<" + malformed + b">") == 501, malformed
        assert rcpt(client, b"<postmaster>") == 250
        assert rcpt(client, b"<PostMaster>") == 250


TESTED, NAME, LITERAL = b"nmap.scanme.test", b"mx.example.test", b"[127.0.0.1]"
US, THEM = b"antispam@" + TESTED, b"relaytest@" + TESTED
RELAYS = [  # sender, recipient: the combinations of nmap's smtp-open-relay
    (b"", THEM), (US, THEM), (b"antispam@" + NAME, THEM), (b"antispam@" + LITERAL, THEM),
    (b"antispam@" + LITERAL, b"relaytest%" + TESTED + b"@" + LITERAL), (b"antispam@" + LITERAL, b"relaytest%" + TESTED + b"@" + NAME),
    (b"antispam@" + LITERAL, b'"' + THEM + b'"'), (b"antispam@" + LITERAL, b'"relaytest%' + TESTED + b'"'),
    (b"antispam@" + LITERAL, THEM + b"@" + LITERAL), (b"antispam@" + LITERAL, b'"' + THEM + b'"@' + LITERAL),
    (b"antispam@" + LITERAL, THEM + b"@" + NAME), (b"antispam@" + LITERAL, b"@" + LITERAL + b":" + THEM),
    (b"antispam@" + LITERAL, b"@" + NAME + b":" + THEM), (b"antispam@" + LITERAL, TESTED + b"!relaytest"),
    (b"antispam@" + LITERAL, TESTED + b"!relaytest@" + LITERAL), (b"antispam@" + LITERAL, TESTED + b"!relaytest@" + NAME),
]  # fmt: skip


@pytest.mark.parametrize("number", range(16))
def test_proto_17_nothing_is_relayed(everybody, number):
    """Also with names of ours in place of the host's, and with every recipient of ours taken."""
    sender, recipient = RELAYS[number]
    for ours in (NAME, b"example.test"):
        with everybody.connect() as client:
            client.ehlo()
            client.expect(250, b"MAIL FROM:<" + sender.replace(NAME, ours) + b">")
            reply = client.command(b"RCPT TO:<" + recipient.replace(NAME, ours) + b">")
            assert reply.code == (553 if recipient.startswith(b"@") else 550), reply
            client.expect(503, b"DATA")
    everybody.assert_backend_saw()


def test_proto_17_a_relay_test_is_not_let_in_by_patience(target):
    """The same in one session, and behind a recipient who is ours."""
    with target.connect() as client:
        client.ehlo()
        client.envelope()
        for _, recipient in RELAYS:
            assert client.command(b"RCPT TO:<" + recipient + b">").code not in RELAYED
        client.expect(354, b"DATA")
        client.send(HEADER + END)
        assert client.reply().code == 250
        client.expect(221, b"QUIT")
        with pytest.raises(Closed):
            client.reply()
    target.assert_backend_saw(HEADER + b"\r\n")
    assert not any(TESTED in command for command in target.commands())
