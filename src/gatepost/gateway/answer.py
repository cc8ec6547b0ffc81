"""What a session makes of one event."""

from msgspec import Struct

from gatepost.model.reply import Reply


class Answer(Struct, frozen=True):
    """Args:
    reply: for the client.
    delay: seconds to wait before it is said (the tar pit).
    close: end the connection behind it.
    upgrade: start TLS behind it.
    """

    reply: Reply
    delay: float = 0.0
    close: bool = False
    upgrade: bool = False
