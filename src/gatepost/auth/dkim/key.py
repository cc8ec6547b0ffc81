"""Which public key does a record give, and what may it be used for (RFC 6376 §3.6.1, RFC 8301, RFC 8463 §4)?"""

from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from msgspec import Struct

from gatepost.auth.dkim.result import Algorithm, BadSignature, DkimLimits, Reason
from gatepost.auth.dkim.signature import Signature, decoded
from gatepost.auth.tags import WHITE, BadTags, read_tags
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

RECORD_LIMIT = 4096  # octets, ours: room for an RSA key of 16,384 bits with notes
RECORDS_LIMIT = 10  # ours: texts looked at under one name
KEYS_LIMIT = 2  # ours: keys tried under one name, as there are while one replaces the other
KEYS_KEPT = 512  # parsed keys in memory
EXPONENT_LIMIT = 2**32  # ours: an exponent as long as the modulus takes hundreds of times as long to verify
ED25519_BITS = 256
PADDING = PKCS1v15()
DIGEST = Prehashed(SHA256())

PublicKey = RSAPublicKey | Ed25519PublicKey
KEYS_BY_ALGORITHM = {Algorithm.RSA_SHA256: RSAPublicKey, Algorithm.ED25519_SHA256: Ed25519PublicKey}


class Key(Struct, frozen=True, kw_only=True):
    """One key record.

    Args:
        public: None if it was revoked.
        bits: of the modulus, or 256.
        exponent: of an RSA key.
        hashes: h=, None for all.
        services: s=.
        is_testing: t=y.
        is_strict: t=s.
        local_parts: g= of RFC 4871: the key is for those only; "*" for all.
    """

    public: PublicKey | None
    bits: int = 0
    exponent: int = 0
    hashes: tuple[str, ...] | None = None
    services: tuple[str, ...] = ("*",)
    is_testing: bool = False
    is_strict: bool = False
    local_parts: str = "*"


async def keys_of(dns: Dns, domain: str, selector: str) -> tuple[Key, ...]:
    """The keys a domain publishes under a selector, one or more; texts that are none are passed over.

    Raises:
        BadSignature: there is none, with the reason of the first text.
    """
    try:
        answer = await dns.txt(f"{selector}._domainkey.{domain}")
    except Unavailable as error:
        raise BadSignature(Reason.NO_ANSWER) from error
    keys: list[Key] = []
    reason = Reason.NO_KEY
    for record in answer.records[:RECORDS_LIMIT]:
        try:
            keys.append(read_key(record))
        except BadSignature as error:
            reason = error.reason if reason is Reason.NO_KEY else reason
    if not keys:
        raise BadSignature(reason)
    return tuple(keys[:KEYS_LIMIT])


@lru_cache(maxsize=KEYS_KEPT)
def read_key(record: bytes) -> Key:
    """One key record; pure, so what it gave is remembered. Raises `BadSignature`."""
    if len(record) > RECORD_LIMIT:
        raise BadSignature(Reason.LONG_KEY)
    try:
        tags = read_tags(record)
    except BadTags as error:
        raise BadSignature(Reason.BAD_KEY) from error
    if "p" not in tags or ("v" in tags and (next(iter(tags)), tags["v"]) != ("v", "DKIM1")):
        raise BadSignature(Reason.BAD_KEY)
    flags = list_of(tags, "t", "")
    public = public_key(tags)
    return Key(
        public=public,
        bits=public.key_size if isinstance(public, RSAPublicKey) else ED25519_BITS if public else 0,
        exponent=public.public_numbers().e if isinstance(public, RSAPublicKey) else 0,
        hashes=list_of(tags, "h", "") if "h" in tags else None,
        services=list_of(tags, "s", "*"),
        is_testing="y" in flags,
        is_strict="s" in flags,
        # Keys of DomainKeys have no v=, and their empty g= means all (RFC 4871 §3.6.1).
        local_parts=tags.get("g", "*") or ("" if "v" in tags else "*"),
    )


def list_of(tags: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    return tuple([item.strip(WHITE) for item in tags.get(name, default).split(":")])


def public_key(tags: Mapping[str, str]) -> PublicKey | None:
    """p= as k= says it is to be read; None if it is empty, which revokes the key."""
    kind = tags.get("k", "rsa")
    if kind not in ("rsa", "ed25519"):
        raise BadSignature(Reason.OTHER_ALGORITHM)
    if not tags["p"]:
        return None
    try:
        octets = decoded(tags["p"])
        public = Ed25519PublicKey.from_public_bytes(octets) if kind == "ed25519" else load_der_public_key(octets)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadSignature(Reason.BAD_KEY) from error
    if not isinstance(public, RSAPublicKey | Ed25519PublicKey) or isinstance(public, RSAPublicKey) != (kind == "rsa"):
        raise BadSignature(Reason.BAD_KEY)
    return public


def reason_against(key: Key, signature: Signature, limits: DkimLimits) -> Reason | None:
    """Why this key must not verify that signature (RFC 6376 §6.1.2), however good it may be."""
    wanted = KEYS_BY_ALGORITHM.get(signature.algorithm)
    if wanted is None:
        return Reason.SHA1
    if key.public is None:
        return Reason.REVOKED
    if not isinstance(key.public, wanted):
        return Reason.OTHER_ALGORITHM
    if key.hashes is not None and "sha256" not in key.hashes:
        return Reason.OTHER_HASH
    return reason_of_use(key, signature) or (reason_of_size(key, limits) if wanted is RSAPublicKey else None)


def reason_of_use(key: Key, signature: Signature) -> Reason | None:
    local, _, name = signature.identity.rpartition("@")
    if not {"*", "email"} & set(key.services):
        return Reason.OTHER_SERVICE
    if key.is_strict and name != signature.domain:
        return Reason.STRICT
    return None if is_for(key.local_parts, local) else Reason.OTHER_LOCAL_PART


def is_for(local_parts: str, local: str) -> bool:
    """g= of RFC 4871 §3.6.1: a local part with one `*` at most. RFC 6376 dropped it; who still says it means it."""
    start, star, end = local_parts.partition("*")
    if not star:
        return local == start
    return local.startswith(start) and local.endswith(end) and len(local) >= len(start) + len(end)


def reason_of_size(key: Key, limits: DkimLimits) -> Reason | None:
    if key.bits < limits.shortest:
        return Reason.SHORT_KEY
    if key.bits > limits.longest:
        return Reason.LONG_KEY
    return None if 3 <= key.exponent < EXPONENT_LIMIT and key.exponent % 2 else Reason.EXPONENT


def holds(public: PublicKey, digest: bytes, value: bytes) -> bool:
    """The signature is that of the SHA-256 digest (RFC 6376 §3.3.2, RFC 8463 §3)."""
    try:
        if isinstance(public, RSAPublicKey):
            public.verify(value, digest, PADDING, DIGEST)
        else:
            public.verify(value, digest)
    except InvalidSignature:
        return False
    return True
