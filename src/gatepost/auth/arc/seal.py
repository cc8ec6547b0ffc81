"""How do we vouch for what we found, so that the next relay can believe it (RFC 8617 §5.1)?"""

import base64
import re
from collections.abc import Iterator, Sequence

from gatepost.auth.arc.chain import SETS_LIMIT, ArcChain, ArcReason, ArcResult
from gatepost.auth.arc.sets import KINDS, MESSAGE, RESULTS, SEAL, sets_of
from gatepost.auth.dkim.canonical import Form, relaxed
from gatepost.auth.dkim.sign import FORMS, Signer, names_to_sign, signature_value
from gatepost.auth.dkim.signed_fields import Header, digest
from gatepost.auth.dkim.written import field_of, with_signature
from gatepost.model.message import Field
from gatepost.syntax.bad_syntax import BadSyntax

NOT_SIGNED = (*KINDS, "authentication-results", "dkim-signature")  # the last of them apart, as often as there are any
BAD_LINE_END = re.compile(r"\r(?!\n[ \t])|(?<!\r)\n|\x00")


def seal(
    signer: Signer, fields: Sequence[Field], body: bytes, chain: ArcChain, results: str, now: float
) -> tuple[bytes, ...]:
    """ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results, to be put on top in this order; () if the chain
    has ended or is full (§4.2.1, §5.1), or if it could not be decided whether it holds.

    Args:
        fields: the header as it will be sent, dot-stuffed, our DKIM-Signature and the ARC fields validated included.
        body: SHA-256 of the body in relaxed form.
        chain: what validation said of the message as it came.
        results: our id and what we found, as in Authentication-Results; folds allowed (RFC 8601 §2.2).
        now: seconds since 1970.

    Raises:
        BadSyntax: `results` would end the field.
        BrokenChain: the chain passed, but it is not the one in `fields`.
    """
    if chain.reason is ArcReason.ENDED or chain.is_undecided or chain.instance >= SETS_LIMIT:
        return ()
    if BAD_LINE_END.search(results):
        raise BadSyntax("line end in the results")
    header = Header(fields)
    instance = str(chain.instance + 1)
    found = f"ARC-Authentication-Results: i={instance}; {results}\r\n".encode()
    message = message_signature(signer, header, body, instance, now)
    before = [] if chain.result is ArcResult.FAIL else list(earlier(header))
    tags = [
        ("i", instance),
        ("a", signer.algorithm.value),
        ("d", signer.domain),
        ("s", signer.selector),
        ("t", str(int(now))),
        ("cv", chain.result.value),
    ]
    field = field_of("ARC-Seal", tags)
    covered = digest([*before, relaxed(found), relaxed(message)], field.encode(), Form.RELAXED)
    return with_signature(field, signature_value(signer.key, covered)), message, found


def message_signature(signer: Signer, header: Header, body: bytes, instance: str, now: float) -> bytes:
    """ARC-Message-Signature (§4.1.2); it signs no ARC fields, and nothing that the next relay takes out."""
    names = [name for name in names_to_sign(header, signer) if name not in NOT_SIGNED]
    names += ["dkim-signature"] * len(header.fields("dkim-signature"))
    tags = [
        ("i", instance),
        ("a", signer.algorithm.value),
        ("c", FORMS),
        ("d", signer.domain),
        ("s", signer.selector),
        ("t", str(int(now))),
        ("h", ":".join(names)),
        ("bh", base64.b64encode(body).decode()),
    ]
    field = field_of("ARC-Message-Signature", tags)
    selected = header.selected(names, Form.RELAXED, {})
    return with_signature(field, signature_value(signer.key, digest(selected, field.encode(), Form.RELAXED)))


def earlier(header: Header) -> Iterator[bytes]:
    """The sets there are, in the order in which seals sign them (§5.1.1); not those of a broken chain (§5.1.2)."""
    for one in sets_of(header):
        yield header.canonical(RESULTS, Form.RELAXED)[one.results_place]
        yield header.canonical(MESSAGE, Form.RELAXED)[one.message.place]
        yield header.canonical(SEAL, Form.RELAXED)[one.seal.place]
