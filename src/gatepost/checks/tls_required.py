"""Does mail come in clear where the operator has agreed on TLS?

Asked at MAIL, for listed sender domains and client networks (partners with whom TLS is a contract). RFC 3207 §4
gives 530 for it. A public listener must not require TLS of everybody (same section), so this check has lists and no
switch for all.
"""

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import TLS13, mail
from gatepost.model.stage import MailStage
from gatepost.ports.lists import Entries, Lists

SENDER = Kind("tls_required.sender", "Mail of this sender must come over TLS and does not.")
CLIENT = Kind("tls_required.client", "This client must use TLS and does not.")


class Config(CheckSettings):
    """Section `[checks.tls_required]`."""

    senders: tuple[str, ...] = Field(
        (), description="Senders whose mail must come over TLS: addresses, `@domain`, `@.domain`."
    )
    senders_file: str | None = Field(
        None, description="File with further senders, one a line, `#` for comments; read again when it changes."
    )
    clients: tuple[str, ...] = Field((), description="Clients that must use TLS: addresses and networks.")
    clients_file: str | None = Field(
        None, description="File with further clients, one a line, `#` for comments; read again when it changes."
    )


class TlsRequired(Check[MailStage]):
    """Looks sender and client up where there is no TLS."""

    spec = Spec(name="tls_required", kinds=(SENDER, CLIENT))
    examples = (
        Example(
            says="A partner's mail comes in clear.",
            at=mail("ann@partner.example"),
            config={"senders": ("@partner.example",)},
            finds=("tls_required.sender",),
        ),
        Example(
            says="A listed client speaks in clear.",
            at=mail(client_ip="192.0.2.99"),
            config={"clients": ("192.0.2.0/24",)},
            finds=("tls_required.client",),
        ),
        Example(
            says="The partner's mail comes over TLS.",
            at=mail("ann@partner.example", tls=TLS13),
            config={"senders": ("@partner.example",)},
            finds=(),
        ),
        Example(says="Nobody is listed.", at=mail("ann@partner.example"), finds=()),
    )

    def __init__(self, config: Config, lists: Lists) -> None:
        self.config = config
        self.senders = lists.open(config.senders, config.senders_file, Entries.ADDRESSES)
        self.clients = lists.open(config.clients, config.clients_file, Entries.NETWORKS)

    def is_idle(self) -> bool:
        c = self.config
        return not (c.senders or c.senders_file or c.clients or c.clients_file)

    def __call__(self, at: MailStage) -> Report:
        if at.tls is not None:
            return NOTHING_FOUND
        if entry := self.senders.has_address(at.sender):
            return Report((SENDER(entry),))
        if entry := self.clients.has_network(at.client_ip):
            return Report((CLIENT(entry),))
        return NOTHING_FOUND
