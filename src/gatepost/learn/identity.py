"""Is this the mail that was learned before?

The same mail comes back with fields that were added on its way, with line ends of a file, dot-stuffed or not. So what
names it is what its author wrote: From, Subject, Date, Message-ID and all behind the header.
"""

from hashlib import sha256

from gatepost.model.message import Field

NAMED = ("from", "subject", "date", "message-id")


def identity(header: tuple[Field, ...], body: bytes) -> bytes:
    """SHA-256.

    Args:
        body: dot-stuffed, with CRLF line ends.
    """
    found = sha256()
    for name in NAMED:
        for field in header:
            if field.name.lower() == name:
                value = b" ".join(field.value.split())
                found.update(b"%s:%d:%s\n" % (name.encode(), len(value), value))
    found.update(b"\n")
    found.update(body.strip(b"\r\n"))
    return found.digest()
