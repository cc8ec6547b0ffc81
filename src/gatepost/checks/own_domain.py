"""Does a stranger send in the name of one of our own domains?

Asked of anonymous clients (RFC 5321 §7.1: whoever likes may write any sender). `unless-aligned`, the default, waits for
the message and spares what SPF, DKIM or DMARC prove to be ours: MAIL FROM and From (RFC 5322 §3.6.2) are looked at, and
a mailing list that DMARC makes an exception for is spared too. Without sender authentication there is nothing to go by,
and it finds nothing. `always` is the paper's filter "MAIL FROM: @yourdomain", asked at MAIL: it also refuses your own
mail that comes back through a mailing list, a forwarder or a service that sends in your name, unless it is listed in
`exceptions`.
"""

from enum import Enum

from pydantic import Field

from gatepost.auth.author import Author, Standing
from gatepost.auth.dkim.result import DkimResult, DkimResults, Reason, Result
from gatepost.auth.dmarc.judged import DmarcJudged, authenticated
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.model.address import Address, Domain
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Findings, Kind
from gatepost.model.samples import found, mail, message
from gatepost.model.stage import MailStage, MessageStage
from gatepost.ports.lists import Lists
from gatepost.ports.own_names import OwnNames
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.mailbox_list import Mailbox

CLAIMED = Kind("own_domain.claimed", "A stranger's envelope sender is in one of our own domains.", score=3.0)


class Mode(Enum):
    """When a sender in a domain of ours is evidence."""

    UNLESS_ALIGNED = "unless-aligned"
    ALWAYS = "always"


class Config(CheckSettings):
    """Section `[checks.own_domain]`."""

    mode: Mode = Field(
        Mode.UNLESS_ALIGNED,
        description="unless-aligned: only where neither SPF, DKIM nor DMARC vouches for it; always: whoever says it.",
    )
    exceptions: tuple[str, ...] = Field(
        (),
        description="Who may: addresses and networks of clients, sender addresses, `@domain`, `@.domain`.",
    )
    exceptions_file: str | None = Field(
        None, description="File with further exceptions, one a line, `#` for comments; read again when it changes."
    )


class OwnDomain(Check[MailStage]):
    """Compares the sender's domain with those relayed to."""

    spec = Spec(name="own_domain", kinds=(CLAIMED,))
    examples = (
        Example(
            says="A stranger says to be the director.",
            at=mail("director@example.com"),
            config={"mode": "always"},
            finds=("own_domain.claimed",),
        ),
        Example(
            says="The newsletter service is a listed exception.",
            at=mail("news@example.com", client_ip="192.0.2.99"),
            config={"mode": "always", "exceptions": ("192.0.2.0/24",)},
            finds=(),
        ),
        Example(
            says="One sender address is a listed exception.",
            at=mail("scanner@example.com"),
            config={"mode": "always", "exceptions": ("scanner@example.com",)},
            finds=(),
        ),
        Example(
            says="The client has logged in.",
            at=mail("bob@example.com", user="bob"),
            config={"mode": "always"},
            finds=(),
        ),
        Example(says="The sender is elsewhere.", at=mail("ann@example.net"), config={"mode": "always"}, finds=()),
        Example(says="The default waits for the message.", at=mail("bob@example.com"), finds=()),
    )

    def __init__(self, config: Config, own: OwnNames, lists: Lists) -> None:
        self.config = config
        self.own = own
        self.exceptions = lists.open(config.exceptions, config.exceptions_file)

    def is_idle(self) -> bool:
        return self.config.mode is Mode.UNLESS_ALIGNED

    def __call__(self, at: MailStage) -> Report:
        if at.sender is None or at.user or self.is_idle() or at.sender.domain not in self.own.domains:
            return NOTHING_FOUND
        if self.exceptions.has_network(at.client_ip) or self.exceptions.has_address(at.sender):
            return NOTHING_FOUND
        return Report((CLAIMED(at.sender.domain),))


UNPROVEN = Kind("own_author.unproven", "The message claims one of our own domains, and nothing proves it.", score=3.0)


def after(*values: object) -> Findings:
    """What the checks before it have left: the author is the director, SPF has looked at another domain, and these."""
    director = Mailbox("Director", Address("director", Domain("example.com")))
    return found(values=(Author(Standing.ONE, (director,)), SpfResult(result=Spf.NONE, domain="example.net"), *values))


class OwnAuthor(Check[MessageStage]):
    """Compares MAIL FROM and From with the domains relayed to, and with what is proved."""

    spec = Spec(
        name="own_author", kinds=(UNPROVEN,), after=("author", "spf_relayed", "dkim", "dmarc"), section="own_domain"
    )
    examples = (
        Example(
            says="A stranger's message is from the director, says its From.",
            at=message(so_far=after()),
            finds=("own_author.unproven",),
        ),
        Example(
            says="A service sends for us, and has signed as us.",
            at=message(so_far=after(DkimResults((DkimResult(reason=Reason.VERIFIED, domain="example.com"),)))),
            finds=(),
        ),
        Example(
            says="The client is a listed exception.",
            at=message(so_far=after(), client_ip="192.0.2.99"),
            config={"exceptions": ("192.0.2.0/24",)},
            finds=(),
        ),
        Example(says="The author is elsewhere.", at=message(), finds=()),
    )

    def __init__(self, config: Config, own: OwnNames, lists: Lists) -> None:
        self.config = config
        self.own = own
        self.exceptions = lists.open(config.exceptions, config.exceptions_file)

    def is_idle(self) -> bool:
        return self.config.mode is Mode.ALWAYS

    def __call__(self, at: MessageStage) -> Report:
        spf, dkim = at.so_far.value(SpfResult), at.so_far.value(DkimResults)
        if at.user or self.is_idle() or (spf is None and dkim is None):
            return NOTHING_FOUND
        proved = authenticated(spf, dkim)
        unproven = [domain for domain in self.claimed(at) if not any(is_aligned(domain, other) for other in proved)]
        if not unproven or self.is_excepted(at):
            return NOTHING_FOUND
        if is_undecided(spf, dkim):
            raise Unavailable("no answer to what might prove it")
        return Report((UNPROVEN(", ".join(unproven)),))

    def claimed(self, at: MessageStage) -> list[str]:
        """Our own domains that the message says to come from, each once."""
        author, judged = at.so_far.value(Author), at.so_far.value(DmarcJudged)
        named: list[str] = [] if at.sender is None else [at.sender.domain]
        if author is not None and not (judged is not None and (judged.passes or judged.overrides)):
            named += author.domains
        return [domain for domain in dict.fromkeys(named) if domain in self.own.domains]

    def is_excepted(self, at: MessageStage) -> bool:
        if self.exceptions.has_network(at.client_ip):
            return True
        author = at.so_far.value(Author)
        senders = [at.sender, *(mailbox.address for mailbox in (author.mailboxes if author is not None else ()))]
        return any([sender is not None and self.exceptions.has_address(sender) is not None for sender in senders])


def is_aligned(domain: str, other: str) -> bool:
    """The same, or one below the other: within a domain of ours all are ours."""
    return domain == other or domain.endswith(f".{other}") or other.endswith(f".{domain}")


def is_undecided(spf: SpfResult | None, dkim: DkimResults | None) -> bool:
    unanswered = [each for each in dkim.items if each.result is Result.TEMPERROR] if dkim is not None else []
    return bool(unanswered) or (spf is not None and spf.result is Spf.TEMPERROR)
