"""What is one part or message before its body is looked at: its header in each reading?"""

from collections.abc import Callable, Iterator

from msgspec import Struct, structs

from gatepost.mime.claim_fields import hides_field
from gatepost.mime.claim_readings import ClaimReader
from gatepost.mime.claims import Claim, regular_claim
from gatepost.mime.header_block import Block, Style, continued, goes_on, other_blocks, plain_block
from gatepost.mime.part import Limits
from gatepost.model.message import Field

MESSAGES = frozenset(("message/rfc822", "message/global", "message/news"))
# Their bodies may begin with fields.
HEADERS_INSIDE = MESSAGES | {
    "message/external-body", "message/partial", "message/delivery-status", "message/disposition-notification",
    "message/http", "text/rfc822-headers",
}  # fmt: skip
BOUNDARIES_LIMIT = 64  # ours: different ones that are looked for in one body


class Entity(Struct, frozen=True):
    """A range of octets that holds a header and a body.

    Args:
        path: of the part; of a whole message, of the part that it is in.
        default: its type if it declares none.
        depth: multiparts and messages around it.
        whole: it is a message.
        outer: where what it is in ends.
    """

    start: int
    end: int
    path: str = ""
    default: str = "text/plain"
    depth: int = 0
    whole: bool = False
    outer: int = 0

    def numbered(self, number: int) -> str:
        """The path of a part of it."""
        return f"{self.path}.{number}" if self.path else str(number)

    @property
    def leaf_path(self) -> str:
        """A message that is no multipart is its own first part (RFC 9051 §6.4.5)."""
        return self.numbered(1) if self.whole else self.path


class Node(Struct, frozen=True):
    """An entity in one reading.

    Args:
        body: where it starts.
        allowed: odd delimiters that are taken for good ones (`delimiters`).
        guessed: its boundary is not the plain reading's: where it divides nothing, no other is looked for.
    """

    entity: Entity
    body: int
    fields: tuple[Field, ...]
    claim: Claim
    allowed: int = 0
    guessed: bool = False

    @property
    def identity(self) -> tuple[object, ...]:
        """The same for nodes that read the same in the same way."""
        claim = self.claim
        return (
            self.body, self.entity.end, claim.media_type, claim.encoding, claim.charset, claim.boundary, claim.names,
            self.allowed,
        )  # fmt: skip


class Fork(Struct, frozen=True):
    """A place where the message is read otherwise.

    Args:
        code: what is read otherwise.
        quiet: it is looked into, but is no ambiguity.
    """

    code: str
    at: Entity | Node
    quiet: bool = False


class Readings(Struct, frozen=True):
    """One entity.

    Args:
        first: in the plain reading.
        others: with what is read otherwise.
        over: limits that were reached.
        headers: how many header blocks were read for it.
    """

    first: Node
    others: tuple[tuple[str, Node], ...] = ()
    over: tuple[str, ...] = ()
    headers: int = 1


def examine(octets: bytes, entity: Entity, header_limit: int, limits: Limits, by: Style) -> Readings:
    """The short way where nothing can be read otherwise."""
    block = plain_block(octets, entity.start, entity.end, header_limit, by)
    if block.regular:
        claim = regular_claim(block.fields, entity.default)
        late = claim is None or claim.media_type not in HEADERS_INSIDE
        odd = claim is None or (late and goes_on(octets, block, entity.end) is not None)
        if claim is not None and not odd and not hides_field(octets[entity.start : block.body]):
            return Readings(Node(entity, block.body, block.fields, claim))
    return examine_irregular(octets, entity, block, header_limit, limits)


def examine_irregular(octets: bytes, entity: Entity, block: Block, header_limit: int, limits: Limits) -> Readings:
    """Each block, each claim in it, once."""
    over: dict[str, None] = {}
    nodes = dict(nodes_of(octets, entity, block, limits, over))
    (_, first), *_ = nodes.values()
    blocks: tuple[Block, ...] = ()
    if not block.regular:
        blocks = other_blocks(octets, entity.start, entity.end, block, header_limit)
    if first.claim.media_type not in HEADERS_INSIDE:
        blocks += continued(octets, entity.end, block, header_limit)
    for each in blocks:
        for identity, named in nodes_of(octets, entity, each, limits, over):
            nodes.setdefault(identity, named)
    others = tuple([(code, guess(node, first)) for code, node in list(nodes.values())[1:]])
    return Readings(first, others, tuple(over), 1 + len(blocks))


def nodes_of(
    octets: bytes, entity: Entity, block: Block, limits: Limits, over: dict[str, None]
) -> Iterator[tuple[tuple[object, ...], tuple[str, Node]]]:
    """By identity, each with what is read otherwise."""
    if block.cut:
        over["header"] = None
    used = used_in(octets, block.body, entity.end, over)
    reader = ClaimReader(entity.default, limits.parameters, limits.readings, used)
    for code, claim in reader.claims(block.fields):
        node = Node(entity, block.body, block.fields, claim)
        yield node.identity, (block.code or code, node)
    over.update(dict.fromkeys(reader.cut))


def guess(node: Node, plain: Node) -> Node:
    boundary = node.claim.boundary
    return structs.replace(node, guessed=boundary is not None and boundary != plain.claim.boundary)


def used_in(octets: bytes, start: int, end: int, over: dict[str, None]) -> Callable[[bytes], bool]:
    """Whether a boundary stands in the body at all; each is looked for once."""
    known: dict[bytes, bool] = {}

    def used(boundary: bytes) -> bool:
        if boundary in known:
            return known[boundary]
        if len(known) == BOUNDARIES_LIMIT:
            over["readings"] = None
            return False
        line = b"--" + boundary
        places = [octets.find(line, start, end)] if boundary else [octets.find(line + e, start, end) for e in LINE_ENDS]
        known[boundary] = max(places) >= 0
        return known[boundary]

    return used


LINE_ENDS = (b"\r", b"\n")
