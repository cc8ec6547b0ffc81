"""What do the style sheets of an HTML mail say about which elements (CSS Syntax 3)?

Only rules that a mail program surely applies: selectors of one element, class or id; no condition but the medium.
"""

import re
from collections.abc import Iterator

SHEET_LIMIT = 64 * 1024  # characters of all sheets of one text
STYLE_LIMIT = 4096  # of one element's own
RULES = 2000
NAMES_IN_RULE = 50
RELEVANT = frozenset(
    "display visibility opacity font font-size color background background-color background-image width height "
    "max-width max-height overflow overflow-x overflow-y text-indent left top right bottom margin-left margin-top "
    "clip clip-path transform".split()
)
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\r\n\f]?|(.))", re.DOTALL)
SELECTOR = re.compile(r"[a-z][a-z0-9]{0,20}|(?:[a-z][a-z0-9]{0,20})?[.#][\w-]{1,60}")
UNCONDITIONAL = re.compile(r"@media\s+(?:only\s+)?(?:all|screen)\s*\Z")
BRACE = re.compile(r"[{}]")

Declarations = dict[str, str]


def declarations(text: str) -> Declarations:
    """Of one `style` or one rule: what matters to whether something is seen, in lower case; the last counts."""
    text = unescaped(text[:STYLE_LIMIT]).lower()
    found = {}
    for part in text.split(";"):
        name, colon, value = part.partition(":")
        name = name.strip()
        if colon and name in RELEVANT:
            found[name] = value.partition("!")[0].strip()
    return found


def unescaped(text: str) -> str:
    """Without comments and escapes, which are for hiding only."""
    if "/*" in text:
        text = COMMENT.sub("", text)
    return ESCAPE.sub(escaped, text) if "\\" in text else text


def escaped(found: re.Match[str]) -> str:
    if found[2] is not None:
        return found[2]
    code = int(found[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def rules(sheet: str) -> dict[str, Declarations]:
    """By selector: `p`, `.name`, `p.name`, `#name`; class and id names as written, in lower case."""
    found: dict[str, Declarations] = {}
    for number, (selectors, body) in enumerate(blocks(COMMENT.sub(" ", sheet[:SHEET_LIMIT]))):
        if number >= RULES:
            break
        names = [
            name for name in map(str.strip, selectors.lower().split(",")[:NAMES_IN_RULE]) if SELECTOR.fullmatch(name)
        ]
        if names and (said := declarations(body)):
            for name in names:
                found[name] = {**found.get(name, {}), **said}
    return found


def blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and body of each rule that holds without a condition."""
    at = 0
    skipped = 0  # braces still to be closed of what does not hold
    selectors = ""
    for brace in BRACE.finditer(sheet):
        before, at = sheet[at : brace.start()], brace.end()
        if brace[0] == "}":
            if selectors and not skipped:
                yield selectors, before
            selectors = ""
            skipped = max(skipped - 1, 0)
            continue
        selectors = before.rpartition(";")[2].strip().removeprefix("<!--").strip()
        if skipped or (selectors.startswith("@") and not UNCONDITIONAL.match(selectors.lower())):
            skipped += 1
