"""What spamd says: a score that is one, or no answer; the same however it is cut, up to where it ends."""

import math

from gatepost.adapters.engines.exchange import BadAnswer
from gatepost.adapters.engines.spamd.replies import MOST_RULES, NAME_LIMIT, ReplyReader, Told

SEEDS = (
    b"SPAMD/1.1 0 EX_OK\r\nContent-length: 19\r\nSpam: True ; 1000.0 / 5.0\r\n\r\nGTUBE,NO_RECEIVED\r\n",
    b"SPAMD/1.1 0 EX_OK\r\nSpam: False ; -1.2 / 5.0\r\n\r\nALL_TRUSTED\r\n",
    b"SPAMD/1.5 76 Bad header line: x\r\n\r\n",
    b"SPAMD/1.5 0 PONG\r\n\r\n",
)
PIECES = (
    b"SPAMD/1.1 ", b"0 EX_OK", b"\r\n", b"\r\n\r\n", b"Content-length: ", b"Spam: ", b"True", b"False", b" ; ", b" / ",
    b"-", b".", b"9999999", b"nan", b"A,B", b",", b"\n", b"\x00", b"\xff",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    whole = read(data)
    slowly = read(*(data[i : i + 1] for i in range(len(data))))
    assert read(*(data[i : i + 7] for i in range(0, len(data), 7))) in (whole, slowly)
    for told in (whole, slowly):
        if told is not None:
            assert math.isfinite(told.score) and 0 < told.threshold < math.inf
            assert len(told.rules) <= MOST_RULES and all(0 < len(name) <= NAME_LIMIT for name in told.rules)
            assert "".join(told.rules).isascii()


def read(*pieces: bytes) -> Told | None:
    """None for what is refused."""
    reader = ReplyReader()
    try:
        for piece in pieces:
            if (told := reader.feed(piece)) is not None:
                return told
        return reader.end()
    except BadAnswer as bad:
        assert str(bad).isprintable()
        return None
