"""Is the client's address on one of the operator's lists?

Asked at CONNECT. An allowed client skips the checks of his good name in every later phase; what protects the mail
server (relay control, limits, recipients that do not exist) holds for him too. A denied one is refused in the
greeting (RFC 5321 §3.1). An entry is an address or a network: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. Give
allowed entries for partners, monitoring and your own hosts; addresses cannot be forged in SMTP, names can.
"""

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import AccessSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import connect
from gatepost.model.stage import ConnectStage
from gatepost.ports.lists import Entries, Lists

ALLOWED = Kind("access_client.allowed", "The client's address is on the operator's list of allowed clients.")
DENIED = Kind("access_client.denied", "The client's address is on the operator's list of denied clients.")


class Config(AccessSettings):
    """Section `[checks.access_client]`; entries are addresses and networks."""


class AccessClient(Check[ConnectStage]):
    """Looks the client's address up in both lists."""

    spec = Spec(name="access_client", kinds=(ALLOWED, DENIED))
    examples = (
        Example(
            says="The client is in a denied network.",
            at=connect("192.0.2.99"),
            config={"deny": ("192.0.2.0/24",)},
            finds=("access_client.denied",),
        ),
        Example(
            says="The client is allowed, and that wins over the network denied around him.",
            at=connect("192.0.2.99"),
            config={"allow": ("192.0.2.99",), "deny": ("192.0.2.0/24",)},
            finds=("access_client.allowed",),
        ),
        Example(
            says="A file names the client's IPv6 network.",
            at=connect("2001:db8::99"),
            world={"files": {"denied.txt": ("2001:db8::/32",)}},
            config={"deny_file": "denied.txt"},
            finds=("access_client.denied",),
        ),
        Example(
            says="The client is on neither list.",
            at=connect("192.0.2.99"),
            config={"deny": ("198.51.100.0/24",)},
            finds=(),
        ),
    )

    def __init__(self, config: Config, lists: Lists) -> None:
        self.config = config
        self.allow = lists.open(config.allow, config.allow_file, Entries.NETWORKS)
        self.deny = lists.open(config.deny, config.deny_file, Entries.NETWORKS)

    def is_idle(self) -> bool:
        return self.config.is_empty

    def __call__(self, at: ConnectStage) -> Report:
        if entry := self.allow.has_network(at.client_ip):
            return Report((ALLOWED(entry),))
        if entry := self.deny.has_network(at.client_ip):
            return Report((DENIED(entry),))
        return NOTHING_FOUND
