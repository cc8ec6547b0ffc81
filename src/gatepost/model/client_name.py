"""Under which names is the client known to the DNS?"""

from msgspec import Struct


class ClientName(Struct, frozen=True):
    """What reverse DNS says of the client's address.

    Args:
        confirmed: names of the address that have it as an address of their own (RFC 8601 §2.7.3), lower-case.
    """

    confirmed: tuple[str, ...] = ()


class HeloName(Struct, frozen=True):
    """What the DNS says of the name in HELO.

    Args:
        name: lower-case.
        is_clients: one of its addresses is the client's.
    """

    name: str
    is_clients: bool
