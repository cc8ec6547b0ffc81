"""Zip files: whatever records are put together, unpacking ends, within its budget, and nothing is silently lost."""

from gatepost.adapters.inspection.archives.zip import open_zip
from gatepost.adapters.inspection.archives.zip_layout import read_layout
from gatepost.adapters.inspection.budget import Allowance, Budget, OverBudget
from gatepost.adapters.inspection.opened import Hints, Member
from gatepost.model.inspection import Trait
from tests.adapters.inspection.archives.zip_writer import archive, central, deflated, end, local, stored

A, B = stored(b"a.txt", b"letter"), deflated(b"b.exe", b"MZ" + bytes(60))
SEEDS = (
    archive(A),
    archive(A, B),
    archive(A, B, said=[A, B._replace(name=b"b.txt")]),
    archive(stored(b"inner.zip", archive(A))),
    archive(A, prefix=b"GIF89a") + archive(B),
    archive(A._replace(flags=1), B._replace(flags=8)),
    local(A) + local(B),
)
PIECES = (
    local(A), local(B), central(A, 0), central(B, 41), end(1, 51, 41), b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06",
    b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08", b"PK\x06\x08", b"\xff\xff\xff\xff", b"\x00\x00", b"\x01\x00",
    b"\x08\x00", b"up\x09\x00\x01", b"\x01\x99\x07\x00\x02\x00AE\x03\x08\x00",
)  # fmt: skip
ALLOWANCE = Allowance(octets=1024 * 1024, free=64 * 1024, members=50)


def TestOneInput(data: bytes) -> None:
    check_layout(data)
    check_members(data)


def check_layout(data: bytes) -> None:
    layout = read_layout(data, 20)
    assert len(layout.entries) <= 20
    assert all(0 <= entry.start <= len(data) or entry.local is not None for entry in layout.entries)
    if b"PK\x03\x04" not in data and b"PK\x01\x02" not in data:
        assert not layout.entries


def check_members(data: bytes) -> None:
    given, said = 0, 0
    try:
        for found in open_zip(data, Hints(passwords=("word", "another")), Budget(ALLOWANCE, lambda: 0.0)):
            if isinstance(found, Member):
                given += len(found.octets)
            else:
                assert isinstance(found, Trait)
            said += 1
    except OverBudget:
        pass
    assert given <= 8 * ALLOWANCE.octets
    assert said or all(entry.names[0].endswith((b"/", b"\\")) for entry in read_layout(data, 20).entries)
