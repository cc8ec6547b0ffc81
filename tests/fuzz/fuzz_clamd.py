"""What clamd says: only "OK" of a sample is clean, and whatever is shown is printable and bounded."""

import re

from gatepost.adapters.engines.clamd.replies import NAME_LIMIT, Garbage, Told, verdict, version

SEEDS = (
    b"stream: OK",
    b"fd[10]: OK",
    b"stream: Eicar-Test-Signature(44d88612fea8a8f36de82e1278abb02f:68) FOUND",
    b"fd[10]: Heuristics.Limits.Exceeded.MaxFileSize FOUND",
    b"INSTREAM size limit exceeded. ERROR",
    b"fd[10]: Exceeded time limit ERROR",
    b"ClamAV 1.4.3/27800/Mon Nov 24 08:11:05 2025",
)
PIECES = (
    b"stream: ", b"fd[", b"]: ", b"OK", b" FOUND", b" ERROR", b"(", b":68)", b"0" * 32, b"Heuristics.Encrypted.",
    b"\n", b"\x00", b"\xff", b"ClamAV ", b"/", b"Nov", b" ",
)  # fmt: skip
CLEAN = re.compile(rb"(?:stream|fd\[[0-9]{1,10}\]): OK")


def TestOneInput(data: bytes) -> None:
    try:
        told = verdict(data)
    except Garbage as garbage:
        assert str(garbage).isprintable()
    else:
        assert (told == Told()) is bool(CLEAN.fullmatch(data))
        assert not (told.infected and told.unscannable)
        for text in (told.infected, told.unscannable):
            assert text.isascii() and (text.isprintable() or not text) and len(text) <= NAME_LIMIT
    try:
        assert version(data).version.isprintable() and version(data).signatures >= 0
    except Garbage as garbage:
        assert str(garbage).isprintable()
