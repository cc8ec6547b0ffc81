"""Is the message's header as RFC 5322 wants it?

Asked of the whole message. RFC 5322 §3.6 wants Date, and most fields at most once (for From see `author`); §2.2 wants
ASCII, unless the client has announced SMTPUTF8 (RFC 6532, PROTO-26). Real senders break each of these, so all of it is
evidence with few points and the octets pass unchanged. Only a NUL is refused: no reader agrees with another on what
comes after it (RFC 5321 §2.3.8).
"""

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.message import Message
from gatepost.model.samples import PLAIN_HEADER, message
from gatepost.model.stage import MessageStage

NUL = Kind("header.nul", "The header contains a NUL octet.", score=5.0)
MALFORMED = Kind("header.malformed", "The header block has lines that are no fields, or is cut off.", score=1.0)
NO_DATE = Kind("header.no_date", "There is no Date field.", score=0.5)
DUPLICATE = Kind("header.duplicate", "A field that may occur once occurs more often.", score=1.5)
EIGHT_BIT = Kind("header.eight_bit", "The header has octets over 127 and SMTPUTF8 was not announced.", score=0.5)

SINGLE = frozenset("date from sender reply-to to cc bcc message-id in-reply-to references subject".split())
"""Fields that RFC 5322 §3.6 allows once."""

NUL_DEFECT = "nul"  # as `gatepost.syntax.header` names it
DETAIL_LIMIT = 200  # characters


class Config(CheckSettings):
    """Section `[checks.header]`."""


class Header(Check[MessageStage]):
    """Looks at the header's form, not at what it says."""

    spec = Spec(name="header", kinds=(NUL, MALFORMED, NO_DATE, DUPLICATE, EIGHT_BIT))
    examples = (
        Example(says="An ordinary message.", at=message(), finds=()),
        Example(
            says="A NUL stands in the subject.",
            at=message(malformed=("nul",)),
            finds=("header.nul",),
        ),
        Example(
            says="A line of the header is no field.",
            at=message(malformed=("no-colon",)),
            finds=("header.malformed",),
        ),
        Example(
            says="There is no Date.",
            at=message(b"Subject: Hello\r\n"),
            finds=("header.no_date",),
        ),
        Example(
            says="Two From fields: which one is shown?",
            at=message(PLAIN_HEADER + b"FROM: Eve <eve@example.org>\r\n"),
            finds=("header.duplicate",),
        ),
        Example(
            says="A subject in raw UTF-8.",
            at=message(PLAIN_HEADER + "X-Note: grün\r\n".encode()),
            finds=("header.eight_bit",),
        ),
        Example(
            says="The same, announced by SMTPUTF8.",
            at=message(PLAIN_HEADER + "X-Note: grün\r\n".encode(), smtputf8=True),
            finds=(),
        ),
    )

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, at: MessageStage) -> Report:
        found = octets_found(at.message, at.smtputf8) + fields_found(at.message)
        return Report(found) if found else NOTHING_FOUND


def octets_found(whole: Message, smtputf8: bool) -> tuple[Finding, ...]:
    found: list[Finding] = []
    if whole.malformed:
        if NUL_DEFECT in whole.malformed:
            found.append(NUL())
        if others := [defect for defect in whole.malformed if defect != NUL_DEFECT]:
            found.append(MALFORMED("; ".join(others)[:DETAIL_LIMIT]))
    if whole.eight_bit and not smtputf8:
        eight = next((field.name for field in whole.header if not field.raw.isascii()), None)
        if eight is not None:
            found.append(EIGHT_BIT(eight[:DETAIL_LIMIT]))
    return tuple(found)


def fields_found(whole: Message) -> tuple[Finding, ...]:
    found: list[Finding] = []
    every = [field.name.lower() for field in whole.header]
    names = set(every)
    if "date" not in names:
        found.append(NO_DATE())
    if len(names) < len(every) and (several := sorted(n for n in SINGLE if every.count(n) > 1)):
        found.append(DUPLICATE(", ".join(several)))
    return tuple(found)
