"""The conversation with one client: an event comes in, evidence is gathered, an answer goes out.

Nothing here touches a socket. Answers that need no check are given at once; those that do are
coroutines, which end at their first step unless something really waits.
"""

from collections.abc import Coroutine
from typing import Any, assert_never

from msgspec import structs

from gatepost.engine.run import Course
from gatepost.gateway.answer import Answer
from gatepost.gateway.listener import Listener
from gatepost.gateway.recorded import Recorded
from gatepost.gateway.transaction import Place
from gatepost.model.address import Address
from gatepost.model.finding import Findings
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.stage import ConnectStage, HeloStage
from gatepost.model.tls import Tls
from gatepost.model.trace import End
from gatepost.model.verdict import Action, Verdict
from gatepost.smtp import replies
from gatepost.smtp.events import Auth, BadContent, Event, Helo, Invalid, Plain, StartTls
from gatepost.smtp.table import Terms

TOO_MANY_ERRORS = Reply(421, "4.7.0", "Too many errors; closing connection")
TOO_MANY_COMMANDS = Reply(421, "4.7.0", "Too many commands without mail; closing connection")
SHUTTING_DOWN = Reply(421, "4.3.2", "Service is shutting down, try again later")
PLAIN_ANSWERS = {
    "RSET": Answer(replies.RESET_OK),
    "NOOP": Answer(replies.OK),
    "HELP": Answer(replies.HELP),
    "VRFY": Answer(replies.CANNOT_VERIFY),
    "XEXCH50": Answer(replies.XEXCH50_REFUSED),
}


class Session(Recorded):
    """One connection's dialogue. Owned by the connection, which feeds it events one at a time.

    Args:
        at: the stage at CONNECT.
        place: both ends of the connection.
    """

    __slots__ = (
        "at_connect", "errors", "fixed_terms", "is_trusted", "junk", "known", "messages", "octets",
        "refused_recipients", "tls",
    )  # fmt: skip

    def __init__(self, listener: Listener, at: ConnectStage, place: Place) -> None:
        super().__init__(listener, at, place)
        self.known: Findings = at.so_far
        self.at_connect: Findings = at.so_far  # a new HELO begins with no more than that
        self.tls: Tls | None = None
        self.fixed_terms: Terms | None = None
        self.errors = self.junk = self.refused_recipients = self.messages = self.octets = 0
        self.is_trusted = at.relay is not None

    # ── events ───────────────────────────────────────────────────────────────

    def answer(self, event: Event) -> Answer | Coroutine[Any, Any, Answer]:
        """What to say to an event that is neither mail nor HELO nor an error."""
        match event:
            case Plain():
                return self.plain(event)
            case StartTls():
                return self.start_tls()
            case Auth():
                return self.unoffered(replies.STARTTLS_FIRST if self.must_encrypt(None) else replies.DISABLED)
            case BadContent():
                return self.bad_content(event)
            case _:
                raise TypeError(f"nobody answers {type(event).__name__}")

    def spoke_early(self) -> None:
        """The client did not wait for the greeting (RFC 5321 §4.3.1)."""
        self.at = structs.replace(self.at, spoke_early=True)

    def greet(self) -> Answer | Coroutine[Any, Any, Answer]:
        """The CONNECT phase and the greeting."""
        course = self.begin(Phase.CONNECT, self.at)
        if course.is_over:
            verdict = self.concluded(Phase.CONNECT, self.at, course)
            if verdict.action is Action.ACCEPT:
                return self.listener.greeting
            return self.ungreeted(verdict)
        return self.greet_later(course)

    async def greet_later(self, course: Course) -> Answer:
        await course.rest()
        return await self.ungreeted(self.concluded(Phase.CONNECT, self.at, course))

    async def ungreeted(self, verdict: Verdict) -> Answer:
        refusal = await self.refusal(verdict)
        return self.listener.greeting if refusal is None else structs.replace(refusal, close=True)

    def helo(self, event: Helo) -> Answer | Coroutine[Any, Any, Answer]:
        """EHLO or HELO; begins the session anew, or leaves it as it was if it is refused (RFC 5321 §4.1.4)."""
        if self.listener.draining and self.messages:  # who came in time may send one
            return Answer(SHUTTING_DOWN, close=True)
        if self.is_junk(isinstance(self.at, HeloStage)):
            return Answer(TOO_MANY_COMMANDS, close=True)
        connect = self.at
        at = HeloStage(
            session=connect.session, listener=connect.listener, role=connect.role, client_ip=connect.client_ip,
            limits=connect.limits, now=self.listener.outside.clock.now(), so_far=self.at_connect,
            spoke_early=connect.spoke_early, client=connect.client, relay=connect.relay, helo=event.name,
            esmtp=event.verb == "EHLO", tls=self.tls,
        )  # fmt: skip
        course = self.begin(Phase.HELO, at)
        if course.is_over:
            verdict = self.concluded(Phase.HELO, at, course)
            if verdict.action is Action.ACCEPT:
                return self.welcome(at, course.known)
            return self.unwelcome(at, verdict, course.known)
        return self.helo_later(at, course)

    async def helo_later(self, at: HeloStage, course: Course) -> Answer:
        await course.rest()
        return await self.unwelcome(at, self.concluded(Phase.HELO, at, course), course.known)

    async def unwelcome(self, at: HeloStage, verdict: Verdict, known: Findings) -> Answer:
        refusal = await self.refusal(verdict)
        return self.welcome(at, known) if refusal is None else self.counted(refusal)

    def welcome(self, at: HeloStage, known: Findings) -> Answer:
        self.abandon()
        self.at, self.known = at, known
        keywords = self.terms().keywords if at.esmtp else ()
        return Answer(Reply(250, "", self.listener.site.hostname, keywords))

    def terms(self) -> Terms:
        """The same from the greeting to TLS or the end: what EHLO offers is what the protocol core takes."""
        if self.fixed_terms is None:
            self.fixed_terms = self.listener.terms(tls_active=self.tls is not None)
        return self.fixed_terms

    def plain(self, event: Plain) -> Answer | Coroutine[Any, Any, Answer]:
        """Verbs that ask nothing of anybody; "" is the connection itself."""
        if not event.verb:
            return self.greet()
        if event.verb in ("QUIT", "RSET"):
            self.abandon()
        if event.verb == "QUIT":
            return Answer(replies.BYE, close=True)
        if self.is_junk(True):
            return Answer(TOO_MANY_COMMANDS, close=True)
        return PLAIN_ANSWERS.get(event.verb, Answer(replies.DISABLED))

    def is_junk(self, counts: bool) -> bool:
        """Commands that lead nowhere are counted until a message comes; True when there were too many."""
        self.junk += counts
        return self.junk > self.at.limits.junk_commands

    async def invalid(self, event: Invalid) -> Answer:
        """A protocol error: counted, tar-pitted where the session goes on."""
        if event.close:
            return Answer(event.reply, close=True)
        return await self.error(event.reply)

    async def error(self, reply: Reply) -> Answer:
        """A refusal that counts as an error of this connection."""
        return await self.delayed(self.counted(Answer(reply)), 0.0)

    def counted(self, refusal: Answer) -> Answer:
        """The refusal, or the end of the session if it was one too many."""
        self.errors += 1
        is_last = self.errors >= self.at.limits.errors and not refusal.close
        return Answer(TOO_MANY_ERRORS, close=True) if is_last else refusal

    def unoffered(self, reply: Reply) -> Answer:
        """To a command for what EHLO does not offer."""
        return Answer(TOO_MANY_COMMANDS, close=True) if self.is_junk(True) else Answer(reply)

    async def bad_content(self, event: BadContent) -> Answer:
        """Content that broke the rules has been discarded; nobody has the message."""
        if self.record is not None:
            now = self.listener.outside.clock.monotonic()
            self.record.exchange("content", event.rule, event.reply, now, 0.0)
        self.conclude(End.REFUSED, event.reply)
        return Answer(event.reply, close=event.close)

    def must_encrypt(self, sender: Address | None) -> bool:
        """TLS is demanded of this client, or for this sender, and is not there."""
        demand = self.listener.tls_demand
        return demand is not None and self.tls is None and demand.holds(self.at.client_ip, sender)

    def start_tls(self) -> Answer:
        if self.listener.tls is None or not self.terms().offer.starttls:
            return self.unoffered(replies.TLS_UNAVAILABLE)
        return Answer(replies.START_TLS, upgrade=True)

    def tls_started(self, tls: Tls) -> None:
        """The handshake is done; what was said before counts no more (RFC 3207 §4.2)."""
        self.abandon()
        self.fixed_terms = None
        if self.tls is None:  # else a proxy has said what the client uses; this is the proxy's own
            self.tls = tls

    # ── evidence, verdict, tar pit ───────────────────────────────────────────

    def begin(self, phase: Phase, at: ConnectStage) -> Course:
        """The checks of a phase, as far as they go without waiting."""
        return self.listener.judge.engine.begin(phase, at)

    def concluded(self, phase: Phase, at: ConnectStage, course: Course) -> Verdict:
        """The verdict on what the checks found, into the record. The course is over."""
        judge = self.listener.judge
        decision = judge.quiet(phase, at, course)
        if decision is None:
            known = course.known
            verdict = judge.verdict(phase, at, known.items)
            self.decide(phase, verdict, tuple(course.steps))
            if phase is Phase.CONNECT:
                self.known = self.at_connect = known
            return verdict
        if self.is_fresh:
            if phase is Phase.CONNECT:
                self.prelude = (decision,)
                return decision.verdict
            self.open_first_record()
        self.remember(decision)
        return decision.verdict

    async def refusal(self, verdict: Verdict) -> Answer | None:
        """The answer where the verdict is not to pass, with its tar pit; None where it is."""
        match verdict.action:
            case Action.ACCEPT | Action.TAG | Action.STRIP | Action.QUARANTINE | Action.DISCARD:
                return None
            case Action.DEFER:
                return Answer(verdict.reply, verdict.delay, reference=self.reference)
            case Action.REJECT:
                return await self.delayed(Answer(verdict.reply, reference=self.reference), verdict.delay)
            case Action.DROP:
                return Answer(verdict.reply, verdict.delay, close=True, reference=self.reference)
            case Action.IGNORE:
                raise ValueError("a verdict is never IGNORE")
            case _:
                assert_never(verdict.action)

    async def delayed(self, answer: Answer, least: float) -> Answer:
        """With the tar pit's delay where the reply is a 5xx to a stranger."""
        if answer.reply.code < 500 or not self.listener.is_outside or self.is_trusted:
            return structs.replace(answer, delay=least)
        delay = await self.listener.tarpit.delay_for(self.at.client_ip, least)
        transaction = self.transaction
        if transaction is not None:
            if transaction.recipients:  # someone here wants this client's mail
                delay = min(delay, max(0.0, self.listener.tarpit.maximum - transaction.delayed))
            transaction.delayed += delay
        return structs.replace(answer, delay=delay)
