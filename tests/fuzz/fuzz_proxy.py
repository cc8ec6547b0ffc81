"""PROXY headers, the octets cut in two ways."""

from gatepost.smtp.proxy import V2_LIMIT, V2_START, BadProxyHeader, ProxyHeader, ProxyReader, crc32c

TCP4 = bytes([192, 0, 2, 9, 198, 51, 100, 1, 220, 4, 0, 25])
TLS = b"\x20\x00\x16\x01\x00\x00\x00\x00\x21\x00\x07TLSv1.3\x23\x00\x04NAME"


def binary(body: bytes, command: int = 0x21, family: int = 0x11) -> bytes:
    return V2_START + bytes([command, family]) + len(body).to_bytes(2) + body


def with_checksum(body: bytes) -> bytes:
    header = binary(body + b"\x03\x00\x04" + bytes(4))
    return header[:-4] + crc32c(header).to_bytes(4)


SEEDS = (
    b"PROXY TCP4 192.0.2.9 198.51.100.1 56324 25\r\nEHLO a\r\n",
    b"PROXY TCP6 2001:db8::9 ::ffff:192.0.2.1 0 65535\r\n",
    b"PROXY UNKNOWN a b c\r\n",
    binary(TCP4) + b"EHLO a\r\n",
    binary(TCP4 + b"\x02\x00\x09a.example" + TLS),
    with_checksum(TCP4 + b"\x04\x00\x01x"),
    binary(bytes(range(36)), family=0x21),
    binary(b"", command=0x20, family=0x00),
)
PIECES = (
    b"PROXY ", b"TCP4 ", b"TCP6 ", b"UNKNOWN", b"\r\n", b"\r", b"\n", b" ", b"0", b"65535", b"65536", b"::", b"::1",
    b"%1", b"192.0.2.1", V2_START, b"\x21\x11", b"\x20\x00", b"\x21\x21", b"\x03\x00\x04", b"\x20\x00", b"\x00",
    b"\xff", TLS,
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    whole = read([data])
    assert read([data[at : at + 1] for at in range(len(data))]) == whole
    if isinstance(whole, tuple):
        check(*whole, data)


def read(chunks: list[bytes]) -> tuple[ProxyHeader, bytes] | str | None:
    """The header and what is left over, the reason for refusing it, or None if it is not complete."""
    reader = ProxyReader()
    try:
        for at, chunk in enumerate(chunks):
            header = reader.feed(chunk)
            if header is not None:
                return header, reader.rest + b"".join(chunks[at + 1 :])
            assert len(reader.octets) < V2_LIMIT
    except BadProxyHeader as refused:
        assert str(refused).isascii() and str(refused).isprintable()
        return str(refused)
    return None


def check(header: ProxyHeader, rest: bytes, data: bytes) -> None:
    assert data.endswith(rest) and len(data) - len(rest) <= V2_LIMIT
    assert header.local == (header.source_ip is None) == (header.destination_ip is None)
    assert 0 <= header.source_port <= 65535 and 0 <= header.destination_port <= 65535
    assert header.server_name.isascii() and (header.server_name.isprintable() or not header.server_name)
    if header.tls is not None:
        assert header.tls.version.isprintable() and header.tls.cipher.isprintable()
