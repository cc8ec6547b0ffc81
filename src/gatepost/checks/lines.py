"""Are the lines of the message longer, or its octets wider, than was agreed?

Asked of the whole message. RFC 5321 §4.5.3.1.6 allows 1,000 octets a line and RFC 6152 §2 wants BODY=8BITMIME
announced before octets over 127. Real senders break both; the octets pass unchanged, since refolding would break
signatures (PROTO-25, PROTO-26), and this is only evidence.
"""

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.samples import message
from gatepost.model.stage import MessageStage

TOO_LONG = Kind("lines.too_long", "A line of the message is longer than 1,000 octets.", score=0.5)
EIGHT_BIT = Kind("lines.eight_bit", "The message has octets over 127 and 8BITMIME was not announced.", score=0.5)
LONGEST = 1000  # octets, CRLF included (RFC 5321 §4.5.3.1.6)


class Config(CheckSettings):
    """Section `[checks.lines]`."""


class Lines(Check[MessageStage]):
    """Reads what was measured while the content came."""

    spec = Spec(name="lines", kinds=(TOO_LONG, EIGHT_BIT))
    examples = (
        Example(says="An ordinary message.", at=message(), finds=()),
        Example(
            says="HTML without a line break.",
            at=message(body=b"<p>" * 2000 + b"\r\n"),
            finds=("lines.too_long",),
        ),
        Example(
            says="Raw UTF-8 in the body, not announced.",
            at=message(body="Grüße\r\n".encode()),
            finds=("lines.eight_bit",),
        ),
        Example(
            says="Raw UTF-8 in the body, announced.",
            at=message(body="Grüße\r\n".encode(), body_type="8BITMIME"),
            finds=(),
        ),
    )

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, at: MessageStage) -> Report:
        found: list[Finding] = []
        if at.message.longest_line > LONGEST:
            found.append(TOO_LONG(f"{at.message.longest_line} octets"))
        if at.message.eight_bit and at.body == "7BIT" and not at.smtputf8:
            found.append(EIGHT_BIT())
        return Report(tuple(found)) if found else NOTHING_FOUND
