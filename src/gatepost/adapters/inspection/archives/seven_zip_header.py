"""How are the streams of a 7z archive made, by its header?

The format as 7-Zip's `7zFormat.txt` has it. Only what says how octets were packed is read here: what the files are
called, libarchive reads. All counts are bounded, and every octet is looked at once.
"""

import lzma
import zlib

from msgspec import Struct

from gatepost.adapters.inspection.archives.unpacking import Damaged

MAGIC = b"7z\xbc\xaf\x27\x1c"
START = 32  # octets of the signature header; packed streams follow it
HEADER, MAIN_STREAMS, PACKED, UNPACKED, SIZES, DIGESTS, FOLDERS, FOLDER_SIZES, ENCODED = 1, 4, 6, 7, 9, 10, 11, 12, 23
END = 0
LARGEST = 4 * 1024 * 1024  # octets of a header
MOST_FOLDERS = 5000
MOST_STREAMS = 20_000
MOST_CODERS, MOST_ENDS = 8, 16  # of one folder: coders, inputs and outputs
COPY, LZMA2, LZMA, AES = b"\0", b"\x21", b"\x03\x01\x01", b"\x06\xf1\x07\x01"
PPMD, BZIP2 = b"\x03\x04\x01", b"\x04\x02\x02"
LZMA_PROPERTIES = 5  # octets
SMALLEST_DICTIONARY = 4096  # octets
LONGEST_METHOD, IS_COMPLEX, HAS_PROPERTIES = 0x0F, 0x10, 0x20


class Coder(Struct, frozen=True):
    """One step of packing.

    Args:
        inputs, outputs: streams it takes and gives when it unpacks.
    """

    method: bytes
    properties: bytes = b""
    inputs: int = 1
    outputs: int = 1


class Folder(Struct, frozen=True, kw_only=True):
    """Files that were packed together. Inputs and outputs are numbered over all its coders.

    Args:
        pairs: the input that takes an output, and that output.
        packed: inputs that take a packed stream each, in their order.
        sizes: octets of each output.
        digest: CRC-32 of all its files in one, None if it is not kept.
    """

    coders: tuple[Coder, ...]
    pairs: tuple[tuple[int, int], ...]
    packed: tuple[int, ...]
    sizes: tuple[int, ...] = ()
    digest: int | None = None

    @property
    def is_encrypted(self) -> bool:
        return any(coder.method == AES for coder in self.coders)


class Streams(Struct, frozen=True, kw_only=True):
    """What the header says of packed streams.

    Args:
        at: octet of the archive where they begin.
        packed: octets of each.
        rest: of the header, what follows the description of the folders.
        is_header: they hold the true header.
    """

    at: int
    packed: tuple[int, ...]
    folders: tuple[Folder, ...]
    rest: bytes
    is_header: bool = False

    @property
    def is_encrypted(self) -> bool:
        return any(folder.is_encrypted for folder in self.folders)


class Reader:
    """Numbers and octets of a header in order. Each raises `Damaged` at its end."""

    def __init__(self, octets: bytes) -> None:
        self.octets, self.at = octets, 0

    def take(self, count: int) -> bytes:
        found = self.octets[self.at : self.at + count]
        if len(found) < count:
            raise Damaged("the header is cut short")
        self.at += count
        return found

    def octet(self) -> int:
        return self.take(1)[0]

    def number(self, most: int = 1 << 62) -> int:
        """As many leading ones as octets follow; the bits behind them are the highest."""
        first = self.octet()
        more = 8 - (first ^ 0xFF).bit_length()
        value = int.from_bytes(self.take(more), "little")
        value |= (first & (0x7F >> more)) << (8 * more)
        if value > most:
            raise Damaged("the header counts too many")
        return value

    def expect(self, kind: int) -> None:
        if self.octet() != kind:
            raise Damaged("the header has something else where it describes streams")

    def digests(self, count: int) -> list[int | None]:
        if self.octet():
            defined = [True] * count
        else:
            bits = self.take((count + 7) // 8)
            defined = [bool(bits[each // 8] & 0x80 >> each % 8) for each in range(count)]
        return [int.from_bytes(self.take(4), "little") if each else None for each in defined]

    @property
    def rest(self) -> bytes:
        return self.octets[self.at :]


def header_of(octets: bytes) -> bytes:
    """As it stands at the end of the archive. Raises `Damaged`."""
    at, size = int.from_bytes(octets[12:20], "little"), int.from_bytes(octets[20:28], "little")
    if not octets.startswith(MAGIC) or size > LARGEST:
        raise Damaged("no header that can be read")
    header = octets[START + at : START + at + size]
    if not header or len(header) < size:
        raise Damaged("the header is cut short")
    return header


def read_streams(header: bytes) -> Streams:
    """Of a header, encoded or not. Raises `Damaged`."""
    reader = Reader(header)
    kind = reader.octet()
    if kind == HEADER:
        reader.expect(MAIN_STREAMS)
    elif kind != ENCODED:
        raise Damaged("no header that can be read")
    reader.expect(PACKED)
    at, packed = START + reader.number(), read_packed(reader)
    reader.expect(UNPACKED)
    folders = read_folders(reader)
    if sum(len(folder.packed) for folder in folders) != len(packed):
        raise Damaged("the header has packed streams that nobody takes")
    return Streams(at=at, packed=packed, folders=folders, rest=reader.rest, is_header=kind == ENCODED)


def read_packed(reader: Reader) -> tuple[int, ...]:
    """Octets of each packed stream."""
    count = reader.number(MOST_STREAMS)
    reader.expect(SIZES)
    sizes = tuple([reader.number() for _ in range(count)])
    if (kind := reader.octet()) == DIGESTS:
        reader.digests(count)
        kind = reader.octet()
    if kind != END:
        raise Damaged("the header has something else where it describes streams")
    return sizes


def read_folders(reader: Reader) -> tuple[Folder, ...]:
    reader.expect(FOLDERS)
    count = reader.number(MOST_FOLDERS)
    if reader.octet():
        raise Damaged("the header is kept elsewhere in part")
    folders = [read_folder(reader) for _ in range(count)]
    reader.expect(FOLDER_SIZES)
    sizes = [tuple([reader.number() for coder in folder.coders for _ in range(coder.outputs)]) for folder in folders]
    digests: list[int | None] = [None] * count
    if (kind := reader.octet()) == DIGESTS:
        digests = reader.digests(count)
        kind = reader.octet()
    if kind != END:
        raise Damaged("the header has something else where it describes folders")
    return tuple(
        [
            Folder(coders=one.coders, pairs=one.pairs, packed=one.packed, sizes=of_it, digest=digest)
            for one, of_it, digest in zip(folders, sizes, digests, strict=True)
        ]
    )


def read_folder(reader: Reader) -> Folder:
    coders = tuple([read_coder(reader) for _ in range(reader.number(MOST_CODERS))])
    inputs, outputs = sum(coder.inputs for coder in coders), sum(coder.outputs for coder in coders)
    if not coders or inputs > MOST_ENDS or outputs > MOST_ENDS or inputs < outputs:
        raise Damaged("the header has a folder that cannot be")
    pairs = tuple([(reader.number(inputs - 1), reader.number(outputs - 1)) for _ in range(outputs - 1)])
    taken = {into for into, _ in pairs}
    free = tuple([each for each in range(inputs) if each not in taken])
    if inputs - len(pairs) > 1:
        free = tuple([reader.number(inputs - 1) for _ in range(inputs - len(pairs))])
    if not free:
        raise Damaged("the header has a folder that cannot be")
    return Folder(coders=coders, pairs=pairs, packed=free)


def read_coder(reader: Reader) -> Coder:
    flags = reader.octet()
    method = reader.take(flags & LONGEST_METHOD)
    inputs, outputs = 1, 1
    if flags & IS_COMPLEX:
        inputs, outputs = reader.number(MOST_ENDS), reader.number(MOST_ENDS)
    properties = reader.take(reader.number(LARGEST)) if flags & HAS_PROPERTIES else b""
    return Coder(method, properties, inputs, outputs)


def unpacked_header(streams: Streams, packed: bytes) -> bytes:
    """What an encoded header stands for.

    Args:
        packed: its one stream, not encrypted any more.

    Raises:
        Damaged: it is none, or its checksum is wrong.
    """
    folder = streams.folders[0] if streams.folders else None
    if folder is None or len(folder.coders) != 1 or folder.sizes[0] > LARGEST:
        raise Damaged("no header that can be read")
    coder, size = folder.coders[0], folder.sizes[0]
    try:
        filters = filters_of(coder, size)
        made = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters) if filters else None
        header = made.decompress(packed, size) if made else packed[:size]
    except (lzma.LZMAError, ValueError, EOFError) as error:
        raise Damaged(f"the header cannot be decompressed: {type(error).__name__}") from error
    if len(header) != size or folder.digest not in (None, zlib.crc32(header)):
        raise Damaged("the header is damaged")
    return header


def filters_of(coder: Coder, size: int) -> list[dict[str, int]]:
    """For module lzma; none where nothing was packed. Raises `Damaged`.

    Args:
        size: octets that come out; a dictionary need be no larger.
    """
    dictionary = max(SMALLEST_DICTIONARY, size)
    if coder.method == COPY:
        return []
    if coder.method == LZMA2:
        return [{"id": lzma.FILTER_LZMA2, "dict_size": dictionary}]
    if coder.method == LZMA and len(coder.properties) == LZMA_PROPERTIES:
        rest, lc = divmod(coder.properties[0], 9)
        pb, lp = divmod(rest, 5)
        return [{"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": lc, "lp": lp, "pb": pb}]
    raise Damaged("the header is packed in a way that is not known")
