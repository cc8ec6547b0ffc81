"""The PROXY header, however its octets are cut: ATTACKS TLS-19."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.tls import Tls
from gatepost.smtp.proxy import V2_LIMIT, V2_START, BadProxyHeader, ProxyHeader, ProxyReader, crc32c

TCP4 = b"PROXY TCP4 192.0.2.9 198.51.100.1 56324 25\r\n"
OF_TCP4 = ProxyHeader(
    local=False,
    source_ip=IPv4Address("192.0.2.9"),
    source_port=56324,
    destination_ip=IPv4Address("198.51.100.1"),
    destination_port=25,
)
BINARY_TCP4 = bytes([192, 0, 2, 9, 198, 51, 100, 1]) + (56324).to_bytes(2) + (25).to_bytes(2)
ADDRESSES_TCP6 = ip_address("2001:db8::9").packed + ip_address("2001:db8::1").packed + b"\x04\x00\x00\x19"


def option(kind, value):
    return bytes([kind]) + len(value).to_bytes(2) + value


def binary(body, *, command=0x21, family=0x11):
    return V2_START + bytes([command, family]) + len(body).to_bytes(2) + body


def tls_option(version=b"TLSv1.3", cipher=b"TLS_AES_256_GCM_SHA384", flags=1):
    return option(0x20, bytes([flags]) + bytes(4) + option(0x21, version) + option(0x23, cipher))


def with_checksum(body):
    """As a sender makes it: over the whole header with zeros in its place."""
    header = binary(body + option(3, bytes(4)))
    return header[:-4] + crc32c(header).to_bytes(4)


def read(octets):
    reader = ProxyReader()
    return reader.feed(octets), reader.rest


def test_a_line_names_the_client():
    assert read(TCP4) == (OF_TCP4, b"")


def test_a_line_may_name_an_ipv6_client():
    header, _ = read(b"PROXY TCP6 2001:db8::9 2001:db8::1 1024 25\r\n")
    assert (header.source_ip, header.destination_port) == (IPv6Address("2001:db8::9"), 25)


@pytest.mark.parametrize(
    "octets",
    [
        b"PROXY TCP6 ::ffff:192.0.2.9 ::ffff:198.51.100.1 56324 25\r\n",
        binary(
            ip_address("::ffff:192.0.2.9").packed + ip_address("::ffff:198.51.100.1").packed + BINARY_TCP4[-4:],
            family=0x21,
        ),
    ],
)
def test_an_ipv4_client_is_the_same_in_both_families(octets):
    assert read(octets) == (OF_TCP4, b"")


@pytest.mark.parametrize(
    "line", [b"PROXY UNKNOWN\r\n", b"PROXY UNKNOWN ffff::1 whatever 1 2 3\r\n", b"PROXY UNKNOWN \r\n"]
)
def test_unknown_leaves_the_peer_as_the_client(line):
    assert read(line) == (ProxyHeader(local=True), b"")


@pytest.mark.parametrize("octets", [TCP4, binary(BINARY_TCP4), with_checksum(BINARY_TCP4), b"PROXY UNKNOWN\r\n"])
def test_what_follows_the_header_is_left_over(octets):
    assert read(octets + b"EHLO a\r\n")[1] == b"EHLO a\r\n"


@pytest.mark.parametrize(
    "line",
    [
        b"EHLO client.example\r\n",
        b"proxy TCP4 192.0.2.9 198.51.100.1 1 2\r\n",
        b"PROXY\r\n",
        b"PROXY \r\n",
        b"PROXY TCP5 192.0.2.9 198.51.100.1 1 2\r\n",
        b"PROXY  TCP4 192.0.2.9 198.51.100.1 1 2\r\n",
        b"PROXY TCP4  192.0.2.9 198.51.100.1 1 2\r\n",
        b"PROXY TCP4 192.0.2.9 198.51.100.1 1 2 \r\n",
        b"PROXY TCP4 192.0.2.9 198.51.100.1 1\r\n",
        b"PROXY TCP4 192.0.2.9 198.51.100.1 1 2 3\r\n",
        b"PROXY TCP4 192.0.2.9 198.51.100.1 1 02\r\n",
        b"PROXY TCP4 192.0.2.9 198.51.100.1 1 65536\r\n",
        b"PROXY TCP4 192.0.2.9 198.51.100.1 1 -2\r\n",
        b"PROXY TCP4 192.0.2.9 198.51.100.1 1 +2\r\n",
        b"PROXY TCP4 192.0.2.9 198.51.100.1 1 \xb2\r\n",
        b"PROXY TCP4 192.0.2.09 198.51.100.1 1 2\r\n",
        b"PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n",
        b"PROXY TCP4 192.0.2.9/32 198.51.100.1 1 2\r\n",
        b"PROXY TCP4 2001:db8::9 2001:db8::1 1 2\r\n",
        b"PROXY TCP6 192.0.2.9 198.51.100.1 1 2\r\n",
        b"PROXY TCP6 fe80::1%eth0 2001:db8::1 1 2\r\n",
        b"PROXY TCP4 192.0.2.9 198.51.100.1 1 2\n" + b"x" * 107,
        b"PROXY TCP4 192.0.2.9 198.51.100.1 1 2\r" + b"x" * 107,
        b"PROXY UNKNOWN\nEHLO a\r\n",
        b"PROXY UNKNOWN \x00\r\n",
        b"PROXY UNKNOWN " + b"x" * 92 + b"\r\n",
    ],
)
def test_a_line_that_is_not_perfect_is_refused(line):
    with pytest.raises(BadProxyHeader):
        read(line)


def test_a_line_of_107_octets_is_the_longest():
    assert read(b"PROXY UNKNOWN " + b"x" * 91 + b"\r\n")[0] == ProxyHeader(local=True)


@pytest.mark.parametrize("octets", [b"E", b"PROX!", b"\r\n\r\n\x00\r\nQUIT\r", b"\r\nPROXY"])
def test_octets_that_cannot_become_a_header_are_refused_at_once(octets):
    with pytest.raises(BadProxyHeader, match="no PROXY header"):
        read(octets)


def test_a_binary_header_names_the_client():
    assert read(binary(BINARY_TCP4)) == (OF_TCP4, b"")
    assert read(binary(ADDRESSES_TCP6, family=0x21))[0].source_ip == IPv6Address("2001:db8::9")


@pytest.mark.parametrize(
    "octets",
    [
        binary(b"", command=0x20, family=0x00),
        binary(BINARY_TCP4, command=0x20),
        binary(b"\xff" * 300, command=0x20, family=0xFF),
        binary(b"", family=0x00),
        binary(b"\xff" * 30, family=0x00),
    ],
)
def test_local_and_unspecified_leave_the_peer_as_the_client(octets):
    assert read(octets + b"EHLO") == (ProxyHeader(local=True), b"EHLO")


@pytest.mark.parametrize(
    "octets",
    [
        binary(BINARY_TCP4, command=0x11),
        binary(BINARY_TCP4, command=0x22),
        binary(BINARY_TCP4, family=0x12),
        binary(BINARY_TCP4, family=0x10),
        binary(BINARY_TCP4, family=0x01),
        binary(BINARY_TCP4, family=0x41),
        binary(bytes(216), family=0x31),
        binary(BINARY_TCP4[:-1]),
        binary(BINARY_TCP4, family=0x21),
        binary(BINARY_TCP4 + b"\x04\x00"),
        binary(BINARY_TCP4 + b"\x04\x00\x05abc"),
        binary(BINARY_TCP4 + option(3, b"\x00\x00\x00\x01")),
        binary(BINARY_TCP4 + option(3, b"")),
        binary(BINARY_TCP4 + option(2, b"a.example") * 2),
        binary(BINARY_TCP4 + option(0x20, b"\x01\x00\x00\x00")),
        binary(BINARY_TCP4 + option(0x20, b"\x01\x00\x00\x00\x00")),
        binary(BINARY_TCP4 + option(0x20, b"\x01\x00\x00\x00\x00\x21\x00\x09TLS")),
        binary(BINARY_TCP4 + tls_option(version=b"TLSv1.3\r\nX: y")),
        binary(BINARY_TCP4 + tls_option(cipher=b"x" * 65)),
        V2_START + b"\x21\x11" + (V2_LIMIT - 15).to_bytes(2),
    ],
)
def test_a_binary_header_that_is_not_perfect_is_refused(octets):
    with pytest.raises(BadProxyHeader):
        read(octets)


def test_a_checksum_is_verified():
    good = with_checksum(BINARY_TCP4 + option(4, b"padding"))
    assert read(good) == (OF_TCP4, b"")
    for at in set(range(16, len(good))) - {len(good) - 7}:  # there it would become another option
        with pytest.raises(BadProxyHeader):
            read(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])


def test_the_checksum_is_castagnolis():
    assert crc32c(b"123456789") == 0xE3069283


@pytest.mark.parametrize(
    ("cipher", "bits"),
    [
        (b"TLS_AES_256_GCM_SHA384", 256),
        (b"ECDHE-RSA-AES128-GCM-SHA256", 128),
        (b"TLS_CHACHA20_POLY1305_SHA256", 256),
        (b"NEW", 0),
    ],
)
def test_tls_up_to_the_proxy_is_told(cipher, bits):
    header, _ = read(binary(BINARY_TCP4 + option(2, b"MX.example.com") + tls_option(cipher=cipher)))
    assert header.tls == Tls("TLSv1.3", cipher.decode(), bits, "mx.example.com")
    assert header.server_name == "mx.example.com"


def test_no_tls_up_to_the_proxy_is_told():
    assert read(binary(BINARY_TCP4 + tls_option(flags=0)))[0].tls is None


@pytest.mark.parametrize("name", [b"", b"a\r\nb", b"\xff", b"a b", b"a" * 256, b"a\\"])
def test_an_odd_name_that_the_client_chose_is_left_out(name):
    assert read(binary(BINARY_TCP4 + option(2, name))) == (OF_TCP4, b"")


HEADERS = [
    TCP4, b"PROXY UNKNOWN\r\n", b"PROXY TCP6 ::1 ::1 0 65535\r\n", b"PROXY TCP4 1 2\r\n", b"EHLO a\r\n",
    binary(BINARY_TCP4), with_checksum(BINARY_TCP4 + tls_option()), binary(b"", command=0x20, family=0), binary(b"abc"),
    binary(ADDRESSES_TCP6 + option(2, b"a.example") + option(5, b"id"), family=0x21), V2_START, b"PROXY ",
]  # fmt: skip


def outcome(chunks):
    reader = ProxyReader()
    try:
        for at, chunk in enumerate(chunks):
            header = reader.feed(chunk)
            if header is not None:
                return header, reader.rest + b"".join(chunks[at + 1 :])
    except BadProxyHeader as refused:
        return str(refused)
    return None


@given(st.sampled_from(HEADERS), st.binary(max_size=5), st.integers(1, 20))
def test_however_the_octets_are_cut_the_header_is_the_same(header, rest, size):
    octets = header + rest
    assert outcome([octets[at : at + size] for at in range(0, len(octets), size)]) == outcome([octets])


def test_a_header_that_never_ends_is_not_kept():
    reader = ProxyReader()
    with pytest.raises(BadProxyHeader):
        for _ in range(200):
            reader.feed(b"PROXY UNKNOWN "[len(reader.octets) :] or b"x")
