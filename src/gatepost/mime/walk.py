"""How is a message gone through: first as the RFCs say, then by each fork on the way?"""

from collections import deque

from msgspec import structs

from gatepost.mime.bodies import Opened, opened
from gatepost.mime.claim_readings import ClaimReader
from gatepost.mime.claims import Claim
from gatepost.mime.decode import decodings, guesses
from gatepost.mime.delimiters import hits
from gatepost.mime.encodings import DECODED, IDENTITY
from gatepost.mime.entity import Entity, Fork, Node, examine, used_in
from gatepost.mime.header_block import style_of
from gatepost.mime.leaves import Key, is_openable, key
from gatepost.mime.part import Limits, Part, View
from gatepost.mime.strays import Strays
from gatepost.model.inspection import Ambiguity

HEADERS = 8  # times the limit of one header: what is read of all together
TRIED = 64  # times the limit of readings that differ: forks that are followed to see whether they do
FREE = 1024 * 1024  # octets that are looked through again at any rate
KNOWN = IDENTITY | DECODED
CONTRADICTIONS = frozenset(("two-encodings", "two-types", "two-values"))
"""Where readings exclude each other, and the plain one may be what nobody was to see."""


class Walk:
    """Through one message. Owned by one call of the reader."""

    def __init__(self, octets: bytes, limits: Limits) -> None:
        self.octets = octets
        self.strays = Strays(octets)
        self.limits = limits
        self.style = style_of(octets)
        self.parts: list[Part] = []
        self.texts: list[Part] = []
        self.ambiguities: dict[tuple[str, str], Ambiguity] = {}
        self.over: dict[str, None] = {}
        self.forks: deque[Fork] = deque()
        self.quiet_forks: deque[Fork] = deque()
        self.walked: set[tuple[int, int, str, bool]] = set()
        self.seen: set[Key] = set()
        self.divided: dict[bytes, list[tuple[int, int]]] = {}
        self.reading = ""
        self.quiet = False
        self.header_left = HEADERS * limits.header
        self.work_left = limits.readings * len(octets) + FREE

    def follow(self, first: Entity | Node) -> None:
        """All of it in the reading at hand; forks are left for later."""
        stack: list[Entity | Node] = [first]
        while stack:
            at = stack.pop()
            if isinstance(at, Entity):
                known = (at.start, at.end, at.default, at.whole)
                if known in self.walked:
                    continue
                self.walked.add(known)
                at = self.examined(at)
            found = opened(self.strays, at, self.limits.depth, self.style.end, self.divided)
            if found.forks or found.over or found.open_end:
                self.keep(at, found)
            if found.holds_parts and at.claim.boundary is not None and not self.reading:
                self.divided.setdefault(at.claim.boundary, []).append((at.body, at.entity.end))
            self.texts += found.texts
            self.add(at, found.holds_parts)
            stack += found.children[: self.limits.parts][::-1]

    def examined(self, entity: Entity) -> Node:
        limit = max(0, min(self.limits.header, self.header_left))
        readings = examine(self.octets, entity, limit, self.limits, self.style)
        self.header_left -= min(limit, readings.first.body - entity.start) * readings.headers
        for code, node in readings.others:
            self.leave(Fork(code, node))
        for name in readings.over:
            self.over[name] = None
        return readings.first

    def keep(self, node: Node, found: Opened) -> None:
        """Forks and limits; of a multipart that is not closed, whether it goes on behind what it is in."""
        for fork in found.forks:
            self.leave(fork)
        self.over.update(dict.fromkeys(found.over))
        entity, boundary = node.entity, node.claim.boundary
        if not (found.open_end and boundary and entity.end < entity.outer) or not self.affords(
            entity.outer - entity.end
        ):
            return
        further, _ = hits(self.octets, entity.end, entity.outer, boundary, self.style.end)
        if any(not hit.odd for hit in further):
            self.leave(Fork("overrun", structs.replace(node, entity=structs.replace(entity, end=entity.outer))))

    def leave(self, fork: Fork) -> None:
        """For later. What is in a quiet one is quiet too, and comes last: what is found before is told."""
        if self.quiet or fork.quiet:
            self.quiet_forks.append(structs.replace(fork, quiet=True))
        else:
            self.forks.append(fork)

    def add(self, node: Node, holds_parts: bool) -> None:
        """A part; in other readings than the plain one a leaf that is not there yet."""
        if len(self.parts) >= self.limits.parts:
            self.over["parts"] = None
            return
        entity, claim = node.entity, node.claim
        part = Part(
            path=entity.path if holds_parts and claim.media_type.startswith("multipart/") else entity.leaf_path,
            reading=self.reading,
            header=node.fields,
            start=node.body,
            end=entity.end,
            media_type=claim.media_type,
            declared=claim.declared,
            charset=claim.charset,
            encoding=claim.encoding,
            names=claim.names,
            is_attachment=claim.is_attachment,
            holds_parts=holds_parts,
        )
        if self.reading:
            known = key(self.octets, part)
            if holds_parts or known in self.seen or known[0] == known[1]:
                return
            self.seen.add(known)
        self.parts.append(part)

    def finish(self) -> View:
        """What has come of all readings."""
        plain = [part for part in self.parts if not part.holds_parts]
        if self.forks or self.quiet_forks or self.texts:
            self.seen.update([key(self.octets, part) for part in plain])
            self.parts += self.texts[: max(0, self.limits.parts - len(self.parts))]
        self.follow_forks(plain)
        self.note_unknown()
        return View(parts=tuple(self.parts), ambiguities=tuple(self.ambiguities.values()), over=tuple(self.over))

    def follow_forks(self, plain: list[Part]) -> None:
        """Each once, as long as they are not too many."""
        visited: set[object] = set()
        differing = 0
        while self.forks or self.quiet_forks:
            fork = (self.forks or self.quiet_forks).popleft()
            identity, entity = identified(fork.at)
            if identity in visited:
                continue
            visited.add(identity)
            if differing == self.limits.readings or len(visited) > TRIED * self.limits.readings:
                self.over["readings"] = None
                return
            if not self.affords(entity.end - entity.start):
                return
            self.reading, self.quiet = fork.code, fork.quiet
            before = len(self.parts)
            self.follow(fork.at)
            new = self.parts[before:]
            differing += bool(new)
            if new and not fork.quiet:
                self.note(fork.code, entity.leaf_path, self.differ(fork.code, entity, new, plain))

    def differ(self, code: str, entity: Entity, new: list[Part], plain: list[Part]) -> bool:
        """Whether in what could be opened."""
        if code in CONTRADICTIONS:
            new = new + [part for part in plain if entity.start <= part.start and part.end <= entity.end]
        return any(is_openable(self.octets, part) for part in new)

    def note_unknown(self) -> None:
        """Encodings that nobody knows are taken for any."""
        unknown = [part for part in self.parts if part.encoding not in KNOWN and not part.holds_parts]
        for part in unknown[: self.limits.readings]:
            if len(decodings(self.octets, part)) > 1:
                self.note("unknown-encoding", part.path, bool(guesses(self.octets[part.start : part.end])))

    def note(self, code: str, path: str, opens: bool) -> None:
        known = self.ambiguities.get((code, path))
        opens = opens or (known is not None and known.opens)
        self.ambiguities[code, path] = Ambiguity(code, f"part {path}", opens)

    def affords(self, octets: int) -> bool:
        """Whether so much may be looked through once more."""
        self.work_left -= octets
        if self.work_left < 0:
            self.over["readings"] = None
        return self.work_left >= 0

    def headed(self, part: Part) -> Node:
        """These octets as the body of a part whose header is known."""
        size = len(self.octets)
        used = used_in(self.octets, 0, size, self.over)
        reader = ClaimReader(part.media_type, self.limits.parameters, self.limits.readings, used)
        claims = [claim for _, claim in reader.claims(part.header) if claim.media_type == part.media_type]
        nodes = [
            Node(Entity(0, size, part.path), 0, part.header, structs.replace(claim, encoding=""))
            for claim in claims or [Claim(media_type=part.media_type)]
        ]
        self.forks.extend([Fork("boundary", node) for node in nodes[1:]])
        return nodes[0]


def identified(at: Entity | Node) -> tuple[object, Entity]:
    return (at.identity, at.entity) if isinstance(at, Node) else (at, at)
