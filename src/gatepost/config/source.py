"""On which line of the file does a key stand? (TOML 1.0; `tomllib` gives values without places.)

The text has already been read by `tomllib`: the scanner trusts that it is TOML and only looks for keys.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Mapping

from msgspec import Struct

Path = tuple[str | int, ...]
"""A place in the configuration: keys, and numbers for the elements of arrays."""

BARE_END = " \t=.]#"
SCALAR_END = ",]}#\r\n"
BLANK = " \t\r\n"


class Source(Struct, frozen=True):
    """The file that was read.

    Args:
        file: its name as the operator gave it.
        lines: line of every key and array element, counted from 1.
    """

    file: str
    lines: Mapping[Path, int] = {}

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest section around it; 0 if the file says nothing of either."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 0


def read_source(file: str, text: str) -> Source:
    """The places of all keys of `text`, which must be valid TOML."""
    scanner = Scanner(text)
    scanner.document()
    return Source(file, scanner.lines)


class Scanner:
    """Walks over one document once; `lines` is its result."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}  # array of tables → how many so far
        self.line_ends = [i for i, character in enumerate(text) if character == "\n"]

    def note(self, path: Path, at: int) -> None:
        self.lines.setdefault(path, bisect_right(self.line_ends, at - 1) + 1)

    def document(self) -> None:
        section: Path = ()
        self.skip_blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                section = self.header()
            else:
                self.pair(section)
            self.skip_blank()

    def header(self) -> Path:
        """`[a.b]` or `[[a.b]]`; the path of what follows."""
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        keys = self.keys()
        self.at += 2 if is_array else 1
        path: Path = ()
        for i, key in enumerate(keys):
            path = (*path, key)
            self.note(path, start)
            is_last = i == len(keys) - 1
            if is_last and is_array:
                self.tables[path] = self.tables.get(path, -1) + 1
            if path in self.tables:
                path = (*path, self.tables[path])
                self.note(path, start)
        self.lines[path] = bisect_right(self.line_ends, start - 1) + 1  # its own header, not a subsection's before it
        return path

    def pair(self, section: Path) -> None:
        start = self.at
        path = section
        for key in self.keys():
            path = (*path, key)
            self.note(path, start)
        self.at += 1  # =
        self.value(path)

    def keys(self) -> list[str]:
        """Dotted keys, up to what ends them: `=` or `]`."""
        keys: list[str] = []
        while True:
            self.skip_spaces()
            if self.text[self.at] in "\"'":
                keys.append(self.quoted_key())
            else:
                start = self.at
                while self.text[self.at] not in BARE_END:
                    self.at += 1
                keys.append(self.text[start : self.at])
            self.skip_spaces()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def quoted_key(self) -> str:
        start = self.at
        self.skip_string()
        return next(iter(tomllib.loads(f"{self.text[start : self.at]} = 0")))

    def value(self, path: Path) -> None:
        self.skip_blank()
        first = self.text[self.at]
        if first in "\"'":
            self.skip_string()
        elif first == "[":
            self.array(path)
        elif first == "{":
            self.inline_table(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in SCALAR_END:
                self.at += 1

    def array(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self.next_element("]"):
            self.note((*path, number), self.at)
            self.value((*path, number))
            number += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while self.next_element("}"):
            self.pair(path)

    def next_element(self, end: str) -> bool:
        """Go to the next element; False, and behind the bracket, where there is none."""
        self.skip_blank()
        if self.text[self.at] == ",":
            self.at += 1
            self.skip_blank()
        if self.text[self.at] == end:
            self.at += 1
            return False
        return True

    def skip_string(self) -> None:
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            self.at = self.string_end(self.at + 3, quote * 3)
            while self.text.startswith(quote, self.at):  # quotes right before the closing three belong to the string
                self.at += 1
        else:
            self.at = self.string_end(self.at + 1, quote)

    def string_end(self, start: int, quote: str) -> int:
        """Index behind the closing quote; only basic strings have escapes."""
        end = self.text.index(quote, start)
        if quote[0] == '"':
            escape = self.text.find("\\", start, end)
            while escape >= 0:
                start = escape + 2
                if start > end:
                    end = self.text.index(quote, start)
                escape = self.text.find("\\", start, end)
        return end + len(quote)

    def skip_spaces(self) -> None:
        while self.text[self.at] in " \t":
            self.at += 1

    def skip_blank(self) -> None:
        """White space, line ends and comments."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text[self.at] in BLANK:
                self.at += 1
            else:
                return
