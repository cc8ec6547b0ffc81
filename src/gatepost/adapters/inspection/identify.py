"""What is this thing: by its content, and by every name it could be shown under?"""

from msgspec import Struct

from gatepost.model.inspection import FileClass, Trait


class Identity(Struct, frozen=True, kw_only=True):
    """What is known of a thing before it is opened.

    Args:
        media_type: by content.
        classes: by content and names.
        formats: what openers are asked: `zip`, `tar`, `gzip`, `ole`, `ooxml`, `pdf` …; several for a polyglot.
        traits: what the names and the content say against each other.
    """

    media_type: str
    classes: tuple[FileClass, ...]
    formats: tuple[str, ...] = ()
    traits: tuple[Trait, ...] = ()


def identify(octets: bytes, names: tuple[str, ...], declared: str) -> Identity:
    """Never raises.

    Args:
        octets: all of it.
        names: every name a client could show.
        declared: media type as declared, lower-case, "" if none.
    """
    return Identity(media_type=declared or "application/octet-stream", classes=(FileClass.UNKNOWN,))
