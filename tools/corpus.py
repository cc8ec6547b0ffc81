"""Which mails does a corpus hold: its tables and archives in, one mail after the other out.

A corpus is a directory with pairs `<name>.tsv` and `<name>.neutral.tar.zst`. The table has a header line and at least
the columns `id label source split`; the archive has the mails as `<label>/<id>.eml`.
"""

import csv
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

NAMES = ("traindev", "modern")
HAM = "ham"
WINDOW = "--long=27"  # as the archives were packed
LONGEST = 64 * 1024 * 1024  # octets of one mail


class Example(Struct, frozen=True, kw_only=True):
    """One mail whose kind is known.

    Args:
        octets: lines end in CRLF.
        corpus: name of the pair of files.
        language: "" where nobody has said.
        cluster: the same for mails that whoever made the corpus found to be near-duplicates.
    """

    name: str
    is_spam: bool
    source: str
    split: str
    corpus: str
    octets: bytes
    shippable: bool = False
    language: str = ""
    cluster: str = ""


def examples(corpus: Path) -> Iterator[Example]:
    """All of them, in the order of the archives."""
    for name in NAMES:
        with (corpus / f"{name}.tsv").open(encoding="utf-8", newline="") as table:
            rows = {row["id"]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}
        for identity, octets in members(corpus / f"{name}.neutral.tar.zst"):
            row = rows[identity]
            yield Example(
                name=identity,
                is_spam=row["label"] != HAM,
                source=row["source"],
                split=row["split"],
                corpus=name,
                octets=with_line_ends(octets),
                shippable=row.get("shippable") == "1",
                language=row.get("lang") or "",
                cluster=f"{name}:{row.get('cluster') or identity}",
            )


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    command = ["zstd", "-d", "-q", "-c", WINDOW, str(archive)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as unpacker:
        with tarfile.open(fileobj=unpacker.stdout, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() and member.size <= LONGEST else None
                if content is not None:
                    yield Path(member.name).stem, content.read()
        if unpacker.wait():
            raise SystemExit(f"{archive} could not be unpacked")


def with_line_ends(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
