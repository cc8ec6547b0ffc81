"""A ClientHello octet by octet (RFC 5246 §7.4.1.2, RFC 6066 §3), for what no TLS library would send."""

import os
from collections.abc import Sequence

SSL3, TLS10, TLS11, TLS12 = b"\x03\x00", b"\x03\x01", b"\x03\x02", b"\x03\x03"
HANDSHAKE, ALERT = 22, 21  # types of records
SERVER_HELLO = 2

ECDHE_ECDSA_AES128_GCM = 0xC02B
ECDHE_RSA_AES128_GCM = 0xC02F
GOOD = (ECDHE_ECDSA_AES128_GCM, ECDHE_RSA_AES128_GCM)
WEAK = {
    "null": (0x0001, 0x0002, 0x003B, 0xC006, 0xC010),
    "anonymous": (0x0018, 0x001B, 0x0034, 0x006C, 0xC018),
    "export": (0x0003, 0x0006, 0x0008, 0x0014, 0x0062),
    "rc4": (0x0004, 0x0005, 0xC007, 0xC011),
    "des": (0x0009, 0x000A, 0x0016, 0xC008, 0xC012),
    "cbc": (0x002F, 0x0035, 0x0033, 0xC009, 0xC013, 0xC023, 0xC027),
    "no forward secrecy": (0x009C, 0x009D, 0xC0A0),
    "pre-shared key": (0x008C, 0x00A8, 0xC035),
}
"""Suites that no mail server should agree to (RFC 9325 §4.1, §4.2)."""


def sized(octets: bytes, width: int) -> bytes:
    """With its length before it."""
    return len(octets).to_bytes(width) + octets


def extension(kind: int, octets: bytes) -> bytes:
    return kind.to_bytes(2) + sized(octets, 2)


def server_name(name: bytes, *, kind: int = 0) -> bytes:
    """The extension that asks for a host name, of whatever octets."""
    return extension(0, sized(bytes((kind,)) + sized(name, 2), 2))


GROUPS = extension(10, sized(b"\x00\x1d\x00\x17", 2))  # x25519, secp256r1
POINTS = extension(11, sized(b"\0", 1))
SIGNATURES = extension(13, sized(b"\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05", 2))


def client_hello(
    suites: Sequence[int] = GOOD, *, version: bytes = TLS12, extensions: bytes = b"", body_limit: int | None = None
) -> bytes:
    """One record. `body_limit` cuts the message while the length of the whole is still given."""
    offered = sized(b"".join(suite.to_bytes(2) for suite in suites), 2)
    hello = version + os.urandom(32) + sized(b"", 1) + offered + sized(b"\0", 1)
    if version != SSL3:
        hello += sized(GROUPS + POINTS + SIGNATURES + extensions, 2)
    return record(HANDSHAKE, (b"\x01" + sized(hello, 3))[:body_limit], version=min(version, TLS10))


def record(kind: int, octets: bytes, *, version: bytes = TLS12, length: int | None = None) -> bytes:
    """`length` is what is claimed, where that is not the truth."""
    claimed = len(octets) if length is None else length
    return bytes((kind,)) + version + claimed.to_bytes(2) + octets
