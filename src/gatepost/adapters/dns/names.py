"""How does a domain name stand on the wire, and how is one read from there (RFC 1035 §3.1, §4.1.4)?"""

import re

ROOT = b"\0"
LABEL_LIMIT = 63  # octets (RFC 1035 §2.3.4)
NAME_LIMIT = 253  # octets of the text; 255 on the wire
LABELS_READ = 4096  # in one message; an answer of 500 mail exchangers has some 3,000. Above it somebody means harm
POINTER = 0xC0
UNPRINTABLE = re.compile(rb"[^ -~]")
UNUSUAL = re.compile(rb"[^ -~]|\.")


class BadMessage(Exception):
    """An answer that cannot be made sense of. The text says why, for operators."""


def on_the_wire(name: str) -> bytes | None:
    """Labels with their lengths, in lower case; None for a name that no query can carry."""
    if not name.isascii() or len(name) > NAME_LIMIT:
        return None
    octets = name.lower().encode("ascii")
    labels = octets.split(b".")
    if UNPRINTABLE.search(octets) or not all(0 < len(label) <= LABEL_LIMIT for label in labels):
        return None
    return b"".join(bytes((len(label),)) + label for label in labels) + ROOT


class NameReader:
    """Reads names of one message. However they point at each other, the work is bounded by `LABELS_READ`.

    Args:
        octets: the whole message.
    """

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.left = LABELS_READ

    def name(self, at: int) -> tuple[str, int]:
        """The name that begins at `at`, in lower case without a final dot, and where it ends there.

        The root is "". What could not stand in such a text (a dot within a label, an octet that cannot be printed) is
        written as `\\DDD` (RFC 1035 §5.1).

        Raises:
            BadMessage: it leaves the message, is too long, or points anywhere but backwards.
        """
        labels: list[bytes] = []
        end, lowest, room = 0, at, NAME_LIMIT + 1
        while True:
            self.left -= 1
            if self.left < 0:
                raise BadMessage("too many names")
            length = self.octet(at)
            if length >= POINTER:
                end = end or at + 2
                at = (length ^ POINTER) << 8 | self.octet(at + 1)
                if at >= lowest:
                    raise BadMessage("a name points forwards")
                lowest = at
                continue
            if not length:
                break
            room -= length + 1
            if length > LABEL_LIMIT or room < 0:
                raise BadMessage("a name is too long")
            at += 1 + length
            labels.append(self.octets[at - length : at])
        return as_text(labels), end or at + 1

    def octet(self, at: int) -> int:
        if at >= len(self.octets):
            raise BadMessage("a name is cut off")
        return self.octets[at]


def as_text(labels: list[bytes]) -> str:
    if any(map(UNUSUAL.search, labels)):
        labels = [UNUSUAL.sub(escaped, label) for label in labels]
    return b".".join(labels).decode("ascii").lower()


def escaped(match: re.Match[bytes]) -> bytes:
    return b"\\%03d" % match[0][0]
