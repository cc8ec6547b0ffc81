"""What does libmagic call it?"""

from functools import cache

from magic import Magic, MagicException

PREFIX = 4096  # octets: its text tests read all they are given, and what sits further back is in our own table


@cache
def handle() -> Magic:
    return Magic(mime=True)


def media_type_of(octets: bytes) -> str:
    try:
        answer: str = handle().from_buffer(octets[:PREFIX])
    except MagicException:
        return "application/octet-stream"
    return (
        answer if answer.count("/") == 1 and answer.isascii() and answer.isprintable() else "application/octet-stream"
    )
