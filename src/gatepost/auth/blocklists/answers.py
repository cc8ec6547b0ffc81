"""Which answers of a list are meant, and which cannot be an answer at all (RFC 5782 §2.1)?

A list answers with addresses in 127.0.0.0/8 whose last octets say why. Which count is written as four octets, each a
number, a range or `*`; the last may be `&` and a mask: `127.0.0.2`, `127.0.0.4-7`, `127.0.*.3`, `127.0.0.&24`.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from msgspec import Struct

HIGHEST = 255
LOOPBACK = 127
OCTET = re.compile(r"(?P<every>\*)|(?P<low>[0-9]{1,3})(?:-(?P<high>[0-9]{1,3}))?|&(?P<mask>[0-9]{1,3})", re.ASCII)
HINT = 'write four octets such as "127.0.0.2", "127.0.0.4-7", "127.0.*.3" or, by bits, "127.0.0.&24"'

ANSWERS = IPv4Network("127.0.0.0/8")
ERRORS = IPv4Network("127.255.255.0/24")
NOT_FOR_YOU = IPv4Address("127.0.0.1")
NOT_VOUCHED = IPv4Address("127.0.0.255")
MEANINGS = {
    IPv4Address("127.255.255.252"): "no such zone",
    IPv4Address("127.255.255.254"): "it does not answer public resolvers",
    IPv4Address("127.255.255.255"): "too many queries",
    NOT_FOR_YOU: "it does not answer you",
    NOT_VOUCHED: "it does not answer you",
}
"""What large lists say instead of an answer; taken for one, it refuses the whole world."""


class BadPattern(ValueError):
    """It is none; the message says what would be right."""


class OctetPattern(Struct, frozen=True):
    """`low` to `high`, or, where `mask` is not 0, any octet that has one of its bits."""

    low: int
    high: int
    mask: int = 0

    def matches(self, octet: int) -> bool:
        return bool(octet & self.mask) if self.mask else self.low <= octet <= self.high


class AnswerPattern(Struct, frozen=True):
    """Four octets."""

    octets: tuple[OctetPattern, ...]

    def matches(self, answer: IPv4Address) -> bool:
        return all(pattern.matches(octet) for pattern, octet in zip(self.octets, answer.packed, strict=True))


def answer_pattern(text: str) -> AnswerPattern:
    """Raises `BadPattern`."""
    octets = tuple(octet_pattern(part, text) for part in text.split("."))
    if len(octets) != 4:
        raise BadPattern(f'"{text}" has not four octets: {HINT}')
    if any(octet.mask for octet in octets[:3]):
        raise BadPattern(f'"{text}": only the last octet can be a mask: {HINT}')
    if octets[0] != OctetPattern(LOOPBACK, LOOPBACK):
        raise BadPattern(f'"{text}": answers of lists begin with 127 (RFC 5782 §2.1): {HINT}')
    return AnswerPattern(octets)


def octet_pattern(part: str, text: str) -> OctetPattern:
    match = OCTET.fullmatch(part)
    if match is None:
        raise BadPattern(f'"{text}" is no answer of a list: {HINT}')
    if match["every"]:
        return OctetPattern(0, HIGHEST)
    if match["mask"]:
        mask = int(match["mask"])
        if not 0 < mask <= HIGHEST:
            raise BadPattern(f'"{text}": a mask is a number from 1 to {HIGHEST}')
        return OctetPattern(0, HIGHEST, mask)
    low, high = int(match["low"]), int(match["high"] or match["low"])
    if not low <= high <= HIGHEST:
        raise BadPattern(f'"{text}": an octet is a number from 0 to {HIGHEST}, and a range rises')
    return OctetPattern(low, high)


def fault_in(answers: Iterable[IPv4Address], *, vouching: bool = False) -> str:
    """Why a list that answers so cannot be believed, in words that follow its name; "" if it can.

    Args:
        vouching: it is an allow list.
    """
    for answer in answers:
        if answer not in ANSWERS:
            return f"answers {answer}, which no list does: somebody else may own it by now"
        if answer in ERRORS or answer == NOT_FOR_YOU or (vouching and answer == NOT_VOUCHED):
            return f"answers {answer}, an error ({MEANINGS.get(answer, 'of a sort not known here')})"
    return ""
