"""What a thing's octets say it is."""

from msgspec import Struct

from gatepost.model.inspection import FileClass


class Kind(Struct, frozen=True):
    """By content alone.

    Args:
        media_type: lower-case.
        file_class: the first of `gatepost.model.inspection.FileClass` that fits.
        format: which opener it is for, "" if none.
        certain: by a signature or structure; else by words that a text may hold by chance.
    """

    media_type: str
    file_class: FileClass
    format: str = ""
    certain: bool = True
