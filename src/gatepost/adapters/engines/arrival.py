"""What is an engine told of how a message came? Values of a stage, made safe to say in a header.

Who sends mail chooses its HELO name, its sender and its recipients: none of it may begin a line of its own, end a
comment, or be longer than it should.
"""

import re
from ipaddress import IPv6Address

from msgspec import Struct

from gatepost.model.address import text
from gatepost.model.client_name import ClientName
from gatepost.model.stage import IPAddress, MessageStage

MOST_RECIPIENTS = 50  # that are told
LONGEST = 320  # characters of one value; a mailbox has up to 254 octets (RFC 5321 §4.5.3.1.3)
UNSAYABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff<>]")
HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")
TOKEN = re.compile(r"[^A-Za-z0-9._-]")


class Arrival(Struct, frozen=True, kw_only=True):
    """How a message came; "" for what is not known. No value holds white space or a control character.

    Args:
        ip: the client's address.
        helo: its name as it said it, where it said it to us and it is a name or an address literal.
        name: its name by reverse DNS, confirmed.
        sender: the reverse-path without brackets, "" for the null sender.
        recipients: the first of them.
        transaction: its id.
        user: who has logged in.
        esmtp, tls: how it was said.
        now: Unix time in seconds.
    """

    ip: str
    helo: str
    name: str
    sender: str
    recipients: tuple[str, ...]
    transaction: str
    user: str
    esmtp: bool
    tls: bool
    now: float


def arrival_of(at: MessageStage) -> Arrival:
    known = at.so_far.value(ClientName)
    is_ours = at.relay is not None  # what said HELO is a relay of ours, and the client has said it to somebody else
    return Arrival(
        ip="" if at.is_relay else address_text(at.client_ip),
        helo=at.helo if HOST.fullmatch(at.helo) and not is_ours else "",
        name=known.confirmed[0] if known and known.confirmed and HOST.fullmatch(known.confirmed[0]) else "",
        sender=sayable(text(at.sender)),
        recipients=tuple(sayable(str(recipient)) for recipient in at.recipients[:MOST_RECIPIENTS]),
        transaction=TOKEN.sub("-", at.transaction)[:LONGEST],
        user=sayable(at.user),
        esmtp=at.esmtp,
        tls=at.tls is not None and not is_ours,
        now=at.now,
    )


def address_text(ip: IPAddress) -> str:
    """An IPv4 address that came over an IPv6 socket is one."""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ip)


def sayable(value: str) -> str:
    return UNSAYABLE.sub("?", value[:LONGEST])
