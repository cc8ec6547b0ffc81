"""What can a trace be looked up by?

Each value becomes one word, a 31-bit hash; with the segment before it and the trace behind it, it is one integer
of the index: small, and quick to write. A hash may lie, so what the index finds is always compared with the
filters themselves (`matching`). What nearly every trace has (delivered, decided by no rule, its listener) is no
word: going through the traces finds it as quickly.
"""

from functools import lru_cache
from ipaddress import ip_address
from zlib import crc32

from gatepost.adapters.journal.summary import Summary
from gatepost.model.trace import End
from gatepost.ports.journal import Search

SEGMENT_BITS = 12  # traces of a segment
WORD_BITS = 31
PLACES = (1 << SEGMENT_BITS) - 1
WORDS = (1 << WORD_BITS) - 1
COMMON_RULES = frozenset({"", "default"})
COMMON_ENDS = frozenset({"", End.DELIVERED.value})


def first_key(number: int) -> int:
    """Where the index keeps the trace of that number: what each of its words is added to."""
    return (number >> SEGMENT_BITS) << (WORD_BITS + SEGMENT_BITS) | (number & PLACES)


@lru_cache(maxsize=16_384)
def hashed(kind: str, value: str) -> int:
    """A word, at its place in a key."""
    return (crc32((kind + value.lower()).encode("utf-8", "replace")) & WORDS) << SEGMENT_BITS


@lru_cache(maxsize=16_384)
def address_words(kind: str, address: str) -> tuple[int, ...]:
    """The address and its `@domain`; the null sender is "<>"."""
    domain = address.rpartition("@")[2]
    if domain == address:
        return (hashed(kind, address or "<>"),)
    return hashed(kind, address), hashed(kind, "@" + domain)


def words(trace: Summary) -> set[int]:
    """All words of one trace."""
    found = {hashed("client ", trace.client_ip)}
    if trace.message_id:
        found.add(hashed.__wrapped__("message-id ", bare(trace.message_id)))  # each is another: not worth remembering
    if trace.sender is not None:
        found.update(address_words("sender ", trace.sender))
    ends = {trace.end}
    rules = {trace.rule}
    for recipient in trace.recipients:
        found.update(address_words("recipient ", recipient.address))
        ends.add(recipient.end)
        rules.add(recipient.rule)
    for decision in trace.decisions:
        if decision.verdict.shadow:
            rules.update(decision.verdict.shadow)
        for step in decision.steps:
            for finding in step.findings:
                found.add(hashed("finding ", finding.code))
    found.update([hashed("rule ", rule) for rule in rules - COMMON_RULES])
    found.update([hashed("end ", end) for end in ends - COMMON_ENDS])
    return found


def sought(search: Search) -> set[int]:
    """The words that every trace that matches must have."""
    found = set()
    if search.client and (client := one_address(search.client)):
        found.add(hashed("client ", client))
    if search.message_id:
        found.add(hashed("message-id ", bare(search.message_id)))
    if search.sender:
        found.add(hashed("sender ", search.sender))
    if search.recipient:
        found.add(hashed("recipient ", search.recipient))
    if search.rule not in COMMON_RULES:
        found.add(hashed("rule ", search.rule))
    if search.finding and not search.finding.endswith(".*"):
        found.add(hashed("finding ", search.finding))
    if search.end not in COMMON_ENDS:
        found.add(hashed("end ", search.end))
    return found


def bare(message_id: str) -> str:
    """Without its angle brackets, which people leave out as often as not; as long as traces keep them."""
    return message_id.strip().strip("<>")[:250]


def one_address(client: str) -> str:
    """The address as traces write it; "" for a network."""
    try:
        return str(ip_address(client))
    except ValueError:
        return ""
