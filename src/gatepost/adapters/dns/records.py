"""Which value stands for a record of each type?"""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Generic, TypeVar

from msgspec import Struct

from gatepost.adapters.dns.message import MessageReader, Reading, RecordType
from gatepost.adapters.dns.names import BadMessage
from gatepost.ports.dns import MailExchanger

T = TypeVar("T")
STRINGS = 1024  # of one TXT record; one of 64 KiB in strings of 255 octets has 257
OBJECT = 64  # octets of memory that a value takes beside its content


class Kind(Struct, Generic[T], frozen=True, kw_only=True):
    """One type of record.

    Args:
        weight: octets of memory that a value takes, roughly.
        rank: values with the lowest come first; equal ones stay in the order of the answer.
    """

    type: RecordType
    reading: Reading[T]
    weight: Callable[[T], int]
    rank: Callable[[T], int] = lambda value: 0


def ipv4(reader: MessageReader, at: int, size: int) -> IPv4Address:
    if size != 4:
        raise BadMessage(f"an IPv4 address of {size} octets")
    return IPv4Address(reader.octets[at : at + 4])


def ipv6(reader: MessageReader, at: int, size: int) -> IPv6Address:
    if size != 16:
        raise BadMessage(f"an IPv6 address of {size} octets")
    return IPv6Address(reader.octets[at : at + 16])


def mail_exchanger(reader: MessageReader, at: int, size: int) -> MailExchanger:
    if size < 3:
        raise BadMessage("an MX record without a host")
    return MailExchanger(int.from_bytes(reader.octets[at : at + 2]), whole_name(reader, at + 2, size - 2))


def host(reader: MessageReader, at: int, size: int) -> str:
    return whole_name(reader, at, size)


def whole_name(reader: MessageReader, at: int, size: int) -> str:
    """The name that is all of `size` octets."""
    name, end = reader.name(at)
    if end != at + size:
        raise BadMessage("a name is not as long as its record")
    return name


def text(reader: MessageReader, at: int, size: int) -> bytes:
    """All strings of a record, joined (RFC 7208 §3.3)."""
    octets, end = reader.octets, at + size
    strings = []
    while at < end:
        beginning, at = at + 1, at + 1 + octets[at]
        strings.append(octets[beginning:at])
        if len(strings) > STRINGS:
            raise BadMessage(f"a text of more than {STRINGS} strings")
    if at > end:
        raise BadMessage("a text is longer than its record")
    return b"".join(strings)


def nothing(reader: MessageReader, at: int, size: int) -> None:
    """The record is there; what it says is of no interest."""


A = Kind(type=RecordType.A, reading=ipv4, weight=lambda ip: OBJECT)
AAAA = Kind(type=RecordType.AAAA, reading=ipv6, weight=lambda ip: OBJECT)
MX = Kind(
    type=RecordType.MX, reading=mail_exchanger, weight=lambda mx: 2 * OBJECT + len(mx.host),
    rank=lambda mx: mx.preference,
)  # fmt: skip
TXT = Kind(type=RecordType.TXT, reading=text, weight=lambda octets: OBJECT + len(octets))
PTR = Kind(type=RecordType.PTR, reading=host, weight=lambda name: OBJECT + len(name))
