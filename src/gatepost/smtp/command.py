"""One command line to one value (RFC 5321 §4.1.1); grammar only, no state.

The verb is looked up in the listener's table before anything else of the line is read.
"""

from collections.abc import Callable

from msgspec import Struct

from gatepost.model.reply import Reply
from gatepost.smtp import parameters, replies
from gatepost.smtp.events import Auth, Command, Data, Helo, Invalid, Plain, StartTls
from gatepost.smtp.parameters import Rejected
from gatepost.smtp.table import STANDARD, Offer, Response
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.helo import helo_name
from gatepost.syntax.path import forward_path, reverse_path

OTHER_PROTOCOLS = frozenset("GET POST PUT HEAD CONNECT OPTIONS DELETE PRI INVITE REGISTER USER HOST:".split())
MECHANISM_LENGTH = 20  # characters, RFC 4422 §3.1
BDAT_DIGITS = 12  # of a chunk size; ours, RFC 3030 sets none
ANY_ARGUMENT = frozenset(("NOOP", "VRFY", "EXPN", "HELP", "XEXCH50", "ETRN", "TURN", "SEND", "SOML", "SAML"))


class Chunk(Struct, frozen=True):
    """BDAT (RFC 3030 §2): `size` octets follow at once, whatever we think of them."""

    size: int
    last: bool


def denied(verb: str, response: Response) -> Invalid:
    """A verb that the table does not allow: ISA let it pass, we do not."""
    if verb in OTHER_PROTOCOLS or verb.startswith("SSH-"):
        return Invalid(reply=replies.NOT_SMTP, rule="command.other-protocol", verb=verb, close=True)
    close = is_chunk(verb)
    if verb not in STANDARD:
        return Invalid(reply=replies.UNKNOWN, rule="command.unknown", verb=verb, close=close)
    if response is Response.DROP:
        return Invalid(reply=replies.DISABLED_CLOSING, rule="command.disabled", verb=verb, close=True)
    return Invalid(reply=replies.DISABLED, rule="command.disabled", verb=verb, close=close)


def is_chunk(verb: str) -> bool:
    """Content of unknown size follows, whatever we answer, and must never be taken for commands (`BDAT\\t5` too)."""
    return verb.startswith("BDAT")


def bad_characters(verb: str) -> Invalid:
    """501 for an address (RFC 6531 §3.5), 500 for anything else."""
    reply = {"MAIL": replies.BAD_SENDER, "RCPT": replies.BAD_RECIPIENT}.get(verb, replies.BAD_CHARACTERS)
    return Invalid(reply=reply, rule="command.characters", verb=verb, close=is_chunk(verb))


def out_of_sequence(verb: str) -> Invalid:
    return Invalid(reply=replies.BAD_SEQUENCE, rule="command.sequence", verb=verb)


def parse(verb: str, line: str, offer: Offer, smtputf8: bool) -> Command | Chunk | Invalid:
    """`line` without CRLF, all of it printable; `verb` upper-case and allowed by the table.

    Args:
        smtputf8: of the transaction's MAIL, for RCPT.
    """
    try:
        if verb == "RCPT":
            return parse_rcpt(line, offer, smtputf8)
        if verb == "MAIL":
            return parse_mail(line, offer)
        return parse_other(verb, line[len(verb) :])
    except Rejected as rejected:
        return invalid(verb, rejected.reply)


def parse_mail(line: str, offer: Offer) -> Command | Invalid:
    if line[4:10].upper() != " FROM:":
        return invalid("MAIL", replies.BAD_ARGUMENT)
    path = line[10:].lstrip(" ")
    try:
        sender, rest = reverse_path(path)
    except BadSyntax:
        return invalid("MAIL", replies.NO_SOURCE_ROUTE if path.startswith("<@") else replies.BAD_SENDER)
    event = parameters.mail(sender, rest, offer)
    return event if event.smtputf8 or line.isascii() else invalid("MAIL", replies.NEEDS_SMTPUTF8)


def parse_rcpt(line: str, offer: Offer, smtputf8: bool) -> Command | Invalid:
    if line[4:8].upper() != " TO:":
        return invalid("RCPT", replies.BAD_ARGUMENT)
    path = line[8:].lstrip(" ")
    try:
        recipient, rest = forward_path(path)
    except BadSyntax:
        return invalid("RCPT", no_recipient(path))
    if not smtputf8 and not line.isascii():
        return invalid("RCPT", replies.NEEDS_SMTPUTF8)  # RFC 6531 §3.5: also where only the domain is a U-label
    return parameters.rcpt(recipient, rest, offer)


def no_recipient(path: str) -> Reply:
    """For what is no address: a relay test hears that nothing is relayed (PROTO-14, PROTO-15, PROTO-17)."""
    if path.startswith("<@"):
        return replies.NO_SOURCE_ROUTE
    text = path.partition(">")[0]
    hosts = text.count("@") + text.count("%") + text.count("!")
    is_whole = "@" in text and not text.endswith('"')  # else the host is only within what should be a local part
    return replies.RELAYING_DENIED if hosts > is_whole else replies.BAD_RECIPIENT


def parse_other(verb: str, rest: str) -> Command | Chunk | Invalid:
    argument = rest.strip(" ")
    if verb in PARSERS:
        return PARSERS[verb](verb, argument)
    if verb in ANY_ARGUMENT:
        return Plain(verb)
    if argument:
        return invalid(verb, replies.BAD_ARGUMENT)
    if verb == "STARTTLS":
        return StartTls()
    return Data(chunked=False) if verb == "DATA" else Plain(verb)


def parse_helo(verb: str, argument: str) -> Helo | Invalid:
    try:
        return Helo(verb, helo_name(argument))
    except BadSyntax:
        return invalid(verb, replies.BAD_HELO)


def parse_bdat(verb: str, argument: str) -> Chunk | Invalid:
    size, blank, last = argument.partition(" ")
    is_size = argument.isascii() and size.isdigit() and len(size) <= BDAT_DIGITS
    if not is_size or (blank and last.upper() != "LAST"):
        # How much content follows is anyone's guess, so the session cannot go on.
        return Invalid(reply=replies.BAD_ARGUMENT, rule="command.syntax", verb=verb, close=True)
    return Chunk(int(size), bool(last))


def parse_auth(verb: str, argument: str) -> Auth | Invalid:
    mechanism, blank, initial = argument.partition(" ")
    mechanism = mechanism.upper()
    if not mechanism or len(mechanism) > MECHANISM_LENGTH or not mechanism.replace("-", "").replace("_", "").isalnum():
        return invalid(verb, replies.BAD_ARGUMENT)
    return Auth(mechanism, initial if blank else None)


def invalid(verb: str, reply: Reply) -> Invalid:
    return Invalid(reply=reply, rule="command.syntax", verb=verb)


PARSERS: dict[str, Callable[[str, str], Command | Chunk | Invalid]] = {
    "EHLO": parse_helo,
    "HELO": parse_helo,
    "BDAT": parse_bdat,
    "AUTH": parse_auth,
}
