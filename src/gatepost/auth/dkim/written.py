"""How is a field of tags written so that its lines are short (RFC 5322 §2.1.1, RFC 6376 §3.2, §3.5)?"""

import base64
from collections.abc import Iterable, Iterator

LINE = 78  # characters without CRLF (RFC 5322 §2.1.1)
FOLD = "\r\n\t"
PIECE = 72  # characters of base64 on a line


def field_of(name: str, tags: Iterable[tuple[str, str]]) -> str:
    """The field with an empty `b=` as its last tag, without CRLF at its end: `with_signature` completes it.

    Only the list of names in `h=` may be longer than a line; it is folded at its colons.
    """
    text, column = f"{name}:", len(name) + 1
    for glue, word in words(tags):
        if column + len(glue) + len(word) > LINE:
            text, column = text + FOLD + word, 1 + len(word)
        else:
            text, column = text + glue + word, column + len(glue) + len(word)
    return text + FOLD + "b="


def words(tags: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What must stay on one line, and what goes before it where the line is not folded."""
    for name, value in tags:
        first, *rest = value.split(":") if name == "h" else [value]
        parts = [f"{name}={first}", *rest]
        yield from [
            (" " if place == 0 else "", part + (";" if place == len(rest) else ":")) for place, part in enumerate(parts)
        ]


def with_signature(field: str, value: bytes) -> bytes:
    """The field with its `b=` filled in, complete."""
    text = base64.b64encode(value).decode()
    return (field + FOLD.join(text[at : at + PIECE] for at in range(0, len(text), PIECE)) + "\r\n").encode()
