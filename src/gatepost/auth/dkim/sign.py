"""How does a domain sign a message (RFC 6376 §5, RFC 8301, RFC 8463)? Always relaxed/relaxed, over the whole body."""

import base64
from collections.abc import Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec import Struct

from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.key import DIGEST, PADDING
from gatepost.auth.dkim.result import Algorithm, DkimLimits
from gatepost.auth.dkim.signed_fields import Header, digest
from gatepost.auth.dkim.written import field_of, with_signature
from gatepost.model.message import Field
from gatepost.syntax.bad_syntax import BadSyntax

NAME = "DKIM-Signature"
FORMS = f"{Form.RELAXED.value}/{Form.RELAXED.value}"
# What is written by the author or says how it is to be shown (RFC 6376 §5.4.1), and how to leave a list (RFC 8058 §4).
SIGNED = (
    "from", "sender", "reply-to", "subject", "date", "message-id", "to", "cc", "mime-version", "content-type",
    "content-transfer-encoding", "content-id", "content-description", "in-reply-to", "references", "resent-date",
    "resent-from", "resent-sender", "resent-to", "resent-cc", "resent-message-id", "list-id", "list-help",
    "list-unsubscribe", "list-unsubscribe-post", "list-subscribe", "list-post", "list-owner", "list-archive",
)  # fmt: skip
# Signed once more than they are there, so that nobody adds another (RFC 6376 §8.15).
OVERSIGNED = (
    "from", "reply-to", "subject", "date", "message-id", "to", "cc", "mime-version", "content-type",
    "content-transfer-encoding",
)  # fmt: skip

PrivateKey = RSAPrivateKey | Ed25519PrivateKey


class Signer(Struct, frozen=True, kw_only=True):
    """Who signs.

    Args:
        domain: d=, A-labels.
        selector: s=; the public key is at `<selector>._domainkey.<domain>`.
        signed: names to sign, lower-case, all fields of each.
        oversigned: names to sign once more than there are fields.
    """

    key: PrivateKey
    domain: str
    selector: str
    signed: tuple[str, ...] = SIGNED
    oversigned: tuple[str, ...] = OVERSIGNED

    @property
    def algorithm(self) -> Algorithm:
        return Algorithm.RSA_SHA256 if isinstance(self.key, RSAPrivateKey) else Algorithm.ED25519_SHA256


def private_key(pem: bytes) -> PrivateKey:
    """An RSA or Ed25519 key without a passphrase. Raises `BadSyntax`, which says nothing of the key itself."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadSyntax("no private key in PEM, or one with a passphrase") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise BadSyntax("neither an RSA nor an Ed25519 key")
    if isinstance(key, RSAPrivateKey) and not DkimLimits().shortest <= key.key_size <= DkimLimits().longest:
        raise BadSyntax("an RSA key has 1024 to 4096 bits")
    return key


def sign(signer: Signer, fields: Sequence[Field], body: bytes, now: float, *, expires: float | None = None) -> bytes:
    """The DKIM-Signature field to put on top of the message, complete.

    Args:
        fields: the header as it will be sent, dot-stuffed, without this signature.
        body: SHA-256 of the body in relaxed form.
        now: seconds since 1970.
        expires: likewise, when the signature ceases to count; None for never.
    """
    header = Header(fields)
    names = names_to_sign(header, signer)
    tags = [
        ("v", "1"),
        ("a", signer.algorithm.value),
        ("c", FORMS),
        ("d", signer.domain),
        ("s", signer.selector),
        ("t", str(int(now))),
        *([] if expires is None else [("x", str(int(expires)))]),
        ("h", ":".join(names)),
        ("bh", base64.b64encode(body).decode()),
    ]
    field = field_of(NAME, tags)
    selected = header.selected(names, Form.RELAXED, {})
    return with_signature(field, signature_value(signer.key, digest(selected, field.encode(), Form.RELAXED)))


def names_to_sign(header: Header, signer: Signer) -> tuple[str, ...]:
    """What goes in h=; From always, even if the message has none."""
    names: list[str] = []
    for name in dict.fromkeys(("from", *signer.signed, *signer.oversigned)):
        times = len(header.fields(name)) + (name in signer.oversigned)
        names += [name] * max(times, name == "from")
    return tuple(names)


def signature_value(key: PrivateKey, digest: bytes) -> bytes:
    """The signature of a SHA-256 digest (RFC 6376 §3.3.2, RFC 8463 §3)."""
    return key.sign(digest, PADDING, DIGEST) if isinstance(key, RSAPrivateKey) else key.sign(digest)
