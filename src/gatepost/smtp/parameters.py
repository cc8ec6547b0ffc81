"""ESMTP parameters of MAIL and RCPT (RFC 5321 §4.1.2, RFC 1870, 6152, 6531, 3461, 4954)."""

from gatepost.model.address import Address
from gatepost.model.reply import Reply
from gatepost.smtp import replies
from gatepost.smtp.events import Mail, Rcpt
from gatepost.smtp.table import Offer

SIZE_DIGITS = 20  # RFC 1870 §3
PARAMETERS = 12  # more than all extensions together define
XTEXT_ENVID = 100  # characters, RFC 3461 §4.4
XTEXT_ORCPT = 500  # characters, RFC 3461 §4.2
NOTIFY_WORDS = frozenset(("SUCCESS", "FAILURE", "DELAY"))
XTEXT = frozenset("".join(map(chr, range(33, 127))).replace("=", ""))  # "+" opens a hexchar
HEX = frozenset("0123456789ABCDEF")


class Rejected(Exception):
    """A parameter is not to be had; `reply` says why. Caught in this package only."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply))
        self.reply = reply


def split(rest: str) -> dict[str, str | None]:
    """`" SIZE=1 BODY=7BIT"` → values by upper-case keyword. Raises `Rejected`."""
    if not rest:
        return {}
    found: dict[str, str | None] = {}
    words = rest[1:].rstrip(" ").split(" ")
    if rest[0] != " " or len(words) > PARAMETERS or not rest.isascii():  # upper() would make ASCII of U+017F, U+0131
        raise Rejected(replies.BAD_PARAMETER)
    for word in words:
        if not word:
            continue  # runs of blanks are common and harmless
        keyword, equals, value = word.partition("=")
        keyword = keyword.upper()
        if not is_keyword(keyword) or (equals and not value) or keyword in found:
            raise Rejected(replies.BAD_PARAMETER)
        found[keyword] = value if equals else None
    return found


def is_keyword(text: str) -> bool:
    return text.isascii() and text[:1].isalnum() and text.replace("-", "").isalnum()


def mail(sender: Address | None, rest: str, offer: Offer) -> Mail:
    """`rest` is what follows the path. Raises `Rejected`."""
    if not rest:
        return Mail(sender=sender)
    given = split(rest)
    size = size_of(given.pop("SIZE", None), offer) if "SIZE" in given else None
    body = body_of(given.pop("BODY", None), offer) if "BODY" in given else "7BIT"
    smtputf8 = "SMTPUTF8" in given
    if smtputf8 and (given.pop("SMTPUTF8") is not None or not offer.smtputf8):
        raise Rejected(replies.UNKNOWN_PARAMETER if not offer.smtputf8 else replies.BAD_PARAMETER)
    ret, envid = dsn_mail(given, offer)
    auth = given.pop("AUTH", "") if offer.auth else ""
    if given:
        raise Rejected(replies.UNKNOWN_PARAMETER)
    return Mail(sender=sender, size=size, body=body, smtputf8=smtputf8, ret=ret, envid=envid, auth=auth or "")


def rcpt(recipient: Address, rest: str, offer: Offer) -> Rcpt:
    """`rest` is what follows the path. Raises `Rejected`."""
    if not rest:
        return Rcpt(recipient=recipient)
    given = split(rest)
    notify, orcpt = dsn_rcpt(given, offer)
    if given:
        raise Rejected(replies.UNKNOWN_PARAMETER)
    return Rcpt(recipient=recipient, notify=notify, orcpt=orcpt)


def size_of(value: str | None, offer: Offer) -> int:
    if value is None or not (value.isascii() and value.isdigit()) or len(value) > SIZE_DIGITS:
        raise Rejected(replies.BAD_PARAMETER)
    if int(value) > offer.size:
        raise Rejected(replies.TOO_LARGE)
    return int(value)


def body_of(value: str | None, offer: Offer) -> str:
    body = (value or "").upper()
    if body == "BINARYMIME":
        raise Rejected(replies.NO_BINARYMIME)
    if body not in ("7BIT", "8BITMIME"):
        raise Rejected(replies.BAD_PARAMETER)
    if not offer.eight_bit_mime:
        raise Rejected(replies.UNKNOWN_PARAMETER)
    return body


def dsn_mail(given: dict[str, str | None], offer: Offer) -> tuple[str, str]:
    if not offer.dsn:
        return "", ""
    ret = (given.pop("RET", "") or "").upper() if "RET" in given else ""
    if ret not in ("", "FULL", "HDRS"):
        raise Rejected(replies.BAD_PARAMETER)
    envid = given.pop("ENVID", "") or ""
    if envid and not is_xtext(envid, XTEXT_ENVID):
        raise Rejected(replies.BAD_PARAMETER)
    return ret, envid


def dsn_rcpt(given: dict[str, str | None], offer: Offer) -> tuple[str, str]:
    if not offer.dsn:
        return "", ""
    notify = (given.pop("NOTIFY", "") or "").upper() if "NOTIFY" in given else ""
    words = notify.split(",") if notify else []
    if notify != "NEVER" and (not NOTIFY_WORDS.issuperset(words) or len(set(words)) != len(words)):
        raise Rejected(replies.BAD_PARAMETER)
    orcpt = given.pop("ORCPT", "") or ""
    kind, semicolon, address = orcpt.partition(";")
    if orcpt and not (semicolon and is_keyword(kind) and address and is_xtext(address, XTEXT_ORCPT)):
        raise Rejected(replies.BAD_PARAMETER)
    return notify, orcpt


def is_xtext(text: str, longest: int) -> bool:
    """RFC 3461 §4: printable ASCII without "+" and "=", or "+" and two upper-case hexadecimal digits."""
    if len(text) > longest or not XTEXT.issuperset(text):
        return False
    return all(len(p) >= 2 and HEX.issuperset(p[:2]) for p in text.split("+")[1:])
