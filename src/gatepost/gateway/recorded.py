"""What remains of a session: one record for each transaction, or for a connection that had none.

Everything seen, decided and said goes in here; when a transaction ends its trace goes to the journal.
"""

from gatepost.gateway.answer import Answer
from gatepost.gateway.listener import Listener
from gatepost.gateway.transaction import Place, Record, Transaction, trace
from gatepost.gateway.words import described
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.stage import ConnectStage
from gatepost.model.trace import Decision, End, Step, Trace
from gatepost.model.verdict import Verdict
from gatepost.smtp.events import Event, Invalid


class Recorded:
    """The part of a session that keeps its records.

    Args:
        at: the stage at CONNECT; later the furthest that was reached before MAIL.
        place: both ends of the connection.
    """

    __slots__ = ("at", "began", "gone", "is_fresh", "listener", "place", "prelude", "record", "transaction")

    def __init__(self, listener: Listener, at: ConnectStage, place: Place) -> None:
        self.listener = listener
        self.at = at
        self.place = place
        self.began = listener.outside.clock.monotonic()
        self.record: Record | None = None
        self.is_fresh = True  # the first record is still to be made: silent connections are many
        self.prelude: tuple[Decision, ...] = ()
        self.transaction: Transaction | None = None
        self.gone = False

    def decide(self, phase: Phase, verdict: Verdict, steps: tuple[Step, ...], recipient: str = "") -> None:
        """Into the record; what was decided before MAIL belongs to every transaction of the session."""
        record = self.open_first_record() if self.is_fresh else self.record
        moment = self.listener.outside.clock.monotonic() - record.start if record else 0.0
        self.remember(Decision(phase, verdict, steps, moment, recipient))

    def remember(self, decision: Decision) -> None:
        """A HELO said again takes the place of the former one; one within a transaction is of those to come."""
        if decision.phase <= Phase.HELO:
            self.prelude = (*[d for d in self.prelude if d.phase is not decision.phase], decision)
            if self.transaction is not None:
                return
        if self.record is not None:
            self.record.decisions.append(decision)

    @property
    def reference(self) -> str:
        """Id of the record that is open; "" if none is."""
        return self.record.id if self.record is not None else ""

    def open_record(self, now: float, moment: float) -> Record:
        """One more; what was decided before MAIL belongs to it too."""
        if self.is_fresh:
            return self.open_first_record()
        self.record = Record(self.listener.ids.next(now), now, moment)
        self.record.decisions.extend(self.prelude)
        return self.record

    def open_first_record(self) -> Record:
        """It has the session's id and beginning. Where CONNECT was quiet, the greeting was said and not noted."""
        self.is_fresh = False
        self.record = record = Record(self.at.session, self.at.now, self.began)
        if self.prelude:
            record.decisions.extend(self.prelude)
            record.exchanges.append(self.listener.greeted)
        return record

    def note(self, event: Event, answer: Answer) -> None:
        """What was said, for the time line; what ends a transaction has ended its record before."""
        if self.is_fresh:
            if answer is self.listener.greeting:
                return
            self.open_first_record()
        elif self.record is None and answer.close and isinstance(event, Invalid):  # an attack behind the last message
            clock = self.listener.outside.clock
            self.open_record(clock.now(), clock.monotonic())
        if self.record is not None:
            verb, argument = described(event)
            now = self.listener.outside.clock.monotonic()
            self.record.exchange(verb, argument, answer.reply, now, answer.delay)

    def abandon(self) -> None:
        """RSET, QUIT, a new EHLO: the transaction ends without a message."""
        transaction = self.transaction
        if transaction is None:
            return
        if transaction.refused and not transaction.recipients:
            last = transaction.refused[-1]
            self.conclude(last.end, reply_of(last.reply))
        else:
            self.conclude(End.ABANDONED, Reply(250, "2.0.0", "Transaction abandoned"))

    def conclude(self, end: End, reply: Reply) -> None:
        """`finish`, where nobody waits until there is room for the trace."""
        self.listener.outside.tally.lost += self.finish(end, reply, "") is not None

    def finish(self, end: End, reply: Reply, verb: str) -> Trace | None:
        """Close the record: its trace goes to the journal. The trace comes back if there was no room for it."""
        record, transaction = self.record, self.transaction
        self.record = self.transaction = None
        if record is None:
            return None
        now = self.listener.outside.clock.monotonic()
        if verb:
            record.exchange(verb, "", reply, now, 0.0)
        whole = trace(record, self.place, self.at, end, reply, now - record.start, transaction)
        if transaction is not None:
            transaction.release()
        self.listener.outside.tally.ended(whole.end)
        return None if self.listener.outside.journal.record(whole) else whole

    def closed(self, end: End, reply: Reply) -> None:
        """The connection is over; what is still open is recorded."""
        self.gone = True
        if self.is_fresh:
            self.open_first_record()
        if self.transaction is not None and end is not End.DROPPED:
            self.abandon()
        elif self.record is not None:
            self.conclude(end, reply)


def reply_of(said: str) -> Reply:
    """A recipient's reply as it was recorded, back as a reply; for the end of a transaction that nobody was left in."""
    code, _, text = said.partition(" ")
    return Reply(int(code), "", text)
