"""Zip files record by record, so that any of them can lie."""

import struct
import zlib
from typing import NamedTuple


class File(NamedTuple):
    """What an entry's headers say; `packed` is its data as it stands there."""

    name: bytes
    packed: bytes
    method: int = 0
    crc: int = 0
    size: int = 0
    flags: int = 0
    extra: bytes = b""
    mode: int = 0


def stored(name, content, **changes):
    return File(name, content, 0, zlib.crc32(content), len(content))._replace(**changes)


def deflated(name, content, **changes):
    made = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = made.compress(content) + made.flush()
    return File(name, packed, 8, zlib.crc32(content), len(content))._replace(**changes)


def local(file, packed_size=None):
    size = len(file.packed) if packed_size is None else packed_size
    lengths = (len(file.name), len(file.extra))
    head = struct.pack("<4s5H3I2H", b"PK\3\4", 20, file.flags, file.method, 0, 0, file.crc, size, file.size, *lengths)
    return head + file.name + file.extra + file.packed


def central(file, offset, packed_size=None):
    size = len(file.packed) if packed_size is None else packed_size
    lengths = (len(file.name), len(file.extra), 0, 0, 0)
    head = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 3 << 8 | 20, 20, file.flags, file.method, 0, 0, file.crc, size, file.size, *lengths,
        file.mode << 16, offset,
    )  # fmt: skip
    return head + file.name + file.extra


def end(count, size, offset, comment=b""):
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, offset, len(comment)) + comment


def archive(*files, said=None, prefix=b"", suffix=b""):
    """`said`: the files as the directory has them; the same where None."""
    body, offsets = prefix, []
    for file in files:
        offsets.append(len(body))
        body += local(file)
    directory = b"".join(central(file, at) for file, at in zip(said or files, offsets, strict=True))
    return body + directory + end(len(files), len(directory), len(body)) + suffix
