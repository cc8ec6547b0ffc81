"""Whose authentication results does a field claim to hold, and what does it say (RFC 8601 §2.2, §5)?

`claims` is for taking forgeries out: it says yes if any reader, a sloppy one too, might. `read_results` is for
believing a field, and takes the grammar only.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from gatepost.auth.results import MethodResult, Property
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain
from gatepost.syntax.mail_tokens import comment_end, unescaped

ID_LIMIT = 4096  # characters, ours: who needs more until its id is over hides it
FIELD_LIMIT = 16 * 1024  # octets, ours
RESULTS_LIMIT = 100  # ours
PROPERTIES_LIMIT = 50  # of one result, ours
BLANKS = re.compile(r"[ \t\r\n]*+")
KEYWORD = re.compile(r"[A-Za-z0-9][\w-]*+", re.ASCII)
NUMBER = re.compile(r"[0-9]++", re.ASCII)
QUOTED = re.compile(r'"([^"\\]*+(?>(?:\\.[^"\\]*+)*))"', re.DOTALL)
BARE = re.compile(r"""[^\x00-\x20\x7f;()"\\]++""")


class AuthenticationResults(Struct, frozen=True):
    """One field. `results` is () for `none`."""

    authserv_id: str
    results: tuple[MethodResult, ...]


def claims(value: bytes, authserv_id: str) -> bool:
    """Whether somebody might take these for results of `authserv_id`. Never raises.

    Comments, quotes, backslashes, blanks, a version, a final dot, upper case and U-labels hide nothing.

    Args:
        value: of an Authentication-Results field, unfolded and unstuffed (`syntax.field_text`).
    """
    ours = authserv_id.lower().rstrip(".")
    for charset in ("utf-8", "latin-1"):
        outside, is_over = before_results(value[:ID_LIMIT].decode(charset, "replace"))
        if not is_over and len(value) > ID_LIMIT:
            return True
        if any([spelled(reading) == ours for reading in readings(outside)]):
            return True
        if value.isascii():
            break
    return False


def before_results(text: str) -> tuple[str, bool]:
    """What stands before the first semicolon without comments and backslashes, and whether there is one."""
    said: list[str] = []
    depth, is_quoted, at = 0, False, 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
            character = text[at : at + 1].strip('\\"') if not depth else ""
        elif depth or (character == "(" and not is_quoted):
            depth += {"(": 1, ")": -1}.get(character, 0)
            character = " "
        elif character == '"':
            is_quoted = not is_quoted
        elif character == ";" and not is_quoted:
            return "".join(said), True
        said.append(character)
        at += 1
    return "".join(said), False


def readings(text: str) -> Iterator[str]:
    """The first word, the first to who knows no quotes, and all that is not blank, with and without a version."""
    for plain in {text.replace('"', ""), text.replace('"', " ")}:
        words = plain.split()
        yield from words[:1]
        yield from plain.split(";")[0].split("(")[0].split()[:1]
        yield "".join(words)
        if words and words[-1].isdigit():
            yield "".join(words[:-1])


def spelled(name: str) -> str:
    name = name.lower().rstrip(".")
    if name.isascii():
        return name
    try:
        return domain(name)
    except BadSyntax:
        return name


def read_results(value: bytes) -> AuthenticationResults:
    """What the field says.

    Args:
        value: of the field, unfolded or not.

    Raises:
        BadSyntax: not by the grammar of RFC 8601 §2.2, or too much of it.
    """
    if len(value) > FIELD_LIMIT:
        raise BadSyntax("field too long")
    return Reading(value.decode("utf-8", "replace")).field()


class Reading:
    """One field while it is read; owned by `read_results`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.comments: list[str] = []

    def field(self) -> AuthenticationResults:
        authserv_id = self.value()
        if not authserv_id:
            raise BadSyntax("nobody's results")
        self.skip()
        if NUMBER.match(self.text, self.at):
            self.word(NUMBER)  # there is only one version
        results: list[MethodResult] = []
        while not self.is_over():
            self.expect(";")
            if self.is_over():
                break  # many end with a semicolon
            if len(results) == RESULTS_LIMIT:
                raise BadSyntax("too many results")
            results.append(self.result())
        if [result.method for result in results] == ["none"]:
            results = []
        return AuthenticationResults(authserv_id, tuple(results))

    def result(self) -> MethodResult:
        """`method[/version]=result [reason=…] [type.property=value …]`; or `none`, given back as a method."""
        self.comments = []
        method = self.word(KEYWORD).lower()
        if self.took("/"):
            self.word(NUMBER)
        if method == "none" and (self.is_over() or self.text[self.at] == ";"):
            return MethodResult("none", "")
        self.expect("=")
        result = self.word(KEYWORD).lower()
        reason = ""
        properties: list[Property] = []
        while not self.is_over() and self.text[self.at] != ";":
            kind = self.word(KEYWORD).lower()
            if kind == "reason" and self.took("="):
                reason = self.value()
                continue
            self.expect(".")
            name = self.word(KEYWORD).lower()
            self.expect("=")
            properties.append(Property(kind, name, self.value()))
            if len(properties) > PROPERTIES_LIMIT:
                raise BadSyntax("too many properties")
        return MethodResult(method, result, reason, tuple(properties), " ".join(self.comments))

    def skip(self) -> None:
        """Past blanks and comments; the latter are kept."""
        while True:
            match = BLANKS.match(self.text, self.at)
            self.at = match.end() if match is not None else self.at
            if self.text[self.at : self.at + 1] != "(":
                return
            end, defect = comment_end(self.text, self.at)
            if defect is not None:
                raise BadSyntax(defect.value)
            self.comments.append(unescaped(self.text[self.at + 1 : end - 1]).strip())
            self.at = end

    def is_over(self) -> bool:
        self.skip()
        return self.at == len(self.text)

    def took(self, character: str) -> bool:
        self.skip()
        if self.text[self.at : self.at + 1] != character:
            return False
        self.at += 1
        return True

    def expect(self, character: str) -> None:
        if not self.took(character):
            raise BadSyntax(f"no {character!r} where one must be")

    def word(self, kind: re.Pattern[str]) -> str:
        self.skip()
        match = kind.match(self.text, self.at)
        if match is None:
            raise BadSyntax("no word where one must be")
        self.at = match.end()
        return match[0]

    def value(self) -> str:
        """A token, a quoted string, a domain or a mailbox whose local part may be quoted."""
        self.skip()
        match = QUOTED.match(self.text, self.at)
        if match is None:
            return self.word(BARE)
        self.at = match.end()
        if self.text[self.at : self.at + 1] == "@":
            return match[0] + self.word(BARE)
        return unescaped(match[1])
