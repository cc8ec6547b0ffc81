"""Which lines of a message look like a delimiter or a field of a part where nothing declares one?

Asked for many ranges of one message, some within others: in a large message all such lines are sought once.
"""

import re
from bisect import bisect_left
from itertools import islice

SMALL = 16 * 1024  # octets: so few are looked through each time
LINES_LIMIT = 10_000  # ours: what stands behind so many such lines is looked through each time
BOUNDARIES_LIMIT = 4  # ours: different boundaries of one range that are followed
FIELD = r"[ \t]*+content-(?:type|transfer-encoding|disposition)[ \t]*+:"
# A delimiter is told by the field that follows it.
DELIMITER = rf"[ \t]*+--([^\r\n]{{1,200}})(?:\r\n|\n|\r)[\r\n]*+{FIELD}"
FIRST_FIELD = re.compile(FIELD.encode(), re.IGNORECASE)
FIRST_DELIMITER = re.compile(DELIMITER.encode(), re.IGNORECASE)
FIELDS = re.compile(rf"[\r\n](?={FIELD})".encode(), re.IGNORECASE)
DELIMITERS = re.compile(rf"[\r\n]{DELIMITER}".encode(), re.IGNORECASE)


class Lines:
    """Matches of one pattern, in order; filled when first asked."""

    def __init__(self, octets: bytes, pattern: re.Pattern[bytes]) -> None:
        self.octets = octets
        self.pattern = pattern
        self.lowered = b""
        self.found: list[re.Match[bytes]] | None = None
        self.places: list[int] = []

    def first(self, start: int, end: int) -> re.Match[bytes] | None:
        """The first one that lies in the range."""
        if end - start < SMALL:
            return self.pattern.search(self.octets, start, end)
        if not self.lowered:
            self.lowered = self.octets.lower()
        if self.lowered.find(b"content-", start, end) < 0:  # costs much less than the search for whole lines
            return None
        if self.found is None:
            self.found = list(islice(self.pattern.finditer(self.octets), LINES_LIMIT))
            self.places = [match.start() for match in self.found]
        at = bisect_left(self.places, start)
        if at == LINES_LIMIT:
            return self.pattern.search(self.octets, start, end)
        match = self.found[at] if at < len(self.places) else None
        return match if match is not None and match.end() <= end else None


class Strays:
    """Those of one message. Owned by one walk."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.fields = Lines(octets, FIELDS)
        self.delimiters = Lines(octets, DELIMITERS)

    def field(self, start: int, end: int) -> int:
        """Where the first line with a field starts, -1 if there is none."""
        if FIRST_FIELD.match(self.octets, start, end):
            return start
        match = self.fields.first(start, end)
        return match.end() if match else -1

    def boundaries(self, start: int, end: int) -> tuple[bytes, ...]:
        """Of lines that look like delimiters; each once."""
        if self.octets.find(b"--", start, end) < 0:
            return ()
        match = FIRST_DELIMITER.match(self.octets, start, end) or self.delimiters.first(start, end)
        found: dict[bytes, None] = {}
        for _ in range(LINES_LIMIT):
            if match is None or len(found) == BOUNDARIES_LIMIT:
                break
            found[match[1].rstrip(b" \t")] = None
            match = self.delimiters.first(match.end(), end)
        return tuple(found)
