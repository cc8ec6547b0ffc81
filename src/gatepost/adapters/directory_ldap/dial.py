"""How is a server reached, in bounded time and with TLS (RFC 4511 §4.14, RFC 4513 §3)?

libldap is never let near a handshake: a server that accepts the connection and stays mute stops it for good,
whatever time-outs it was given (measured: libldap 2.5 with GnuTLS, on `ldaps://` and after StartTLS). So the
connection and TLS are made here, with a deadline, and libldap gets one end of a socket pair that ends in this
process; a thread passes octets between the other end and the encrypted connection. On a plain connection
libldap keeps its time-outs (measured: mute, half an answer, one octet at a time).
"""

import encodings.idna  # noqa: F401  getaddrinfo loads it late: by then the process may have lost the right to read it
import select
import socket
import ssl
import threading
import time

from gatepost.adapters.directory_ldap.settings import LdapSettings, Url
from gatepost.ports.unavailable import Unavailable

CHUNK = 64 * 1024  # octets
SEND_PATIENCE = 10.0  # seconds until octets must have been taken from us
# An ExtendedRequest, message 1, of OID 1.3.6.1.4.1.1466.20037 (RFC 4511 §4.12, §4.14.1).
START_TLS = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + b"1.3.6.1.4.1.1466.20037"
RESPONSE_LIMIT = 4096  # octets
EXTENDED_RESPONSE = 0x78
ENUMERATED = 0x0A


class Dialler:
    """Connects to servers as the settings say. Made once: the certificates of authorities are read then."""

    def __init__(self, settings: LdapSettings) -> None:
        self.settings = settings
        self.context = context(settings) if any(map(settings.is_encrypted, settings.urls)) else None

    def dial(self, url: Url) -> int:
        """A descriptor for libldap to own: LDAP in clear, encrypted beyond this process. Raises `Unavailable`."""
        end = time.monotonic() + self.settings.connect_timeout
        try:
            outer = socket.create_connection((url.host, url.port), self.settings.connect_timeout)
        except OSError as error:
            raise Unavailable(f"{url}: cannot connect: {error}") from error
        notice_silence(outer, self.settings.timeout / 2)
        if self.context is None or not self.settings.is_encrypted(url):
            outer.settimeout(None)
            return outer.detach()
        try:
            if self.settings.starttls:
                start_tls(outer, end)
            outer.settimeout(left(end))
            encrypted = self.context.wrap_socket(outer, server_hostname=url.host)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; a bad host name is a ValueError
            outer.close()
            raise Unavailable(f"{url}: no TLS: {error}") from error
        inner, ours = socket.socketpair()
        threading.Thread(target=relay, args=(encrypted, ours), name=f"relay {url}", daemon=True).start()
        return inner.detach()


def context(settings: LdapSettings) -> ssl.SSLContext:
    """Raises OSError where the file of authorities cannot be used."""
    made = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if not settings.verify_certificate:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def notice_silence(connection: socket.socket, seconds: float) -> None:
    """Break a connection whose far end, or a firewall between, has forgotten it (RFC 5482)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))


def left(end: float) -> float:
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def start_tls(connection: socket.socket, end: float) -> None:
    """Ask for TLS and read the consent, not an octet more. Raises OSError."""
    connection.sendall(START_TLS)
    tag, size = exactly(connection, 2, end)
    if size & 0x80:  # the long form: so many octets of length
        size = int.from_bytes(exactly(connection, size & 0x7F, end), "big")
    if tag != 0x30 or not 0 < size <= RESPONSE_LIMIT:
        raise OSError("StartTLS was answered with something else than LDAP")
    body = exactly(connection, size, end)
    code = result_code(body)
    if code != 0:
        raise OSError(f"StartTLS was refused with result code {code}")


def result_code(body: bytes) -> int:
    """Of an LDAPMessage's content that answers message 1; -1 if it is no ExtendedResponse."""
    if body[:3] != b"\x02\x01\x01" or len(body) < 5 or body[3] != EXTENDED_RESPONSE:
        return -1
    at = 5 + (body[4] & 0x7F if body[4] & 0x80 else 0)
    result = body[at : at + 3]
    return result[2] if len(result) == 3 and result[:2] == bytes((ENUMERATED, 1)) else -1


def exactly(connection: socket.socket, count: int, end: float) -> bytes:
    octets = b""
    while len(octets) < count:
        connection.settimeout(left(end))
        got = connection.recv(count - len(octets))
        if not got:
            raise ConnectionError("closed by the server")
        octets += got
    return octets


def relay(outer: ssl.SSLSocket, inner: socket.socket) -> None:
    """Pass octets on until either side ends or breaks; then both are closed, which each side notices."""
    with outer, inner:
        inner.settimeout(SEND_PATIENCE)
        try:
            while pass_on(outer, inner):
                pass
        except OSError:  # the connection is broken: libldap is told so by the end of its own
            return


def pass_on(outer: ssl.SSLSocket, inner: socket.socket) -> bool:
    """What has come, once; False at the end of either side."""
    ready, _, _ = select.select([outer, inner], [], [])
    if inner in ready:
        octets = inner.recv(CHUNK)
        outer.settimeout(SEND_PATIENCE)
        outer.sendall(octets)
        if not octets:
            return False
    if outer in ready:
        outer.settimeout(0)  # a record may be incomplete, or no data at all (a session ticket)
        try:
            octets = outer.recv(CHUNK)
            while octets:
                inner.sendall(octets)
                octets = outer.recv(CHUNK)
        except ssl.SSLWantReadError:
            return True
        return False
    return True
