"""What does a client call itself: is it a domain or an address literal at all (RFC 5321 §4.1.1.1)?

Only the form is judged. A single label, an underscore, a bare IP address or one dot at the end occur
with real senders and are evidence for checks, not errors.
"""

from gatepost.syntax.address_literal import address_literal
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import DOMAIN_LIMIT, require_host_name


def helo_name(text: str) -> str:
    """The name as sent, without a dot at its end (so that none hides an impostor); `BadSyntax` if it is none."""
    if not text:
        raise BadSyntax("no host name")
    if len(text) > DOMAIN_LIMIT:
        raise BadSyntax("host name longer than 255 octets")
    if text[0] == "[":
        address_literal(text)
        return text
    name = text.removesuffix(".")
    require_host_name(name)
    return name
