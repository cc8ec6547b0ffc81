"""Which TLS is spoken to the mail server (RFC 3207, RFC 7817): contexts, read again when their files change."""

import ssl
from pathlib import Path

from gatepost.adapters.backend.settings import BackendSettings
from gatepost.model.tls import Tls


class BadCertificate(ValueError):
    """A certificate, key or authority file that cannot be used; the text names the file."""


class TlsContexts:
    """Hands out the context of a backend. Owned by one pool; renewed files are seen at the next connection.

    Raises:
        BadCertificate: on construction, where a file cannot be used. Later the last good ones stay in use.
    """

    def __init__(self, settings: BackendSettings) -> None:
        self.settings = settings
        self.files = configured_files(settings)
        self.stamps: tuple[tuple[int, int], ...] = ()
        self.context: ssl.SSLContext | None = None
        if settings.tls != "off":
            self.stamps = stamps(self.files)
            self.context = make_context(settings)

    def current(self) -> ssl.SSLContext:
        assert self.context is not None, "TLS is off"  # noqa: S101 - a bug of ours, not of the settings
        try:
            found = stamps(self.files)
            if found != self.stamps:
                self.context = make_context(self.settings)
                self.stamps = found
        except (BadCertificate, OSError):
            pass  # being replaced just now: the old ones are good until the new ones are
        return self.context


def configured_files(settings: BackendSettings) -> tuple[Path, ...]:
    pair = settings.client_certificate
    files = (pair.certificate, pair.key) if pair else ()
    return (*files, settings.ca_file) if settings.ca_file else files


def stamps(files: tuple[Path, ...]) -> tuple[tuple[int, int], ...]:
    """What changes when a file is replaced."""
    try:
        return tuple((status.st_mtime_ns, status.st_ino) for status in (path.stat() for path in files))
    except OSError as error:
        raise BadCertificate(f"{error.filename}: {error.strerror}") from error


def make_context(settings: BackendSettings) -> ssl.SSLContext:
    """Verifies where TLS is required; where it is opportunistic any certificate is better than none (RFC 7435)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.tls != "required":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif settings.ca_file is not None:
        try:
            context.load_verify_locations(settings.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise BadCertificate(f"{settings.ca_file}: {error.strerror or 'no certificate authority in it'}") from error
    else:
        context.load_default_certs()
    load_client_certificate(context, settings)
    return context


def load_client_certificate(context: ssl.SSLContext, settings: BackendSettings) -> None:
    pair = settings.client_certificate
    if pair is None:
        return
    try:
        context.load_cert_chain(pair.certificate, pair.key, password=no_passphrase)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or "not a certificate and its key"
        raise BadCertificate(f"{pair.certificate}, {pair.key}: {reason}") from error


def no_passphrase() -> str:
    """A key with a passphrase is an error at once, instead of a question on the terminal."""
    return ""


def tls_of(connection: ssl.SSLObject, server_name: str) -> Tls:
    cipher = connection.cipher() or ("", "", 0)
    return Tls(connection.version() or "", cipher[0], cipher[2] or 0, server_name)
