"""Which bounces answer a message of ours? Senders signed by `prvs` (draft-levine-smtp-batv-01).

`bob@example.com` is sent as `prvs=KDDDSSSSSS=bob@example.com`: K is the number of the key, DDD the day on which the
signature ends (days since 1970, the last three digits), SSSSSS the first three octets of HMAC-SHA1 over `KDDD` and the
address, in hexadecimal. A bounce goes to the signed address (RFC 5321 §6.1); who never had mail of ours cannot make
one. What is signed is the address in lower case, for some mail systems change that on the way; verified is also the
address as written, as other programs sign it.
"""

import hmac
import re

from msgspec import Struct

from gatepost.model.address import Address

DAY = 86_400  # seconds
LOCAL_LIMIT = 64  # octets (RFC 5321 §4.5.3.1.1)
TAGGED = re.compile(r"prvs=([0-9])([0-9]{3})([0-9a-f]{6})=(.+)", re.ASCII | re.IGNORECASE | re.DOTALL)
TAG_LENGTH = len("prvs=KDDDSSSSSS=")
DAYS = 1000  # after so many days they are written alike
KEY_LINE = re.compile(r"([0-9])[ \t]++(\S.*)", re.ASCII)
SHORTEST_KEY = 16  # characters


class BadKeys(ValueError):
    """The text holds no keys; the message says in which line and what would be right, and never the line itself."""


class BounceKeys(Struct, frozen=True):
    """With which senders are signed.

    Args:
        keys: number and secret; the first signs, all verify. () where bounces are not validated.
        lifetime: days for which a signature holds.
    """

    keys: tuple[tuple[int, bytes], ...] = ()
    lifetime: int = 7

    @property
    def is_on(self) -> bool:
        return bool(self.keys)


def read_keys(text: str) -> tuple[tuple[int, bytes], ...]:
    """One key a line, `<digit> <secret>`; blank lines and lines that begin with `#` are left out.

    Raises:
        BadKeys: another line, a secret under 16 characters, a number twice, no key at all.
    """
    keys: dict[int, bytes] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = KEY_LINE.fullmatch(line)
        if match is None or len(match[2]) < SHORTEST_KEY:
            raise BadKeys(f"line {number}: write a digit, a space and a secret of {SHORTEST_KEY} characters or more")
        if int(match[1]) in keys:
            raise BadKeys(f"line {number}: there is a key {match[1]} already; give each its own digit")
        keys[int(match[1])] = match[2].encode()
    if not keys:
        raise BadKeys("there is no key: write a line with a digit, a space and a secret")
    return tuple(keys.items())


def day_of(now: float) -> int:
    """Days since 1970 of a Unix time in seconds."""
    return int(now // DAY)


def signed(address: Address, keys: BounceKeys, day: int) -> Address:
    """The sender to give to the outside; unchanged if it has no room for a signature, or has one.

    Args:
        day: today, as `day_of` counts.
    """
    if not keys.is_on or not fits(address) or TAGGED.fullmatch(address.local):
        return address
    number, secret = keys.keys[0]
    start = f"{number}{(day + keys.lifetime) % DAYS:03d}"
    local = f"prvs={start}{signature(secret, start, str(address).lower())}={address.local}"
    return Address(local, address.domain)


def unsigned(address: Address, keys: BounceKeys, day: int) -> Address | None:
    """The address that was signed, if this is one that we signed and its time is not over; else None."""
    match = TAGGED.fullmatch(address.local)
    if match is None or (int(match[2]) - day) % DAYS > keys.lifetime:
        return None
    plain = Address(match[4], address.domain)
    start, claimed = match[1] + match[2], match[3].lower()
    secret = dict(keys.keys).get(int(match[1]))
    if secret is None:
        return None
    is_ours = any([hmac.compare_digest(signature(secret, start, text), claimed) for text in spellings(plain)])
    return plain if is_ours else None


def fits(address: Address) -> bool:
    """There is room for a signature, and no quotes to put it into."""
    local = address.local
    return bool(address.domain) and '"' not in local and len(local.encode()) + TAG_LENGTH <= LOCAL_LIMIT


def spellings(plain: Address) -> tuple[str, str]:
    """As we sign it, and as others do."""
    return str(plain).lower(), str(plain)


def signature(secret: bytes, start: str, address: str) -> str:
    return hmac.digest(secret, f"{start}{address}".encode(), "sha1")[:3].hex()
