"""Of which words does a structured field consist (RFC 5322 §3.2, RFC 6532 §3.2)?

Cuts at what the grammar names; gives no meaning. Linear: no expression goes back over what it has read; comments are
counted, not recursed into.
"""

import re
from enum import Enum

from msgspec import Struct

from gatepost.syntax.mailbox_list import Defect

DEEPEST_COMMENT = 16  # ours; real comments have none within them


class Kind(Enum):
    """What a token is."""

    ATOM = "atom"
    QUOTED = "quoted string"
    WORD = "encoded word"
    COMMENT = "comment"
    LITERAL = "domain literal"
    SPECIAL = "special"


class Token(Struct, frozen=True):
    """One of them.

    Args:
        text: as sent, quotes, brackets and parentheses included.
        spaced: a blank stands before it.
    """

    kind: Kind
    text: str
    spaced: bool


# An encoded word is taken whole even with punctuation in it, as senders write it and mail programs show it; not with
# angle brackets, quotes or backslashes, where the structure goes first.
TOKEN = re.compile(
    r"""([ \t]*+)(?:
        (=\?[\w.:+*-]{1,60}\?[BbQq]\?[^?<>"\\ \t\x00-\x1f\x7f]*+\?=)
      | ([^\x00-\x20()<>\[\]:;@\\,."\x7f]++)
      | ("[^"\\]*+(?>(?:\\.[^"\\]*+)*)")
      | ([<>:;@,.])
      | (\[[^\[\]\\]*+\])
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
KINDS = (None, None, Kind.WORD, Kind.ATOM, Kind.QUOTED, Kind.SPECIAL, Kind.LITERAL)  # by number of the group
BLANKS = re.compile(r"[ \t]*+")
PLAIN_COMMENT = re.compile(r"[^()\\]*+(?>(?:\\.[^()\\]*+)*)", re.DOTALL)
QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


def tokens(text: str) -> tuple[list[Token], Defect | None]:
    """All tokens, or those before the first thing that is none, and what that is."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is not None:
            number = match.lastindex or 0
            found.append(Token(KINDS[number] or Kind.ATOM, match[number], match.end(1) > at))
            at = match.end()
            continue
        start = spaces_end(text, at)
        if start == len(text):
            break
        end, defect = comment_end(text, start) if text[start] == "(" else (start, wrong(text[start]))
        if defect is not None:
            return found, defect
        found.append(Token(Kind.COMMENT, text[start:end], start > at))
        at = end
    return found, None


def spaces_end(text: str, at: int) -> int:
    match = BLANKS.match(text, at)
    return match.end() if match is not None else at


def wrong(character: str) -> Defect:
    return Defect.UNCLOSED if character in '"[' else Defect.BAD_CHARACTER


def comment_end(text: str, start: int) -> tuple[int, Defect | None]:
    """The index after the comment that starts here."""
    depth, at = 1, start + 1
    while depth:
        match = PLAIN_COMMENT.match(text, at)
        at = match.end() if match is not None else at
        if at >= len(text) or text[at] == "\\":  # nothing follows the backslash
            return at, Defect.UNCLOSED
        depth += 1 if text[at] == "(" else -1
        if depth > DEEPEST_COMMENT:
            return at, Defect.TOO_DEEP
        at += 1
    return at, None


def meant(token: Token) -> str:
    """What a token says: quotes and backslashes taken off a quoted string, backslashes off a comment."""
    if token.kind is Kind.QUOTED:
        return unescaped(token.text[1:-1])
    return unescaped(token.text) if token.kind is Kind.COMMENT else token.text


def unescaped(text: str) -> str:
    return QUOTED_PAIR.sub(r"\1", text) if "\\" in text else text
