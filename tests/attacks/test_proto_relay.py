"""PROTO-14 … PROTO-17: nothing is relayed, however its recipient is written."""

import pytest

from tests.attacks.client import Closed
from tests.attacks.smuggling import END, HEADER

RELAYED = range(200, 300)
SOURCE_ROUTES = [
    b"<@a.test,@b.test:c@example.test>",
    b"<@example.test:a@b.test>",
    b"<@a.test:rcpt@example.test>",
    b"<@:rcpt@example.test>",
]


@pytest.mark.parametrize("path", SOURCE_ROUTES, ids=repr)
def test_proto_14_source_routes(session, path):
    assert session.command(b"MAIL FROM:" + path).code == 553
    session.expect(250, b"MAIL FROM:<ann@sender.test>")
    assert session.command(b"RCPT TO:" + path).code == 553
    session.expect(503, b"DATA")


ROUTES = [
    b"user%other.test@example.test", b"user@other.test@example.test", b"other.test!user@example.test",
    b'"user@other.test"@example.test',
    b"user%other.test%third.test@example.test", b'"user%other.test"@example.test', b'"other.test!user"@example.test',
    b"other!other!user@example.test", b"user%@example.test", b"!@example.test", b'"user\\@other.test"@example.test',
    b"rcpt@example.test@other.test", b"rcpt%example.test@other.test", b'"rcpt@example.test"@other.test',
    b"user@other.test%example.test",
]  # fmt: skip


@pytest.mark.parametrize("where", ["target", "everybody"])
def test_proto_15_routes_within_a_local_part(request, where):
    with request.getfixturevalue(where).connect() as client:
        client.ehlo()
        for route in ROUTES:
            assert client.rcpt(b"<" + route + b">").code == 550, route


def test_proto_16_our_domain_however_it_is_written(everybody):
    same = [
        b"rcpt@example.test", b"rcpt@EXAMPLE.TEST", b"rcpt@eXample.tesT", b"rcpt@xn--bcher-kva.test",
        b"rcpt@XN--BCHER-KVA.TEST",
        "rcpt@bücher.test".encode(), "rcpt@BÜCHER.test".encode(), "rcpt@bu\u0308cher.test".encode(),
        "rcpt@\uff45\uff58ample.test".encode(), "rcpt@bücher\u3002test".encode(),
    ]  # fmt: skip
    with everybody.connect() as client:
        client.ehlo()
        utf8 = b"MAIL FROM:<ann@sender.test> SMTPUTF8"
        for address in same:
            assert client.rcpt(b"<" + address + b">", utf8).code == 250, address
        client.expect(354, b"DATA")
        client.send(HEADER + END)
        assert client.reply().code == 250
    everybody.assert_backend_saw(HEADER + b"\r\n")
    assert b"RCPT TO:<rcpt@xn--bcher-kva.test>" in everybody.commands(), "one spelling goes on"


def test_proto_16_addresses_that_are_not_of_our_domain(everybody):
    other = [
        b"rcpt@[127.0.0.1]", b"rcpt@[IPv6:::1]", b"rcpt@mx.example.test", b"rcpt@sub.example.test",
        b"rcpt@example.test.evil.test",
        b"rcpt@xexample.test", b"rcpt@test", b"rcpt@xn--example-.test", b"rcpt@bucher.test", b"rcpt@127.0.0.1",
    ]  # fmt: skip
    with everybody.connect() as client:
        client.ehlo()
        for address in other:
            assert client.rcpt(b"<" + address + b">").code in (550, 501), address
        for malformed in (
            b"rcpt@example.test.",
            b"rcpt@.example.test",
            b"rcpt@example..test",
            b"rcpt@example.test,x.test",
        ):
            assert client.rcpt(b"<" + malformed + b">").code == 501, malformed
        assert client.rcpt(b"<postmaster>").code == 250
        assert client.rcpt(b"<PostMaster>").code == 250


TESTED, NAME, LITERAL = b"nmap.scanme.test", b"mx.example.test", b"[127.0.0.1]"
US, THEM = b"antispam@" + TESTED, b"relaytest@" + TESTED
RELAYS = [  # sender, recipient: the combinations of nmap's smtp-open-relay
    (b"", THEM), (US, THEM), (b"antispam@" + NAME, THEM), (b"antispam@" + LITERAL, THEM),
    (b"antispam@" + LITERAL, b"relaytest%" + TESTED + b"@" + LITERAL),
    (b"antispam@" + LITERAL, b"relaytest%" + TESTED + b"@" + NAME),
    (b"antispam@" + LITERAL, b'"' + THEM + b'"'), (b"antispam@" + LITERAL, b'"relaytest%' + TESTED + b'"'),
    (b"antispam@" + LITERAL, THEM + b"@" + LITERAL), (b"antispam@" + LITERAL, b'"' + THEM + b'"@' + LITERAL),
    (b"antispam@" + LITERAL, THEM + b"@" + NAME), (b"antispam@" + LITERAL, b"@" + LITERAL + b":" + THEM),
    (b"antispam@" + LITERAL, b"@" + NAME + b":" + THEM), (b"antispam@" + LITERAL, TESTED + b"!relaytest"),
    (b"antispam@" + LITERAL, TESTED + b"!relaytest@" + LITERAL),
    (b"antispam@" + LITERAL, TESTED + b"!relaytest@" + NAME),
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
