"""Whose message is this, as its reader will be told?

Asked when the whole message is there. RFC 5322 §3.6.2 wants one From field, and a Sender where it names several
mailboxes; DMARC (RFC 9989 §4.2) can protect nothing else. What two programs may read differently is no clear author:
two From fields, an address within an address, text behind one, a NUL, a group (RFC 6854). An unquoted comma in a
display name (`Doe, John <john@example.net>`) and the like are real mail, and only evidence; so is a message in which
nobody is named at all, and a bounce from `MAILER-DAEMON` without a domain.
"""

from gatepost.auth.author import Author, Standing, author
from gatepost.model.check import Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import message
from gatepost.model.stage import MessageStage
from gatepost.syntax.mailbox_list import Defect

MISSING = Kind("author.missing", "The message has no From field, and other fields name somebody.")
NOBODY = Kind("author.nobody", "No field of the message names an author.", score=1.5)
REPEATED = Kind("author.repeated", "The message has more than one From field.")
MALFORMED = Kind("author.malformed", "The From field names no mailbox that the grammar knows.")
AMBIGUOUS = Kind("author.ambiguous", "Readers disagree about the mailbox in From, or it names several and no Sender.")
ODD = Kind("author.odd", "The From field is unusual, but everybody reads it alike.", score=0.5)
UNCLEAR = {
    Standing.MISSING: MISSING,
    Standing.REPEATED: REPEATED,
    Standing.MALFORMED: MALFORMED,
    Standing.AMBIGUOUS: AMBIGUOUS,
}
OTHERS = ("sender", "reply-to", "resent-from", "resent-sender")  # what a mail program may show instead
REST = b"To: bob@example.com\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n"


class Config(CheckSettings):
    """Section `[checks.author]`."""


class AuthorCheck(Check[MessageStage]):
    """Reads the From field strictly; leaves the `Author` for later checks."""

    spec = Spec(name="author", kinds=(MISSING, NOBODY, REPEATED, MALFORMED, AMBIGUOUS, ODD))
    examples = (
        Example(
            says="There is a Sender but no From.",
            at=message(b"Sender: director@example.com\r\n" + REST),
            finds=("author.missing",),
        ),
        Example(says="Nobody is named.", at=message(REST), finds=("author.nobody",)),
        Example(says="A bounce.", at=message(b"From: MAILER-DAEMON\r\n" + REST, sender=""), finds=("author.odd",)),
        Example(
            says="Two From fields: one program shows the first, another the last.",
            at=message(b"From: ann@example.net\r\nFrom: director@example.com\r\n" + REST),
            finds=("author.repeated",),
        ),
        Example(
            says="Text stands behind the address.",
            at=message(b"From: <ann@example.net>director@example.com\r\n" + REST),
            finds=("author.malformed",),
        ),
        Example(
            says="Two mailboxes, and no Sender says who sent it.",
            at=message(b"From: ann@example.net, director@example.com\r\n" + REST),
            finds=("author.ambiguous",),
        ),
        Example(
            says="A comma that should have been quoted.",
            at=message(b"From: Doe, John <john@example.net>\r\n" + REST),
            finds=("author.odd",),
        ),
        Example(says="One mailbox.", at=message(b"From: Ann <ann@example.net>\r\n" + REST), finds=()),
    )

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, at: MessageStage) -> Report:
        found = author(at.message)
        kind = UNCLEAR.get(found.standing) or (ODD if found.defects else None)
        if kind is MISSING and not any([at.message.fields(name) for name in OTHERS]):
            kind = NOBODY
        elif at.sender is None and found.defects == (Defect.NO_ADDRESS,):
            kind = ODD
        if kind is None:
            return Report(value=found)
        return Report((kind(said(found)),), found)


def said(found: Author) -> str:
    """What is wrong, in words of ours: the field itself is a stranger's."""
    return "; ".join([defect.value for defect in found.defects]) or found.standing.value
