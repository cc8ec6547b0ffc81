"""A model as octets, and back.

    magic (8), version (2), CRC-32 of what follows (4), deflated: length of the description (4), description
    (MessagePack), weights

All numbers are big-endian. A file of another version is refused: its places mean something else.
"""

import zlib
from array import array
from struct import Struct as Layout
from struct import error as LayoutError

import msgspec
from msgspec import Struct

from gatepost.learn.calibration import LEVELS, Calibration
from gatepost.learn.classifier import Model
from gatepost.learn.features import GROUPS
from gatepost.learn.hashing import PLACES

MAGIC = b"GPMODEL\n"
VERSION = 1  # of features, hashing and this layout together
LARGEST = 1024 * 1024  # octets
HEAD = Layout(">8sHI")
LENGTH = Layout(">I")
DESCRIPTION_LIMIT = 4096  # octets


class BadModel(Exception):
    """This is no model that this program can use; the text says why."""


class Description(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model is beside its weights; `note` is for people."""

    step: float
    bias: float
    gains: tuple[float, ...]
    calibration: Calibration
    note: str = ""


def written(model: Model, note: str = "") -> bytes:
    """The same octets for the same model."""
    description = msgspec.msgpack.encode(
        Description(step=model.step, bias=model.bias, gains=model.gains, calibration=model.calibration, note=note)
    )
    body = zlib.compress(LENGTH.pack(len(description)) + description + model.weights.tobytes(), 9)
    return HEAD.pack(MAGIC, VERSION, zlib.crc32(body)) + body


def read(octets: bytes) -> Model:
    """Raises `BadModel`."""
    description, weights = opened(octets)
    if len(description.gains) != len(GROUPS):
        raise BadModel(f"it has {len(description.gains)} groups of features, this program {len(GROUPS)}")
    cuts = description.calibration.cuts
    if len(cuts) != LEVELS or list(cuts) != sorted(cuts):
        raise BadModel("its levels do not rise")
    table = array("b", weights)
    return Model(
        weights=table,
        step=description.step,
        bias=description.bias,
        gains=description.gains,
        calibration=description.calibration,
    )


def note(octets: bytes) -> str:
    """What its maker says of it. Raises `BadModel`."""
    return opened(octets)[0].note


def opened(octets: bytes) -> tuple[Description, bytes]:
    if len(octets) > LARGEST:
        raise BadModel(f"it has {len(octets)} octets, more than {LARGEST}")
    try:
        magic, version, checksum = HEAD.unpack_from(octets)
    except LayoutError:
        raise BadModel("it is cut short") from None
    if magic != MAGIC:
        raise BadModel("it is no model")
    if version != VERSION:
        raise BadModel(f"it has version {version}, this program reads {VERSION}")
    if zlib.crc32(octets[HEAD.size :]) != checksum:
        raise BadModel("it is damaged: its checksum is wrong")
    return described(inflated(octets[HEAD.size :]))


def inflated(body: bytes) -> bytes:
    most = PLACES + DESCRIPTION_LIMIT + LENGTH.size
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(body, most)
    except zlib.error as error:
        raise BadModel(f"it cannot be unpacked: {error}") from None
    if not unpacker.eof:
        raise BadModel("it is longer than a model can be")
    return plain


def described(plain: bytes) -> tuple[Description, bytes]:
    length = int.from_bytes(plain[: LENGTH.size], "big")
    end = LENGTH.size + length
    if len(plain) - end != PLACES:
        raise BadModel(f"it has {len(plain) - end} weights, not {PLACES}")
    try:
        description = msgspec.msgpack.decode(plain[LENGTH.size : end], type=Description)
    except msgspec.MsgspecError as error:
        raise BadModel(f"its description cannot be read: {error}") from None
    return description, plain[end:]
