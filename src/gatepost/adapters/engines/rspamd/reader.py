"""Octets in, the body of one HTTP response out; h11 reads, and everything is bounded.

Pure: no socket.
"""

import h11

from gatepost.adapters.engines.exchange import BadAnswer

RESPONSE_LIMIT = 512 * 1024  # octets, header and framing included; rspamd's are some thousand
HEADER_LIMIT = 16 * 1024  # octets that h11 keeps of what has no end
EVENTS_LIMIT = 4096  # pieces of a body; each costs, however short it is
OK = 200


class ResponseReader:
    """Reads one response to the request that `connection` has sent, or will have sent."""

    def __init__(self) -> None:
        self.connection = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=HEADER_LIMIT)
        self.length = 0
        self.events = 0
        self.body: list[bytes] = []

    def feed(self, octets: bytes) -> bytes | None:
        """The body once it is whole. Raises `BadAnswer`."""
        if not octets:  # which h11 would take for the end
            return None
        self.length += len(octets)
        if self.length > RESPONSE_LIMIT:
            raise BadAnswer("its response is too large")
        return self.read(octets)

    def end(self) -> bytes:
        """The connection has ended, as it may where no length was told. Raises `BadAnswer`."""
        body = self.read(b"")
        if body is None:
            raise BadAnswer("closed the connection before it had answered")
        return body

    def read(self, octets: bytes) -> bytes | None:
        try:
            self.connection.receive_data(octets)
            while True:
                event = self.connection.next_event()
                if event in (h11.NEED_DATA, h11.PAUSED):
                    return None
                if self.take(event):
                    return b"".join(self.body)
        except h11.ProtocolError as error:
            raise BadAnswer(f"says what is not HTTP: {type(error).__name__}") from error

    def take(self, event: object) -> bool:
        """True at the end."""
        self.events += 1
        if self.events > EVENTS_LIMIT:
            raise BadAnswer("its response comes in too many pieces")
        match event:
            case h11.Response(status_code=status):
                if status != OK:
                    raise BadAnswer(f"HTTP status {status}")
            case h11.Data(data=data):
                self.body.append(bytes(data))
            case h11.EndOfMessage():
                return True
            case h11.ConnectionClosed():
                raise BadAnswer("closed the connection before it had answered")
        return False
