"""The message without the attachments that may not pass, where the policy says `strip`.

Every signature over the body is broken by it: what was found of them before stands in Authentication-Results, and the
seal, where one is made (RFC 8617), is over what is sent on. Where it cannot be done so that all programs read the same,
the message is held instead.
"""

from collections.abc import Iterator

from msgspec import Struct, structs

from gatepost.auth.dkim.body import BodyHashes
from gatepost.mime.part import Part
from gatepost.mime.reader import read
from gatepost.mime.strip import CannotStrip, without
from gatepost.model.finding import Findings
from gatepost.model.inspection import Unwanted
from gatepost.model.message import Message
from gatepost.model.stage import MessageStage
from gatepost.model.verdict import Action, Verdict
from gatepost.smtp.content import Stuffer
from gatepost.syntax.header import HEADER_LIMIT, read_header
from gatepost.syntax.printable import printable

NAME_LIMIT = 120  # characters


class Octets(Struct, frozen=True):
    """`model.message.Content` that is in memory."""

    octets: bytes

    @property
    def size(self) -> int:
        return len(self.octets)

    def chunks(self) -> Iterator[bytes]:
        yield self.octets


def stripped(at: MessageStage, verdict: Verdict, hostname: str) -> tuple[MessageStage, Verdict]:
    """The message as it may pass; or as it is, and the verdict to hold it."""
    unwanted = at.so_far.value(Unwanted)
    paths = {path for code in verdict.because for path in (unwanted.places.get(code, ()) if unwanted else ())}
    try:
        octets = without_parts(at.message, paths, hostname, at.transaction)
    except CannotStrip:
        return at, structs.replace(verdict, action=Action.QUARANTINE)
    values = tuple(value for value in at.so_far.values if not isinstance(value, BodyHashes))
    known = Findings(at.so_far.items, values)
    return structs.replace(at, message=message_of(octets, at.message), so_far=known), verdict


def without_parts(message: Message, paths: set[str], hostname: str, transaction: str) -> bytes:
    """Raises `CannotStrip`."""
    if not paths:
        raise CannotStrip("nobody says which part it is")
    stuffed = b"".join(message.content.chunks())
    octets = stuffed.replace(b"\r\n.", b"\r\n") if b"\r\n." in stuffed else stuffed
    octets = octets.removeprefix(b".")

    def note(part: Part) -> bytes:
        name = printable(part.names[0], NAME_LIMIT) if part.names else "without a name"
        return (
            f"An attachment was removed on the way by {hostname}:\r\n\r\n    {name} ({part.media_type})\r\n\r\n"
            f"It may not be sent here. Signatures of this message are no longer valid.\r\nReference: {transaction}\r\n"
        ).encode("ascii", "replace")

    return without(octets, read(octets), paths, note)


def message_of(octets: bytes, before: Message) -> Message:
    """As the gateway keeps messages: dot-stuffed."""
    content, _ = Stuffer().stuff(octets)
    fields, size, malformed = read_header(content[: HEADER_LIMIT + 4])
    return Message(
        size=len(octets), header=fields, header_octets=size, content=Octets(content), eight_bit=not octets.isascii(),
        longest_line=before.longest_line, malformed=malformed,
    )  # fmt: skip
