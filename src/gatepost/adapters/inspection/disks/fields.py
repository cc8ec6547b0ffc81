"""How is a number read from a record? Behind the end of the octets there are zeros."""

from uuid import UUID


def le(octets: bytes, at: int, width: int) -> int:
    """Little-endian, `width` octets wide."""
    return int.from_bytes(octets[at : at + width], "little")


def be(octets: bytes, at: int, width: int) -> int:
    return int.from_bytes(octets[at : at + width].ljust(width, b"\0"), "big")


def guid(octets: bytes, at: int) -> UUID:
    return UUID(bytes_le=octets[at : at + 16].ljust(16, b"\0"))


def is_power(number: int, least: int, most: int) -> bool:
    """Of two, and between these."""
    return least <= number <= most and not number & (number - 1)
