"""Is this a mailbox (RFC 5321 §4.1.2), as files and command lines give it, without angle brackets?"""

from gatepost.model.address import Address
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain
from gatepost.syntax.local_part import local_part, quoted_end

PATH_LIMIT = 256  # octets, angle brackets included (RFC 5321 §4.5.3.1.3)
MAILBOX_LIMIT = PATH_LIMIT - 2


def address(text: str) -> Address:
    """The mailbox; `BadSyntax` if it is none.

    Its end is where the grammar says, so that an `@` within quotes splits nothing.
    """
    if octets(text) > MAILBOX_LIMIT:
        raise BadSyntax("address longer than 256 octets")
    at = quoted_end(text) if text[:1] == '"' else text.find("@")
    if text[at : at + 1] != "@":
        raise BadSyntax("characters after a quoted local part" if text[:1] == '"' else "no domain")
    mailbox = Address(local_part(text[:at]), domain(text[at + 1 :]))
    if not text.isascii() and octets(str(mailbox)) > MAILBOX_LIMIT:  # as it will be said to the next host
        raise BadSyntax("address longer than 256 octets")
    return mailbox


def octets(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="replace"))
