"""Which client is behind the proxy that connects to us (PROXY protocol, versions 1 and 2)?

By HAProxy's specification (proxy-protocol.txt of 2020/03/05; sections named below are its own). The caller has
made sure that the peer is a proxy to be believed; from such a peer anything but a perfect header is an error.
"""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from msgspec import Struct

from gatepost.model.stage import IPAddress
from gatepost.model.tls import Tls

V1_LIMIT = 107  # octets, CRLF included (section 2.1)
V2_LIMIT = (
    2048  # octets, ours: addresses and options fit in 1 KiB, but for a client certificate, which is of no use here
)
V1_START = b"PROXY "
V2_START = b"\r\n\r\n\x00\r\nQUIT\n"
V2_FIXED = 16  # octets before the addresses
V2_IPV4, V2_IPV6, V2_UNSPECIFIED = 0x11, 0x21, 0x00
LINE = re.compile(rb"[ -~]+")
PORT = re.compile("0|[1-9][0-9]{0,4}")  # no leading zeros
AUTHORITY, CHECKSUM, SSL = 0x02, 0x03, 0x20  # options (TLVs)
SSL_VERSION, SSL_CIPHER = 0x21, 0x23
OVER_TLS = 0x01  # flag PP2_CLIENT_SSL
SSL_FIXED = 5  # octets of flags and verification result before its own options
TLS_NAME = re.compile(rb"[!-~]{1,64}")
SERVER_NAME = re.compile(rb"[-.0-9A-Z_a-z]{1,255}")
KEY_BITS = re.compile(r"AES_?(128|256)|(CHACHA20)")


class BadProxyHeader(ValueError):
    """A believed proxy sent no header, or a broken one; the message holds none of its octets."""


class ProxyHeader(Struct, frozen=True, kw_only=True):
    """What the proxy says of the connection.

    Args:
        local: it says nothing (LOCAL, UNKNOWN): the peer's own address is the client's.
        source_ip, source_port: the client, an IPv4-mapped address as IPv4; None and 0 where `local`.
        destination_ip, destination_port: where the client connected to; likewise.
        tls: what the client used up to the proxy, None if none or not said; bits as the suite's name tells.
        server_name: the host name the client asked for (SNI), "" if not said or no host name.
    """

    local: bool
    source_ip: IPAddress | None = None
    source_port: int = 0
    destination_ip: IPAddress | None = None
    destination_port: int = 0
    tls: Tls | None = None
    server_name: str = ""


class ProxyReader:
    """Reads the one header at the start of a connection; owned by that connection.

    `rest` has the octets behind the header once `feed` has returned it. At most `V2_LIMIT` octets
    are kept between calls.
    """

    def __init__(self) -> None:
        self.rest = b""
        self.octets = b""

    def feed(self, octets: bytes) -> ProxyHeader | None:
        """The header once it is complete, None before; call no more after either header or error.

        Raises:
            BadProxyHeader: these octets cannot become a header, whatever follows.
        """
        self.octets += octets
        if self.octets.startswith(V2_START):
            return self.version_2()
        if self.octets.startswith(V1_START):
            return self.version_1()
        if V2_START.startswith(self.octets) or V1_START.startswith(self.octets):
            return None
        raise BadProxyHeader("no PROXY header")

    def version_1(self) -> ProxyHeader | None:
        end = self.octets.find(b"\r\n", 0, V1_LIMIT)
        if end < 0:
            if len(self.octets) >= V1_LIMIT:
                raise BadProxyHeader("no CRLF within 107 octets")
            return None
        line, self.rest, self.octets = self.octets[:end], self.octets[end + 2 :], b""
        return read_line(line)

    def version_2(self) -> ProxyHeader | None:
        if len(self.octets) < V2_FIXED:
            return None
        size = V2_FIXED + int.from_bytes(self.octets[14:V2_FIXED])
        if size > V2_LIMIT:
            raise BadProxyHeader("header longer than 2048 octets")
        if len(self.octets) < size:
            return None
        header, self.rest, self.octets = self.octets[:size], self.octets[size:], b""
        return read_binary(header)


def read_line(line: bytes) -> ProxyHeader:
    """Version 1, section 2.1; `line` without CRLF."""
    if not LINE.fullmatch(line):
        raise BadProxyHeader("malformed line")
    words = line.decode("ascii").split(" ")
    if words[1] == "UNKNOWN":  # whatever follows is to be ignored
        return ProxyHeader(local=True)
    if words[1] not in ("TCP4", "TCP6") or len(words) != 6:
        raise BadProxyHeader("malformed line")
    read_ip = IPv4Address if words[1] == "TCP4" else ipv6
    try:
        source, destination = read_ip(words[2]), read_ip(words[3])
    except AddressValueError as error:
        raise BadProxyHeader("malformed address") from error
    return ProxyHeader(
        local=False,
        source_ip=plain(source),
        source_port=port(words[4]),
        destination_ip=plain(destination),
        destination_port=port(words[5]),
    )


def read_binary(header: bytes) -> ProxyHeader:
    """Version 2, section 2.2; the whole header and nothing else."""
    version_and_command, family = header[12], header[13]
    if version_and_command == 0x20:  # LOCAL: the rest is to be ignored
        return ProxyHeader(local=True)
    if version_and_command != 0x21:
        raise BadProxyHeader("unknown version or command")
    if family == V2_UNSPECIFIED:
        return ProxyHeader(local=True)
    if family not in (V2_IPV4, V2_IPV6):
        raise BadProxyHeader("not TCP over IPv4 or IPv6")
    width = 4 if family == V2_IPV4 else 16
    end = V2_FIXED + 2 * width + 4
    if len(header) < end:
        raise BadProxyHeader("addresses cut off")
    of_octets = IPv4Address if family == V2_IPV4 else IPv6Address
    tls, server_name = read_options(header, end)
    return ProxyHeader(
        local=False,
        source_ip=plain(of_octets(header[V2_FIXED : V2_FIXED + width])),
        source_port=int.from_bytes(header[end - 4 : end - 2]),
        destination_ip=plain(of_octets(header[V2_FIXED + width : end - 4])),
        destination_port=int.from_bytes(header[end - 2 : end]),
        tls=tls,
        server_name=server_name,
    )


def ipv6(text: str) -> IPv6Address:
    if "%" in text:
        raise BadProxyHeader("malformed address")
    return IPv6Address(text)


def plain(ip: IPAddress) -> IPAddress:
    """One client, one address: limits and lists must not see the IPv6 form of an IPv4 client."""
    return (isinstance(ip, IPv6Address) and ip.ipv4_mapped) or ip


def port(text: str) -> int:
    if not PORT.fullmatch(text) or int(text) > 65535:
        raise BadProxyHeader("malformed port")
    return int(text)


def read_options(header: bytes, start: int) -> tuple[Tls | None, str]:
    """TLS and server name from `start` to the end of the whole `header`; a checksum is verified."""
    values: dict[int, bytes] = {}
    for kind, at, end in spans(header, start, len(header)):
        if kind == CHECKSUM:
            verify_checksum(header, at, end)
        if kind in (AUTHORITY, CHECKSUM, SSL):
            if kind in values:
                raise BadProxyHeader("option given twice")
            values[kind] = header[at:end]
    name = values.get(AUTHORITY, b"")
    # The client chose the name and the proxy handed it on unread: an odd one is no fault of the proxy.
    server_name = name.decode().lower() if SERVER_NAME.fullmatch(name) else ""
    return (read_tls(values[SSL], server_name) if SSL in values else None), server_name


def spans(octets: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Kind, start and end of each value; they must fill the space exactly."""
    while start < end:
        if start + 3 > end:
            raise BadProxyHeader("option cut off")
        stop = start + 3 + int.from_bytes(octets[start + 1 : start + 3])
        if stop > end:
            raise BadProxyHeader("option cut off")
        yield octets[start], start + 3, stop
        start = stop


def read_tls(octets: bytes, server_name: str) -> Tls | None:
    """Section 2.2.6; the version is required where the client used TLS."""
    if len(octets) < SSL_FIXED:
        raise BadProxyHeader("option cut off")
    values = {kind: octets[at:end] for kind, at, end in spans(octets, SSL_FIXED, len(octets))}
    if not octets[0] & OVER_TLS:
        return None
    version, cipher = values.get(SSL_VERSION, b""), values.get(SSL_CIPHER, b"unknown")
    if not (TLS_NAME.fullmatch(version) and TLS_NAME.fullmatch(cipher)):
        raise BadProxyHeader("malformed TLS option")
    found = KEY_BITS.search(cipher.decode())
    bits = int(found[1] or 256) if found else 0
    return Tls(version.decode(), cipher.decode(), bits, server_name)


def verify_checksum(header: bytes, start: int, end: int) -> None:
    """Section 2.2.3: over the whole header with zeros in place of the checksum."""
    if end - start != 4 or crc32c(header[:start] + bytes(4) + header[end:]) != int.from_bytes(header[start:end]):
        raise BadProxyHeader("wrong checksum")


def crc32c(octets: bytes) -> int:
    """Castagnoli's CRC (RFC 4960 appendix B)."""
    crc = 0xFFFFFFFF
    for octet in octets:
        crc = (crc >> 8) ^ CRC_TABLE[(crc ^ octet) & 0xFF]
    return crc ^ 0xFFFFFFFF


def remainder(octet: int) -> int:
    for _ in range(8):
        octet = (octet >> 1) ^ (0x82F63B78 & -(octet & 1))
    return octet


CRC_TABLE = tuple(remainder(octet) for octet in range(256))
