"""What does an HTML text show, what does it hide, and where does it lead?

The tokenizer of turbohtml reads it as browsers do; which elements are open is kept in `html_stack`. All is linear:
tokens once, what is nested (a frame's own document, what only Outlook or a program without scripts shows) once more.
"""

from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct
from turbohtml import Token, TokenType, tokenize

from gatepost.adapters.inspection.encoded.html_stack import Stack
from gatepost.adapters.inspection.encoded.html_tags import (
    BREAKS,
    CELLS,
    IMAGE,
    LEADS,
    SUBMIT,
    UNREAD,
    UNSEEN,
    VOID,
    first_source,
    refresh_url,
)
from gatepost.adapters.inspection.encoded.style_sheets import (
    STYLE_LIMIT,
    Declarations,
    declarations,
    rules,
)
from gatepost.adapters.inspection.encoded.urls import URL_LIMIT

START, END, TEXT, COMMENT = TokenType.START_TAG, TokenType.END_TAG, TokenType.TEXT, TokenType.COMMENT
NESTED = 2  # documents within each other that are read
SHOWN_LIMIT = 200  # characters of what a link shows
FOUND_LIMIT = 2000  # URLs of one text
ATTRIBUTES = 100  # of one element
HIDING = {"display": "none"}
LOOKS = ("style", "bgcolor", "color", "text", "background")
OWN_INK = {"font": "color", "body": "text"}  # attributes for the colour of letters
CLASSES = 20  # of one element
NOTHING: Declarations = {}

Attributes = dict[str, str]


class Found(Struct, frozen=True):
    """A URL as it stands in the text.

    Args:
        url: as written.
        shown: what is seen instead, "" if nothing is.
        traits: what the element says of it: `image`, `form`, `refresh`, `hidden`.
    """

    url: str
    shown: str = ""
    traits: tuple[str, ...] = ()


class Anchor(Struct, frozen=True):
    """A link that is open: its URL, where what it shows begins, and whether it is seen."""

    url: str
    start: int
    is_seen: bool


class Reader:
    """Reads one HTML text. Owned by who makes it; afterwards `seen`, `hidden` and `found` hold pieces of it."""

    def __init__(self) -> None:
        self.stack = Stack()
        self.seen: list[str] = []
        self.hidden: list[str] = []
        self.found: list[Found] = []
        self.base = ""
        self.anchor: Anchor | None = None
        self.raw = ""  # the element whose text is no markup
        self.outlook = False  # within what only Outlook shows
        self.depth = 0
        self.rules: dict[str, Declarations] = {}
        self.known: dict[tuple[str, ...], Declarations] = {}

    def read(self, html: str) -> None:
        """All of it. Never raises."""
        tokens = list(tokenize(html))
        if "<style" in html.lower():
            self.rules.update(rules(sheets(tokens)))
            self.known.clear()
        for token in tokens:
            kind = token.type
            if kind is TEXT:
                self.text(token.data or "")
            elif kind is START:
                self.start(token.tag or "", token.attrs or ())
            elif kind is END:
                self.end(token.tag or "")
            elif kind is COMMENT:
                self.comment(token.data or "")
        self.end_anchor()

    def nested(self, html: str, stack: Stack) -> None:
        """A document within this one. A link around it goes on after it."""
        if self.depth < NESTED:
            around = self.anchor, self.stack, self.raw
            self.anchor, self.stack, self.raw = None, stack, ""
            self.depth += 1
            self.read(html)
            self.depth -= 1
            self.anchor, self.stack, self.raw = around

    def text(self, data: str) -> None:
        if self.raw == "noscript":
            self.nested(data, self.stack)
        elif not self.raw:
            if self.stack.going_on:
                self.stack.go_on()
            data = data.replace("\n", " ")
            (self.seen if self.stack.look.is_seen and not self.outlook else self.hidden).append(data)

    def comment(self, data: str) -> None:
        """What only Outlook shows stands in a comment."""
        if data.startswith("[if") and "]>" in data:
            outlook, self.outlook = self.outlook, True
            self.nested(data.partition("]>")[2].rpartition("<!")[0], Stack())
            self.outlook = outlook

    def start(self, tag: str, attributes: Iterable[tuple[str, str]]) -> None:
        named: Attributes = {}
        for name, value in attributes:
            if name not in named and len(named) < ATTRIBUTES:
                named[name] = value or ""
        self.space(tag)
        if tag in VOID:
            said = self.said(tag, named) if named else NOTHING
            self.void(tag, named, said)
        else:
            said = self.said(tag, named) if named or self.rules or tag in UNSEEN else NOTHING
            self.stack.start(tag, said)
            self.raw = tag if tag in UNREAD or tag == "noscript" else ""
        if named:
            self.urls(tag, named)

    def space(self, tag: str) -> None:
        if tag in BREAKS:
            self.seen.append("\n")
            self.hidden.append("\n")
        elif tag in CELLS:
            self.seen.append(" ")
            self.hidden.append(" ")

    def end(self, tag: str) -> None:
        self.raw = ""
        if tag == "a":
            self.end_anchor()
        self.space(tag)
        self.stack.end(tag)

    def void(self, tag: str, named: Attributes, said: Declarations) -> None:
        if tag == "meta" and named.get("http-equiv", "").lower() == "refresh":
            self.add(refresh_url(named.get("content", "")), ("refresh",))
        elif tag == "base":
            self.base = self.base or named.get("href", "")[:URL_LIMIT]
        shown = named.get("alt", "") if tag == "img" else ""
        if tag == "input" and named.get("type", "").lower() in SUBMIT:
            shown = named.get("value", "")
        if shown:
            is_seen = self.stack.look.is_seen and "none" not in said.get("display", "") and not self.outlook
            (self.seen if is_seen else self.hidden).append(f" {shown} ")

    def urls(self, tag: str, named: Attributes) -> None:
        """What the element leads to and loads."""
        if tag == "a":
            self.end_anchor()
            if href := named.get("href") or named.get("xlink:href"):
                look = self.stack.look
                self.anchor = Anchor(href, len(self.seen), look.is_there and look.is_visible)
        for name, traits in LEADS.get(tag, ()):
            if name in named:
                self.add(first_source(named[name]) if name == "srcset" else named[name], traits)
        if "url(" in (style := named.get("style", "")):
            self.add(style.partition("url(")[2].partition(")")[0].strip(" '\""), IMAGE)
        if "srcdoc" in named:
            self.nested(named["srcdoc"], Stack(self.stack.look))

    def add(self, url: str, traits: tuple[str, ...], shown: str = "") -> None:
        if url and len(self.found) < FOUND_LIMIT:
            self.found.append(Found(url, shown, traits))

    def end_anchor(self) -> None:
        anchor, self.anchor = self.anchor, None
        if anchor is None:
            return
        shown = ""
        for piece in self.seen[anchor.start : anchor.start + SHOWN_LIMIT]:
            shown += piece
            if len(shown) > 2 * SHOWN_LIMIT:
                break
        self.add(anchor.url, () if anchor.is_seen else ("hidden",), " ".join(shown.split())[:SHOWN_LIMIT])

    def said(self, tag: str, named: Attributes) -> Declarations:
        """What sheets and its own attributes say of how the element looks."""
        names = (*LOOKS, "class", "id") if self.rules else LOOKS
        its = tag if self.rules or tag in UNSEEN or tag in OWN_INK else ""
        key = (its, "hidden" if "hidden" in named else "", *[named.get(name, "") for name in names])
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = self.found_out(tag, named)
        return known

    def found_out(self, tag: str, named: Attributes) -> Declarations:
        said = legacy(tag, named)
        if self.rules:
            classes = named.get("class", "").lower().split()[:CLASSES]
            names = (tag, *[f".{name}" for name in classes], *[f"{tag}.{name}" for name in classes])
            for name in (*names, f"#{named.get('id', '').lower()}"):
                if name in self.rules:
                    said.update(self.rules[name])
        if style := named.get("style", "")[:STYLE_LIMIT]:
            said.update(declarations(style))
        return said


def legacy(tag: str, named: Attributes) -> Declarations:
    """What attributes from before style sheets say."""
    said = dict(HIDING) if "hidden" in named or tag in UNSEEN else {}
    if ink := named.get(OWN_INK.get(tag, "")):
        said["color"] = ink.lower()
    if ground := named.get("bgcolor"):
        said["background-color"] = ground.lower()
    if "background" in named:
        said["background-image"] = "url()"
    return said


def sheets(tokens: list[Token]) -> str:
    """All style sheets, one after the other."""
    return "\n".join(
        [text.data or "" for start, text in pairwise(tokens) if start.tag == "style" and text.type is TEXT]
    )
