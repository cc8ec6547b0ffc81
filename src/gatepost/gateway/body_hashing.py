"""The body of a large message hashed while it streams in, so that its end costs no long pause (ARCHITECTURE §5).

Which forms are wanted is known once the header is there. A small message is hashed by who needs it, when it is whole.
"""

from gatepost.auth.dkim.body import BodyHashes
from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.verify import forms_wanted
from gatepost.gateway.spool import Spool
from gatepost.syntax.header import HEADER_LIMIT, read_header

LARGE = 128 * 1024  # octets: hashed at once, that much takes a third of a millisecond
END = b"\r\n\r\n"


class BodyHashing:
    """Owned by one transaction; made when its content has become large.

    Args:
        spool: what has come so far.
        always: forms that are wanted whatever the header says.
    """

    __slots__ = ("always", "hashes", "head")

    def __init__(self, spool: Spool, always: frozenset[Form] = frozenset()) -> None:
        self.always = always
        self.hashes: BodyHashes | None = None
        self.head = b""
        for chunk in spool.chunks():
            self.feed(chunk)

    def feed(self, octets: bytes) -> None:
        """The next octets of the content, as they are kept."""
        if self.hashes is not None:
            self.hashes.feed(octets)
            return
        searched = max(len(self.head) - len(END) + 1, 0)
        self.head += octets
        end = 0 if self.head.startswith(b"\r\n") else self.head.find(END, searched) + 2
        if end == 1:  # not found
            if len(self.head) > HEADER_LIMIT + len(END):  # the message will be refused
                self.hashes, self.head = BodyHashes(()), b""
            return
        fields, _, _ = read_header(self.head[:end])
        self.hashes = BodyHashes(forms_wanted(fields) | self.always)
        self.hashes.feed(self.head[end + 2 :])
        self.head = b""
