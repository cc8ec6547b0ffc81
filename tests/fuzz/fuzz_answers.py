"""Patterns of a block list's answers, and texts of refusals with what lists say filled in."""

from ipaddress import IPv4Address

from gatepost.auth.blocklists.answers import BadPattern, answer_pattern
from gatepost.auth.blocklists.listing import filled

SEEDS = (b"127.0.0.2", b"127.0.0.4-7", b"127.0.*.3", b"127.0.0.&24", b"{listed} is on {list}. {reason}", b"127.0.&1.2")
PIECES = (
    b"127", b".", b"0", b"2", b"-", b"&", b"*", b"255", b"256", b" ", b"{", b"}", b"{reason}", b"{}",
    b"\xd9\xa2", b"\x00",
)  # fmt: skip
SAMPLES = tuple(IPv4Address(bytes((127, a, b, c))) for a in (0, 255) for b in (0, 5) for c in (0, 2, 8, 255))


def TestOneInput(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    assert filled(text, {}) == text
    assert len(filled(text, {"reason": "", "list": ""})) <= len(text)
    try:
        pattern = answer_pattern(text)
    except BadPattern as error:
        assert text in str(error)
        return
    assert text.isascii() and len(pattern.octets) == 4
    assert all(isinstance(pattern.matches(answer), bool) for answer in SAMPLES)
    assert not pattern.matches(IPv4Address("128.0.0.2"))
