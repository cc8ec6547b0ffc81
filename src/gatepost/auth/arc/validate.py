"""Is the chain of seals on this message whole, and who made it (RFC 8617 §5.2)?"""

import hashlib
from collections.abc import Iterator, Sequence

from gatepost.auth.arc.chain import ArcChain, ArcReason, BrokenChain, Sealer
from gatepost.auth.arc.sets import MESSAGE, RESULTS, SEAL, ArcSet, newest, sets_of
from gatepost.auth.dkim.body import BodyHashes, body_hashes
from gatepost.auth.dkim.canonical import Form, relaxed, without_signature
from gatepost.auth.dkim.claims import reason_of_age, reason_of_body
from gatepost.auth.dkim.key import keys_of
from gatepost.auth.dkim.result import BadSignature, DkimLimits, Reason
from gatepost.auth.dkim.signature import Signature
from gatepost.auth.dkim.signed_fields import Header
from gatepost.auth.dkim.verify import DEFAULT_LIMITS, HOLDING, reason_of_keys
from gatepost.model.message import Message
from gatepost.ports.dns import Dns


async def validate(
    dns: Dns,
    message: Message,
    now: float,
    *,
    hashes: BodyHashes | None = None,
    limits: DkimLimits = DEFAULT_LIMITS,
) -> ArcChain:
    """The state of the chain. Nothing is asked and no signature computed for sets that are not complete.

    Args:
        now: seconds since 1970.
        hashes: the body hashed while it came, in all `forms_wanted`; without them it is read now.
    """
    header = Header(message.header)
    try:
        sets = sets_of(header)
        if not sets:
            return ArcChain(reason=ArcReason.NO_SETS)
        bodies = hashes or body_hashes(message, {one.message.body_form for one in sets})
        require(ArcReason.MESSAGE, sets[-1], await reason_of_message(dns, header, sets[-1], now, bodies, limits))
        for one, digest in zip(sets, seal_digests(header, sets), strict=True):
            require(ArcReason.SEAL, one, await reason_of(dns, one.seal, digest, limits))
    except BrokenChain as broken:
        return broken_chain(header, broken)
    oldest = len(sets)
    for one in reversed(sets[:-1]):
        if await reason_of_message(dns, header, one, now, bodies, limits) not in HOLDING:
            break
        oldest = one.instance
    return ArcChain(
        reason=ArcReason.VERIFIED,
        instance=len(sets),
        sealers=tuple(map(sealer_of, sets)),
        oldest_pass=0 if oldest == 1 else oldest,
    )


def broken_chain(header: Header, broken: BrokenChain) -> ArcChain:
    instance, has_ended = newest(header)
    if has_ended:
        return ArcChain(reason=ArcReason.ENDED, instance=instance, at=instance)
    return ArcChain(reason=broken.reason, instance=instance, signature=broken.signature, at=broken.at)


def require(reason: ArcReason, one: ArcSet, found: Reason) -> None:
    if found not in HOLDING:
        raise BrokenChain(reason, at=one.instance, signature=found)


async def reason_of_message(
    dns: Dns, header: Header, one: ArcSet, now: float, bodies: BodyHashes, limits: DkimLimits
) -> Reason:
    """What becomes of an ARC-Message-Signature (step 4)."""
    signature = one.message
    if reason := reason_of_age(signature, now, limits) or reason_of_body(signature, bodies):
        return reason
    return await reason_of(dns, signature, header.digest(signature, MESSAGE), limits)


async def reason_of(dns: Dns, signature: Signature, digest: bytes, limits: DkimLimits) -> Reason:
    try:
        keys = await keys_of(dns, signature.domain, signature.selector)
    except BadSignature as error:
        return error.reason
    return reason_of_keys(keys, digest, signature, limits)[0]


def seal_digests(header: Header, sets: Sequence[ArcSet]) -> Iterator[bytes]:
    """SHA-256 of what each seal signs (§5.1.1): all sets up to its own, in order, its own `b=` empty."""
    running = hashlib.sha256()
    for one in sets:
        running.update(header.canonical(RESULTS, Form.RELAXED)[one.results_place] + b"\r\n")
        running.update(header.canonical(MESSAGE, Form.RELAXED)[one.message.place] + b"\r\n")
        sealed = running.copy()
        sealed.update(relaxed(without_signature(one.seal.raw)))
        yield sealed.digest()
        running.update(header.canonical(SEAL, Form.RELAXED)[one.seal.place] + b"\r\n")


def sealer_of(one: ArcSet) -> Sealer:
    return Sealer(
        instance=one.instance,
        domain=one.seal.domain,
        selector=one.seal.selector,
        results=one.results.decode("utf-8", "replace"),
    )
