"""Who is known without asking? The list of all recipients, kept by the directory's process where `preload` is set.

Only ever a reason to say yes at once: who is not on it is looked up, so a mailbox made a minute ago exists, and
an outage of the directory never turns into "unknown user".
"""

import logging
import threading

from gatepost.adapters.directory_ldap.query import addresses, found
from gatepost.adapters.directory_ldap.servers import Servers
from gatepost.adapters.directory_ldap.session import Complaint, Session
from gatepost.ports.directory import Found
from gatepost.ports.unavailable import Unavailable

log = logging.getLogger("gatepost.directory")

RETRY = 60.0  # seconds after a listing that failed
ENTRY_LIMIT = 2_000_000  # addresses


class Roster:
    """The last complete list. Its own thread makes the next one; others read."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.listed: dict[str, Found] = {}

    def __len__(self) -> int:
        return len(self.listed)

    def get(self, local: str, domain: str) -> Found | None:
        return self.listed.get(f"{local}@{domain}".lower()) if self.listed else None

    def keep_up(self) -> None:
        """In a thread of its own, for as long as the process lives."""
        pause = threading.Event()
        every = self.servers.settings.preload
        while not pause.wait(every if self.refresh() else min(RETRY, every)):
            pass

    def refresh(self) -> bool:
        """A new list in the place of the old one; the old one stays where no complete one can be had."""
        try:
            listed = self.servers.ask(self.listing)
        except Unavailable as error:
            log.warning("the directory's recipients cannot be listed: %s", error)
            return False
        self.listed = listed
        return True

    def listing(self, session: Session) -> dict[str, Found]:
        schema, groups = self.servers.schema, self.servers.settings.groups
        listed: dict[str, Found] = {}
        for entry in session.everybody():
            recipient = found(entry, schema, "", groups)
            for address in addresses(entry, schema):
                listed[address.lower()] = recipient
            if len(listed) > ENTRY_LIMIT:
                raise Complaint(f"more than {ENTRY_LIMIT} recipients")
        return listed
