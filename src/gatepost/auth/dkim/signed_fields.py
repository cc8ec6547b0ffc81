"""Over which octets of the header does a signature go (RFC 6376 §3.7, §5.4.2)?"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gatepost.auth.dkim.canonical import Form, canonical, without_signature
from gatepost.auth.dkim.signature import Signature
from gatepost.model.message import Field
from gatepost.syntax.header import unstuffed

# What a reader sees or a program goes by: a second one, put above the signed one, is shown in its place.
SHOWN = (
    "from", "sender", "reply-to", "subject", "date", "to", "cc", "message-id", "mime-version", "content-type",
    "content-transfer-encoding",
)  # fmt: skip


class Header:
    """The fields of one message by name, canonical once they are asked for. Owned by who verifies or signs it.

    Args:
        fields: in order, dot-stuffed.
    """

    __slots__ = ("by_name", "canonical_by_name")

    def __init__(self, fields: Iterable[Field]) -> None:
        self.by_name: dict[str, list[Field]] = {}
        self.canonical_by_name: dict[tuple[Form, str], list[bytes]] = {}
        for field in fields:
            self.by_name.setdefault(field.name.lower(), []).append(field)

    def fields(self, name: str) -> Sequence[Field]:
        """Of that lower-case name, in order."""
        return self.by_name.get(name, ())

    def canonical(self, name: str, form: Form) -> list[bytes]:
        """The fields of that lower-case name, in order; kept, for signatures of a message mostly want the same."""
        kept = self.canonical_by_name.get((form, name))
        if kept is None:
            kept = [canonical(unstuffed(field.raw), form) for field in self.fields(name)]
            self.canonical_by_name[form, name] = kept
        return kept

    def digest(self, signature: Signature, name: str) -> bytes:
        """SHA-256 over the signed fields and the signature's own, which is of that lower-case name (§3.7 step 2).

        The own field is none of the signed ones: it was not there when the signature was made (§3.5, h=).
        """
        form = signature.header_form
        return digest(self.selected(signature.signed, form, {name: signature.place}), signature.raw, form)

    def selected(self, signed: Iterable[str], form: Form, left_out: Mapping[str, int]) -> Iterator[bytes]:
        """For each name the next field of it from the bottom up (§5.4.2), none if there is none left.

        Args:
            left_out: places by name of fields that do not count.
        """
        left: dict[str, list[bytes]] = {}
        for name in signed:
            if name not in left:
                left[name] = self.canonical(name, form).copy()
                if name in left_out:
                    del left[name][left_out[name]]
            if left[name]:
                yield left[name].pop()

    def unsigned_copies(self, signed: Sequence[str]) -> tuple[str, ...]:
        """Names signed, but less often than there are such fields."""
        return tuple([name for name in SHOWN if 0 < signed.count(name) < len(self.fields(name))])


def digest(selected: Iterable[bytes], raw: bytes, form: Form) -> bytes:
    """SHA-256 over canonical fields and over a signature's own, dot-unstuffed, as if its `b=` were empty."""
    return hashlib.sha256(b"\r\n".join([*selected, canonical(without_signature(raw), form)])).digest()
