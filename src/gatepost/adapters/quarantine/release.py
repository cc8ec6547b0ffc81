"""How does a held message get to its recipient after all?

Over the backend of that recipient, with who let it through on top, in fields whose names nobody outside can use. It
counts as released once the backend has said 250 and not before: whoever is killed in between may deliver it twice,
nothing is lost. The octets are the client's as they came, with our fields of then; what claims to be such a field and
is not ours is taken out.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.ports.backend import Backend, Delivery, Envelope
from gatepost.ports.clock import Clock
from gatepost.ports.quarantine import Fate, Held, Holdings, Learner, Release, ReleaseEnd
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.date import rfc5322_date
from gatepost.syntax.header import HEADER_LIMIT, read_header, without

PLAIN = str.maketrans({chr(code): "?" for code in (*range(33), 127)})
WHO_LIMIT = 64  # characters
DOUBT = " (it may have the message nevertheless)"


class Letter(Struct, frozen=True):
    """`ports.backend.Payload`: a start of ours, then the content behind its first `skip` octets, for which it stands.

    Args:
        size: of all of it.
    """

    start: bytes
    holdings: Holdings
    held: Held
    skip: int
    size: int

    def chunks(self) -> Iterator[bytes]:
        """Raises OSError, as payloads do, rather than end early."""
        yield self.start
        skip = self.skip
        try:
            for chunk in self.holdings.content(self.held):
                if skip < len(chunk):
                    yield chunk[skip:] if skip else chunk
                skip = max(0, skip - len(chunk))
        except Unavailable as error:
            raise OSError(str(error)) from error


class Releasing:
    """For one person.

    Args:
        backends: by name.
        prefix: of our own field names.
        who: lets it through.
    """

    def __init__(
        self, holdings: Holdings, backends: Mapping[str, Backend], clock: Clock, *, prefix: str, who: str,
        learner: Learner | None = None,
    ) -> None:  # fmt: skip
        self.holdings, self.backends, self.clock = holdings, backends, clock
        self.prefix, self.who, self.learner = prefix, who.translate(PLAIN)[:WHO_LIMIT], learner

    async def release(self, held: Held, backend: str, to: Address | None = None) -> Release:
        """Raises `Unavailable` if it cannot be read.

        Args:
            to: who gets it instead of its recipient.
        """
        with self.holdings.alone(held):
            current = self.holdings.get(held.id) or held
            if current.fate is not Fate.HELD:
                return Release(current, ReleaseEnd.ALREADY, "")
            recipient = to or current.recipient
            letter = self.letter(current)
            try:
                delivery = await self.backends[backend].deliver(envelope(current, recipient, letter.size), letter)
            except (Unavailable, OSError) as error:  # OSError: it was taken away meanwhile
                return Release(current, ReleaseEnd.LATER, str(error))
            said = f"{delivery.host}: {delivery.reply}{DOUBT if delivery.doubtful else ''}"
            if not delivery.taken:
                return Release(current, refusal(delivery), said)
            return self.marked(current, recipient, said)

    def marked(self, held: Held, recipient: Address, said: str) -> Release:
        """The mail server is responsible now; the octets may go."""
        octets = self.for_learner(held)
        try:
            settled = self.holdings.settle(held, Fate.RELEASED, now=self.clock.now(), by=self.who, to=str(recipient))
        except Unavailable as error:
            return Release(held, ReleaseEnd.UNMARKED, f"{said}; {error}")
        if self.learner is not None and octets:
            self.learner.released(settled, iter(octets))
        return Release(settled, ReleaseEnd.RELEASED, said)

    def for_learner(self, held: Held) -> list[bytes]:
        """What it may learn from; nothing if it cannot be read any more: the message is out, and that must be noted."""
        try:
            return list(self.holdings.content(held)) if self.learner is not None else []
        except Unavailable:
            return []

    def letter(self, held: Held) -> Letter:
        """Nothing of it is sent before all of it was read once: it is whole."""
        head = bytearray()
        for chunk in self.holdings.content(held):
            head += chunk[: len(held.ours) + HEADER_LIMIT + 4 - len(head)]
        own = bytes(head[len(held.ours) :])
        fields, octets, _ = read_header(own)
        try:
            kept = without(own[:octets], fields, self.is_claimed)
        except ValueError:  # it was over its limits: refused at the door, so never held
            raise Unavailable(f"{held.id}: its header cannot be read") from None
        start = self.fields(held) + held.ours + kept
        skip = len(held.ours) + octets
        return Letter(start, self.holdings, held, skip, len(start) + held.size - skip)

    def is_claimed(self, name: str) -> bool:
        return name.strip().startswith(f"{self.prefix.lower()}-")

    def fields(self, held: Held) -> bytes:
        """For the mail server to believe, as nobody outside can say them."""
        return (
            f"{self.prefix}-Released: {self.who}; {rfc5322_date(self.clock.now())}\r\n"
            f"{self.prefix}-Quarantine: {held.id}\r\n"
        ).encode("ascii", "replace")


def envelope(held: Held, recipient: Address, size: int) -> Envelope:
    is_his = recipient == held.recipient
    return Envelope(
        sender=held.sender, recipients=(recipient,), size=size, body=held.body,
        smtputf8=held.smtputf8 or not recipient.is_ascii, ret=held.ret, envid=held.envid,
        notify=(held.notify,) if held.notify and is_his else (), orcpt=(held.orcpt,) if held.orcpt and is_his else (),
    )  # fmt: skip


def refusal(delivery: Delivery) -> ReleaseEnd:
    return ReleaseEnd.REFUSED if delivery.reply.code >= 500 and not delivery.doubtful else ReleaseEnd.LATER
