"""In which form is a header field hashed (RFC 6376 §3.4.1, §3.4.2, §3.7)?

Everywhere here a `raw` is one whole field, dot-unstuffed; what comes back has no CRLF at its end.
"""

import re
from enum import Enum

WSP_RUN = re.compile(rb"[ \t]++")
B_TAG = re.compile(rb"(?:\A|;)[ \t\r\n]*+b[ \t\r\n]*+=")


class Form(Enum):
    """A canonicalization algorithm (RFC 6376 §3.4)."""

    SIMPLE = "simple"
    RELAXED = "relaxed"


def canonical(raw: bytes, form: Form) -> bytes:
    """The field as it is hashed."""
    return relaxed(raw) if form is Form.RELAXED else raw.removesuffix(b"\r\n")


def relaxed(raw: bytes) -> bytes:
    """Name in lower case, unfolded, white space reduced (§3.4.2)."""
    name, _, value = raw.replace(b"\r\n", b"").partition(b":")
    return name.rstrip(b" \t").lower() + b":" + reduced(value)


def reduced(value: bytes) -> bytes:
    """Runs of space and tab made one space, none at the ends."""
    if b"\x0b" in value or b"\x0c" in value:  # `split` takes these for white space, DKIM does not
        return WSP_RUN.sub(b" ", value).strip(b" ")
    return b" ".join(value.split())


def without_signature(raw: bytes) -> bytes:
    """The field with the value of its `b=` taken out, white space around it too (§3.7).

    Args:
        raw: a field whose tags `read_tags` has read, so that there is one `b=` at most.
    """
    name, colon, value = raw.removesuffix(b"\r\n").partition(b":")
    found = B_TAG.search(value)
    if found is None:
        return name + colon + value
    end = value.find(b";", found.end())
    return name + colon + value[: found.end()] + (value[end:] if end >= 0 else b"")
