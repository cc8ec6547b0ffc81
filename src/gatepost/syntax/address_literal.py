"""Is this an address literal, such as `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3)?"""

from ipaddress import AddressValueError, IPv4Address, IPv6Address

from gatepost.syntax.bad_syntax import BadSyntax

LITERAL_LIMIT = 53  # characters: brackets, tag, and the longest IPv6 address, IPv4 tail included
TAG = "IPv6:"
GROUPS_BESIDE_GAP = 6  # "::" stands for two groups or more (RFC 5321 §4.1.3)


def address_literal(text: str) -> str:
    """The literal in its one canonical spelling; `BadSyntax` if it is none.

    General literals (`[tag:...]`) are refused: no tag has ever been registered.
    """
    if len(text) > LITERAL_LIMIT or not (text.startswith("[") and text.endswith("]")):
        raise BadSyntax("bad address literal")
    inside = text[1:-1]
    try:
        if inside[: len(TAG)].upper() == TAG.upper():
            return f"[{TAG}{ipv6(inside[len(TAG) :])}]"
        return f"[{IPv4Address(inside)}]"
    except AddressValueError as error:
        raise BadSyntax("bad address literal") from error


def ipv6(text: str) -> IPv6Address:
    if "%" in text:  # a scope, which only its own host understands
        raise BadSyntax("bad address literal")
    ip = IPv6Address(text)
    if "::" in text:
        groups = sum(2 if "." in group else 1 for group in text.split(":") if group)
        if groups > GROUPS_BESIDE_GAP:
            raise BadSyntax("bad address literal")
    return ip
