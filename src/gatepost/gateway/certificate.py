"""Whose is a certificate, of which kind is its key, and until when does it hold (RFC 5280, RFC 6125 §6.4)?"""

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID
from msgspec import Struct

MALFORMED = (ValueError, IndexError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension)


class BadCertificate(ValueError):
    """A certificate or key cannot be used; the message names the file and what would be right."""


class Certificate(Struct, frozen=True, kw_only=True):
    """One certificate with its key, as files.

    Args:
        path: PEM: the server's own certificate first, then those between it and the root.
        key: path of its private key, PEM, not encrypted.
        names: host names it is for, lower-case, `*.` wildcards as they are.
        kind: "RSA", "ECDSA" or "other"; a client is served the one it can verify.
        expires: Unix time in seconds.
    """

    path: str
    key: str
    names: tuple[str, ...]
    kind: str
    expires: float


def read_certificate(path: str, key: str) -> Certificate:
    """Raises `BadCertificate`; whether the key is the certificate's own shows only when both are loaded."""
    try:
        first = x509.load_pem_x509_certificates(Path(path).read_bytes())[0]
        kind = kind_of(first)
        names = names_of(first)
    except OSError as error:
        raise BadCertificate(f"{path}: cannot be read ({error.strerror})") from error
    except MALFORMED as error:
        raise BadCertificate(f"{path}: not a certificate in PEM form") from error
    return Certificate(path=path, key=key, names=names, kind=kind, expires=first.not_valid_after_utc.timestamp())


def kind_of(certificate: x509.Certificate) -> str:
    public_key = certificate.public_key()
    if isinstance(public_key, EllipticCurvePublicKey):
        return "ECDSA"
    return "RSA" if isinstance(public_key, RSAPublicKey) else "other"


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Its DNS names; only where it has no such extension, its common name (RFC 6125 §6.4.4)."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple(str(name.value).lower() for name in common)
    return tuple(name.lower() for name in extension.value.get_values_for_type(x509.DNSName))
