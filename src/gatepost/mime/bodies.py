"""What is inside a multipart or a message, and where could that be read otherwise (RFC 2046 §5)?"""

import re
from collections.abc import Iterator

from msgspec import Struct, structs

from gatepost.mime.decode import decodings
from gatepost.mime.delimiters import Cut, Divided, cut, hits, manners, without_inner
from gatepost.mime.encodings import IDENTITY
from gatepost.mime.entity import MESSAGES, Entity, Fork, Node
from gatepost.mime.part import Part
from gatepost.mime.strays import Strays

TEXT_OUTSIDE = 256  # octets: shorter words before and behind the parts are of no interest
SHOWN = frozenset(("text/plain", "text/html"))
SHORTEST_FIELD = len("content-type:")
HEADER = re.compile(rb"[\r\n]*+(?:>?From [^\r\n]*+[\r\n]++)?[!-9;-~]++[ \t]*+:")


class Opened(Struct, frozen=True):
    """What is in a node.

    Args:
        children: in order.
        forks: where it could be read otherwise.
        texts: words before and behind the parts.
        holds_parts: it is no content of its own.
        over: limits that were reached.
        open_end: a multipart without its last delimiter.
    """

    children: tuple[Entity, ...] = ()
    forks: tuple[Fork, ...] = ()
    texts: tuple[Part, ...] = ()
    holds_parts: bool = False
    over: tuple[str, ...] = ()
    open_end: bool = False


LEAF = Opened()


def opened(strays: Strays, node: Node, depth: int, line_end: bytes, divided: Divided) -> Opened:
    """Its parts, and all other ways to see them.

    Args:
        depth: of multiparts and messages within each other, at most.
        line_end: how lines end in this message.
        divided: multiparts that are known.
    """
    claim = node.claim
    if claim.media_type.startswith("multipart/"):
        return multipart(strays, node, depth, line_end, divided)
    if claim.media_type in MESSAGES:
        return message(strays.octets, node, depth)
    if claim.media_type in SHOWN and claim.encoding in IDENTITY:
        # The source of a message within a text, as old bounces have it: hardly any program opens that.
        forks = tuple(undeclared_forks(strays, node, node.body, node.entity.end, quiet=True))
        return Opened(forks=forks) if forks else LEAF
    return LEAF


def message(octets: bytes, node: Node, depth: int) -> Opened:
    entity, claim = node.entity, node.claim
    if node.body >= entity.end:
        return LEAF
    if claim.encoding not in IDENTITY:  # RFC 2046 §5.2.1 forbids it: some decode, some do not
        if HEADER.match(octets, node.body, entity.end) is None:
            return LEAF
        plain = structs.replace(node, claim=structs.replace(claim, encoding=""))
        return Opened(forks=(Fork("encoded-message", plain),))
    if entity.depth >= depth:
        return Opened(over=("depth",))
    inner = Entity(node.body, entity.end, entity.leaf_path, "text/plain", entity.depth + 1, True, entity.end)
    return Opened((inner,), holds_parts=True)


def multipart(strays: Strays, node: Node, depth: int, line_end: bytes, divided: Divided) -> Opened:
    octets, entity, claim = strays.octets, node.entity, node.claim
    if claim.boundary is None:
        return Opened(forks=tuple(undeclared_forks(strays, node, node.body, entity.end)))
    found, much = hits(octets, node.body, entity.end, claim.boundary, line_end)
    taken = without_inner(found, claim.boundary, divided) if node.allowed else found
    pieces = cut(taken, entity.end, node.allowed)
    over = ("parts",) if much else ()
    forks: list[Fork] = []
    if not node.allowed:
        forks += [Fork(code, structs.replace(node, allowed=odd)) for code, odd in manners(found)]
    if not pieces.parts:
        if not node.guessed:
            forks += undeclared_forks(strays, node, node.body, entity.end)
        return Opened(forks=tuple(forks), over=over, open_end=not pieces.closed)
    if entity.depth >= depth:
        return Opened(forks=tuple(forks), over=(*over, "depth"))
    if claim.encoding not in IDENTITY:
        forks += encoded(octets, node)
    forks += outside(strays, node, pieces)
    return Opened(
        children(node, pieces),
        tuple(forks),
        tuple(texts_outside(octets, node, pieces)),
        holds_parts=True,
        over=over,
        open_end=not pieces.closed,
    )


def children(node: Node, pieces: Cut) -> tuple[Entity, ...]:
    entity = node.entity
    default = "message/rfc822" if node.claim.media_type == "multipart/digest" else "text/plain"
    return tuple(
        [
            Entity(start, end, entity.numbered(number), default, entity.depth + 1, False, entity.end)
            for number, (start, end) in enumerate(pieces.parts, 1)
        ]
    )


def undeclared_forks(strays: Strays, node: Node, start: int, end: int, *, quiet: bool = False) -> Iterator[Fork]:
    """Lines that look like delimiters of a boundary that is declared nowhere."""
    media_type = node.claim.media_type if node.claim.media_type.startswith("multipart/") else "multipart/mixed"
    for boundary in strays.boundaries(start, end):
        claim = structs.replace(node.claim, media_type=media_type, boundary=boundary, encoding="")
        entity = structs.replace(node.entity, end=end)
        other = structs.replace(node, entity=entity, body=start, claim=claim, allowed=0, guessed=True)
        yield Fork("undeclared-boundary", other, quiet)


def regions(node: Node, pieces: Cut) -> Iterator[tuple[str, int, int, int]]:
    """What stands before and behind the parts: its name, start, end, and number as if it were one."""
    yield "preamble", node.body, pieces.preamble, 0
    if pieces.epilogue >= 0 and not node.allowed:
        yield "epilogue", pieces.epilogue, node.entity.end, len(pieces.parts) + 1


def outside(strays: Strays, node: Node, pieces: Cut) -> Iterator[Fork]:
    """Parts where none should be."""
    for code, start, end, number in regions(node, pieces):
        begin = strays.field(start, end) if end - start >= SHORTEST_FIELD else -1
        if begin >= 0:
            entity = node.entity
            yield Fork(code, Entity(begin, end, entity.numbered(number), "text/plain", entity.depth + 1, False, end))
            yield from undeclared_forks(strays, node, start, end)


def texts_outside(octets: bytes, node: Node, pieces: Cut) -> Iterator[Part]:
    for code, start, end, number in regions(node, pieces):
        if end - start >= TEXT_OUTSIDE:
            yield Part(path=node.entity.numbered(number), reading=code, start=start, end=end)


def encoded(octets: bytes, node: Node) -> Iterator[Fork]:
    """A multipart with an encoding, against RFC 2045 §6.4: some programs take it off before they look for parts."""
    body = octets[node.body : node.entity.end]
    part = Part(path="", start=node.body, end=node.entity.end, encoding=node.claim.encoding)
    decoded = decodings(octets, part)[0].octets
    there, here = landmarks(decoded, node), landmarks(body, node)
    if decoded != body and there[0]:  # what is not encoded decodes to nothing
        quiet = there == here
        yield Fork("encoded-multipart", structs.replace(node, claim=structs.replace(node.claim, boundary=None)), quiet)


def landmarks(body: bytes, node: Node) -> tuple[int, int]:
    """Delimiters and fields: where they are the same, so are the parts."""
    return body.count(b"--" + (node.claim.boundary or b"")), body.lower().count(b"content-")
