"""Who exists behind the gateway."""

from typing import Protocol

from msgspec import Struct

from gatepost.model.address import Address


class Found(Struct, frozen=True):
    """One recipient of the directory: his primary address, and his groups where the directory knows.

    Args:
        listed: the directory holds this very address. False where everybody exists ("any"), for a whole
            domain, and for a callout: then a local part that carries a route (`user%other`) is not believed.
    """

    primary: str
    groups: tuple[str, ...] = ()
    listed: bool = False


class Directory(Protocol):
    """One source of recipients."""

    async def find(self, address: Address) -> Found | None:
        """None only if the directory answered that there is no such recipient.

        Raises:
            Unavailable: it did not answer. Never taken for "unknown" (ARCHITECTURE §5 rule 9).
        """


class Directories(Protocol):
    """Which directory answers for which domain; what the `recipient` check asks."""

    def is_ours(self, domain: str) -> bool:
        """A domain the gateway relays to."""

    async def find(self, address: Address) -> Found | None:
        """As `Directory.find`, in the domain's own directory; everybody exists where it is "any"."""
