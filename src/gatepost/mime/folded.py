"""What is a file that was found in a text?"""

from msgspec import Struct


class FoldedFile(Struct, frozen=True, kw_only=True):
    """A file that stands in a text as lines of printable characters.

    Args:
        name: as it stands there, decoded as UTF-8 or else Latin-1; "" if there is none.
        octets: decoded.
        is_cut: its end is missing, or some of it could not be decoded.
        is_partial: it says itself that it is one piece of several.
    """

    name: str
    octets: bytes
    is_cut: bool = False
    is_partial: bool = False


def name_text(octets: bytes) -> str:
    name = octets.strip(b" \t\r\n\0")
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")
