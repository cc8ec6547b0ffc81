"""Names of files, as systems and mail programs read them, and what content and names say together."""

from gatepost.adapters.inspection.identify import identify
from gatepost.adapters.inspection.types.names import LONGEST_EXTENSION, read_name

SEEDS = (
    b"invoice.pdf.exe",
    "invoice\u202efdp.exe".encode(),
    b"C:\\x\\..\\invoice.exe::$DATA\0a.txt",
    b"a%2eexe. . ",
    "a\uff0eexe\u3000".encode(),
    b"x.{3050f4d8-98b5-11cf-bb82-00aa00bdce0b}",
    b"PK\x03\x04" + b"\0" * 30 + b"PK\x01\x02PK\x05\x06" + b"\0" * 18 + b"\n<svg>",
)
PIECES = (
    b".",
    b"exe",
    b"pdf",
    b" ",
    b"\0",
    b"/",
    b"\\",
    b":",
    b"$DATA",
    b"%2e",
    b"%25",
    "\u202e".encode(),
    "\u200b".encode(),
    "\uff0e".encode(),
    b"{",
    b"}",
    b'"',
    b"a" * 600,
    b"MZ",
    b"PK\x05\x06",
    b"%PDF-1",
    b"<html",
    b"\nbegin 644 a",
    b"\xff\xfe",
)


def TestOneInput(data: bytes) -> None:
    name = data.decode("utf-8", "replace")
    read = read_name(name)
    assert read.extensions and all(len(word) <= 2 * LONGEST_EXTENSION for word in read.extensions)
    assert all(trait.detail.isprintable() for trait in read.traits)
    found = identify(data, (name, name[: len(name) // 2]), "text/plain")
    assert found.classes and found.media_type
    assert set(read.classes) - {found.classes[0]} <= set(found.classes) or "com" in read.extensions
