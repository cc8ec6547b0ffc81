"""Which messages are in this mailbox file (RFC 4155)?"""

from collections.abc import Iterator
from itertools import pairwise

START = b"From "


def messages(octets: bytes) -> Iterator[bytes]:
    """Each message without the line before it; what stands before the first such line is no message.

    A line that begins with `From ` begins a message after an empty line only: elsewhere it is a sentence.
    """
    for start, end in pairwise((*starts(octets), len(octets))):
        line_end = octets.find(b"\n", start, end)
        yield octets[line_end + 1 : end] if line_end >= 0 else b""


def starts(octets: bytes) -> Iterator[int]:
    at = octets.find(START)
    while at >= 0:
        if at == 0 or octets[max(at - 2, 0) : at] == b"\n\n" or octets[max(at - 4, 0) : at] == b"\r\n\r\n":
            yield at
        at = octets.find(START, at + len(START))
