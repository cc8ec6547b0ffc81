"""What the smuggling tests send, and what a strict receiver makes of it (RFC 5321 §2.3.8, §4.5.2; RFC 3030)."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.attacks.client import SEGMENT, Client, Reply, cut
from tests.attacks.target import Target

VECTORS = Path(__file__).parents[1] / "vectors" / "smuggling" / "sequences.json"
HEADER = b"Subject: carrier\r\n\r\n"
FIRST = b"first line"
END = b"\r\n.\r\n"
BAD_CONTENT = (550, "5.6.11")
BAD_HEADER = (554, "5.6.0")


def envelope(case: str) -> bytes:
    """A second message, as a smuggler puts it behind a false end; `case` tells which one got through."""
    return (
        b"MAIL FROM:<smuggler@evil.test>\r\nRCPT TO:<rcpt@example.test>\r\nDATA\r\n"
        b"Subject: smuggled " + case.encode("ascii", "backslashreplace") + b"\r\n\r\nsmuggled"
    )


def public_sequences() -> list[bytes]:
    """Every false end of the public lists, once."""
    lists = json.loads(VECTORS.read_text())
    names = [item if isinstance(item, str) else item[1] for listed in lists.values() for item in listed]
    return sorted({name.encode("ascii") for name in names})


# ── a strict receiver ────────────────────────────────────────────────────────


def is_well_framed(content: bytes) -> bool:
    """No CR or LF but in CRLF, no NUL."""
    return not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", content)


def end_of(octets: bytes) -> int:
    """Where DATA ends, END included; -1 if it does not. Content begins at the start of a line."""
    found = (b"\r\n" + octets).find(END)
    return -1 if found < 0 else found + len(END) - 2


def canonical(content: bytes) -> bytes:
    """DATA as it is said to the next host: each line stuffed exactly once. `content` ends in CRLF or is empty."""
    lines = content.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in map(unstuffed, lines))


def unstuffed(line: bytes) -> bytes:
    return line.removeprefix(b".")


def begins_with_fold(content: bytes) -> bool:
    """Its first line would continue the gateway's own field: refused, though well framed."""
    return content.startswith((b" ", b"\t"))


def of_chunks(content: bytes) -> bytes | None:
    """BDAT content as it is said in DATA; None where it is to be refused."""
    if re.search(rb"\r(?!\n)|\0", content):
        return None
    lines = re.sub(rb"\r?\n", b"\r\n", content)
    if lines and not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines)


# ── attempts ─────────────────────────────────────────────────────────────────


def positions(sequence: bytes) -> Iterator[bytes]:
    """The beginning of content up to and including the sequence: within the body, behind the header, at the start."""
    yield HEADER + FIRST + sequence
    yield HEADER + sequence
    yield HEADER + FIRST + b"\r\n" + sequence
    yield HEADER + FIRST + b"\r\n\r\n" + sequence
    yield HEADER.removesuffix(b"\r\n") + sequence
    start = sequence.lstrip(b"\r\n\0")
    if start != b".\r\n":
        yield start


def splits(octets: bytes, sequence: bytes) -> Iterator[list[bytes]]:
    """In one segment; cut once at every octet of the sequence; every octet of it alone."""
    end = octets.find(sequence) + len(sequence)
    around = range(max(end - len(sequence) - 1, 1), min(end + 2, len(octets)))
    yield [octets]
    for at in around:
        yield cut(octets, at)
    yield cut(octets, *around)


def say_data(target: Target, pieces: Iterable[bytes], name: bytes = b"client.test") -> list[Reply]:
    """DATA with this content; all replies until the gateway closes."""
    with target.connect() as client:
        client.data(name)
        client.send_pieces(pieces)
        return client.remaining()


def assert_refused_once(replies: list[Reply]) -> None:
    """One reply, and then the gateway has closed; it was heard, so no RST came before it."""
    assert [(reply.code, reply.enhanced) for reply in replies] == [BAD_CONTENT], replies


def assert_never_ends(target: Target, sequence: bytes) -> None:
    """Wherever and however cut it comes, a second envelope behind it is content of a refused message."""
    for beginning in positions(sequence):
        case = f"{sequence!r} behind {beginning[: -len(sequence)]!r}"
        octets = beginning + envelope(case) + END + b"RSET\r\nQUIT\r\n"
        for pieces in splits(octets, sequence):
            assert_refused_once(say_data(target, pieces))
    target.assert_nothing_passed()


def say_chunks(client: Client, chunks: list[bytes], *, pieces: int = 0, pause: float = SEGMENT) -> list[Reply]:
    """BDAT for each, the last one LAST, all pipelined; one reply for each until one is a refusal.

    Args:
        pieces: cut the stream into segments of so many octets.
    """
    stream = b""
    for index, chunk in enumerate(chunks):
        last = b" LAST" if index == len(chunks) - 1 else b""
        stream += b"BDAT %d%s\r\n" % (len(chunk), last) + chunk
    client.send_cut(stream, *(range(pieces, len(stream), pieces) if pieces else ()), pause=pause)
    replies = []
    for _ in chunks:
        replies.append(client.reply())
        if replies[-1].code != 250:
            break
    return replies


def begin_chunks(target: Target) -> Client:
    client = target.connect()
    client.ehlo()
    client.envelope()
    return client
