"""Is what a signature says of itself possible, and how near is its domain to the author's (RFC 6376 §6.1.1)?

All that is asked here costs neither a query nor a public-key operation.
"""

from collections.abc import Callable

from gatepost.auth.dkim.body import BodyHashes
from gatepost.auth.dkim.result import Algorithm, DkimLimits, Reason
from gatepost.auth.dkim.signature import Signature

IsPublicSuffix = Callable[[str], bool]
"""Whether a lower-case domain in A-labels is one under which anybody may register."""


def reason_of_claims(
    signature: Signature, now: float, limits: DkimLimits, is_public_suffix: IsPublicSuffix
) -> Reason | None:
    """Why a well-formed DKIM signature cannot pass, whatever its key."""
    name = signature.identity.rpartition("@")[2]
    if "from" not in signature.signed:
        return Reason.FROM_UNSIGNED
    if name != signature.domain and not name.endswith("." + signature.domain):
        return Reason.ALIEN_IDENTITY
    if is_public_suffix(signature.domain):
        return Reason.PUBLIC_SUFFIX
    return reason_of_age(signature, now, limits)


def reason_of_age(signature: Signature, now: float, limits: DkimLimits) -> Reason | None:
    """It is from another time: made with what counts no more (RFC 8301 §3.1), expired, or not made as yet."""
    if signature.algorithm is Algorithm.RSA_SHA1:
        return Reason.SHA1
    if signature.expires is not None:
        if signature.time is not None and signature.expires < signature.time:
            return Reason.NUMBER
        if signature.expires < now:
            return Reason.EXPIRED
    return Reason.FUTURE if signature.time is not None and signature.time > now + limits.skew else None


def reason_of_body(signature: Signature, bodies: BodyHashes) -> Reason | None:
    """Where l= leaves octets over, what it covers is not even compared: anybody may have written the rest, and it can
    be written so that it is all one sees.
    """
    body = bodies.digest(signature.body_form)
    if signature.length is not None and signature.length != body.octets:
        return Reason.PARTIAL_BODY if signature.length < body.octets else Reason.SHORT_BODY
    return None if body.digest == signature.body_hash else Reason.BODY


def distance(domain: str, author: str, is_public_suffix: IsPublicSuffix) -> int:
    """How far the signer is from the author: 0 the same, 1 in the same organization, 2 somebody else."""
    if domain == author:
        return 0
    ours, theirs = domain.split("."), author.split(".")
    alike = 0
    while alike < min(len(ours), len(theirs)) and ours[-1 - alike] == theirs[-1 - alike]:
        alike += 1
    return 1 if alike and not is_public_suffix(".".join(ours[-alike:])) else 2
