"""Commands to a mail server, built from values and from nothing else (RFC 5321 §4.1.1, 1870, 6152, 6531, 3461).

No octet of a client reaches the server as part of a command unless it is part of a value that was parsed.
The builders trust nobody all the same: what could end a line, leave its brackets or grow over a limit is
refused here, once more.
"""

from gatepost.model.address import Address
from gatepost.ports.backend import Envelope, Extensions
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import LABEL_LIMIT
from gatepost.syntax.local_part import LOCAL_LIMIT
from gatepost.syntax.path import COMMON, forward_path

NAME_LIMIT = 255  # octets of the name in EHLO (RFC 5321 §4.5.3.1.2)
ENVID_LIMIT = 100  # octets as xtext (RFC 3461 §4.4)
ORCPT_LIMIT = 600  # octets: an address of 500 as xtext and its type (RFC 3461 §4.2)

DATA = b"DATA\r\n"
RSET = b"RSET\r\n"
QUIT = b"QUIT\r\n"
STARTTLS = b"STARTTLS\r\n"
FINAL_DOT = b".\r\n"

RETURNS = frozenset(("FULL", "HDRS"))
NOTIFICATIONS = frozenset(("SUCCESS", "FAILURE", "DELAY"))


class BadCommand(ValueError):
    """A value that cannot be said in a command: a bug of whoever made the value."""


def ehlo(name: str) -> bytes:
    return b"EHLO " + host_name(name) + b"\r\n"


def helo(name: str) -> bytes:
    return b"HELO " + host_name(name) + b"\r\n"


def mail(envelope: Envelope, offered: Extensions) -> bytes:
    """MAIL with those parameters of the envelope that the server offered to understand; no SIZE for a size of 0."""
    sender = envelope.sender
    said = b"MAIL FROM:<>" if sender is None else b"MAIL FROM:" + path(sender, envelope.smtputf8)
    if offered.size is not None and envelope.size > 0:
        said = b"%b SIZE=%d" % (said, envelope.size)
    if envelope.body == "8BITMIME" and offered.eight_bit_mime:
        said += b" BODY=8BITMIME"
    if envelope.smtputf8 and offered.smtputf8:
        said += b" SMTPUTF8"
    if offered.dsn:
        if envelope.ret:
            said += b" RET=" + one_of(envelope.ret, RETURNS)
        if envelope.envid:
            said += b" ENVID=" + xtext(envelope.envid, ENVID_LIMIT)
    return said + b"\r\n"


def rcpt(envelope: Envelope, index: int, offered: Extensions) -> bytes:
    """RCPT for the recipient at `index`, with its DSN parameters where the server offered DSN."""
    said = b"RCPT TO:" + path(envelope.recipients[index], envelope.smtputf8)
    if not (offered.dsn and (envelope.notify or envelope.orcpt)):
        return said + b"\r\n"
    if notify := envelope.notify[index] if envelope.notify else "":
        said += b" NOTIFY=" + notifications(notify)
    if orcpt := envelope.orcpt[index] if envelope.orcpt else "":
        said += b" ORCPT=" + xtext(orcpt, ORCPT_LIMIT)
    return said + b"\r\n"


def path(address: Address, smtputf8: bool = False) -> bytes:
    """The mailbox between its brackets, looked at once more: it cannot end the line, leave the brackets or name two.

    The limits of RFC 5321 §4.5.3.1.1–3 (64, 255 and 256 octets) are the parser's; a plain mailbox need not be parsed.
    """
    local, domain = address.local, address.domain
    text = f"<{local}@{domain}>" if domain else f"<{local}>"
    if len(local) <= LOCAL_LIMIT and len(domain) <= LABEL_LIMIT and domain == domain.lower() and COMMON.fullmatch(text):
        return text.encode("ascii")
    try:
        if forward_path(text) != (address, ""):
            raise BadCommand("another mailbox than it says")
    except BadSyntax as error:
        raise BadCommand(error.reason) from None
    if text.isascii():
        return text.encode("ascii")
    if not (smtputf8 and address.domain.isascii()):
        raise BadCommand("not ASCII, and SMTPUTF8 was not asked for")
    return text.encode("utf-8")


def host_name(name: str) -> bytes:
    """A domain or an address literal, as one word."""
    if not name or len(name) > NAME_LIMIT or not name.isascii() or not name.isprintable() or " " in name:
        raise BadCommand("host name")
    return name.encode("ascii")


def xtext(text: str, limit: int) -> bytes:
    """A parameter's value (RFC 3461 §4): printable ASCII without space and `=`."""
    if not text.isascii() or not text.isprintable() or len(text) > limit or " " in text or "=" in text:
        raise BadCommand("xtext")
    return text.encode("ascii")


def one_of(word: str, allowed: frozenset[str]) -> bytes:
    if word not in allowed:
        raise BadCommand("parameter")
    return word.encode("ascii")


def notifications(text: str) -> bytes:
    """RFC 3461 §4.1: NEVER alone, or some of the three."""
    if text != "NEVER" and not NOTIFICATIONS.issuperset(text.split(",")):
        raise BadCommand("NOTIFY")
    return text.encode("ascii")
