"""What TLS a connection used (RFC 8314 §4.3 asks for it in Received)."""

from msgspec import Struct


class Tls(Struct, frozen=True, omit_defaults=True):
    """Args:
    version: such as `TLSv1.3`.
    cipher: IANA or OpenSSL name of the suite.
    bits: secret bits of the cipher.
    server_name: SNI the client sent, "" if none.
    """

    version: str
    cipher: str
    bits: int
    server_name: str = ""
