"""Whose message is this, as its reader will be told: which mailbox is its one clear author?

RFC 5322 §3.6.2 wants one From field, and a Sender where it names several mailboxes; RFC 9989 §4.2 can protect nothing
else. Whatever two programs may read differently is not one author (RFC 9989 §11.5), however well it is meant.
"""

from enum import Enum

from msgspec import Struct

from gatepost.model.address import Domain
from gatepost.model.message import Message
from gatepost.syntax.mailbox_list import Defect, Mailbox
from gatepost.syntax.mailboxes import read_field

AUTHORS_LIMIT = 5  # ours: each of their domains costs a policy lookup (RFC 9989 §11.5)


class Standing(Enum):
    """How clear it is who the author is."""

    ONE = "one mailbox"
    SEVERAL = "several mailboxes, and a Sender"
    MISSING = "no From field"
    REPEATED = "more than one From field"
    AMBIGUOUS = "readers disagree about the mailbox"
    MALFORMED = "the From field is malformed"


class Author(Struct, frozen=True):
    """What the From fields say.

    Args:
        mailboxes: one for ONE, two to `AUTHORS_LIMIT` for SEVERAL; else those that could be read, trusted by nobody.
        defects: of the From field; with ONE and SEVERAL they are oddities only.
    """

    standing: Standing
    mailboxes: tuple[Mailbox, ...] = ()
    defects: tuple[Defect, ...] = ()

    @property
    def is_clear(self) -> bool:
        """All agree who wrote it."""
        return self.standing in (Standing.ONE, Standing.SEVERAL)

    @property
    def domains(self) -> tuple[Domain, ...]:
        """Each domain for which DMARC has to hold, in order; () if the author is not clear."""
        if not self.is_clear:
            return ()
        return tuple(dict.fromkeys([mailbox.address.domain for mailbox in self.mailboxes]))


def author(message: Message) -> Author:
    """The author of a message. Never raises."""
    fields = message.fields("from")
    if len(fields) != 1:
        return Author(Standing.REPEATED if fields else Standing.MISSING)
    found = read_field(fields[0], most=AUTHORS_LIMIT)
    if found.is_malformed:
        standing = Standing.MALFORMED
    elif found.is_ambiguous:
        standing = Standing.AMBIGUOUS
    elif len(found.mailboxes) == 1:
        standing = Standing.ONE
    else:
        standing = Standing.SEVERAL if has_one_sender(message) else Standing.AMBIGUOUS
    return Author(standing, found.mailboxes, found.defects)


def has_one_sender(message: Message) -> bool:
    fields = message.fields("sender")
    return len(fields) == 1 and read_field(fields[0]).the_one is not None
