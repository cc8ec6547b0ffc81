"""Stages to show a check: for the worked examples beside each check, and for tests.

Each builder takes what the case is about and fills in the rest with documentation addresses (RFC 5737, RFC 2606).
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from gatepost.model.address import Address, Domain
from gatepost.model.finding import Finding, Findings
from gatepost.model.limits import Limits
from gatepost.model.message import Field, Message
from gatepost.model.stage import ConnectStage, DataStage, HeloStage, MailStage, MessageStage, RcptStage, Role
from gatepost.model.tls import Tls

CLIENT = "192.0.2.99"
PLAIN_HEADER = (
    b"Received: from client.example.net by mx.example.org; Mon, 1 Jan 2024 10:00:00 +0000\r\n"
    b"From: Ann <ann@example.net>\r\n"
    b"To: bob@example.com\r\n"
    b"Date: Mon, 1 Jan 2024 10:00:00 +0000\r\n"
    b"Subject: Hello\r\n"
    b"Message-ID: <1@example.net>\r\n"
)
TLS13 = Tls(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", bits=256)


class Octets(Struct, frozen=True):
    """Content that is simply there."""

    octets: bytes

    @property
    def size(self) -> int:
        return len(self.octets)

    def chunks(self) -> Iterator[bytes]:
        yield self.octets


def address(text: str) -> Address:
    """`local@domain` as in `Address`; no syntax is checked."""
    local, at, domain = text.rpartition("@")
    return Address(local, Domain(domain.lower())) if at else Address(domain, Domain(""))


def found(*codes: str, values: tuple[object, ...] = ()) -> Findings:
    """What earlier checks left: findings without detail, and their typed results."""
    return Findings(tuple(Finding(code) for code in codes), values)


def connect(client_ip: str = CLIENT, **more: Any) -> ConnectStage:
    """A client has connected to the inbound listener at the start of 2024."""
    start: dict[str, Any] = {
        "session": "s-1",
        "listener": "inbound",
        "role": Role.INBOUND,
        "limits": Limits(),
        "now": 1704103200.0,
    }
    return ConnectStage(client_ip=ip_address(client_ip), **{**start, **more})


def helo(name: str = "client.example.net", *, client_ip: str = CLIENT, **more: Any) -> HeloStage:
    """… and has said EHLO `name`."""
    start = {"helo": name, "esmtp": True}
    early, late = divided(ConnectStage, more)
    return HeloStage(**{**asdict(connect(client_ip, **early)), **start, **late})


def mail(sender: str = "ann@example.net", **more: Any) -> MailStage:
    """… and MAIL FROM:<`sender`>; "" is the null sender."""
    start = {"transaction": "t-1", "sender": address(sender) if sender else None}
    early, late = divided(HeloStage, more)
    return MailStage(**{**asdict(helo(early.pop("helo", "client.example.net"), **early)), **start, **late})


def rcpt(recipient: str = "bob@example.com", *, sender: str = "ann@example.net", **more: Any) -> RcptStage:
    """… and RCPT TO:<`recipient`>."""
    early, late = divided(MailStage, more)
    return RcptStage(**{**asdict(mail(sender, **early)), "recipient": address(recipient), **late})


def message(
    header: bytes = PLAIN_HEADER,
    *,
    body: bytes = b"Hi.\r\n",
    body_type: str = "7BIT",
    recipients: tuple[str, ...] = ("bob@example.com",),
    malformed: tuple[str, ...] = (),
    **more: Any,
) -> MessageStage:
    """… and the whole message: `header` and `body` with CRLF line ends, no line that begins with a dot."""
    octets = header + b"\r\n" + body
    whole = Message(
        size=len(octets),
        header=fields(header),
        header_octets=len(header),
        content=Octets(octets),
        eight_bit=not octets.isascii(),
        longest_line=max(len(line) for line in octets.splitlines(keepends=True)),
        malformed=malformed,
    )
    early, late = divided(MailStage, {**more, "body": body_type})
    start = {"recipients": tuple(address(r) for r in recipients), "message": whole}
    return MessageStage(**{**asdict(mail(early.pop("sender", "ann@example.net"), **early)), **start, **late})


def data(recipients: tuple[str, ...] = ("bob@example.com",), **more: Any) -> DataStage:
    """… and DATA, for recipients accepted."""
    sender = more.pop("sender", "ann@example.net")
    return DataStage(**asdict(mail(sender, **more)), recipients=tuple(address(r) for r in recipients))


def fields(header: bytes) -> tuple[Field, ...]:
    """A well-formed header block, cut into fields at every line that does not begin with white space."""
    lines: list[bytes] = []
    for line in header.splitlines(keepends=True):
        if line[:1] in b" \t" and lines:
            lines[-1] += line
        else:
            lines.append(line)
    return tuple(Field(line.partition(b":")[0].decode("latin-1"), line) for line in lines)


def divided(stage: type[ConnectStage], more: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the builder of `stage` takes, and the rest."""
    known = {*stage.__struct_fields__, "client_ip"}
    return {k: v for k, v in more.items() if k in known}, {k: v for k, v in more.items() if k not in known}
