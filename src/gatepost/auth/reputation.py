"""What is a sender worth, by all that we have seen of him?

Gatepost's own arithmetic. Messages are counted as good or bad; a count halves in each half-life, and both together
never weigh more than `MOST`, so that who changes is soon believed. Good less bad, divided by all and by `DOUBT` more,
leans from -1 to 1: few messages say nearly nothing. What is learned of a client's network and of a domain are kept
apart, for anybody may write any domain: a domain counts only where SPF (here) or DKIM vouches for it.
"""

import math
from ipaddress import IPv6Address, ip_address

from msgspec import Struct

from gatepost.auth.spf.result import Identity, Spf, SpfResult
from gatepost.model.client import client_of, network_of
from gatepost.model.finding import Findings
from gatepost.model.stage import IPAddress

MOST = 200.0  # messages that a history weighs at most
DOUBT = 10.0  # messages of which nobody knows whether they were good
FIRM = 1 / 3  # how far a history must lean to be known as good or bad: five messages without one against it
SLIGHT = 2.0  # messages; a history that weighs less is worth forgetting
SHORTEST = 86_400.0  # seconds for which every history is kept


class History(Struct, frozen=True):
    """How many messages were good and bad, as they weigh at the moment `at` (Unix time in seconds)."""

    good: float = 0.0
    bad: float = 0.0
    at: float = 0.0

    @property
    def weight(self) -> float:
        return self.good + self.bad

    @property
    def lean(self) -> float:
        """From -1, bad for sure, to 1, good for sure; 0 where nothing is known."""
        return (self.good - self.bad) / (self.weight + DOUBT)

    @property
    def is_good(self) -> bool:
        return self.lean >= FIRM

    @property
    def is_bad(self) -> bool:
        return self.lean <= -FIRM

    def score(self, best: float, worst: float) -> float:
        """Points towards spam, between -`best` and `worst`."""
        return -self.lean * (best if self.lean > 0 else worst)


NO_HISTORY = History()


class Repute(Struct, frozen=True):
    """What the check `reputation` leaves for later ones: of whom, and what is known of him.

    Args:
        subject: a domain that SPF vouches for, or the client's network.
    """

    subject: str
    history: History

    @property
    def is_good(self) -> bool:
        """Well known for good mail."""
        return self.history.is_good


def faded(history: History, now: float, half_life: float) -> History:
    """What is left of it by now. A clock that went back takes nothing away.

    Args:
        half_life: seconds in which a message comes to count half.
    """
    return history if now <= history.at else learned(history, 0, 0, now, half_life)


def learned(history: History, good: float, bad: float, now: float, half_life: float) -> History:
    """With so many messages more."""
    left = 0.5 ** ((now - history.at) / half_life) if now > history.at else 1.0
    good, bad = history.good * left + good, history.bad * left + bad
    if good + bad > MOST:
        share = MOST / (good + bad)
        good, bad = good * share, bad * share
    return History(good, bad, max(now, history.at))


def lifetime(history: History, half_life: float) -> float:
    """Seconds until it is not worth keeping: what hardly weighs makes room first."""
    weight = history.weight
    return max(SHORTEST, half_life * math.log2(weight / SLIGHT)) if weight > SLIGHT else SHORTEST


def written(history: History) -> str:
    """For `ports.memory`; `read` reads it."""
    return f"{history.good:.3f} {history.bad:.3f} {history.at:.0f}"


def read(text: str | None) -> History:
    """What `written` wrote; None, and what it has not written, is no history."""
    if text is None:
        return NO_HISTORY
    try:
        good, bad, at = map(float, text.split())
    except ValueError:
        return NO_HISTORY
    if not (good >= 0 and bad >= 0 and good + bad < 2 * MOST and math.isfinite(at)):
        return NO_HISTORY
    return History(good, bad, at)


def network(ip: IPAddress) -> str:
    """What stands for a client whom nobody vouches for: the /24 (IPv4) or /64 (IPv6) around it."""
    return client_of(ip) if isinstance(ip, IPv6Address) else network_of(ip)


def network_of_text(ip: str) -> str:
    """`network` of an address that was printed; an IPv4 address is not parsed for it."""
    if ":" not in ip:
        return f"{ip.rpartition('.')[0]}.0/24"
    return network(ip_address(ip))


def vouched(so_far: Findings) -> str:
    """The sender's domain, if SPF has passed for it and the pass is worth something; else ""."""
    found = so_far.value(SpfResult)
    if found is None or found.result is not Spf.PASS or found.is_weak or found.identity is not Identity.MAILFROM:
        return ""
    return found.domain


def network_key(subject: str) -> str:
    return f"repute:n:{subject}"


def domain_key(domain: str) -> str:
    return f"repute:d:{domain}"
