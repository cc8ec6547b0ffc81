"""Which sets of ARC fields does a header have (RFC 8617 §4.1, §4.2, §5.2 steps 1 to 3)? No key is needed to say so."""

import re
from collections.abc import Mapping

from msgspec import Struct

from gatepost.auth.arc.chain import SETS_LIMIT, ArcReason, BrokenChain
from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.result import BadSignature
from gatepost.auth.dkim.signature import (
    FORMS_WITHOUT_C,
    MOMENT,
    Signature,
    algorithm_of,
    domain_of,
    field_tags,
    number_of,
    octets_of,
    selector_of,
    signature_of,
)
from gatepost.auth.dkim.signed_fields import Header
from gatepost.model.message import Field
from gatepost.syntax.header import unstuffed

RESULTS, MESSAGE, SEAL = "arc-authentication-results", "arc-message-signature", "arc-seal"
KINDS = (RESULTS, MESSAGE, SEAL)
INSTANCE = re.compile("[0-9]{1,2}", re.ASCII)
RESULTS_INSTANCE = re.compile(rb"[ \t\r\n]*+i[ \t\r\n]*+=[ \t\r\n]*+([0-9]{1,2})[ \t\r\n]*+;")


class ArcSet(Struct, frozen=True, kw_only=True):
    """One set.

    Args:
        results_place: which of the ARC-Authentication-Results fields it is, from 0 at the top.
        results: what that says behind `i=…;`, unfolded.
        seal: the ARC-Seal; it names no fields and has no body hash.
    """

    instance: int
    results_place: int
    results: bytes
    message: Signature
    seal: Signature


class Part(Struct, frozen=True):
    """One field. `raw` is dot-unstuffed; `rest` is what an ARC-Authentication-Results says behind its instance."""

    place: int
    instance: int
    raw: bytes
    tags: Mapping[str, str] = {}
    rest: bytes = b""


def sets_of(header: Header) -> tuple[ArcSet, ...]:
    """All sets from 1, () if there is no ARC field at all. Raises `BrokenChain`."""
    if not any(header.fields(kind) for kind in KINDS):
        return ()
    if max(len(header.fields(kind)) for kind in KINDS) > SETS_LIMIT:
        raise BrokenChain(ArcReason.MANY_SETS)
    results, messages, seals = [parts_of(header, kind) for kind in KINDS]
    count = max(map(len, (results, messages, seals)))
    if not set(range(1, count + 1)) == set(results) == set(messages) == set(seals):
        raise BrokenChain(ArcReason.INCOMPLETE)
    return tuple(
        [set_of(instance, results[instance], messages[instance], seals[instance]) for instance in range(1, count + 1)]
    )


def parts_of(header: Header, kind: str) -> dict[int, Part]:
    """The fields of one kind by instance."""
    parts: dict[int, Part] = {}
    for place, field in enumerate(header.fields(kind)):
        part = part_of(place, field, kind)
        if part.instance in parts:
            raise BrokenChain(ArcReason.REPEATED, at=part.instance)
        parts[part.instance] = part
    return parts


def part_of(place: int, field: Field, kind: str) -> Part:
    return results_part(place, field) if kind == RESULTS else tagged_part(place, field)


def results_part(place: int, field: Field) -> Part:
    raw = unstuffed(field.raw)
    value = raw.partition(b":")[2]
    found = RESULTS_INSTANCE.match(value)
    if found is None:
        raise BrokenChain(ArcReason.INSTANCE)
    rest = value[found.end() :].replace(b"\r\n", b"").strip()
    return Part(place, instance_of(found[1].decode()), raw, rest=rest)


def tagged_part(place: int, field: Field) -> Part:
    try:
        raw, tags = field_tags(field)
    except BadSignature as error:
        raise BrokenChain(ArcReason.FIELD, signature=error.reason) from error
    return Part(place, instance_of(tags.get("i", "")), raw, tags)


def instance_of(text: str) -> int:
    instance = int(text) if INSTANCE.fullmatch(text) else 0
    if not 1 <= instance <= SETS_LIMIT:
        raise BrokenChain(ArcReason.INSTANCE)
    return instance


def newest(header: Header) -> tuple[int, bool]:
    """Of whatever fields there are: the highest i= that can be read, 0 for none, and whether its seal says cv=fail.

    Once a relay has said so the chain is over, and what else may be wrong with it does not matter (step 2).
    """
    highest, ended = 0, [0]
    for kind in KINDS:
        for place, field in enumerate(header.fields(kind)[: SETS_LIMIT + 1]):
            try:
                part = part_of(place, field, kind)
            except BrokenChain:
                continue
            highest = max(highest, part.instance)
            if kind == SEAL and part.tags.get("cv") == "fail":
                ended.append(part.instance)
    return highest, 0 < highest == max(ended)


def set_of(instance: int, results: Part, message: Part, seal: Part) -> ArcSet:
    if seal.tags.get("cv") != ("none" if instance == 1 else "pass"):
        raise BrokenChain(ArcReason.STATUS, at=instance)
    if "h" in seal.tags:
        raise BrokenChain(ArcReason.SEAL_NAMES, at=instance)
    try:
        signature = signature_of(message.raw, message.place, message.tags, without_c=FORMS_WITHOUT_C[MESSAGE])
        sealed = seal_of(seal)
    except BadSignature as error:
        raise BrokenChain(ArcReason.FIELD, at=instance, signature=error.reason) from error
    if SEAL in signature.signed:
        raise BrokenChain(ArcReason.SEAL_SIGNED, at=instance)
    return ArcSet(
        instance=instance,
        results_place=results.place,
        results=results.rest,
        message=signature,
        seal=sealed,
    )


def seal_of(part: Part) -> Signature:
    """ARC-Seal as a signature over fields that it does not name (RFC 8617 §4.1.3)."""
    domain = domain_of(part.tags)
    return Signature(
        raw=part.raw,
        place=part.place,
        algorithm=algorithm_of(part.tags),
        domain=domain,
        selector=selector_of(part.tags),
        identity="@" + domain,
        value=octets_of(part.tags, "b"),
        start="",
        body_hash=b"",
        header_form=Form.RELAXED,
        body_form=Form.RELAXED,
        signed=(),
        length=None,
        time=number_of(part.tags, "t", MOMENT),
        expires=None,
    )
