"""What a session makes of one event."""

from msgspec import Struct

from gatepost.model.reply import Reply


class Answer(Struct, frozen=True):
    """Args:
    reply: for the client.
    delay: seconds to wait before it is said (the tar pit).
    close: end the connection behind it.
    upgrade: start TLS behind it.
    reference: id that a refusal is said with, so that the sender can ask and an operator can look it up; "" for none.
    """

    reply: Reply
    delay: float = 0.0
    close: bool = False
    upgrade: bool = False
    reference: str = ""

    @property
    def spoken(self) -> Reply:
        """The reply as the client hears it."""
        reply = self.reply
        if not self.reference:
            return reply
        return Reply(reply.code, reply.enhanced, f"{reply.text} [{self.reference}]", reply.more)
