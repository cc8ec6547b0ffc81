"""Compressed VBA source, and the directory of a VBA project."""

from time import process_time

from gatepost.adapters.inspection.budget import Allowance, Budget
from gatepost.adapters.inspection.documents.ovba import BadContainer, decompress
from gatepost.adapters.inspection.documents.vba import modules, vba

LIMIT = 100_000
SEEDS = (
    bytes.fromhex("0103b002614500"),
    bytes.fromhex("0119b000536220417574e82300204f70656e28290d0a456e6420537562"),
    b"\x1a\0\7\0\0\0Module1\x32\0\x0e\0\0\0M\0o\0d\0u\0l\0e\0001\0\x31\0\4\0\0\0\0\0\0\0",
    b"\t\0\4\0\0\0\1\0\0\0\2\0",
)
PIECES = (
    b"\1",
    b"\x00\xb0",
    b"\xff\xbf",
    b"\xff\x3f",
    b"\0",
    b"\xff",
    b"\0Attribut",
    b"\x1a\0",
    b"\x32\0",
    b"\x31\0",
    b"\4\0\0\0",
    b"\xff\xff\xff\xff",
    b"Sub AutoOpen(",
    b"a\0",
)


def TestOneInput(data: bytes) -> None:
    try:
        assert len(decompress(data, LIMIT)) <= LIMIT
    except BadContainer as error:
        assert len(error.octets) <= LIMIT
    assert len(list(modules(data))) <= 500
    budget = Budget(Allowance(), process_time)
    for _ in vba({"dir": data, "module1": data, "_vba_project": b""}, budget):
        pass
