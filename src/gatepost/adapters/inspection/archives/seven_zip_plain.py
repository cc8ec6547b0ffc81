"""What would this 7z archive be, had nobody encrypted it?

Encryption is one coder more on the way of a packed stream. It is taken out of the folder, its stream is decrypted, and
what else there is stays as it was; libarchive unpacks that.
"""

import zlib
from collections.abc import Callable, Iterator

from gatepost.adapters.inspection.archives.seven_zip_header import (
    AES,
    BZIP2,
    COPY,
    DIGESTS,
    END,
    FOLDER_SIZES,
    FOLDERS,
    HAS_PROPERTIES,
    HEADER,
    IS_COMPLEX,
    LZMA,
    LZMA2,
    MAGIC,
    MAIN_STREAMS,
    PACKED,
    PPMD,
    SIZES,
    START,
    UNPACKED,
    Coder,
    Folder,
    Streams,
)
from gatepost.adapters.inspection.archives.unpacking import Damaged

HEAD = 64  # octets that tell whether a stream makes sense
FIRST = {LZMA: 0, PPMD: 0, BZIP2: 0x42}
UNCOMPRESSED, LZMA_RESET = 1, 0xE0  # what a stream of LZMA2 may begin with

Decrypt = Callable[[bytes, bytes], bytes]
"""A stream, by the properties of its coder. Raises `Damaged`."""


def by_folder(streams: Streams, octets: bytes) -> Iterator[tuple[Folder, list[bytes]]]:
    """Each folder and its packed streams."""
    at, number = streams.at, 0
    for folder in streams.folders:
        packed = []
        for size in streams.packed[number : number + len(folder.packed)]:
            packed.append(octets[at : at + size])
            at += size
        number += len(folder.packed)
        yield folder, packed


def decrypted(streams: Streams, octets: bytes, decrypt: Decrypt) -> tuple[Streams, bytes]:
    """The same streams without encryption, and their octets in one, from the start. Raises `Damaged`."""
    kept: list[bytes] = []
    folders = []
    for folder, packed in by_folder(streams, octets):
        folders.append(opened(folder, packed, decrypt))
        kept += packed
    sizes = tuple([len(each) for each in kept])
    return Streams(at=START, packed=sizes, folders=tuple(folders), rest=streams.rest), b"".join(kept)


def check_first(streams: Streams, octets: bytes, decrypt: Decrypt) -> None:
    """Whether what was encrypted first begins as its method has it: most wrong words end here. Raises `Damaged`."""
    for folder, packed in by_folder(streams, octets):
        if folder.is_encrypted:
            heads = [each[:HEAD] for each in packed]
            plain = opened(folder, heads, decrypt)
            takers = [coder for coder in plain.coders for _ in range(coder.inputs)]
            for into, head in zip(plain.packed, heads, strict=True):
                if head and not begins_well(takers[into].method, head[0]):
                    raise Damaged("decrypted to what cannot be")
            return


def begins_well(method: bytes, first: int) -> bool:
    if method == LZMA2:
        return first == UNCOMPRESSED or first >= LZMA_RESET
    return first == FIRST.get(method, first)


def opened(folder: Folder, packed: list[bytes], decrypt: Decrypt) -> Folder:
    """Without encryption; what was encrypted of `packed` is decrypted. Raises `Damaged`."""
    while folder.is_encrypted:
        folder = less_one(folder, packed, decrypt)
    return folder


def less_one(folder: Folder, packed: list[bytes], decrypt: Decrypt) -> Folder:
    """Without its first encrypting coder; its stream in `packed` is decrypted. Raises `Damaged`."""
    number = next(at for at, coder in enumerate(folder.coders) if coder.method == AES)
    coder, before = folder.coders[number], folder.coders[:number]
    into, out = sum(each.inputs for each in before), sum(each.outputs for each in before)
    if (coder.inputs, coder.outputs) != (1, 1) or into not in folder.packed:
        raise Damaged("it is encrypted in a way that is not known")
    place = folder.packed.index(into)
    packed[place] = decrypt(packed[place], coder.properties)[: folder.sizes[out]]
    taker = next((pair[0] for pair in folder.pairs if pair[1] == out), None)
    if taker is None:  # nothing else was done to it
        return Folder(
            coders=(*before, Coder(COPY), *folder.coders[number + 1 :]), pairs=folder.pairs, packed=folder.packed,
            sizes=folder.sizes, digest=folder.digest,
        )  # fmt: skip
    return Folder(
        coders=before + folder.coders[number + 1 :],
        pairs=tuple([(less(one, into), less(two, out)) for one, two in folder.pairs if two != out]),
        packed=tuple([less(taker if each == into else each, into) for each in folder.packed]),
        sizes=folder.sizes[:out] + folder.sizes[out + 1 :],
        digest=folder.digest,
    )


def less(number: int, gone: int) -> int:
    return number - 1 if number > gone else number


def archive(streams: Streams, packed: bytes) -> bytes:
    """Of these streams, which begin where an archive has them."""
    header = bytes((HEADER, MAIN_STREAMS)) + b"".join(described(streams)) + streams.rest
    where = len(packed).to_bytes(8, "little") + len(header).to_bytes(8, "little") + digest(header)
    return MAGIC + b"\0\4" + digest(where) + where + packed + header


def described(streams: Streams) -> Iterator[bytes]:
    """Both parts of the header that say how octets are packed."""
    yield bytes((PACKED,)) + number(streams.at - START) + number(len(streams.packed))
    yield bytes((SIZES,)) + b"".join(map(number, streams.packed)) + bytes((END,))
    yield bytes((UNPACKED, FOLDERS)) + number(len(streams.folders)) + b"\0"
    yield from map(folder_octets, streams.folders)
    yield bytes((FOLDER_SIZES,)) + b"".join([number(size) for folder in streams.folders for size in folder.sizes])
    if any(folder.digest is not None for folder in streams.folders):
        yield bytes((DIGESTS,)) + digests([folder.digest for folder in streams.folders])
    yield bytes((END,))


def folder_octets(folder: Folder) -> bytes:
    coders = b"".join(map(coder_octets, folder.coders))
    pairs = b"".join([number(into) + number(out) for into, out in folder.pairs])
    packed = b"".join(map(number, folder.packed)) if len(folder.packed) > 1 else b""
    return number(len(folder.coders)) + coders + pairs + packed


def coder_octets(coder: Coder) -> bytes:
    is_complex = (coder.inputs, coder.outputs) != (1, 1)
    flags = len(coder.method) | (IS_COMPLEX if is_complex else 0) | (HAS_PROPERTIES if coder.properties else 0)
    ends = number(coder.inputs) + number(coder.outputs) if is_complex else b""
    properties = number(len(coder.properties)) + coder.properties if coder.properties else b""
    return bytes((flags,)) + coder.method + ends + properties


def digests(values: list[int | None]) -> bytes:
    bits = bytearray((len(values) + 7) // 8)
    for at, value in enumerate(values):
        if value is not None:
            bits[at // 8] |= 0x80 >> at % 8
    kept = b"".join([value.to_bytes(4, "little") for value in values if value is not None])
    return b"\1" + kept if all(value is not None for value in values) else b"\0" + bytes(bits) + kept


def number(value: int) -> bytes:
    """In the longest of its forms, which every number has."""
    return b"\xff" + value.to_bytes(8, "little")


def digest(octets: bytes) -> bytes:
    return zlib.crc32(octets).to_bytes(4, "little")
