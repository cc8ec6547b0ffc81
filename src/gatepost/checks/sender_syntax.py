"""Is there something odd about the envelope sender, short of a syntax error?

Asked at MAIL. What breaks the grammar of RFC 5321 §4.1.2 never comes this far (501). Here is only evidence: a
sender to whom nobody could answer, because his domain is a single label (§2.3.5 wants it fully qualified), an
address literal, or ends in digits like a mistyped IP address.
"""

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import mail
from gatepost.model.stage import MailStage

SINGLE_LABEL = Kind("sender_syntax.single_label", "The sender's domain has no dot, or there is none.", score=1.0)
LITERAL = Kind("sender_syntax.literal", "The sender's domain is an address literal.", score=1.0)
NUMERIC = Kind("sender_syntax.numeric", "The last label of the sender's domain is a number.", score=1.5)


class Config(CheckSettings):
    """Section `[checks.sender_syntax]`."""


class SenderSyntax(Check[MailStage]):
    """Looks at the sender's domain."""

    spec = Spec(name="sender_syntax", kinds=(SINGLE_LABEL, LITERAL, NUMERIC))
    examples = (
        Example(
            says="A machine sends under its short name.",
            at=mail("root@web7"),
            finds=("sender_syntax.single_label",),
        ),
        Example(says="The domain is an address literal.", at=mail("ann@[192.0.2.1]"), finds=("sender_syntax.literal",)),
        Example(
            says="The domain is an IP address without brackets.",
            at=mail("ann@192.0.2.1"),
            finds=("sender_syntax.numeric",),
        ),
        Example(says="An ordinary sender.", at=mail("ann@example.net"), finds=()),
        Example(says="The null sender has no domain to look at.", at=mail(""), finds=()),
    )

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, at: MailStage) -> Report:
        if at.sender is None:
            return NOTHING_FOUND
        domain = at.sender.domain
        if domain.startswith("["):
            return Report((LITERAL(domain),))
        if domain.rpartition(".")[2].isdigit():
            return Report((NUMERIC(domain),))
        return NOTHING_FOUND if "." in domain else Report((SINGLE_LABEL(domain),))
