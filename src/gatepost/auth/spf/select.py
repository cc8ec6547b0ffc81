"""Which of a domain's texts are its records (RFC 7208 §4.5; RFC 4406 §4.4)?"""

from collections.abc import Callable

LONGEST_VERSION = 100  # octets of a version section, ours

Select = Callable[[tuple[bytes, ...]], list[bytes]]


def spf_records(texts: tuple[bytes, ...]) -> list[bytes]:
    """Those of version 1: what follows is a space or nothing, be the rest right or wrong."""
    return [text for text in texts if text[:7].lower() in (b"v=spf1", b"v=spf1 ")]


def pra_records(texts: tuple[bytes, ...]) -> list[bytes]:
    """Those with `pra` in their scope; without any, the SPF records, though written for another identity (§3.4)."""
    return [text for text in texts if has_pra_scope(text)] or spf_records(texts)


def has_pra_scope(text: bytes) -> bool:
    """`spf2.0/mfrom,pra` and the like; the minor version may be any."""
    version, _, scopes = text[:LONGEST_VERSION].partition(b" ")[0].lower().partition(b"/")
    return version[:5] == b"spf2." and version[5:].isdigit() and b"pra" in scopes.split(b",")
