"""Commands from values: what is said, and what cannot be said whatever the value holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gatepost.model.address import Address, Domain
from gatepost.ports.backend import Envelope, Extensions
from gatepost.smtp.client_commands import BadCommand, ehlo, helo, mail, rcpt
from gatepost.syntax.path import forward_path

ALL = Extensions(size=10_000, eight_bit_mime=True, smtputf8=True, dsn=True, pipelining=True)
NOTHING = Extensions()
ANN = Address("ann", Domain("sender.test"))
BOB = Address("bob", Domain("example.test"))
PLAIN = Envelope(sender=ANN, recipients=(BOB,), size=1234)
FULL = replace(
    PLAIN,
    body="8BITMIME",
    smtputf8=True,
    ret="HDRS",
    envid="a+2Bb",
    notify=("SUCCESS,DELAY",),
    orcpt=("rfc822;bob@example.test",),
)


def test_ehlo_and_helo_say_the_name():
    assert (ehlo("mx1.example.test"), helo("[192.0.2.1]")) == (b"EHLO mx1.example.test\r\n", b"HELO [192.0.2.1]\r\n")


@pytest.mark.parametrize("name", ["", "a b", "a\r\nMAIL", "a\0", "ä.test", "x" * 256])
def test_a_name_that_is_no_word_cannot_be_said(name):
    with pytest.raises(BadCommand):
        ehlo(name)


def test_a_plain_envelope_says_its_size():
    assert mail(PLAIN, ALL) == b"MAIL FROM:<ann@sender.test> SIZE=1234\r\n"


def test_all_parameters_are_said_to_a_server_that_offers_them():
    assert mail(FULL, ALL) == (b"MAIL FROM:<ann@sender.test> SIZE=1234 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb\r\n")
    assert rcpt(FULL, 0, ALL) == (b"RCPT TO:<bob@example.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob@example.test\r\n")


def test_no_parameter_is_said_to_a_server_that_offers_none():
    assert mail(FULL, NOTHING) == b"MAIL FROM:<ann@sender.test>\r\n"
    assert rcpt(FULL, 0, NOTHING) == b"RCPT TO:<bob@example.test>\r\n"


def test_the_null_sender_is_empty_brackets():
    assert mail(replace(PLAIN, sender=None), NOTHING) == b"MAIL FROM:<>\r\n"


def test_postmaster_needs_no_domain():
    envelope = replace(PLAIN, recipients=(Address("Postmaster", Domain("")),))
    assert rcpt(envelope, 0, ALL) == b"RCPT TO:<Postmaster>\r\n"


@pytest.mark.parametrize("local", ['"a b"', '"a\\"b"', '"a>b"', '"@"', "a+b", "o'hara"])
def test_odd_but_lawful_local_parts_are_said_as_they_are(local):
    envelope = replace(PLAIN, recipients=(Address(local, Domain("[IPv6:2001:db8::1]")),))
    assert rcpt(envelope, 0, ALL) == f"RCPT TO:<{local}@[IPv6:2001:db8::1]>\r\n".encode()


def test_an_international_address_is_utf8():
    envelope = replace(PLAIN, recipients=(Address("grüße", Domain("example.test")),), smtputf8=True)
    assert rcpt(envelope, 0, ALL) == "RCPT TO:<grüße@example.test>\r\n".encode()


@pytest.mark.parametrize(
    "address",
    [
        Address("a\r\nRCPT TO:<b@c>", Domain("x.test")),
        Address("a> SIZE=1 <b", Domain("x.test")),
        Address("a b", Domain("x.test")),
        Address("a\0", Domain("x.test")),
        Address('"a', Domain("x.test")),
        Address('"a"b"', Domain("x.test")),
        Address('"a\n"', Domain("x.test")),
        Address("", Domain("x.test")),
        Address("bob", Domain("")),
        Address("a@b", Domain("c")),
        Address("a", Domain("x.test> NOTIFY=NEVER")),
        Address("a", Domain("x test")),
        Address("a", Domain("[1.2.3.4]>")),
        Address("a", Domain("bücher.test")),
        Address("a" * 65, Domain("x.test")),
        Address("a", Domain(".".join(["x" * 60] * 5))),
        Address("grüße", Domain("x.test")),
    ],
    ids=repr,
)
def test_what_is_no_mailbox_cannot_be_said(address):
    with pytest.raises(BadCommand):
        rcpt(replace(PLAIN, recipients=(address,)), 0, ALL)


@pytest.mark.parametrize(
    "change",
    [
        {"ret": "NONE"},
        {"ret": "FULL\r\n"},
        {"envid": "a b"},
        {"envid": "a=b"},
        {"envid": "ü"},
        {"envid": "x" * 101},
        {"envid": "a\r\nDATA"},
    ],
    ids=repr,
)
def test_a_bad_parameter_of_mail_cannot_be_said(change):
    with pytest.raises(BadCommand):
        mail(replace(PLAIN, **change), ALL)


@pytest.mark.parametrize(
    "change",
    [
        {"notify": ("NEVER,SUCCESS",)},
        {"notify": ("ALWAYS",)},
        {"orcpt": ("rfc822;a b",)},
        {"orcpt": ("x" * 601,)},
        {"orcpt": ("a\n",)},
    ],
    ids=repr,
)
def test_a_bad_parameter_of_rcpt_cannot_be_said(change):
    with pytest.raises(BadCommand):
        rcpt(replace(PLAIN, **change), 0, ALL)


ALPHABET = ["a", "b.c", '"', "\\", " ", "<", ">", "@", "[", "]", ":", "\r\n", "\r", "\n", "\0", "é", "\u2028", "\x85"]
TEXT = st.lists(st.sampled_from(ALPHABET), max_size=8).map("".join)


@given(TEXT, TEXT, st.booleans())
def test_whatever_the_address_holds_one_line_with_that_one_mailbox_is_said_or_nothing(local, domain, smtputf8):
    address = Address(local, Domain(domain))
    try:
        said = rcpt(replace(PLAIN, recipients=(address,), smtputf8=smtputf8), 0, ALL)
    except BadCommand:
        return
    assert said.endswith(b"\r\n") and b"\r" not in said[:-2] and b"\n" not in said[:-2] and b"\0" not in said
    assert forward_path(said[8:-2].decode()) == (address, "")


def test_a_recipient_may_have_wishes_without_having_had_another_name():
    envelope = replace(PLAIN, notify=("NEVER",))
    assert rcpt(envelope, 0, ALL) == b"RCPT TO:<bob@example.test> NOTIFY=NEVER\r\n"
