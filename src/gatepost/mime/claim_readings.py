"""What could a header claim its part to be, where programs read it in more than one way?

The axes: which of several fields counts and whether one with an odd name does (`claim_fields`); how a value's text is
taken (`values`); which of several values in one field counts; which boundary. One axis at a time stands against the
plain reading, then pairs of a type and an encoding. The names are the same in all readings: all that any could show.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from gatepost.mime.boundaries import LENGTH as BOUNDARY_LENGTH
from gatepost.mime.boundaries import boundaries, plain_boundary
from gatepost.mime.claim_fields import Said, content_fields
from gatepost.mime.claims import DISPOSITION, ENCODING, TYPE, Claim, described
from gatepost.mime.encodings import IDENTITY, encodings
from gatepost.mime.names import NAMES_LIMIT, names_of, union
from gatepost.mime.parameters import Parameter, loose, parameters
from gatepost.mime.type_readings import WORD, TypeText, charsets, type_text
from gatepost.mime.values import texts
from gatepost.model.message import Field


class TypeReading(Struct, frozen=True):
    """One reading of the type."""

    code: str
    media_type: str
    declared: str = ""
    charset: str = ""
    boundary: bytes | None = None


class Named(Struct):
    """Where names are said."""

    types: list[tuple[Parameter, ...]] = []
    dispositions: list[tuple[Parameter, ...]] = []
    texts: list[bytes] = []

    def union(self, most: int) -> tuple[str, ...]:
        """The plain reading's first."""
        found = names_of(self.dispositions[0] if self.dispositions else (), self.types[0] if self.types else ())
        more = [name for each in self.dispositions for name in names_of(each, ())]
        more += [name for each in self.types for name in names_of((), each)]
        guessed = [
            value
            for text in dict.fromkeys(self.texts)
            for name in (b"filename", b"name")
            for value in loose(text, name, most)
        ]
        return union((*found, *more), guessed)


class ClaimReader:
    """Reads one header. `cut` names what was left out."""

    def __init__(self, default: str, most_parameters: int, most: int, used: Callable[[bytes], bool]) -> None:
        self.default = default
        self.most_parameters = most_parameters
        self.most = most
        self.used = used
        self.cut: set[str] = set()
        self.named = Named()
        self.kinds: list[bytes] = []

    def claims(self, fields: Sequence[Field]) -> tuple[tuple[str, Claim], ...]:
        """(what is read otherwise, the claim); the plain one first, with ""."""
        said, others, more = content_fields(fields)
        if more:
            self.cut.add("readings")
        for each in said[DISPOSITION]:
            for _, text in texts(each.raw):
                self.disposition(text)
        types = self.distinct_types(said[TYPE])
        known = distinct_encodings(said[ENCODING])
        attached = any(kind not in (b"", b"inline") for kind in self.kinds)
        names = self.named.union(self.most) or described(others, types[0].declared, attached)
        if len(names) == NAMES_LIMIT:
            self.cut.add("parameters")
        pairs = [(kind, encoding) for kind in types for encoding in known]
        pairs.sort(key=lambda pair: (pair[0] is not types[0]) + (pair[1] is not known[0]))  # stable
        if len(pairs) > self.most:
            self.cut.add("readings")
        return tuple(
            (kind.code or code, claim(kind, encoding, names, attached)) for kind, (code, encoding) in pairs[: self.most]
        )

    def disposition(self, text: bytes) -> None:
        match = WORD.match(text)
        word = match[0] if match else b""
        self.kinds.append(word.lower())
        found, more = parameters(text[len(word) :], self.most_parameters)
        if more:
            self.cut.add("parameters")
        self.named.dispositions.append(found)
        self.named.texts.append(text)

    def distinct_types(self, said: Sequence[Said]) -> list[TypeReading]:
        """The plain one first; where there is no field as it should be, that is the default."""
        found: dict[tuple[str, bytes | None, str], TypeReading] = {}
        if not said or said[0].code:
            found[self.default, None, ""] = TypeReading("", self.default)
        for each in said:
            for code, text in texts(each.raw):
                read = type_text(each.code or code, text, self.most_parameters)
                if read.cut:
                    self.cut.add("parameters")
                self.named.types.append(read.parameters)
                self.named.texts.append(text)
                for reading in self.readings(read):
                    found.setdefault((reading.media_type, reading.boundary, reading.charset), reading)
        return list(found.values())

    def readings(self, read: TypeText) -> Iterator[TypeReading]:
        """Of one text; what is no type is text (RFC 2045 §5.2)."""
        first = read.media_type or "text/plain"
        for media_type in (first, *read.more_types):
            code = read.code if media_type == first else read.code or "two-values"
            if media_type.startswith("multipart/"):
                yield from self.multiparts(read, code, media_type)
                continue
            for charset in charsets(read.parameters):
                yield TypeReading(code, media_type, read.declared, charset)
                code = code or "two-charsets"

    def multiparts(self, read: TypeText, code: str, media_type: str) -> Iterator[TypeReading]:
        plain = plain_boundary(read.parameters)
        yield TypeReading(code, media_type, read.declared, "", plain)
        for other, boundary in self.others(read):
            if boundary != plain and len(boundary) <= BOUNDARY_LENGTH and self.used(boundary):
                yield TypeReading(code or other, media_type, read.declared, "", boundary)

    def others(self, read: TypeText) -> Iterator[tuple[str, bytes]]:
        """Also those of Content-Disposition."""
        yield from boundaries(read.parameters, read.text, self.most)
        # Dispositions are read first: their texts are the first ones.
        for text, found in zip(self.named.texts, self.named.dispositions, strict=False):
            yield from boundaries(found, text, self.most)


def claim(kind: TypeReading, encoding: str, names: tuple[str, ...], is_attachment: bool) -> Claim:
    return Claim(
        media_type=kind.media_type,
        declared=kind.declared,
        charset=kind.charset,
        encoding=encoding,
        boundary=kind.boundary,
        names=names,
        is_attachment=is_attachment,
    )


def distinct_encodings(said: Sequence[Said]) -> list[tuple[str, str]]:
    """(what is read otherwise, encoding), the plain one first: none, where no field is as it should be."""
    found: dict[str, tuple[str, str]] = {}
    if not said or said[0].code:
        found[""] = ("", "")
    for each in said:
        for code, encoding in encodings(each.raw):
            found.setdefault("" if encoding in IDENTITY else encoding, (each.code or code, encoding))
    return list(found.values())
