"""How is a held message shown to a person? Everything in it was written by strangers and goes through `printable`."""

from collections.abc import Iterator, Sequence

import msgspec

from gatepost.cli.dmarc_tables import aligned
from gatepost.cli.terminal import Json, printable, styled
from gatepost.cli.trace_view import WIDTH, cut, moment, wrapped
from gatepost.mime.charset import text_of
from gatepost.mime.decode import decodings
from gatepost.mime.reader import read
from gatepost.model.address import text as address_text
from gatepost.ports.quarantine import Fate, Held, Release, ReleaseEnd
from gatepost.syntax.encoded_words import decoded
from gatepost.syntax.header import HEADER_LIMIT, read_header, unstuffed

COLUMNS = ("id", "time", "from", "to", "octets", "rule", "subject")
FIELDS, PARTS = 200, 100  # that are shown
TEXT_LIMIT = 1024 * 1024  # octets of the body that are looked at
COLOURS = {Fate.HELD: "yellow", Fate.RELEASED: "green", Fate.DELETED: "red", Fate.EXPIRED: "dim"}


def table(found: Sequence[Held]) -> str:
    """A line for each copy."""
    return aligned(COLUMNS, [row(held) for held in found], numbers=(4,))


def row(held: Held) -> tuple[str, ...]:
    sender, subject = address_text(held.sender) or "<>", decoded(held.subject)[0]
    return (held.id, moment(held.since), sender, str(held.recipient), f"{held.size:,}", held.rule, subject)


def as_json(held: Held) -> dict[str, Json]:
    """For programs; texts as people read them."""
    plain: dict[str, Json] = msgspec.to_builtins(held)
    names = [name for name in Held.__struct_fields__ if name != "ours"]
    return {name: plain.get(name, msgspec.to_builtins(getattr(held, name))) for name in names} | {
        "sender": address_text(held.sender), "recipient": str(held.recipient),
        "author": decoded(held.author)[0], "subject": decoded(held.subject)[0],
    }  # fmt: skip


def whole(held: Held, copies: Sequence[Held]) -> str:
    """All that is known of it beside its octets."""
    return "\n".join(lines_of(held, copies))


def lines_of(held: Held, copies: Sequence[Held]) -> Iterator[str]:
    fate = styled(held.fate.value.upper(), COLOURS[held.fate], "bold")
    because = f", because {' and '.join(held.because)} was found" if held.because else ""
    yield f"{fate}  {held.id}  {moment(held.since)}"
    yield from wrapped(f"By the rule {held.rule}{because}", WIDTH, "")
    yield from wrapped(f"From {address_text(held.sender) or '<>'} to {held.recipient}, {held.size:,} octets", WIDTH, "")
    yield from wrapped(f"Transaction {held.transaction}: gatepost explain {held.transaction}", WIDTH, "")
    if held.decided:
        to = f" to {held.to}" if held.to else ""
        by = f" by {held.by}" if held.by else ""
        yield from wrapped(f"{held.fate.value.capitalize()}{to}{by}, {moment(held.decided)}", WIDTH, "")
    others = [copy for copy in copies if copy.id != held.id]
    if others:
        yield "Also for"
        for copy in others[:20]:
            yield f"  {copy.id}  {copy.fate.value:<8}  {cut(str(copy.recipient), WIDTH - 30)}"
        if len(others) > 20:
            yield f"  … and {len(others) - 20} more"


def contents(octets: Iterator[bytes], lines: int) -> str:
    """Header, parts and texts as a person may see them; nothing of it is interpreted but its encoding."""
    start = bytearray()
    for chunk in octets:  # all of it: what was changed or cut is seen only at its end
        start += chunk[: HEADER_LIMIT + TEXT_LIMIT - len(start)]
    fields, _, _ = read_header(bytes(start))
    shown = ["", styled("Header", "bold")]
    shown += [f"  {printable(line)}" for field in fields[:FIELDS] for line in field_lines(field.raw)]
    return "\n".join((*shown, *parts(unstuffed(bytes(start)), lines)))


def parts(octets: bytes, lines: int) -> Iterator[str]:
    """What a mail program that goes by the RFCs would open, one after the other; of texts their first lines."""
    view = read(octets)
    for part in [part for part in view.parts if not (part.reading or part.holds_parts)][:PARTS]:
        named = f", {part.names[0]}" if part.names else ""
        title = f"Part {part.path or '1'}  {part.media_type}{named}, {part.end - part.start:,} octets as sent"
        yield f"\n{styled(cut(title, WIDTH), 'bold')}"
        if not part.media_type.startswith("text/"):
            continue
        text = text_of(decodings(octets, part)[0].octets, part.charset).splitlines()
        yield from (f"  {printable(line.expandtabs(4))}" for line in text[:lines])
        if len(text) > lines:
            yield "  … --raw has all of it"
        lines = max(0, lines - len(text))
    if view.ambiguities:
        codes = ", ".join(dict.fromkeys(found.code for found in view.ambiguities))
        yield from ("", *wrapped(f"Mail programs may read it otherwise: {codes}.", WIDTH, ""))


def field_lines(raw: bytes) -> list[str]:
    said = decoded(unstuffed(raw).decode("utf-8", "replace"))[0]
    return [line.expandtabs(4) for line in said.removesuffix("\r\n").split("\r\n")]


def raw(octets: Iterator[bytes]) -> bytes:
    """The message as it is without the transport's dots; read to its end before any of it is written."""
    return unstuffed(b"".join(octets))


SAID = {
    ReleaseEnd.RELEASED: "released to {to} ({said})",
    ReleaseEnd.UNMARKED: "delivered to {to}, but that could not be written down; released again it comes twice: {said}",
    ReleaseEnd.REFUSED: "not released: {said}",
    ReleaseEnd.LATER: "not released, try again: {said}",
}


def told(each: Release) -> str:
    held = each.held
    if each.end is ReleaseEnd.ALREADY:
        to = f" to {held.to}" if held.to else ""
        return printable(f"{held.id} is {held.fate.value} already{to}, since {moment(held.decided)}, by {held.by}")
    return printable(f"{held.id} {SAID[each.end].format(to=held.to or held.recipient, said=each.said)}")
