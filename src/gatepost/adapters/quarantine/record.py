"""What is kept of a held message beside its octets, and by which names?

The octets are kept as the client sent them; our own fields, which differ with every try, are in the record. One record
is written for all recipients of one `put`, and each of them has a name of his own for it (a hard link): so holding a
message costs the same for one recipient and for five hundred. Once the copy of one is settled, his name stands for a
record of his own.
"""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from gatepost.adapters.quarantine.sealing import Seal
from gatepost.model.address import Address
from gatepost.ports.quarantine import Fate, Held
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.field_text import plain_value
from gatepost.syntax.header import read_header

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
ID_LENGTH = 16  # characters, 5 bits each
MESSAGE_LENGTH = 32  # hex digits: 128 bits of the digest
HEAD_LIMIT = 64 * 1024  # octets of the header that are looked at for the list
TEXT_LIMIT = 500  # characters kept of From and Subject


class Copy(Struct, frozen=True, omit_defaults=True):
    """What differs from recipient to recipient."""

    id: str
    recipient: Address
    notify: str = ""
    orcpt: str = ""


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """As it lies on the disk, in JSON; fields as in `Held`."""

    version: int = 1
    message: str
    transaction: str
    since: float
    rule: str
    sender: Address | None
    copies: tuple[Copy, ...]
    size: int
    ours: bytes = b""
    because: tuple[str, ...] = ()
    backend: str = ""
    author: str = ""
    subject: str = ""
    body: str = "7BIT"
    smtputf8: bool = False
    ret: str = ""
    envid: str = ""
    fate: Fate = Fate.HELD
    decided: float = 0.0
    by: str = ""
    to: str = ""


SHARED = tuple(sorted({*Held.__struct_fields__} & {*Record.__struct_fields__}))

encode = msgspec.json.Encoder().encode
decoder = msgspec.json.Decoder(Record)


def decoded(octets: bytes, name: str) -> Record:
    """Raises `Unavailable`."""
    try:
        return decoder.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable(f"{name} is no record: {error}") from None


def held_of(record: Record, copy: Copy) -> Held:
    shared = {name: getattr(record, name) for name in SHARED}
    return Held(id=copy.id, recipient=copy.recipient, notify=copy.notify, orcpt=copy.orcpt, **shared)


def record_of(held: Held) -> Record:
    """Of one copy alone."""
    copy = Copy(held.id, held.recipient, held.notify, held.orcpt)
    return Record(copies=(copy,), **{name: getattr(held, name) for name in SHARED})


# ── names ────────────────────────────────────────────────────────────────────
def file_name(message: str, identity: str) -> str:
    return f"{message}.{identity}"


def copy_id(seal: Seal, message: str, recipient: Address) -> str:
    """The same for the same recipient of the same octets, whenever they come."""
    digest = seal.new_digest()
    digest.update(f"{message}\n{recipient}".encode("utf-8", "surrogatepass"))
    return spoken(digest.digest())


def spoken(digest: bytes) -> str:
    number = int.from_bytes(digest[:10], "big")
    return "".join([ALPHABET[number >> shift & 31] for shift in range(5 * (ID_LENGTH - 1), -1, -5)])


# ── what a list shows ────────────────────────────────────────────────────────
def listed_fields(head: bytes) -> tuple[str, str]:
    """From and Subject, unfolded, encoded words as they are; "" where there are none. Of several the first."""
    found = {"from": "", "subject": ""}
    for name, value in named_fields(head):
        if name in found and not found[name]:
            found[name] = value
    return found["from"], found["subject"]


def named_fields(head: bytes) -> Iterator[tuple[str, str]]:
    for field in read_header(head)[0]:
        name = field.name.strip().lower()
        if name in ("from", "subject"):
            yield name, plain_value(field)[: 4 * TEXT_LIMIT].decode("utf-8", "replace")[:TEXT_LIMIT]
