"""Which messages are in these files and directories?

A file that begins with `From ` is a mailbox (mbox, RFC 4155): a message begins at each such line behind an empty one,
and what was quoted with `>` is unquoted. A directory is a maildir, or holds messages, one in each file, at any depth;
files whose name begins with a dot are left out, and so are links. Never more than one message is in memory.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from gatepost.cli.message_file import STDIN, Unreadable

LIMIT = 64 * 1024 * 1024  # octets of a message; a larger one is left out
PIECE = 64 * 1024  # octets that are read at once
BEGIN = b"From "
QUOTED = re.compile(rb">+From ")

Complain = Callable[[str], object]
"""Told what is left out, and why."""


def messages(paths: Iterable[str], complain: Complain) -> Iterator[bytes]:
    """Each as it is in its file. Raises `Unreadable` for what is named and cannot be read."""
    for path in paths:
        try:
            yield from in_file(sys.stdin.buffer, "standard input", complain) if path == STDIN else at(path, complain)
        except OSError as error:
            raise Unreadable(f"{path}: {error.strerror}") from None


def at(path: str, complain: Complain) -> Iterator[bytes]:
    for name in files_of(path) if os.path.isdir(path) else (path,):
        with Path(name).open("rb") as file:
            yield from in_file(file, name, complain)


def files_of(directory: str) -> Iterator[str]:
    """Sorted, so that the same mail is taught in the same order."""
    with os.scandir(directory):  # os.walk is silent about what it cannot open
        pass
    for place, inner, names in os.walk(directory):
        inner.sort()
        for name in sorted(names):
            whole = os.path.join(place, name)
            if not name.startswith(".") and os.path.isfile(whole) and not os.path.islink(whole):
                yield whole


def in_file(file: BinaryIO, name: str, complain: Complain) -> Iterator[bytes]:
    first = file.readline(PIECE)
    split = mailbox(file, first) if first.startswith(BEGIN) else single(file, first)
    for message in split:
        if len(message) > LIMIT:
            complain(f"{name}: a message of more than {LIMIT // 1024**2} MiB is left out")
        elif message.strip():
            yield bytes(message)


def single(file: BinaryIO, first: bytes) -> Iterator[bytearray]:
    yield bytearray(first + file.read(LIMIT + 1))


def mailbox(file: BinaryIO, first: bytes) -> Iterator[bytearray]:
    """Behind its first line. What is over the limit is read and forgotten."""
    message = bytearray()
    is_start, is_behind_empty = True, False
    piece = first if first.endswith(b"\n") else file.readline(PIECE)  # a line of its own that is longer than a piece
    while piece := file.readline(PIECE):
        if is_start and is_behind_empty and piece.startswith(BEGIN):
            yield message
            message = bytearray()
        elif len(message) <= LIMIT:
            message += piece[1:] if is_start and QUOTED.match(piece) else piece
        is_behind_empty = is_start and piece in (b"\n", b"\r\n")
        is_start = piece.endswith(b"\n")
    yield message
