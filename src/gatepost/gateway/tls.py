"""How does a listener speak TLS, and with which certificate (RFC 8446, RFC 6066 §3, RFC 9325)?

One `ssl.SSLContext` for the life of a listener. Certificates are chosen per handshake, by the name the client
asks for and by the kinds of key it can verify; so they can change while connections are open.
"""

import os
import re
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from gatepost.gateway.certificate import BadCertificate, Certificate, read_certificate
from gatepost.model.tls import Tls

Minimum = Literal["1.2", "1.3"]
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:!PSK:@SECLEVEL=2"  # of TLS 1.2; RFC 9325 §4.2
TICKETS = 1  # a client makes one connection after another; OpenSSL's 2 only cost octets
HOST_NAME = re.compile(r"[-.0-9A-Z_a-z]{1,255}")

Stamps = tuple[tuple[int, int, int] | None, ...]


class TlsConnection(ssl.SSLObject):
    """One connection's TLS; `server_name` is what the client asked for, "" if nothing or no host name."""

    server_name: str = ""


class Reload(Struct, frozen=True):
    """What became of changed files: taken, or refused (the former certificates stay in use) and why."""

    taken: bool
    detail: str


class Choice(Struct, frozen=True):
    """Contexts by host name, those of wildcards as `.example.com`, and the one for any other name."""

    by_name: Mapping[str, ssl.SSLContext]
    default: ssl.SSLContext

    def context(self, server_name: str) -> ssl.SSLContext:
        exact = self.by_name.get(server_name)
        if exact is not None:
            return exact
        _, dot, parent = server_name.partition(".")
        return self.by_name.get(dot + parent, self.default)


class ServerTls:
    """The server's side of TLS for one listener; owned by it, shared by its connections.

    Args:
        certificates: (certificate file, key file) pairs. The first one, and those of other kinds for its
            first name, serve clients that ask for no name or for one that no certificate has.
        minimum: oldest version of TLS spoken.

    Raises:
        BadCertificate: one of them cannot be used.
    """

    def __init__(self, certificates: Sequence[tuple[str, str]], *, minimum: Minimum = "1.2") -> None:
        if not certificates:
            raise BadCertificate("no certificate given: TLS needs at least one, with its key")
        self.files = tuple(certificates)
        self.stamps = self.seen = stamps(self.files)
        self.choice, self.certificates = load(self.files)
        self.context = hardened(minimum)
        self.context.sslobject_class = TlsConnection
        self.context.sni_callback = self.choose

    def choose(self, connection: ssl.SSLObject | ssl.SSLSocket, asked: str | None, _: ssl.SSLContext) -> None:
        """Called by OpenSSL in each handshake, whether or not the client asked for a name.

        An odd name is none. (What is no name at all, an octet that is NUL or over 127 or more than 255 of
        them, OpenSSL and Python answer with an alert before we are asked.)
        """
        name = asked.lower() if asked and HOST_NAME.fullmatch(asked) else ""
        if isinstance(connection, TlsConnection):
            connection.server_name = name
        connection.context = self.choice.context(name.removesuffix("."))

    def reload_if_changed(self) -> Reload | None:
        """Take changed files into use, all or none; None if there is nothing to tell.

        Files that changed and do not fit are tried once more at the next call before that is told, since
        certificate and key may have been caught while they were being replaced. It is told only once.
        """
        now = stamps(self.files)
        if now == self.stamps:
            return None
        settled, self.seen = now == self.seen, now
        try:
            self.choice, self.certificates = load(self.files)
        except BadCertificate as error:
            if not settled:
                return None
            self.stamps = now
            return Reload(False, str(error))
        self.stamps = now
        return Reload(True, ", ".join(sorted({name for one in self.certificates for name in one.names})))


def describe(connection: ssl.SSLObject | ssl.SSLSocket) -> Tls:
    """What a connection uses, once the handshake is done; safe in a header field."""
    name, _, bits = connection.cipher() or ("", "", 0)
    server_name = connection.server_name if isinstance(connection, TlsConnection) else ""
    return Tls(connection.version() or "", name, bits, server_name)


def hardened(minimum: Minimum) -> ssl.SSLContext:
    """A context without a certificate. OpenSSL keeps ticket keys and all settings here when another is chosen."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[minimum]
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_ciphers(CIPHERS)
    context.num_tickets = TICKETS
    return context


def load(files: Sequence[tuple[str, str]]) -> tuple[Choice, tuple[Certificate, ...]]:
    certificates = tuple(read_certificate(path, key) for path, key in files)
    for_name: dict[str, dict[str, Certificate]] = {}
    for certificate in certificates:
        for name in certificate.names:
            for_name.setdefault(name.removeprefix("*"), {}).setdefault(certificate.kind, certificate)
    first = certificates[0]
    chosen = {name: tuple(kinds.values()) for name, kinds in for_name.items()}
    default = chosen[first.names[0].removeprefix("*")] if first.names else (first,)
    contexts = {group: context_with(group) for group in {default, *((one,) for one in certificates), *chosen.values()}}
    return Choice({name: contexts[group] for name, group in chosen.items()}, contexts[default]), certificates


def context_with(certificates: Sequence[Certificate]) -> ssl.SSLContext:
    """A context with certificates of different kinds; OpenSSL sends the one that the client can verify."""
    context = hardened("1.2")
    for certificate in certificates:
        try:
            context.load_cert_chain(certificate.path, certificate.key, password=no_password)
        except ssl.SSLError as error:
            raise BadCertificate(f"{certificate.path}: {reason(error, certificate.key)}") from error
        except OSError as error:
            raise BadCertificate(f"{certificate.key}: cannot be read ({error.strerror})") from error
    return context


def no_password() -> str:
    """Never ask for one on the terminal."""
    return ""


def reason(error: ssl.SSLError, key: str) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{key} is not its key"
    if error.reason in ("EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL", "CA_MD_TOO_WEAK"):
        return "its key or signature is too weak: RSA of 2048 bits or more, ECDSA, with SHA-2"
    return f"cannot be used with {key}: both must be PEM, the key not encrypted"


def stamps(files: Sequence[tuple[str, str]]) -> Stamps:
    return tuple(stamp(path) for pair in files for path in pair)


def stamp(path: str) -> tuple[int, int, int] | None:
    """Changes with the file's content, also where a symbolic link on the way is turned; None if not there."""
    try:
        status: os.stat_result = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
