"""Header blocks as a spool holds them, and the removal of fields from them."""

from gatepost.model.message import Field
from gatepost.syntax.header import irregular, read_header, without

LIMIT, MOST = 400, 12  # low, so that they are met
DEFECTS = {
    "no-colon", "space-before-colon", "leading-fold", "empty-name", "bad-name", "non-ascii-name", "nul", "too-large",
    "too-many-fields",
}  # fmt: skip

SEEDS = (
    b"Received: from a\r\n\tby b; Thu, 13 Feb 2025 1:2 +0000\r\nFrom: a@b.example\r\nSubject: c\r\n d\r\n\r\nbody\r\n",
    b"X-In: 1\r\nx-in : 2\r\nX-IN\r\n : 3\r\n.X-In: 4\r\nA: b\r\n. c\r\n\r\n",
    b"no colon\r\n: empty\r\n leading: fold\r\nFrom me: b\r\n\xc3\xa9: d\r\nN: \x00\r\n\r\n",
    b"\r\nbody only",
    b"A: b",
    b"..a: b\r\nC:\r\n\td\r\n\r\n.\r\n",
)
PIECES = (
    b"\r\n", b"\r\n ", b"\r\n\t", b"\r\n\r\n", b"\r\n.", b":", b" ", b"\t", b"X-In", b"x-in:", b"A: b\r\n", b".",
    b"\x00", b"\xe9",
)  # fmt: skip


def is_inside(name: str) -> bool:
    return name == "x-in"


def is_outside(name: str) -> bool:
    return name != "x-in"


def TestOneInput(data: bytes) -> None:
    octets = data.replace(b"\r", b"").replace(b"\n", b"\r\n")  # content has no other line ends
    fields, size, malformed = read_header(octets)
    assert size <= len(octets) and set(malformed) <= DEFECTS and len(set(malformed)) == len(malformed)
    assert size in (0, len(octets)) or octets[size - 2 : size + 2] == b"\r\n\r\n"
    assert irregular(octets, size, size, size)[0] == fields
    for field in fields:
        check_field(field)
    check_removal(octets[:size], fields)
    check_bounds(octets, size, fields)


def check_field(field: Field) -> None:
    assert len(field.name) <= len(field.raw) and b"\r\n" not in field.value
    assert field.name in field.raw.decode("latin-1")


def check_removal(header: bytes, fields: tuple[Field, ...]) -> None:
    assert b"".join(field.raw for field in fields) == header
    cleaned = without(header, fields, is_inside)
    assert len(cleaned) + len(without(header, fields, is_outside)) == len(header)
    assert (cleaned is header) == all(field.name.lower() != "x-in" for field in fields)
    left, size, _ = read_header(cleaned + b"\r\n" if cleaned.endswith(b"\r\n") else cleaned)
    assert size == len(cleaned) and "x-in" not in [field.name.lower() for field in left]


def check_bounds(octets: bytes, size: int, whole: tuple[Field, ...]) -> None:
    fields, same_size, malformed = read_header(octets, limit=LIMIT, most=MOST)
    assert same_size == size and len(fields) <= MOST and fields == whole[: len(fields)]
    assert (len(fields) < len(whole)) == bool({"too-large", "too-many-fields"} & set(malformed))
