"""Which domains have signed this message, and do their signatures hold (RFC 6376 §6)?"""

from collections.abc import Iterable, Sequence

import msgspec

from gatepost.auth.dkim.body import BodyHashes, body_hashes
from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.claims import IsPublicSuffix, distance, reason_of_body, reason_of_claims
from gatepost.auth.dkim.key import Key, holds, keys_of, reason_against
from gatepost.auth.dkim.result import BadSignature, DkimLimits, DkimResult, Reason
from gatepost.auth.dkim.signature import (
    FORMS_WITHOUT_C,
    SIGNATURE_NAME,
    Signature,
    field_tags,
    forms_of,
    read_signature,
)
from gatepost.auth.dkim.signed_fields import Header
from gatepost.model.message import Field, Message
from gatepost.ports.dns import Dns

DEFAULT_LIMITS = DkimLimits()
HOLDING = (Reason.VERIFIED, Reason.TESTING)


async def verify(
    dns: Dns,
    message: Message,
    now: float,
    *,
    is_public_suffix: IsPublicSuffix,
    prefer: str = "",
    hashes: BodyHashes | None = None,
    limits: DkimLimits = DEFAULT_LIMITS,
) -> tuple[DkimResult, ...]:
    """One result for each DKIM-Signature field, from the top.

    Only signatures that could still pass cost a query and count towards `limits.signatures`; of these the author's
    domain's come first. Those left over are reported as such.

    Args:
        now: seconds since 1970.
        prefer: the author's domain, lower-case A-labels.
        hashes: the body hashed while it came, in all `forms_wanted`; without them it is read now.
    """
    header = Header(message.header)
    open_ones: list[Signature] = []
    results: dict[int, DkimResult] = {}
    for place, field in enumerate(header.fields(SIGNATURE_NAME)):
        try:
            signature = read_signature(field, place)
        except BadSignature as error:
            results[place] = DkimResult(reason=error.reason)
            continue
        if reason := reason_of_claims(signature, now, limits, is_public_suffix):
            results[place] = result_of(signature, reason)
        else:
            open_ones.append(signature)
    open_ones.sort(key=lambda signature: distance(signature.domain, prefer, is_public_suffix))
    results |= await judged(dns, message, header, open_ones, hashes, limits)
    return tuple([results[place] for place in sorted(results)])


async def judged(
    dns: Dns,
    message: Message,
    header: Header,
    signatures: Sequence[Signature],
    hashes: BodyHashes | None,
    limits: DkimLimits,
) -> dict[int, DkimResult]:
    """By place, the results of signatures of which body, key and header are yet to be looked at, dearest first."""
    bodies = hashes or body_hashes(message, {signature.body_form for signature in signatures})
    results: dict[int, DkimResult] = {}
    spent = 0
    for signature in signatures:
        if reason := reason_of_body(signature, bodies):
            results[signature.place] = result_of(signature, reason, unsigned_octets(signature, bodies))
        elif spent == limits.signatures:
            results[signature.place] = result_of(signature, Reason.OVER_LIMIT)
        else:
            spent += 1
            results[signature.place] = await proven(dns, header, signature, limits)
    return results


async def proven(dns: Dns, header: Header, signature: Signature, limits: DkimLimits) -> DkimResult:
    """The result of a signature whose body is right."""
    try:
        keys = await keys_of(dns, signature.domain, signature.selector)
    except BadSignature as error:
        return result_of(signature, error.reason)
    reason, key = reason_of_keys(keys, header.digest(signature, SIGNATURE_NAME), signature, limits)
    return msgspec.structs.replace(
        result_of(signature, reason),
        key_bits=key.bits,
        is_testing=key.is_testing,
        from_is_oversigned=signature.signed.count("from") > len(header.fields("from")),
        unsigned_copies=header.unsigned_copies(signature.signed) if reason in HOLDING else (),
    )


def reason_of_keys(keys: Sequence[Key], digest: bytes, signature: Signature, limits: DkimLimits) -> tuple[Reason, Key]:
    """The first key by which the signature holds over the digest, or why it does not by the first of all."""
    outcomes: list[tuple[Reason, Key]] = []
    for key in keys:
        outcomes.append((reason_of_key(key, digest, signature, limits), key))
        if outcomes[-1][0] in HOLDING:
            return outcomes[-1]
    return outcomes[0]


def reason_of_key(key: Key, digest: bytes, signature: Signature, limits: DkimLimits) -> Reason:
    if reason := reason_against(key, signature, limits):
        return reason
    if key.public is None or not holds(key.public, digest, signature.value):
        return Reason.SIGNATURE
    return Reason.TESTING if key.is_testing else Reason.VERIFIED


def unsigned_octets(signature: Signature, bodies: BodyHashes) -> int:
    octets = bodies.digest(signature.body_form).octets
    return 0 if signature.length is None else max(0, octets - signature.length)


def result_of(signature: Signature, reason: Reason, unsigned: int = 0) -> DkimResult:
    return DkimResult(
        reason=reason,
        domain=signature.domain,
        selector=signature.selector,
        identity=signature.identity,
        algorithm=signature.algorithm,
        start=signature.start,
        signed=signature.signed,
        time=signature.time,
        unsigned_octets=unsigned,
    )


def forms_wanted(fields: Iterable[Field]) -> frozenset[Form]:
    """In which forms the body is to be hashed for the DKIM and ARC signatures of this header."""
    wanted: set[Form] = set()
    for field in fields:
        without_c = FORMS_WITHOUT_C.get(field.name.lower())
        if without_c and len(wanted) < len(Form):
            try:
                wanted.add(forms_of(field_tags(field)[1], without_c)[1])
            except BadSignature:
                continue
    return frozenset(wanted)
