"""How do the records stand in a zone file (RFC 1035 §5.1)?"""

from collections.abc import Iterable, Iterator

from gatepost.auth.published.line import Line

STRING = 255  # octets of one string of a TXT record (RFC 1035 §3.3)
NO_RECORD = "CERT"


def zone(lines: Iterable[Line]) -> Iterator[str]:
    """A line for each record; a comment for what only its owner can know."""
    for line in lines:
        if line.type == NO_RECORD:
            continue
        for value in line.wanted:
            yield f"{line.name}. IN {line.type} {quoted(value) if line.type == 'TXT' else value}"
        if not line.wanted:
            yield f"; {line.name} IN {line.type}: {line.note or line.why}"


def quoted(text: str) -> str:
    """In strings of 255 octets, which whoever asks joins again."""
    strings = [text[at : at + STRING] for at in range(0, len(text), STRING)] or [""]
    return " ".join('"' + string.replace("\\", "\\\\").replace('"', '\\"') + '"' for string in strings)
