"""From whom and to whom was this message probably sent? Its envelope knew, its header may tell (RFC 5321 §2.3.1)."""

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.model.message import Field
from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.header import HEADER_LIMIT, read_header

FROM = ("return-path", "from")
TO = ("delivered-to", "x-original-to", "to", "cc")
MOST = 100  # recipients


class Guess(Struct, frozen=True):
    """Args:
    mailboxes: () if the header says nothing.
    field: that it was taken from.
    """

    mailboxes: tuple[Address, ...]
    field: str = ""


def header_of(octets: bytes) -> Sequence[Field]:
    """`octets`: a message with CRLF line ends."""
    return read_header(octets[: HEADER_LIMIT + 4])[0]


def guess_sender(header: Sequence[Field]) -> Guess:
    """One mailbox; an empty Return-Path is no answer, for many programs write one."""
    for name in FROM:
        found = mailboxes(header, name)
        if found:
            return Guess(found[:1], name)
    return Guess(())


def guess_recipients(header: Sequence[Field], domains: Collection[str]) -> Guess:
    """Those in domains of ours; where there are none, all that are named."""
    everybody = [Guess(mailboxes(header, name), name) for name in TO]
    for guess in everybody:
        ours = tuple(mailbox for mailbox in guess.mailboxes if mailbox.domain in domains)
        if ours:
            return Guess(ours[:MOST], guess.field)
    return next((Guess(guess.mailboxes[:MOST], guess.field) for guess in everybody if guess.mailboxes), Guess(()))


def mailboxes(header: Sequence[Field], name: str) -> tuple[Address, ...]:
    found = dict.fromkeys(
        mailbox
        for field in header
        if field.name.lower() == name
        for part in parts(field.value.decode("utf-8", "replace"))
        if (mailbox := mailbox_in(part)) is not None
    )
    return tuple(found)


def parts(text: str) -> Iterator[str]:
    """Between commas that stand neither in quotes nor in comments (RFC 5322 §3.4); comments left out."""
    part: list[str] = []
    depth, is_quoted, is_escaped = 0, False, False
    for character in text:
        if is_escaped or character == "\\":
            is_escaped = not is_escaped
        elif character == '"' and not depth:
            is_quoted = not is_quoted
        elif character in "()" and not is_quoted:
            depth = depth + 1 if character == "(" else max(0, depth - 1)
            continue
        elif character == "," and not is_quoted and not depth:
            yield "".join(part)
            part = []
            continue
        if not depth:
            part.append(character)
    yield "".join(part)


def mailbox_in(part: str) -> Address | None:
    """`Name <mailbox>` or a mailbox alone."""
    opened = part.rfind("<")
    inside = part[opened + 1 :].partition(">")[0] if opened >= 0 else part
    try:
        return address(inside.strip())
    except BadSyntax:
        return None
