"""Where does the header of a part end, and which fields does it have (RFC 5322 §2.2, RFC 2046 §5.1)?

The short way is for header blocks of which every octet is as the RFC has it. For others each place is given where some
program sees the header end: an empty line by other line ends, a line with blanks only, a line that is no field; or a
header that goes on after the empty line. Octets are dot-unstuffed; lines end in CRLF, or in LF all through (a message
that was kept on Unix and then encoded).
"""

import re

from msgspec import Struct

from gatepost.model.message import Field

FIELDS_LIMIT = 5000  # ours, of one header block
BREAKS = r"\x0b\x0c\x1c-\x1e"  # line ends to some programming languages


class Style(Struct, frozen=True):
    """One way to end lines.

    Args:
        end: CRLF or LF.
        field: a field with its folds, of which none is blank.
        next_field: the line end behind a whole field.
    """

    end: bytes
    field: re.Pattern[bytes]
    next_field: re.Pattern[bytes]


def style(end: bytes, written: str) -> Style:
    inside = rf"\r\n\x00{BREAKS}"
    fold = rf"(?>(?:{written}[ \t]++[^{inside} \t][^{inside}]*+)*)"
    field = rf"^(([!-9;-~]++):[^{inside}]*+{fold}(?:{written}|\Z))"
    return Style(end, re.compile(field.encode(), re.MULTILINE), re.compile(rf"{written}(?![ \t])".encode()))


CRLF = style(b"\r\n", r"\r\n")
LF = style(b"\n", r"\n")
ANY_NEXT_FIELD = re.compile(rf"(?:\r\n|\n|\r(?!\n)|[{BREAKS}])(?![ \t])".encode())
EMPTY_LINE = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)")
BLANK_LINE = re.compile(rb"(?:\r\n|\n|\r(?!\n))[ \t\x00]*+(?:\r\n|\n|\r)")
# Mailboxes' own "From " lines are left out: no program takes one for the end.
NO_FIELD = re.compile(rb"(?:\A|(?<=[\r\n]))(?!>?From )(?![!-9;-~]++[ \t]*+:|[ \t\r\n])[^\r\n]++(?:\r\n|\n|\r|\Z)")
NO_COLON = re.compile(rb"(?:\A|(?<=[\r\n]))(?!>?From |[ \t])[^:\r\n]++(?:\r\n|\n|\r|\Z)")
LINE_BREAK = re.compile(rb"\r\n|\n|\r")
# What makes a part something else, behind the empty line; where that was all of the header, behind other fields too.
LATE_FIELD = re.compile(rb"[\r\n]*+(content-[a-z-]{2,30}[ \t]*+:)", re.IGNORECASE)
LATE_HEADER = re.compile(
    rb"""[\r\n]*+((?>(?:(?!content-)[!-9;-~]++[ \t]*+:[^\r\n]*+(?:\r\n|\n|\r)(?:[ \t][^\r\n]*+(?:\r\n|\n|\r))*)*)
        content-(?:type|transfer-encoding|disposition)[ \t]*+:)""",
    re.IGNORECASE | re.VERBOSE,
)


class Block(Struct, frozen=True):
    """A header block in one reading.

    Args:
        fields: what is no field has the name "".
        body: where the body starts.
        code: what is read otherwise than the RFC has it, "" if nothing.
        regular: every octet is as it has to be.
        cut: it was over its limit.
    """

    fields: tuple[Field, ...]
    body: int
    code: str = ""
    regular: bool = False
    cut: bool = False


def style_of(octets: bytes) -> Style:
    """By the first line's end."""
    end = octets.find(b"\n")
    return LF if end >= 0 and octets[end - 1 : end] != b"\r" else CRLF


def plain_block(octets: bytes, start: int, end: int, limit: int, by: Style) -> Block:
    """The header as the RFC has it."""
    stop, body = plain_end(octets, start, end, by)
    cut = stop - start > limit
    stop = min(stop, start + limit)
    found = by.field.findall(octets, start, stop)
    if sum([len(raw) for raw, _ in found]) == stop - start and not cut:
        return Block(tuple([Field(name.decode(), raw) for raw, name in found]), body, regular=True)
    fields, more = fields_of(octets[start:stop], by.next_field)
    return Block(fields, body, cut=cut or more)


def plain_end(octets: bytes, start: int, end: int, by: Style) -> tuple[int, int]:
    """Where its last field ends, and where the body starts."""
    width = len(by.end)
    if octets.startswith(by.end, start, end):
        return start, start + width
    empty = octets.find(by.end * 2, start, end)
    return (end, end) if empty < 0 else (empty + width, empty + 2 * width)


def other_blocks(octets: bytes, start: int, end: int, plain: Block, limit: int) -> tuple[Block, ...]:
    """What other programs take for the header, each end once."""
    window = octets[start : min(end, start + limit)]
    found = {plain.body: plain}
    for code, stop, body in other_ends(window, min(plain.body, end) - start):
        if start + body not in found:
            fields, more = fields_of(window[:stop], ANY_NEXT_FIELD)
            found[start + body] = Block(fields, start + body, code, cut=more)
    others = list(found.values())[1:]
    loose, more = fields_of(window[: plain.body - start], ANY_NEXT_FIELD)
    if loose != plain.fields:
        others.append(Block(loose, plain.body, "line-end", cut=more))
    return tuple(others)


def other_ends(window: bytes, before: int) -> tuple[tuple[str, int, int], ...]:
    """What shows each end, where the fields end there, and where the body starts."""
    found = []
    if (match := LINE_BREAK.match(window)) is not None:
        found.append(("line-end", 0, match.end()))
    for code, pattern in (("line-end", EMPTY_LINE), ("blank-line", BLANK_LINE)):
        if (match := pattern.search(window)) is not None:
            found.append((code, match.start() + 1, match.end()))
    for pattern in (NO_FIELD, NO_COLON):
        if (match := pattern.search(window, 0, before)) is not None:
            found.append(("no-field", match.start(), match.start()))
            found.append(("no-field", match.start(), match.end()))
    return tuple(found)


def goes_on(octets: bytes, plain: Block, end: int) -> re.Match[bytes] | None:
    """Whether fields stand behind the header; they begin with the match's group."""
    return (LATE_FIELD if plain.fields else LATE_HEADER).match(octets, plain.body, end)


def continued(octets: bytes, end: int, plain: Block, limit: int) -> tuple[Block, ...]:
    """The header with the fields behind its empty line."""
    first = goes_on(octets, plain, end)
    if first is None:
        return ()
    begin = first.start(1)
    window = octets[begin : min(end, begin + limit)]
    match = BLANK_LINE.search(window)
    stop, body = (match.start() + 1, match.end()) if match else (len(window), len(window))
    fields, more = fields_of(window[:stop], ANY_NEXT_FIELD)
    return (
        Block(plain.fields + fields, begin + body, "late-field", cut=more),
        Block(fields, begin + body, "late-field", cut=more),
    )


def fields_of(block: bytes, line_end: re.Pattern[bytes]) -> tuple[tuple[Field, ...], bool]:
    """Field by field, and whether there are too many."""
    fields: list[Field] = []
    position = 0
    while position < len(block):
        if len(fields) == FIELDS_LIMIT:
            return tuple(fields), True
        match = line_end.search(block, position)
        stop = match.end() if match else len(block)
        raw = block[position:stop]
        if raw.strip(b"\r\n"):
            fields.append(Field(name_of(raw), raw))
        position = stop
    return tuple(fields), False


def name_of(raw: bytes) -> str:
    """What stands before the colon, blanks behind it removed; "" if there is none, or no name before it."""
    before, colon, _ = raw.partition(b":")
    if not colon or b"\n" in before or b"\r" in before or before[:1] in (b" ", b"\t"):
        return ""
    return before.rstrip(b" \t").decode("latin-1")
