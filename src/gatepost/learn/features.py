"""What does this mail look like to the filter?

Features fall in groups, and each group speaks with one voice however much is in it: a thousand words more do not drown
what the sender, the links or the subject say. What is hidden from the reader is a group of its own, so words put there
to look harmless buy nothing in the groups of what is seen.

First everything that can be said is gathered as text (`Sight`), then it is hashed (`features`). Who has to explain a
score asks for the names of the places (`naming`), which costs more and is not kept.
"""

from collections.abc import Sequence
from zlib import crc32

from msgspec import Struct

from gatepost.learn.addresses import (
    Sender,
    first_value,
    identity_features,
    mailer_features,
    reply_features,
    sender_features,
)
from gatepost.learn.folding import folded
from gatepost.learn.hashing import gram_places, places, word_places
from gatepost.learn.links import hosts, link_features
from gatepost.learn.structure import structure_features, writing_features
from gatepost.learn.subject import subject_features
from gatepost.model.inspection import Inspection, Text
from gatepost.model.message import Field
from gatepost.syntax.encoded_words import decoded

GROUPS = ("letters", "words", "subject", "sender", "links", "structure", "hidden", "evidence", "site")
TEXT_LIMIT = 8 * 1024  # characters
TAIL = 4  # one part of so many of these is kept for the end of a long text
SUBJECT_LIMIT = 400  # characters
ENOUGH_WORDS = 20  # of HTML, that the plain text beside it does not matter
SUBJECT_SALT, HIDDEN_SALT, TEXT_SALT = crc32(b"subject"), crc32(b"hidden"), 0

Features = tuple[Sequence[int], ...]
"""Places of each group, each once, in the order of `GROUPS`."""


class Sight(Struct, frozen=True, kw_only=True):
    """A mail as it is looked at.

    Args:
        text, subject, hidden: words, folded.
        named: what else is seen, in groups.
    """

    text: str = ""
    subject: str = ""
    hidden: str = ""
    named: dict[str, tuple[str, ...]] = {}


def sight(fields: tuple[Field, ...], seen: Inspection, evidence: Sequence[str] = (), limit: int = TEXT_LIMIT) -> Sight:
    """Never raises.

    Args:
        fields: the header.
        evidence: codes of findings of other checks.
        limit: characters of text that are read.
    """
    raw_subject = first_value(fields, "subject") or b""
    subject = decoded(raw_subject[: 4 * SUBJECT_LIMIT].decode("utf-8", "replace"))[0][:SUBJECT_LIMIT]
    sender = Sender(first_value(fields, "from"))
    text = visible(seen.texts, limit)
    hidden = "\n".join([one.text[:limit] for one in seen.texts if one.kind == "hidden"])
    return Sight(
        text=folded(text, limit),
        subject=folded(subject, SUBJECT_LIMIT),
        hidden=folded(hidden, limit),
        named={
            "sender": (
                *sender_features(sender),
                *reply_features(sender, first_value(fields, "reply-to")),
                *identity_features(sender, first_value(fields, "message-id")),
                *mailer_features(fields),
            ),
            "links": tuple(link_features(seen.links, sender.owner)),
            "structure": (
                *structure_features(fields, seen),
                *writing_features(text),
                *subject_features(raw_subject, subject),
            ),
            "evidence": tuple(evidence),
            "site": (f"is-from:{sender.owner}", f"is-from:{sender.local}@{sender.domain}", *hosts(seen.links)),
        },
    )


def visible(texts: Sequence[Text], limit: int) -> str:
    """What is read first: the HTML where there is enough of it, the plain text beside it where not."""
    html = [one.text for one in texts if one.kind == "html"]
    plain = [one.text for one in texts if one.kind == "plain"]
    shown = shortened("\n".join(html), limit)
    if len(shown.split(None, ENOUGH_WORDS)) > ENOUGH_WORDS:
        return shown
    return shortened("\n".join((shown, *plain)), limit)


def shortened(text: str, limit: int) -> str:
    """A long text is its beginning and its end: neither can be padded until the other is out of sight."""
    if len(text) <= limit:
        return text
    tail = limit // TAIL
    return f"{text[: limit - tail - 1]}\n{text[-tail:]}"


def features(seen: Sight) -> Features:
    named = seen.named
    return (
        gram_places(seen.text),
        word_places(seen.text, TEXT_SALT),
        word_places(seen.subject, SUBJECT_SALT),
        places(named.get("sender", ())),
        places(named.get("links", ())),
        places(named.get("structure", ())),
        word_places(seen.hidden, HIDDEN_SALT),
        places([f"evidence:{code}" for code in named.get("evidence", ())]),
        places(named.get("site", ())),
    )
