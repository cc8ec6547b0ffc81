"""How is this mail built: parts, types, lengths, what is hidden, how its text is written?"""

from collections.abc import Iterator

from gatepost.learn.folding import mixed_words
from gatepost.learn.shapes import share, steps
from gatepost.model.inspection import FileClass, Inspection, Item
from gatepost.model.message import Field
from gatepost.syntax.field_text import plain_value

TEXT_LIMIT = 8 * 1024  # characters whose writing is looked at
MOST = 20  # items that are looked at
ORDINARY = ("text/", "multipart/")
QUOTE = ">"
CODE = "{}[];=<>_|\\#"
PRICE = "$€£¥%"
SCRIPTS = ((0x0400, 0x0530, "cyrillic"), (0x0590, 0x0780, "semitic"), (0x0900, 0x1000, "indic"),
           (0x1100, 0x1200, "korean"), (0x3040, 0x3100, "japanese"), (0x4E00, 0xA000, "chinese"),
           (0xAC00, 0xD800, "korean"), (0x0370, 0x0400, "greek"), (0x00C0, 0x0250, "latin"),
           (0x1F300, 0x1FB00, "picture"), (0x2600, 0x2800, "picture"))  # fmt: skip
SAMPLE = 512  # characters beyond ASCII whose script is looked at


def structure_features(fields: tuple[Field, ...], seen: Inspection) -> Iterator[str]:
    lengths = {"plain": 0, "html": 0, "hidden": 0}
    for text in seen.texts:
        lengths[text.kind] = lengths.get(text.kind, 0) + len(text.text)
    plain, html, hidden = lengths["plain"], lengths["html"], lengths["hidden"]
    kinds = "".join(kind[0] for kind, length in (("plain", plain), ("Html", html)) if length)
    yield f"texts:{kinds}"
    yield f"plain:{steps(plain)}"
    yield f"html:{steps(html)}"
    yield f"hidden:{share(hidden, plain + html + hidden)}"
    if plain and html:
        yield f"plain-of-both:{share(plain, plain + html)}"
    yield from item_features(seen)
    yield from content_type_features(fields)
    for one in seen.ambiguities[:MOST]:
        yield f"odd:{one.code}"
    for name in seen.over:
        yield f"over:{name}"


def item_features(seen: Inspection) -> Iterator[str]:
    others = [item for item in seen.items if item.names or not said_type(item).startswith(ORDINARY)]
    yield f"items:{steps(len(others))}"
    for item in others[:MOST]:
        yield f"item:{said_type(item)}"
        yield f"item:size:{said_type(item).partition('/')[0]}:{steps(item.size) // 2}"
        for one in item.classes:
            if one is not FileClass.UNKNOWN:
                yield f"item:{one.value}"
        for trait in item.traits:
            yield f"item:trait:{trait.code}"
        for name in item.names[:1]:
            yield f"item:name:{name.rpartition('.')[2].lower()[:8]}"


def said_type(item: Item) -> str:
    return item.media_type or item.declared


def content_type_features(fields: tuple[Field, ...]) -> Iterator[str]:
    """Of the message itself: type and character set, and the encoding."""
    names = {field.name.lower() for field in fields}
    for name in ("mime-version", "content-type", "message-id", "date", "subject", "from", "to"):
        if name not in names:
            yield f"no:{name}"
    for field in fields:
        match field.name.lower():
            case "content-type":
                value = plain_value(field)[:200].decode("ascii", "replace").lower()
                yield f"type:{value.partition(';')[0].strip()[:40]}"
                if "charset=" in value:
                    yield f"charset:{value.partition('charset=')[2].strip().split(';')[0].strip(chr(34))[:20]}"
            case "content-transfer-encoding":
                yield f"encoding:{plain_value(field)[:20].decode('ascii', 'replace').lower()}"
            case "x-priority" | "importance" | "x-msmail-priority":
                yield f"{field.name.lower()}:{plain_value(field)[:6].decode('ascii', 'replace').lower()}"


def writing_features(text: str) -> Iterator[str]:
    """How what is seen is written, whatever it says.

    Args:
        text: as it is seen, unfolded.
    """
    text = text[:TEXT_LIMIT]
    words = text.split()
    letters = sum(map(str.isalpha, text)) if not text.isascii() else len(text.encode().translate(None, NO_LETTERS))
    yield f"words:{steps(len(words))}"
    yield f"word-length:{share(len(words), max(1, len(text)))}:{min(20, letters // max(1, len(words)))}"
    yield f"capitals:{share(sum(map(str.isupper, words)), len(words))}"
    yield f"digits:{share(sum(map(text.count, '0123456789')), len(text))}"
    yield f"code:{share(sum(map(text.count, CODE)), len(text))}"
    for mark in "!?":
        yield f"mark{mark}:{steps(text.count(mark))}"
    yield f"prices:{steps(sum(map(text.count, PRICE)))}"
    lines = text.split("\n")
    yield f"quoted:{share(sum(line.startswith(QUOTE) for line in lines), len(lines))}"
    yield f"mixed:{steps(mixed_words(text))}"
    yield from script_features(text)


NO_LETTERS = bytes(octet for octet in range(256) if not bytes((octet,)).isalpha())


def script_features(text: str) -> Iterator[str]:
    if text.isascii():
        yield "script:ascii"
        return
    beyond = [ord(character) for character in text if character > "\x7f"]
    yield f"beyond-ascii:{share(len(beyond), len(text))}"
    found: dict[str, int] = {}
    for code in beyond[:SAMPLE]:
        name = next((name for low, high, name in SCRIPTS if low <= code < high), "other")
        found[name] = found.get(name, 0) + 1
    for name, count in found.items():
        yield f"script:{name}:{share(count, min(len(beyond), SAMPLE)) // 3}"
