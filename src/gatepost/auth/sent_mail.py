"""Have we sent the message with this Message-ID?

Of each message that went out 48 bits of a hash of its Message-ID are remembered, many in one text: a text for each day
and each of `SLOTS` parts of the hashes. What is remembered is bounded: when a text is full it says so, and then an id
that is not in it may still be ours. Nothing is claimed of a domain either until its outbound mail has been seen for a
whole `lifetime`: before that, and after a start, a message may have gone out unseen.
"""

import hashlib
import math
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from enum import Enum

from gatepost.ports.memory import Memory

DAY = 86_400  # seconds
HOUR = 3600.0  # seconds between two notes that a domain still sends
SLOTS = 256  # texts of one day: the first octet of a hash says which
ROOM = 500  # octets of a text (`ports.memory` keeps 512): some fifty ids, and so 14,000 messages a day
FULL = "*"
IDENTITY = re.compile(r"<([^<>\s]{1,250})>")


class Recall(Enum):
    """What is remembered of an id."""

    OURS = "ours"
    NOT_OURS = "not ours"
    UNSURE = "unsure"


def identity(field: str) -> str:
    """The Message-ID in such a field, in lower case: some mail systems change that on the way; "" if there is none."""
    match = IDENTITY.search(field)
    return match[1].lower() if match else ""


async def remember(memory: Memory, message_id: str, domain: str, now: float, lifetime: float) -> None:
    """A message of that domain has gone out.

    Args:
        message_id: as `identity` has it.
        lifetime: seconds for which its bounce is expected.

    Raises:
        Unavailable: the memory did not answer.
    """
    await note_sender(memory, domain, now, lifetime)
    place, token = hashed(message_id)
    key = slot(int(now // DAY), place)
    text = await memory.get(key) or ""
    if token in text or text.endswith(FULL):
        return
    text = f"{text}{token} " if len(text) + len(token) < ROOM else text + FULL
    await memory.put(key, text, ttl=lifetime + DAY)


async def recall(memory: Memory, ids: Sequence[str], domains: Sequence[str], now: float, lifetime: float) -> Recall:
    """Whether one of these has gone out within the last `lifetime` seconds, from whichever domain.

    Args:
        domains: those of which one must have sent it; unsure if the outbound mail of any is not known.

    Raises:
        Unavailable: the memory did not answer.
    """
    for domain in domains:
        since, _ = times(await memory.get(sender_key(domain)), now)
        if now - since < lifetime:
            return Recall.UNSURE
    today = int(now // DAY)
    is_full = False
    for message_id in ids:
        place, token = hashed(message_id)
        for day in range(today, today - math.ceil(lifetime / DAY) - 1, -1):
            text = await memory.get(slot(day, place)) or ""
            if token in text:
                return Recall.OURS
            is_full |= text.endswith(FULL)
    return Recall.UNSURE if is_full else Recall.NOT_OURS


async def note_sender(memory: Memory, domain: str, now: float, lifetime: float) -> None:
    """Since when mail of this domain has been seen to go out, without a pause of a whole lifetime."""
    key = sender_key(domain)
    since, last = times(await memory.get(key), now)
    if last < now - HOUR:
        await memory.put(key, f"{since:.0f} {now:.0f}", ttl=lifetime)


def times(kept: str | None, now: float) -> tuple[float, float]:
    """Since when, and when it was last noted; since now and never if nothing is known."""
    if kept is None:
        return now, 0.0
    since, _, last = kept.partition(" ")
    return float(since), float(last)


def hashed(message_id: str) -> tuple[int, str]:
    """Which text of a day it belongs to, and what stands there: eight letters."""
    digest = hashlib.blake2b(message_id.encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return digest[0] % SLOTS, urlsafe_b64encode(digest[1:]).decode()


def slot(day: int, place: int) -> str:
    return f"sent:{day}:{place}"


def sender_key(domain: str) -> str:
    return f"sent:since:{domain}"
