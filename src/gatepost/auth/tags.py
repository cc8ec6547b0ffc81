"""Which tags does a `tag=value; …` list have (RFC 6376 §3.2)? Signatures, keys, seals and policies are such lists."""

import re

from gatepost.syntax.bad_syntax import BadSyntax

TAGS_LIMIT = 64  # ours: no list that anything defines has more than fifteen
WHITE = " \t\r\n"
NAME = re.compile("[A-Za-z][A-Za-z0-9_]*+")
CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])  # without tab, CR and LF


class BadTags(BadSyntax):
    """The octets are no tag list: nothing in them counts."""


def read_tags(octets: bytes, *, most: int = TAGS_LIMIT) -> dict[str, str]:
    """Values by name, in order. Names are case-sensitive; values lose outer white space and keep inner, folds too.

    An unknown tag is for the caller to pass over. A name that comes twice spoils the whole list, as does an empty
    place between two semicolons; one semicolon may stand at the end. Values may hold UTF-8 (RFC 8616 §4).

    Args:
        octets: what follows the field's colon, folded or not, without the final CRLF; or a TXT record.
        most: tags.

    Raises:
        BadTags: the octets are no tag list, or one of more tags.
    """
    octets = octets.strip(b" \t\r\n")
    if len(octets.translate(None, CONTROLS)) != len(octets) or not has_only_folds(octets):
        raise BadTags("control character in tags")
    try:
        text = octets.decode().removesuffix(";")
    except UnicodeDecodeError as error:
        raise BadTags("not UTF-8") from error
    if text.count(";") >= most:
        raise BadTags("too many tags")
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        name = name.strip(WHITE)
        if not (equals and NAME.fullmatch(name)):
            raise BadTags("no tag=value")
        if name in tags:
            raise BadTags(f"tag {name[:8]}= twice")
        tags[name] = value.strip(WHITE)
    return tags


def has_only_folds(octets: bytes) -> bool:
    """Every CR and LF is part of a line end with white space behind it. By counting: it is seven times as quick."""
    folds = octets.count(b"\r\n ") + octets.count(b"\r\n\t")
    return folds == octets.count(b"\r") == octets.count(b"\n")
