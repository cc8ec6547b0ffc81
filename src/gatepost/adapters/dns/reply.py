"""What does an answer say of the name that was asked (RFC 1034 §3.6.2, RFC 2181 §8)?"""

from typing import Generic, TypeVar

from msgspec import Struct
from pycares import QUERY_CLASS_IN, CNAMERecordData, DNSRecord

from gatepost.adapters.dns.names import as_written
from gatepost.adapters.dns.outcome import Told
from gatepost.adapters.dns.records import Kind

T = TypeVar("T")
RECORDS = 500  # most records that an answer may have; well-known domains have 130 TXT
ALIASES = 10  # most CNAMEs on the way
LONGEST_TTL = 2**31 - 1  # seconds; one with a higher bit counts as 0 (RFC 2181 §8)


class BadAnswer(Exception):
    """It is larger than anything that means well, or leads nowhere. The text says why, for operators."""


class Reply(Struct, Generic[T], frozen=True):
    """The records of the name, and the seconds for which they may be remembered."""

    records: tuple[T, ...]
    ttl: int


def read(told: Told, name: str, kind: Kind[T]) -> Reply[T]:
    """The records that stand where the CNAMEs lead.

    Raises:
        BadAnswer: more than `RECORDS` records or `ALIASES` CNAMEs.
    """
    rows = [row for row in told.result.answer if row.record_class == QUERY_CLASS_IN]
    if len(rows) > RECORDS + ALIASES:
        raise BadAnswer(f"more than {RECORDS} records")
    owner, ttls = followed(rows, name.lower())
    records = []
    for row in rows:
        value = kind.value(row.data)
        if value is not None and as_written(row.name) == owner:
            records.append(value)
            ttls.append(row.ttl)
    if len(records) > RECORDS:
        raise BadAnswer(f"more than {RECORDS} records")
    return Reply(tuple(records), min([ttl if ttl <= LONGEST_TTL else 0 for ttl in ttls], default=LONGEST_TTL))


def followed(rows: list[DNSRecord], owner: str) -> tuple[str, list[int]]:
    """Where the CNAMEs of an answer lead, and their TTLs."""
    aliases = {
        as_written(row.name): (as_written(row.data.cname), row.ttl)
        for row in reversed(rows)
        if isinstance(row.data, CNAMERecordData)
    }
    ttls: list[int] = []
    while owner in aliases:
        if len(ttls) == ALIASES:
            raise BadAnswer(f"more than {ALIASES} CNAMEs")
        owner, ttl = aliases[owner]
        ttls.append(ttl)
    return owner, ttls
