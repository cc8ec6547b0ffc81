"""Which value stands for a record of each type?"""

from collections.abc import Callable
from enum import Enum, auto
from ipaddress import IPv4Address, IPv6Address
from typing import Generic, TypeVar

from msgspec import Struct
from pycares import AAAARecordData, ARecordData, MXRecordData, PTRRecordData, TXTRecordData

from gatepost.adapters.dns.names import as_written
from gatepost.ports.dns import MailExchanger

T = TypeVar("T")
OBJECT = 64  # octets of memory that a value takes beside its content


class RecordType(Enum):
    """Those that are asked for."""

    A = auto()
    AAAA = auto()
    MX = auto()
    TXT = auto()
    PTR = auto()


class Kind(Struct, Generic[T], frozen=True, kw_only=True):
    """One type of record.

    Args:
        value: of what c-ares has read; None if that is a record of another type.
        weight: octets of memory that a value takes, roughly.
        rank: values with the lowest come first; equal ones stay in the order of the answer.
    """

    type: RecordType
    value: Callable[[object], T | None]
    weight: Callable[[T], int]
    rank: Callable[[T], int] = lambda value: 0


def ipv4(content: object) -> IPv4Address | None:
    return IPv4Address(content.addr) if isinstance(content, ARecordData) else None


def ipv6(content: object) -> IPv6Address | None:
    return IPv6Address(content.addr) if isinstance(content, AAAARecordData) else None


def mail_exchanger(content: object) -> MailExchanger | None:
    if not isinstance(content, MXRecordData):
        return None
    return MailExchanger(content.priority, as_written(content.exchange))


def text(content: object) -> bytes | None:
    return content.data if isinstance(content, TXTRecordData) else None


def host(content: object) -> str | None:
    return as_written(content.dname) if isinstance(content, PTRRecordData) else None


A = Kind(type=RecordType.A, value=ipv4, weight=lambda ip: OBJECT)
AAAA = Kind(type=RecordType.AAAA, value=ipv6, weight=lambda ip: OBJECT)
MX = Kind(
    type=RecordType.MX, value=mail_exchanger, weight=lambda mx: 2 * OBJECT + len(mx.host),
    rank=lambda mx: mx.preference,
)  # fmt: skip
TXT = Kind(type=RecordType.TXT, value=text, weight=lambda octets: OBJECT + len(octets))
PTR = Kind(type=RecordType.PTR, value=host, weight=lambda name: OBJECT + len(name))
