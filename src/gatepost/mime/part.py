"""One part of a message, in one reading of it."""

from msgspec import Struct

from gatepost.model.inspection import Ambiguity
from gatepost.model.message import Field


class Limits(Struct, frozen=True, kw_only=True):
    """What a message may hold; beyond it the view is cut there and says so.

    Args:
        header: octets of one part's header block.
        parts: parts of all readings together.
        depth: multiparts and messages within each other.
        parameters: of one field.
        readings: of the whole message that are followed.
    """

    header: int = 256 * 1024
    parts: int = 1000
    depth: int = 20
    parameters: int = 200
    readings: int = 16


class Part(Struct, frozen=True, kw_only=True):
    """Where a part is and what it claims to be.

    Args:
        path: numbers as in IMAP (RFC 9051 §6.4.5): "1", "2.1"; "" for the message itself; `2.TEXT` is never used.
        reading: in which reading it is there, "" = as the RFCs say.
        header: its own header fields; of the message for the root.
        start, end: octets of its body in what was read.
        media_type: lower-case, of this reading; "text/plain" where none is declared (RFC 2045 §5.2).
        declared: as written in Content-Type, lower-case, "" if there is none.
        charset: lower-case, "" if none.
        encoding: Content-Transfer-Encoding of this reading, lower-case, "" if none.
        names: every name that a client could show, the likeliest first.
        is_attachment: by Content-Disposition.
        holds_parts: it was split: its parts follow. Its body is not content of its own.
    """

    path: str
    reading: str = ""
    header: tuple[Field, ...] = ()
    start: int = 0
    end: int = 0
    media_type: str = "text/plain"
    declared: str = ""
    charset: str = ""
    encoding: str = ""
    names: tuple[str, ...] = ()
    is_attachment: bool = False
    holds_parts: bool = False


class View(Struct, frozen=True, kw_only=True):
    """All parts in all readings.

    Args:
        parts: the plain reading's first, in order; then what other readings add or change. A part that is the same
            in two readings (same octets, same encoding, same names) is there once.
        ambiguities: where readings differ, and whether in what they would open.
        over: names of limits that were reached (`header`, `parts`, `depth`, `parameters`, `readings`).
    """

    parts: tuple[Part, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    over: tuple[str, ...] = ()
