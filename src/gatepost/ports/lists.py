"""Lists that operators keep in files: networks, addresses, domains, names."""

from enum import Enum
from typing import Protocol

from gatepost.model.address import Address
from gatepost.model.stage import IPAddress


class BadList(ValueError):
    """A list cannot be read; the message names file, line, entry and what would be right."""


class Entries(Enum):
    """What a list may hold, so that an entry of another sort is a mistake and not a list that never matches."""

    NETWORKS = "networks"  # `192.0.2.0/24`, `2001:db8::/32`, one address
    ADDRESSES = "addresses"  # `ann@example.net`, `@example.net`, `@.example.net` (with subdomains), `<>`
    NAMES = "names"  # `host.example.net`, `.example.net` (with all below it), `[192.0.2.1]`
    ANY = "any"


class AccessList(Protocol):
    """One list, in settings or in a file that is read again when it changes; never waits."""

    def has_network(self, ip: IPAddress) -> str | None:
        """The entry that covers the address, None if none does."""

    def has_address(self, address: Address | None) -> str | None:
        """The entry that names it: the whole address, `@domain`, `@.domain` with subdomains, or `<>`."""

    def has_name(self, name: str) -> str | None:
        """The entry equal to a host name, or `.domain` that is it or above it; case does not matter."""


class Lists(Protocol):
    """All lists of the configuration."""

    def open(self, entries: tuple[str, ...], path: str | None, takes: Entries = Entries.ANY) -> AccessList:
        """Entries given inline and, where `path` is given, those of that file; all of the sort it `takes`.

        Raises:
            BadList: an entry that is none, or a file that is missing or cannot be read.
        """
