"""Who may not send in clear? Client networks and sender domains with which TLS is a contract (RFC 3207 §4).

Asked at MAIL, where the answer to a client that has not said STARTTLS is 530. It is no check: what a listener is
told to demand holds for everybody, in every profile.
"""

from gatepost.gateway.tls_settings import TlsSettings
from gatepost.model.address import Address
from gatepost.model.stage import IPAddress


class TlsDemand:
    """`required`, `required_from` and `required_sender_domains` of one listener."""

    def __init__(self, settings: TlsSettings) -> None:
        listed = settings.required_sender_domains
        self.of_everybody = settings.required
        self.networks = settings.required_from
        self.domains = frozenset(name.removeprefix(".") for name in listed)
        self.parents = frozenset(name[1:] for name in listed if name.startswith("."))

    def holds(self, client: IPAddress, sender: Address | None) -> bool:
        """For this client and sender; the null sender is of no domain."""
        if self.of_everybody or any(
            client in network for network in self.networks if network.version == client.version
        ):
            return True
        return sender is not None and bool(self.domains) and self.lists(sender.domain)

    def lists(self, domain: str) -> bool:
        if domain in self.domains:
            return True
        while "." in domain:  # at most 127 labels (RFC 1035 §2.3.4)
            domain = domain.partition(".")[2]
            if domain in self.parents:
                return True
        return False
