"""Signed and sealed messages to show a check: worked examples and tests.

The key is nobody's secret: it stands here. Names are those of `gatepost.model.samples`.
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gatepost.auth.arc.chain import ArcChain, ArcReason
from gatepost.auth.arc.seal import seal
from gatepost.auth.dkim.sign import Signer, sign
from gatepost.model.samples import PLAIN_HEADER, fields

BODY = b"Hi.\r\n"
NOW = 1704103200.0
PRIVATE = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"everybody knows this key").digest())
RECORD = "v=DKIM1; k=ed25519; p=KrXpFq2VeSih+pNRBZ2Nov4zsWXblJRu2kBw5ZBMyV4="  # its public half


def signed(
    domain: str = "example.net", header: bytes = PLAIN_HEADER, *, oversigned: tuple[str, ...] = ("from",)
) -> bytes:
    """The header with a DKIM-Signature of that domain over it and `BODY` on top; selector s."""
    signer = Signer(key=PRIVATE, domain=domain, selector="s", oversigned=oversigned)
    return sign(signer, fields(header), hashlib.sha256(BODY).digest(), NOW) + header


def sealed(domain: str, results: str, header: bytes = PLAIN_HEADER) -> bytes:
    """The header with one ARC set of that domain on top, which saw `results`; selector s."""
    signer = Signer(key=PRIVATE, domain=domain, selector="s")
    chain = ArcChain(reason=ArcReason.NO_SETS)
    body = hashlib.sha256(BODY).digest()
    return b"".join(seal(signer, fields(header), body, chain, f"{domain}; {results}", NOW)) + header


def keys_of(*domains: str) -> dict[str, dict[str, list[str]]]:
    """What the DNS says of the key of each of these domains."""
    return {f"s._domainkey.{domain}": {"TXT": [RECORD]} for domain in domains}
