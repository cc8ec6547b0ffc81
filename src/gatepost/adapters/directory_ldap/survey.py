"""How many recipients does the directory list? Asked by `gatepost check`, in whatever process that runs."""

from msgspec import Struct

from gatepost.adapters.directory_ldap.query import addresses
from gatepost.adapters.directory_ldap.servers import Servers
from gatepost.adapters.directory_ldap.session import Session
from gatepost.adapters.directory_ldap.settings import LdapSettings
from gatepost.ports.clock import Clock


class Survey(Struct, frozen=True):
    """Args:
    addresses: of all recipients; who has none of his own (an account found by its uid) counts as one.
    recipients: entries that the directory lists.
    """

    addresses: int
    recipients: int


def survey(settings: LdapSettings, clock: Clock) -> Survey:
    """Waits; raises `Unavailable` as look-ups would, OSError or ValueError for the files the settings name."""
    servers = Servers(settings, clock)

    def count(session: Session) -> Survey:
        seen: set[str] = set()
        recipients = without = 0
        for entry in session.everybody():
            own = [address.lower() for address in addresses(entry, servers.schema)]
            seen.update(own)
            recipients += 1
            without += not own
        return Survey(len(seen) + without, recipients)

    return servers.ask(count)
