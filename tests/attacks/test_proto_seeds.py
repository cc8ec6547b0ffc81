"""PROTO-37: two hundred sessions and six mutations of each: no hang, no traceback, nothing passes unanswered.

The same mutations in every run; each session is over in seconds, whatever it holds.
"""

import json
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.attacks.client import Client, Closed, is_reply_line
from tests.attacks.target import Target
from tests.servers.loopback import wait_until

SESSIONS = Path(__file__).parents[1] / "vectors" / "sessions" / "sessions.json"
SEEDS = {name: text.encode("latin-1") for name, text in json.loads(SESSIONS.read_text()).items()}
WAITS = re.compile(rb"(?im)^(?:EHLO|HELO|DATA|STARTTLS)\b[^\n]*\r\n")  # a client waits for the answer to these
LAST_LINE = re.compile(rb"[2345]\d\d [^\r]*\r\n\Z")
PIECES = [
    b"\0",
    b"\r",
    b"\n",
    b"\r\n.\r\n",
    b"\n.\n",
    b"\xff" * 9,
    b"x" * 1200,
    b"\r\nRSET\r\n",
    b"\r\nBDAT 7\r\n",
    b"\r\nDATA\r\n",
    b" ",
    b"\x1b[2J",
    b"<>",
    b"%s%n",
]
SLOW = 5.0  # seconds that no session may take
ACCEPTED = b"250 2.0.0 Message accepted"

Mutation = Callable[[bytes, random.Random], bytes]


def unchanged(octets: bytes, chance: random.Random) -> bytes:
    return octets


def without_a_line(octets: bytes, chance: random.Random) -> bytes:
    lines = octets.splitlines(keepends=True) or [b""]
    del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def with_a_line_again(octets: bytes, chance: random.Random) -> bytes:
    lines = octets.splitlines(keepends=True) or [b""]
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return b"".join(lines)


def with_lines_exchanged(octets: bytes, chance: random.Random) -> bytes:
    lines = octets.splitlines(keepends=True) or [b""]
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


def with_octets_changed(octets: bytes, chance: random.Random) -> bytes:
    changed = bytearray(octets)
    for _ in range(min(4, len(changed))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def with_pieces_put_in(octets: bytes, chance: random.Random) -> bytes:
    for _ in range(2):
        at = chance.randrange(len(octets) + 1)
        octets = octets[:at] + chance.choice(PIECES) + octets[at:]
    return octets


def joined_to_another(octets: bytes, chance: random.Random) -> bytes:
    other = chance.choice(list(SEEDS.values()))
    return octets[: chance.randrange(len(octets) + 1)] + other[chance.randrange(len(other) + 1) :]


MUTATIONS: list[Mutation] = [
    unchanged, without_a_line, with_a_line_again, with_lines_exchanged, with_octets_changed, with_pieces_put_in,
    joined_to_another,
]  # fmt: skip


def steps(octets: bytes) -> Iterator[bytes]:
    """What is said at once: everything up to a command whose answer must be waited for."""
    at = 0
    for found in WAITS.finditer(octets):
        yield octets[at : found.end()]
        at = found.end()
    if at < len(octets):
        yield octets[at:]


def run(target: Target, octets: bytes) -> int:
    """The whole session; how many messages the gateway has answered for."""
    heard = b""
    with target.connect() as client:
        with suppress(BrokenPipeError, ConnectionResetError, Closed):
            for step in steps(octets):
                client.send(step)
                if WAITS.search(step):
                    heard_soon(client)
        with suppress(OSError):
            client.half_close()
        with suppress(Closed, ConnectionResetError):
            while True:
                client.more(SLOW)
        heard = client.buffer
    lines = heard.split(b"\r\n")[:-1]
    assert all(map(is_reply_line, lines)), heard
    return sum(line.startswith(ACCEPTED) for line in lines)


def heard_soon(client: Client) -> None:
    """Until what was said last is answered, or it is plain that it will not be: it may be content."""
    before = len(client.buffer)
    with suppress(TimeoutError):
        while not LAST_LINE.search(client.buffer, before):
            client.more(0.02)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_proto_37_whole_and_mutated_sessions_end_in_good_order(target, mutation):
    accepted = 0
    for number, (name, octets) in enumerate(SEEDS.items()):
        began = time.monotonic()
        accepted += run(target, mutation(octets, random.Random(f"{mutation.__name__} {number}")))
        assert time.monotonic() - began < SLOW, name
    target.serve_somebody()
    wait_until(lambda: len(target.messages()) > accepted, seconds=5, what="what was answered for is at the backend")
    assert len(target.messages()) == accepted + 1
    raw = target.raw()
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n") and b"\0" not in raw
    target.assert_no_bug()


def test_proto_37_there_are_as_many_seeds_as_promised():
    assert len(SEEDS) >= 200
