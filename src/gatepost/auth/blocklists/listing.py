"""What did a list say of a client or a name, and how is it told?"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from gatepost.auth.blocklists.settings import PLACEHOLDER, DnsblSettings, What
from gatepost.syntax.printable import printable

TOLD_LIMIT = 250  # characters of a refusal


class Hit(Struct, frozen=True, kw_only=True):
    """Somebody is on a list.

    Args:
        list: name of the list.
        what: whose address or domain it is.
        listed: the address or domain that is on it.
        answers: what it answered, as text.
        points: below 0 for an allow list.
        reason: "" where nobody says.
        is_allowing: the list vouches for those on it.
        exempt: and so much that no block list counts.
        text: what he is told, with placeholders.
    """

    list: str
    what: What
    listed: str
    answers: str
    points: float
    reason: str = ""
    is_allowing: bool = False
    exempt: bool = False
    text: str = ""

    @property
    def detail(self) -> str:
        """For a trace."""
        said = f"{self.listed} on {self.list}: {self.answers}"
        return f"{said} ({self.reason})" if self.reason else said


class NoAnswer(Struct, frozen=True):
    """A list counts for nothing just now: `why` follows its name.

    Args:
        is_fault: it answers, and cannot be believed.
    """

    list: str
    why: str
    is_fault: bool = False

    def __str__(self) -> str:
        return f"{self.list} {self.why}"


class Listings(Struct, frozen=True):
    """All that lists have said against, and for, the one who sends."""

    hits: tuple[Hit, ...]


def is_enough(hits: Sequence[Hit], settings: DnsblSettings) -> bool:
    """To refuse."""
    return bool(settings.refuse_at) and sum(hit.points for hit in hits) >= settings.refuse_at


def told(hits: Sequence[Hit], client: str) -> str:
    """The text of the hit with most points, its placeholders filled in."""
    worst = max(hits, key=lambda hit: hit.points)
    values = {"client": client, "listed": worst.listed, "list": worst.list, "reason": worst.reason}
    return printable(filled(worst.text, values).strip(), TOLD_LIMIT)


def filled(text: str, values: Mapping[str, str]) -> str:
    """In one go: what is filled in is a stranger's, and may look like a placeholder."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
