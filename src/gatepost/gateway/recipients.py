"""Which directory answers for which domain, and who exists in spite of it (RFC 5321 §4.5.1, RFC 5233)?

`postmaster` exists at every domain of ours, and without a domain. Where a domain has sub-addressing, `user+tag`
is `user` unless it is listed itself. A quoted local part that needs no quotes is looked up without them.
"""

from collections.abc import Mapping

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.ports.directory import Directory, Found
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.local_part import require_dot_string, unquoted

POSTMASTER = "postmaster"


class DomainRecipients(Struct, frozen=True):
    """Who exists in one domain.

    Args:
        directory: None = everybody ("any").
        delimiter: of sub-addressing; "" = none.
    """

    directory: Directory | None
    delimiter: str = ""


class Recipients:
    """The `Directories` of a configuration."""

    def __init__(self, domains: Mapping[str, DomainRecipients]) -> None:
        """`domains`: by lower-case A-label."""
        self.domains = dict(domains)

    def is_ours(self, domain: str) -> bool:
        return domain in self.domains

    async def find(self, address: Address) -> Found | None:
        if address.local[:1] == '"':
            address = Address(plain(address.local), address.domain)
        domain = self.domains.get(address.domain)
        if len(address.local) == len(POSTMASTER) and address.local.lower() == POSTMASTER:
            return Found(str(address)) if domain is not None or not address.domain else None
        if domain is None:  # not ours, so nobody of ours
            return None
        if domain.directory is None:
            return Found(str(address))
        found = await domain.directory.find(address)
        if found is None and domain.delimiter and domain.delimiter in address.local:
            return await find_owner(domain.directory, address, domain.delimiter)
        return found


async def find_owner(directory: Directory, address: Address, delimiter: str) -> Found | None:
    """Of a sub-address: who is in front of the first delimiter."""
    owner = address.local.partition(delimiter)[0]
    if not owner or owner[0] == '"':
        return None
    found = await directory.find(Address(owner, address.domain))
    return None if found is None else Found(found.primary, found.groups)  # the very address is not listed


def plain(local: str) -> str:
    """A quoted local part in its shortest spelling: without quotes, or without needless backslashes."""
    inside = unquoted(local)
    try:
        require_dot_string(inside or ".")
    except BadSyntax:
        escaped = inside.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return inside
