"""Random messages, and a client that has many of them under way over few connections, pipelined."""

import asyncio
import random
import re
from collections.abc import Iterable, Iterator

from tests.servers.loopback import HOST

OURS = re.compile(
    rb"Received: from client\.sender\.test \(\[127\.0\.0\.1\]\)\r\n"
    rb"\tby mx\.example\.test with \w+ id \w{16}(?:\r\n\t)?(?: ?for <[^>]+>)?;\r\n\t[^\r\n]+\r\n"
)
LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \t=?_<>@:;,\"'()[]{}\\/*&^%$#!~|`+-"
EIGHT_BIT = bytes(range(0x80, 0x100))
CONTROLS = bytes(sorted({*range(1, 0x20), 0x7F} - {0x0A, 0x0D}))
LINES = (
    b"",
    b".",
    b"..",
    b"...",
    b". ",
    b".\t",
    b"\t.",
    b" ",
    b"From ann",
    b">From ann",
    b"QUIT",
    b"MAIL FROM:<x>",
    b"-- ",
)


def messages(count: int, seed: int) -> Iterator[bytes]:
    """Always the same ones. Every line end is CRLF; some end without one, some are empty."""
    chance = random.Random(seed)
    for _ in range(count):
        yield message(chance)


def message(chance: random.Random) -> bytes:
    shape = chance.random()
    if shape < 0.01:
        return chance.choice((b"", b"\r\n", b"\r\n\r\n", b".", b".\r\n", b"..\r\n", b"x"))
    header = b"".join(field(chance) for _ in range(chance.randrange(1, 8)))
    lines = [line(chance) for _ in range(chance.randrange(0, 12) if shape < 0.99 else chance.randrange(2000, 6000))]
    body = b"\r\n".join(lines)
    end = b"" if chance.random() < 0.2 else b"\r\n"
    return b"From: ann@sender.test\r\n" + header + b"\r\n" + body + end


def field(chance: random.Random) -> bytes:
    name = chance.choice((b"To", b"Cc", b"X-Y", b"Comments", b"Keywords", b"Content-Type", b"List-Id", b"a"))
    folds = [word(chance, LETTERS) for _ in range(chance.randrange(1, 4))]
    return name + chance.choice((b":", b": ", b":\t")) + b"\r\n\t".join(folds) + b"\r\n"


def line(chance: random.Random) -> bytes:
    kind = chance.random()
    if kind < 0.3:
        return chance.choice(LINES)
    if kind < 0.35:
        return b"x" * chance.choice((76, 997, 998, 999, 1000, 2047, 2048, 5000))
    if kind < 0.5:
        return word(chance, EIGHT_BIT)
    if kind < 0.55:
        return word(chance, CONTROLS)
    return word(chance, LETTERS)


def word(chance: random.Random, alphabet: bytes) -> bytes:
    return bytes(chance.choices(alphabet, k=chance.randrange(1, 60)))


def as_sent(octets: bytes) -> bytes:
    """With a final CRLF, which SMTP cannot do without (RFC 5321 §4.1.1.4)."""
    return octets if not octets or octets.endswith(b"\r\n") else octets + b"\r\n"


def stuffed(octets: bytes) -> bytes:
    """With the final dot (RFC 5321 §4.5.2)."""
    return (b"\r\n" + as_sent(octets)).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def wrong(sent: bytes, delivered: bytes) -> str:
    """How what was delivered differs from what was sent with our field on top; "" if it does not."""
    ours = OURS.match(delivered)
    if not ours:
        return f"our field is not on top of {delivered[:300]!r}"
    rest = delivered[ours.end() :]
    if rest == as_sent(sent):
        return ""
    return f"sent {as_sent(sent)[:2000]!r}, delivered {rest[:2000]!r}"


def recipient(number: int) -> str:
    return f"m{number}@example.test"


async def send_pipelined(port: int, numbered: Iterable[tuple[int, bytes]], seed: int) -> list[str]:
    """All over one connection, each message's content in one go with the commands of the next; the replies to them.

    Now and then RSET, NOOP or a transaction given up stands between two messages.
    """
    chance = random.Random(seed)
    reader, writer = await asyncio.open_connection(HOST, port)
    said: list[str] = []
    await replies(reader, 1)
    writer.write(b"EHLO client.sender.test\r\n")
    await replies(reader, 1)
    content, before = b"", 0
    for number, octets in numbered:
        between = chance.choice((b"", b"", b"", b"RSET\r\n", b"NOOP\r\n", b"MAIL FROM:<>\r\nRSET\r\n"))
        parameters = b" BODY=8BITMIME" if max(octets, default=0) > 0x7F else b""
        parameters += b" SIZE=%d" % len(as_sent(octets)) if chance.random() < 0.5 else b""
        commands = b"MAIL FROM:<ann@sender.test>%b\r\nRCPT TO:<%b>\r\nDATA\r\n" % (
            parameters,
            recipient(number).encode(),
        )
        writer.write(content + between + commands)
        answers = await replies(reader, before + between.count(b"\r\n") + 3)
        said += answers[:before]
        assert answers[-1].startswith("354"), answers
        content, before = stuffed(octets), 1
    writer.write(content + b"QUIT\r\n")
    said += (await replies(reader, before + 1))[:before]
    writer.close()
    return said


async def replies(reader: asyncio.StreamReader, count: int) -> list[str]:
    """Last lines."""
    found: list[str] = []
    while len(found) < count:
        line = await reader.readline()
        assert line, f"the connection ended behind {found}"
        if line[3:4] != b"-":
            found.append(line.decode().rstrip())
    return found
