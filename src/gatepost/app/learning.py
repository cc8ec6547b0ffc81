"""What is learned of senders, and of our own mail, from transactions that have ended?

A journal in front of the journal: the trace is handed over first, as ever (ARCHITECTURE §5 rule 10), and then looked
at. Inbound, it counts for the reputation of the client's network and of the domains that SPF or DKIM vouch for;
outbound, its Message-ID is remembered, so that a bounce of it is known. The memory is read, and then written: two
workers that do so at once lose one count of the two, which a sender's history survives.
"""

from collections.abc import Mapping
from ipaddress import ip_address

from msgspec import Struct

from gatepost.auth.conduct import Conduct, conduct
from gatepost.auth.reputation import domain_key, learned, lifetime, network_key, network_of_text, read, written
from gatepost.auth.sent_mail import identity, remember
from gatepost.checks import bounce, reputation
from gatepost.config.settings import Settings
from gatepost.engine.run import Bug
from gatepost.engine.stepping import Pending, first_step
from gatepost.gateway.listener import contains
from gatepost.gateway.settings import Network
from gatepost.model.stage import Role
from gatepost.model.trace import End, Trace
from gatepost.ports.journal import Journal
from gatepost.ports.memory import Memory
from gatepost.ports.unavailable import Unavailable

DOMAINS = 3  # of those that vouch for one message; who signs with many has one vote too many already
FEW = 2  # messages of a sender that are written down together
HEAVY = 20.0  # weight from which a history can wait for some more
BATCH = 8  # messages that are written down together then
ROOM = 4096  # senders of whom something waits at once, in one worker


class Lessons(Struct, frozen=True, kw_only=True):
    """What is to be learned.

    Args:
        roles: of the listeners, by name.
        half_life: of reputation, in seconds; None where it is not learned.
        lifetime: seconds for which a Message-ID is remembered; None where none is.
        domains: our own.
        relays: networks in front of us: what comes from there says nothing of them.
    """

    roles: Mapping[str, Role]
    half_life: float | None
    lifetime: float | None
    domains: frozenset[str] = frozenset()
    relays: tuple[Network, ...] = ()


class Learning:
    """`ports.journal.Journal`. One per worker; owned by its event loop."""

    def __init__(self, inner: Journal, memory: Memory, lessons: Lessons, on_bug: Bug) -> None:
        self.inner = inner
        self.memory = memory
        self.lessons = lessons
        self.on_bug = on_bug
        self.reputations = Reputations(memory, lessons.half_life or 1.0)

    def record(self, trace: Trace) -> bool:
        taken = self.inner.record(trace)
        if taken:  # else it comes again by `record_later`, or is lost
            self.learn(trace)
        return taken

    async def record_later(self, trace: Trace) -> bool:
        taken = await self.inner.record_later(trace)
        self.learn(trace)
        return taken

    def learn(self, trace: Trace) -> None:
        """Never raises, never waits: what the memory does not say at once is carried on by itself."""
        try:
            step = first_step(self.lesson(trace))
            if isinstance(step, Pending):
                step.then(self.ended)
        except Exception as error:  # mail must not suffer from what is learned of it
            self.ended(None, error)

    def ended(self, result: None, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, Unavailable):
            self.on_bug("learning", error)

    async def lesson(self, trace: Trace) -> None:
        lessons = self.lessons
        role = lessons.roles.get(trace.listener)
        if role is Role.INBOUND:
            if lessons.half_life is not None and not trace.user:
                await self.judge_sender(trace)
        elif role is not None and lessons.lifetime is not None and trace.end is End.DELIVERED:
            await self.note_sent(trace, lessons.lifetime)

    async def judge_sender(self, trace: Trace) -> None:
        seen = conduct(trace)
        if seen is Conduct.NEITHER:
            return
        is_good, now = seen is Conduct.GOOD, trace.began + trace.elapsed
        relays = self.lessons.relays
        if not (relays and contains(relays, ip_address(trace.client_ip))):
            await self.reputations.count(network_key(network_of_text(trace.client_ip)), is_good, now)
        for domain in trace.authenticated[:DOMAINS]:
            await self.reputations.count(domain_key(domain), is_good, now)

    async def note_sent(self, trace: Trace, lifetime: float) -> None:
        domain = (trace.sender or "").rpartition("@")[2]
        message_id = identity(trace.message_id)
        if message_id and domain in self.lessons.domains:
            await remember(self.memory, message_id, domain, trace.began + trace.elapsed, lifetime)


class Reputations:
    """Histories in the memory, written for some messages together; until then these wait here.

    So who comes once takes no row of the memory, and who comes often costs little. What waits when the worker ends is
    lost, as is what has waited longest when there is no room.
    """

    def __init__(self, memory: Memory, half_life: float) -> None:
        self.memory = memory
        self.half_life = half_life
        self.waiting: dict[str, Waiting] = {}

    async def count(self, key: str, is_good: bool, now: float) -> None:
        """One message more. Raises `Unavailable`."""
        waiting = self.waiting.get(key)
        if waiting is None:
            waiting = self.begin(key)
        if is_good:
            waiting.good += 1
        else:
            waiting.bad += 1
        if waiting.good + waiting.bad < waiting.enough:
            return
        history = learned(read(await self.memory.get(key)), waiting.good, waiting.bad, now, self.half_life)
        waiting.good = waiting.bad = 0
        waiting.enough = BATCH if history.weight >= HEAVY else FEW
        await self.memory.put(key, written(history), ttl=lifetime(history, self.half_life))

    def begin(self, key: str) -> "Waiting":
        if len(self.waiting) >= ROOM:
            del self.waiting[next(iter(self.waiting))]
        waiting = self.waiting[key] = Waiting()
        return waiting


class Waiting:
    """Good and bad messages of one sender that are not written yet; `enough` of both are."""

    __slots__ = ("bad", "enough", "good")

    def __init__(self) -> None:
        self.good = self.bad = 0
        self.enough = FEW


def learning(journal: Journal, memory: Memory, settings: Settings, on_bug: Bug) -> Journal:
    """The journal, and what these settings want learned of what goes into it."""
    lessons = lessons_of(settings)
    if lessons.half_life is None and lessons.lifetime is None:
        return journal
    return Learning(journal, memory, lessons, on_bug)


def lessons_of(settings: Settings) -> Lessons:
    sections = settings.checks.sections()
    senders, bounces = sections["reputation"], sections["bounce"]
    roles = {name: listener.role for name, listener in settings.listeners.items()}
    is_outbound = any(role is not Role.INBOUND for role in roles.values())
    return Lessons(
        roles=roles,
        half_life=senders.half_life if isinstance(senders, reputation.Config) and senders.enabled else None,
        lifetime=bounces.lifetime if isinstance(bounces, bounce.Config) and bounces.enabled and is_outbound else None,
        domains=frozenset(settings.domains),
        relays=settings.gateway.trusted_relays,
    )
