"""Which key seals what is held? A file with 32 octets, in hex or in base64."""

import base64
import binascii
import re
from pathlib import Path

KEY_OCTETS = 32
FILE_LIMIT = 1024  # octets
HEX = re.compile(r"[0-9A-Fa-f]+", re.ASCII)


class BadKey(ValueError):
    """The file holds no key; the text says why, and nothing of what it holds."""


def read_key(path: Path | None) -> bytes | None:
    """None where nothing is sealed.

    Raises:
        BadKey: the file holds no key.
        OSError: it cannot be read.
    """
    if path is None:
        return None
    with path.open("rb") as file:
        octets = file.read(FILE_LIMIT + 1)
    return key_of(octets)


def key_of(octets: bytes) -> bytes:
    """Raises `BadKey`."""
    text = octets[:FILE_LIMIT].strip().decode("latin-1")
    if HEX.fullmatch(text) and len(text) == 2 * KEY_OCTETS:
        return bytes.fromhex(text)
    try:
        key = base64.b64decode(
            text.encode("latin-1"), altchars=b"-_" if set(text) & {"-", "_"} else None, validate=True
        )
    except binascii.Error:
        raise BadKey(f"it holds neither {2 * KEY_OCTETS} hex digits nor base64") from None
    if len(key) != KEY_OCTETS:
        raise BadKey(f"it holds {len(key)} octets in base64; a key has {KEY_OCTETS}")
    return key
