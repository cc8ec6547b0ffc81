"""What the backend gets: our trace fields, the header without what only the inside may say, the body as it came.

RFC 5321 §4.4 (Received), RFC 8314 §4.3 (TLS in it), RFC 8601 §5 (forged Authentication-Results).
"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.auth.results_reader import claims
from gatepost.model.message import Content, Field, Message
from gatepost.model.stage import DataStage
from gatepost.syntax.field_text import plain_value

TRUSTED_PREFIXES = ("x-ms-exchange-organization-", "x-ms-exchange-forest-", "x-ms-exchange-crosspremises-")
TRUSTED_NAMES = frozenset(("x-scl", "x-spam-flag", "x-spam-status", "x-spam-level", "x-spam-score", "x-spam"))


REPLY_PREFIXES = 12  # octets: " Re: Fwd: "
SUSPECT = frozenset((*"xXaA \t", ""))  # how a name begins that may be one of these


class Outgoing(Struct, frozen=True):
    """`ports.quarantine.Holdable`.

    Args:
        start: our own fields.
        header: what replaces the first `skip` octets of `content`.
    """

    start: bytes
    content: Content
    skip: int = 0
    header: bytes = b""

    @property
    def ours(self) -> int:
        return len(self.start)

    @property
    def size(self) -> int:
        return len(self.start) + len(self.header) + self.content.size - self.skip

    def chunks(self) -> Iterator[bytes]:
        yield self.start + self.header if self.header else self.start
        skip = self.skip
        for chunk in self.content.chunks():
            if skip >= len(chunk):
                skip -= len(chunk)
                continue
            yield chunk[skip:] if skip else chunk
            skip = 0


def received(at: DataStage, client: str, hostname: str, date: str) -> bytes:
    """Our Received field; the client's name is well-formed by then, its address (`client`) is a fact."""
    protocol = ("UTF8SMTP" if at.smtputf8 else "ESMTP") if at.esmtp else "SMTP"
    if at.esmtp:
        protocol += "S" if at.tls else ""
        protocol += "A" if at.user else ""
    secured = f"\r\n\t(using {at.tls.version} with cipher {at.tls.cipher} ({at.tls.bits} bits))" if at.tls else ""
    only = f"\r\n\tfor <{at.recipients[0]}>" if len(at.recipients) == 1 and at.recipients[0].is_ascii else ""
    address = f"IPv6:{client}" if ":" in client else client
    return (
        f"Received: from {at.helo} ([{address}]){secured}\r\n"
        f"\tby {hostname} with {protocol} id {at.transaction}{only};\r\n\t{date}\r\n"
    ).encode("ascii", "replace")


def outgoing(
    message: Message, ours: bytes, prefix: str, hostname: str, *, outside: bool, subject_tag: bytes = b""
) -> Outgoing:
    """The message with our fields on top.

    Args:
        ours: our own fields, complete.
        prefix: of our own field names, lower-case; outside nobody may use it.
        hostname: our id in Authentication-Results.
        outside: the client is not one of ours, so what the inside trusts is removed.
        subject_tag: what the subject is to begin with.
    """
    if subject_tag:
        return with_tag(message, ours, prefix, hostname, subject_tag, outside=outside)
    suspect = SUSPECT if prefix[:1] in SUSPECT else SUSPECT | {prefix[:1], prefix[:1].upper()}
    if not outside or not any([field.name[:1] in suspect for field in message.header]):
        return Outgoing(ours, message.content)
    kept = [field for field in message.header if not is_for_the_inside(field, prefix, hostname)]
    if len(kept) == len(message.header):
        return Outgoing(ours, message.content)
    return Outgoing(ours, message.content, message.header_octets, b"".join(field.raw for field in kept))


def is_for_the_inside(field: Field, prefix: str, hostname: str) -> bool:
    """A field by which the inside would believe a stranger; odd blanks in the name do not hide it."""
    name = field.name.strip().lower()
    if name.startswith(prefix):
        return True
    if name[0:2] == "x-":
        return name.startswith(TRUSTED_PREFIXES) or name in TRUSTED_NAMES
    return name == "authentication-results" and claims(plain_value(field), hostname)


def with_tag(message: Message, ours: bytes, prefix: str, hostname: str, tag: bytes, *, outside: bool) -> Outgoing:
    """The same with every subject tagged, or with one of the tag alone where there is none."""
    kept = [field for field in message.header if not (outside and is_for_the_inside(field, prefix, hostname))]
    if not any([is_subject(field) for field in kept]):
        ours += b"Subject: " + tag + b"\r\n"
    raw = b"".join([tagged(field, tag) if is_subject(field) else field.raw for field in kept])
    return Outgoing(ours, message.content, message.header_octets, raw)


def is_subject(field: Field) -> bool:
    return field.name.strip().lower() == "subject"


def tagged(field: Field, tag: bytes) -> bytes:
    """A reply to a tagged message has it already, behind `Re:` or the like; further behind nobody might see it."""
    start, _, rest = field.raw.partition(b":")
    return field.raw if tag in rest[: len(tag) + REPLY_PREFIXES] else start + b": " + tag + b" " + rest.lstrip(b" \t")
