"""Has the client used up what one connection may carry, or does it announce too large a message?

Asked at MAIL, the only place where session and message limits take effect: never in the middle of a message. The
numbers are those of `[listeners.<name>.limits]`. Too large an announced size (RFC 1870 §6.1) is refused for good
before a single octet of content has come; the other two only end this connection (421), and the client goes on with
the next.
"""

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.limits import Limits
from gatepost.model.samples import mail
from gatepost.model.stage import MailStage

MESSAGES = Kind("session_limits.messages", "The connection has carried as many messages as it may.")
OCTETS = Kind("session_limits.octets", "The messages of the connection together are as large as they may be.")
SIZE = Kind("session_limits.declared_size", "The message is announced larger than the listener takes.")


class Config(CheckSettings):
    """Section `[checks.session_limits]`."""


class SessionLimits(Check[MailStage]):
    """Compares what the connection has carried with the listener's limits."""

    spec = Spec(name="session_limits", kinds=(MESSAGES, OCTETS, SIZE), hard=True)
    examples = (
        Example(
            says="A 21st message is begun where 20 are allowed.",
            at=mail(messages_before=20),
            finds=("session_limits.messages",),
        ),
        Example(
            says="The connection has carried 200 MiB.",
            at=mail(octets_before=200 * 1024 * 1024),
            finds=("session_limits.octets",),
        ),
        Example(
            says="What is announced would go over the connection's limit.",
            at=mail(limits=Limits(session_size=1000), octets_before=600, declared_size=500),
            finds=("session_limits.octets",),
        ),
        Example(
            says="A message of 36 MiB is announced where 35 are allowed.",
            at=mail(declared_size=36 * 1024 * 1024),
            finds=("session_limits.declared_size",),
        ),
        Example(says="A first message of no announced size.", at=mail(), finds=()),
        Example(
            says="A first message larger than a connection may carry is not cut off for ever.",
            at=mail(limits=Limits(session_size=1000), declared_size=2000),
            finds=(),
        ),
    )

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, at: MailStage) -> Report:
        limits = at.limits
        declared = at.declared_size or 0
        found: list[Finding] = []
        if declared > limits.message_size:
            found.append(SIZE(f"{declared} octets, {limits.message_size} are allowed"))
        if at.messages_before >= limits.messages_per_connection:
            found.append(MESSAGES(f"{limits.messages_per_connection} messages"))
        if at.octets_before and at.octets_before + declared >= limits.session_size:
            found.append(OCTETS(f"{at.octets_before} octets, {limits.session_size} are allowed"))
        return Report(tuple(found)) if found else NOTHING_FOUND
