"""How many recipients does the directory list? Asked by `gatepost check`, in whatever process that runs."""

from msgspec import Struct

from gatepost.adapters.directory_ldap.roster import Roster
from gatepost.adapters.directory_ldap.servers import Servers
from gatepost.adapters.directory_ldap.settings import LdapSettings
from gatepost.ports.clock import Clock


class Survey(Struct, frozen=True):
    """Args:
    addresses: all addresses of all recipients.
    recipients: with a different primary address.
    """

    addresses: int
    recipients: int


def survey(settings: LdapSettings, clock: Clock) -> Survey:
    """Waits; raises `Unavailable` as look-ups would, OSError or ValueError for the files the settings name."""
    listed = Servers(settings, clock)
    roster = listed.ask(Roster(listed).listing)
    return Survey(len(roster), len({recipient.primary.lower() for recipient in roster.values()}))
