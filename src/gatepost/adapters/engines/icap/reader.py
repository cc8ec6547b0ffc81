"""Octets in, one ICAP response out (RFC 3507 §4.3 to §4.6); read strictly, every part of it bounded.

Pure: no socket. Of a body only its length and digest are kept: they tell whether it is the one that was sent.
"""

import hashlib
import re
from enum import Enum

from msgspec import Struct

HEADER_LIMIT = 16 * 1024  # octets of one header block
FIELDS_LIMIT = 100
CHUNK_LINE_LIMIT = 256  # octets, extensions included
BODY_LIMIT = 256 * 1024**2  # octets
STATUS = re.compile(rb"ICAP/1\.[0-9] ([1-5][0-9]{2})(?: [^\r\n\x00]*)?")
HTTP_STATUS = re.compile(rb"HTTP/1\.[0-9] ([1-5][0-9]{2})(?: [^\r\n\x00]*)?")
HTTP_REQUEST = re.compile(rb"[A-Z]{3,10} [^ \r\n\x00]+ HTTP/1\.[0-9]")
NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
SECTION = re.compile(r"(req-hdr|res-hdr|req-body|res-body|opt-body|null-body)=([0-9]{1,9})")
SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[\t -~]*)?")
BODIES = ("req-body", "res-body", "opt-body")


class BadResponse(Exception):
    """It is no ICAP response, or none that means one thing."""


class Response(Struct, frozen=True, kw_only=True):
    """One response, whole.

    Args:
        status: of ICAP.
        fields: of its header; names in lower case. A field that comes twice has both values, `, ` between.
        http: status of the HTTP response in it, 0 if there is none.
        body: octets of the body in it, -1 if there is none.
        digest: SHA-256 of that in hex.
    """

    status: int
    fields: dict[str, str]
    http: int = 0
    body: int = -1
    digest: str = ""

    @property
    def is_last(self) -> bool:
        """The server closes the connection."""
        return "close" in self.fields.get("connection", "").lower()


class Step(Enum):
    """What comes next."""

    HEADER = "header"
    ENCLOSED = "enclosed"  # HTTP header blocks, of a length that is known
    SIZE = "size"
    CHUNK = "chunk"
    CHUNK_END = "chunk end"
    TRAILER = "trailer"
    DONE = "done"


class ResponseReader:
    """Reads one response. `feed` it; `response` is there once it is whole. What follows stays in `buffer`."""

    def __init__(self) -> None:
        self.buffer = b""
        self.at = 0  # octets of it that have been read
        self.step = Step.HEADER
        self.response: Response | None = None
        self.status = 0
        self.fields: dict[str, str] = {}
        self.has_body = False
        self.enclosed = 0  # octets of HTTP header blocks
        self.http = 0
        self.left = 0  # octets of the chunk
        self.length = 0
        self.digest = hashlib.sha256()
        self.trailing = 0

    def feed(self, octets: bytes) -> None:
        """Raises `BadResponse`."""
        self.buffer += octets
        while self.step is not Step.DONE and self.advance():
            pass
        self.buffer, self.at = self.buffer[self.at :], 0

    def advance(self) -> bool:
        """One step further; False where octets are wanting."""
        match self.step:
            case Step.HEADER:
                return self.read_header()
            case Step.ENCLOSED:
                return self.read_enclosed()
            case Step.SIZE:
                return self.read_size()
            case Step.CHUNK:
                return self.read_chunk()
            case Step.CHUNK_END:
                return self.read_chunk_end()
            case _:
                return self.read_trailer()

    def read_header(self) -> bool:
        block = self.until(b"\r\n\r\n", HEADER_LIMIT)
        if block is None:
            return False
        first, *lines = block.split(b"\r\n")
        match = STATUS.fullmatch(first)
        if match is None:
            raise BadResponse("no status line of ICAP")
        self.status = int(match[1])
        self.fields = fields_of(lines)
        self.plan()
        return True

    def plan(self) -> None:
        """What the Encapsulated field says that follows (RFC 3507 §4.4.1)."""
        text = self.fields.get("encapsulated", "")
        if not text:
            self.end()
            return
        sections = [SECTION.fullmatch(part.strip()) for part in text.split(",")]
        places = [(match[1], int(match[2])) for match in sections if match is not None]
        offsets = [offset for _, offset in places]
        names = [name for name, _ in places]
        if len(places) != len(sections) or offsets != sorted(set(offsets)) or offsets[0] != 0:
            raise BadResponse(f"unclear field Encapsulated: {text[:100]}")
        if not names[-1].endswith("-body") or any(not name.endswith("-hdr") for name in names[:-1]):
            raise BadResponse(f"unclear field Encapsulated: {text[:100]}")
        if offsets[-1] > 2 * HEADER_LIMIT:
            raise BadResponse("the header in it is too large")
        self.enclosed = offsets[-1]
        self.has_body = names[-1] in BODIES
        self.step = Step.ENCLOSED

    def read_enclosed(self) -> bool:
        if len(self.buffer) - self.at < self.enclosed:
            return False
        block = self.take(self.enclosed)
        for line in (block, *(part.lstrip(b"\r\n") for part in block.split(b"\r\n\r\n")[1:])):
            first = line.partition(b"\r\n")[0]
            if first and (match := HTTP_STATUS.fullmatch(first)):
                self.http = int(match[1])
            elif first and not HTTP_REQUEST.fullmatch(first):
                raise BadResponse("what is in it is not HTTP")
        if self.has_body:
            self.step = Step.SIZE
        else:
            self.end()
        return True

    def read_size(self) -> bool:
        line = self.until(b"\r\n", CHUNK_LINE_LIMIT)
        if line is None:
            return False
        match = SIZE.fullmatch(line)
        if match is None:
            raise BadResponse("bad size of a chunk")
        self.left = int(match[1], 16)
        if self.length + self.left > BODY_LIMIT:
            raise BadResponse("the body is too large")
        self.step = Step.CHUNK if self.left else Step.TRAILER
        return True

    def read_chunk(self) -> bool:
        piece = self.take(self.left)
        self.digest.update(piece)
        self.length += len(piece)
        self.left -= len(piece)
        if self.left:
            return False
        self.step = Step.CHUNK_END
        return True

    def read_chunk_end(self) -> bool:
        if len(self.buffer) - self.at < 2:
            return False
        if self.take(2) != b"\r\n":
            raise BadResponse("a chunk is longer than it says")
        self.step = Step.SIZE
        return True

    def read_trailer(self) -> bool:
        line = self.until(b"\r\n", HEADER_LIMIT - self.trailing)
        if line is None:
            return False
        self.trailing += len(line) + 2
        if not line:
            self.end()
        return True

    def end(self) -> None:
        length = self.length if self.has_body else -1
        digest = self.digest.hexdigest() if self.has_body else ""
        self.response = Response(status=self.status, fields=self.fields, http=self.http, body=length, digest=digest)
        self.step = Step.DONE

    def take(self, octets: int) -> bytes:
        """As many, or all that are there."""
        taken = self.buffer[self.at : self.at + octets]
        self.at += len(taken)
        return taken

    def until(self, end: bytes, limit: int) -> bytes | None:
        """What comes before `end`, which goes too; None if it is not there yet."""
        at = self.buffer.find(end, self.at, self.at + limit + len(end))
        if at < 0:
            if len(self.buffer) - self.at > limit + len(end):
                raise BadResponse("a line or header is too long")
            return None
        found = self.buffer[self.at : at]
        self.at = at + len(end)
        return found


def fields_of(lines: list[bytes]) -> dict[str, str]:
    if len(lines) > FIELDS_LIMIT:
        raise BadResponse("too many fields")
    fields: dict[str, str] = {}
    last = ""
    for line in lines:
        if line[:1] in (b" ", b"\t") and last:
            fields[last] += " " + line.strip().decode("latin-1")
            continue
        name, colon, value = line.partition(b":")
        if not colon or not NAME.fullmatch(name) or b"\r" in value or b"\n" in value or b"\0" in value:
            raise BadResponse("bad field in the header")
        last = name.decode("ascii").lower()
        text = value.strip().decode("latin-1")
        fields[last] = f"{fields[last]}, {text}" if last in fields else text
    return fields
