"""What is said to an ICAP server (RFC 3507 §4), and what its answer to OPTIONS means (§4.10)?

Pure. Nothing that a message holds stands in a header: neither names of files nor addresses.
"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.adapters.engines.icap.reader import BadResponse, Response
from gatepost.adapters.engines.settings import IcapService
from gatepost.ports.scanner import Sample, Version
from gatepost.syntax.printable import printable

CHUNK = 128 * 1024  # octets
LONGEST_TTL = 3600.0  # seconds
LAST = b"0\r\n\r\n"
LAST_OF_ALL = b"0; ieof\r\n\r\n"  # the preview is the whole
WORDS_LIMIT = 100  # characters of what a server says of itself


class Options(Struct, frozen=True, kw_only=True):
    """What a service can do.

    Args:
        preview: octets it wants to see first, None for no preview.
        no_change: it can say 204 rather than send the content back.
        ttl: seconds for which this holds.
        connections: most that it serves, 0 if it does not say.
    """

    methods: frozenset[str]
    preview: int | None
    no_change: bool
    ttl: float
    connections: int
    version: Version
    tag: str


def options_request(service: IcapService) -> bytes:
    return f"OPTIONS {service} ICAP/1.0\r\nHost: {host(service)}\r\nEncapsulated: null-body=0\r\n\r\n".encode("ascii")


def options_of(response: Response) -> Options:
    """Raises `BadResponse`."""
    fields = response.fields
    if response.status != 200 or "methods" not in fields:
        raise BadResponse(f"ICAP status {response.status} to OPTIONS")
    preview = number(fields, "preview")
    ttl = number(fields, "options-ttl")
    tag = printable(fields.get("istag", "").strip('"'), WORDS_LIMIT)
    words = printable(fields.get("service", fields.get("server", "")), WORDS_LIMIT)
    return Options(
        methods=frozenset(word.strip().upper() for word in fields["methods"].split(",")),
        preview=preview,
        no_change="204" in [word.strip() for word in fields.get("allow", "").split(",")],
        ttl=min(float(ttl), LONGEST_TTL) if ttl is not None else LONGEST_TTL,
        connections=number(fields, "max-connections") or 0,
        version=Version(version=f"{words}, {tag}" if words and tag else words or tag),
        tag=tag,
    )


def number(fields: dict[str, str], name: str) -> int | None:
    text = fields.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise BadResponse(f"{name} is no number")
    return int(text)


def scan_request(service: IcapService, method: str, sample: Sample, preview: int | None) -> bytes:
    """All that comes before the body.

    Args:
        method: "respmod" or "reqmod".
        preview: octets of body that are sent at first, None for all.
    """
    kind = f"Content-Type: application/octet-stream\r\nContent-Length: {sample.size}\r\n\r\n"
    if method == "respmod":
        asked = "GET http://mail.invalid/message HTTP/1.1\r\nHost: mail.invalid\r\n\r\n"
        http = f"{asked}HTTP/1.1 200 OK\r\n{kind}"
        sections = f"req-hdr=0, res-hdr={len(asked)}, res-body={len(http)}"
    else:
        http = f"POST http://mail.invalid/message HTTP/1.1\r\nHost: mail.invalid\r\n{kind}"
        sections = f"req-hdr=0, req-body={len(http)}"
    first = "" if preview is None else f"Preview: {preview}\r\n"
    return (
        f"{method.upper()} {service} ICAP/1.0\r\nHost: {host(service)}\r\nAllow: 204\r\n{first}"
        f"Encapsulated: {sections}\r\n\r\n{http}"
    ).encode("ascii")


def host(service: IcapService) -> str:
    name = f"[{service.host}]" if ":" in service.host else service.host
    return f"{name}:{service.port}"


def chunk(octets: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(octets), octets) if octets else b""


def body(pieces: Iterator[bytes], skip: int = 0) -> Iterator[bytes]:
    """In chunks, without the first `skip` octets; the last chunk included."""
    for piece in pieces:
        start, skip = min(skip, len(piece)), max(skip - len(piece), 0)
        for at in range(start, len(piece), CHUNK):
            yield chunk(piece[at : at + CHUNK])
    yield LAST


def beginning(pieces: Iterator[bytes], octets: int) -> bytes:
    """The first `octets` of them."""
    found = b""
    for piece in pieces:
        found += piece[: octets - len(found)]
        if len(found) >= octets:
            break
    return found
