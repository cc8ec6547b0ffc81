"""How is a result said in the header (RFC 7208 §9.1)?"""

import re

from gatepost.auth.spf.result import SpfResult
from gatepost.model.address import Address
from gatepost.model.stage import IPAddress
from gatepost.syntax.printable import printable

VALUE_LIMIT = 320  # characters; the longest line stays below 998 octets with each of them escaped
DOT_ATOM = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]++(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]++)*", re.ASCII | re.IGNORECASE)


def received_spf(result: SpfResult, *, ip: IPAddress, helo: str, sender: Address | str | None, receiver: str) -> bytes:
    """The field, folded, CRLF at the end included.

    Whatever the client or a domain's record says is quoted: it can end neither its value nor the field. Characters
    beyond printable ASCII become question marks.
    """
    pairs = [
        ("client-ip", str(ip)),
        ("envelope-from", str(sender or "")),
        ("helo", helo),
        ("identity", result.identity.value),
        ("mechanism", result.mechanism),
        ("receiver", receiver),
    ]
    if result.problem:
        pairs.append(("problem", result.problem))
    lines = ";\r\n\t".join(f"{key}={value(text)}" for key, text in pairs)
    return f"Received-SPF: {result.result.value}\r\n\t{lines}\r\n".encode("ascii")


def value(text: str) -> str:
    """A dot-atom as it is, all else as a quoted string."""
    shown = printable(text, VALUE_LIMIT)
    if DOT_ATOM.fullmatch(shown):
        return shown
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
