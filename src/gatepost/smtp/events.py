"""What a client can be seen to do: the values that `ServerProtocol.next_event` returns."""

from msgspec import Struct

from gatepost.model.address import Address
from gatepost.model.reply import Reply


class Helo(Struct, frozen=True):
    """EHLO or HELO; `name` as sent, a well-formed domain or address literal."""

    verb: str
    name: str


class Mail(Struct, frozen=True, kw_only=True):
    """MAIL FROM, well-formed, every parameter understood (RFC 5321 §4.1.1.2, RFC 1870, 6152, 6531, 3461)."""

    sender: Address | None
    size: int | None = None
    body: str = "7BIT"
    smtputf8: bool = False
    ret: str = ""
    envid: str = ""
    auth: str = ""


class Rcpt(Struct, frozen=True, kw_only=True):
    """RCPT TO, well-formed (RFC 5321 §4.1.1.3, RFC 3461)."""

    recipient: Address
    notify: str = ""
    orcpt: str = ""


class Data(Struct, frozen=True):
    """The client asks to send content: DATA, or the first BDAT of a transaction (`chunked`).

    Answer 354 to go on (for BDAT nothing is sent then: the content follows at once), anything else to refuse.
    """

    chunked: bool


class Plain(Struct, frozen=True):
    """A verb without further meaning here: RSET, NOOP, QUIT, VRFY, EXPN, HELP, XEXCH50."""

    verb: str


class StartTls(Struct, frozen=True):
    """STARTTLS with nothing behind it; answer 220 and upgrade, then call `tls_started`."""


class Auth(Struct, frozen=True):
    """AUTH, or one answer to a challenge (RFC 4954); `initial` is base64 as sent, None if there was none."""

    mechanism: str
    initial: str | None


class Invalid(Struct, frozen=True, kw_only=True):
    """A command that the protocol itself rules out, with the reply that says so.

    Args:
        rule: stable name of the protocol rule, such as `command.disabled`.
        close: the session ends after the reply; what the client sends until then is discarded unparsed.
    """

    reply: Reply
    rule: str
    verb: str = ""
    close: bool = False


class Content(Struct, frozen=True):
    """Some octets of the message: CRLF line ends only, dot-stuffed, audited; any cut."""

    octets: bytes


class ChunkEnd(Struct, frozen=True):
    """A BDAT chunk that was not the last is complete; it wants a reply (RFC 3030 §2).

    Args:
        octets: its last piece, as in `Content`.
        size: octets of the chunk as counted by the client.
    """

    octets: bytes
    size: int


class EndOfContent(Struct, frozen=True):
    """The whole message is here; the reply to it decides who is responsible.

    Args:
        octets: the last piece, as in `Content`.
        size: octets of all content, dots unstuffed.
        eight_bit: an octet over 127 occurred.
        longest_line: octets of the longest line, CRLF included, where it is over 1,000; else 0.
    """

    octets: bytes
    size: int
    eight_bit: bool
    longest_line: int


class BadContent(Struct, frozen=True):
    """Content that broke a rule has been discarded to its true end (or to the limit); reply and maybe close."""

    reply: Reply
    rule: str
    close: bool


Command = Helo | Mail | Rcpt | Data | Plain | StartTls | Auth
Event = Command | Invalid | Content | ChunkEnd | EndOfContent | BadContent
