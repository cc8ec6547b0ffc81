"""What was read from a field that names mailboxes, and what is wrong with it?"""

from enum import Enum

from msgspec import Struct

from gatepost.model.address import Address


class Defect(Enum):
    """One thing wrong with a list of mailboxes, or only odd. Which it is, `EVIDENCE` and `AMBIGUITIES` say."""

    # Odd, and read by everybody alike; real mail has them.
    BARE_WORDS = "a comma in an unquoted display name"
    EMPTY_ITEM = "a comma with no mailbox beside it"
    ROUTE = "a source route"
    UNQUOTED = "an unquoted @ or bracket in a display name"
    EIGHT_BIT = "octets that are not UTF-8"
    UNREAD_WORD = "an encoded word that cannot be read"
    SPECIALS_IN_WORD = "an encoded word with punctuation that must not be in it"
    CONTROL = "a control character in a display name"
    DIRECTION = "a mark of direction in a display name"
    NO_WIDTH = "characters without width in a display name"

    # Readers disagree about which mailbox this is.
    GROUP = "a group"
    OTHER_ADDRESS = "an unquoted address before another"
    SPACE_IN_ADDRESS = "blanks within an address"
    COMMENT_IN_ADDRESS = "a comment within an address"
    WORD_IN_ADDRESS = "an encoded word within an address"
    ADDRESS_IN_WORD = "an encoded word that may be read as part of a list"
    NUL = "a NUL"
    LINE_BREAK = "a line break in a display name"

    # No list of mailboxes.
    NO_ADDRESS = "no address"
    BAD_ADDRESS = "a malformed address"
    TEXT_AFTER_ADDRESS = "text after an address"
    BAD_CHARACTER = "a character that is nowhere allowed"
    UNCLOSED = "a quote, comment, bracket or angle that is not closed"
    TOO_DEEP = "comments too deep within each other"
    TOO_LONG = "too long"
    TOO_MANY = "too many mailboxes"


EVIDENCE = frozenset((
    Defect.BARE_WORDS, Defect.EMPTY_ITEM, Defect.ROUTE, Defect.UNQUOTED, Defect.EIGHT_BIT, Defect.UNREAD_WORD,
    Defect.SPECIALS_IN_WORD, Defect.CONTROL, Defect.DIRECTION, Defect.NO_WIDTH,
))  # fmt: skip
AMBIGUITIES = frozenset((
    Defect.GROUP, Defect.OTHER_ADDRESS, Defect.SPACE_IN_ADDRESS, Defect.COMMENT_IN_ADDRESS, Defect.WORD_IN_ADDRESS,
    Defect.ADDRESS_IN_WORD, Defect.NUL, Defect.LINE_BREAK,
))  # fmt: skip


class Mailbox(Struct, frozen=True):
    """One mailbox with the name beside it.

    Args:
        name: as a mail program shows it: encoded words read, comments in it, invisible characters out; "" for none.
    """

    name: str
    address: Address


class MailboxList(Struct, frozen=True):
    """What a field says.

    Args:
        mailboxes: in order; those that could be read.
        defects: each once, in the order met.
    """

    mailboxes: tuple[Mailbox, ...]
    defects: tuple[Defect, ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """Readers disagree about it."""
        return not AMBIGUITIES.isdisjoint(self.defects)

    @property
    def is_malformed(self) -> bool:
        """The grammar, obsolete forms included, has no such list."""
        return not EVIDENCE.union(AMBIGUITIES).issuperset(self.defects)

    @property
    def the_one(self) -> Mailbox | None:
        """The mailbox, if it is one, and everybody reads the same."""
        return self.mailboxes[0] if len(self.mailboxes) == 1 and EVIDENCE.issuperset(self.defects) else None
