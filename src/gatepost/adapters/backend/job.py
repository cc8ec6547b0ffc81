"""What somebody waits for: one delivery, or one question about a recipient; asked once, answered once."""

from abc import ABC, abstractmethod
from asyncio import AbstractEventLoop, Future
from typing import Generic, TypeVar

from gatepost.model.reply import Reply
from gatepost.model.tls import Tls
from gatepost.ports.backend import Delivery, Envelope, Extensions, Payload
from gatepost.ports.unavailable import Unavailable
from gatepost.smtp.client_transaction import NOT_UTF8, Callout, Exchange, Outcome, Transaction, objection

T = TypeVar("T")


class Job(ABC, Generic[T]):
    """Owned by the pool until a connection takes it, then by that connection.

    Args:
        deadline: loop time until which it may wait for a connection.
        is_retried: it has been given to a second connection, the first one being dead already.
        is_over: it has its answer, or nobody waits for it any more.
    """

    __slots__ = ("began", "deadline", "envelope", "future", "is_over", "is_retried", "loop", "payload")

    def __init__(self, loop: AbstractEventLoop, envelope: Envelope, payload: Payload | None, wait: float) -> None:
        self.loop = loop
        self.began = loop.time()
        self.deadline = self.began + wait
        self.envelope = envelope
        self.payload = payload
        self.future: Future[T] = loop.create_future()
        self.is_retried = False
        self.is_over = False

    @abstractmethod
    def exchange(self, host: str, offered: Extensions, tls: Tls | None) -> Exchange | None:
        """What to say to a server that offers that; None where it need not be asked: the job is over then."""

    @abstractmethod
    def settle(self, exchange: Exchange, outcome: Outcome, host: str, tls: Tls | None) -> None:
        """The exchange is over: answer whoever waits."""

    def answer(self, result: T) -> None:
        if not (self.is_over or self.future.done()):
            self.future.set_result(result)
        self.is_over = True

    def fail(self, error: Exception) -> None:
        if not (self.is_over or self.future.done()):
            self.future.set_exception(error)
        self.is_over = True


class DeliverJob(Job[Delivery]):
    """A message."""

    __slots__ = ()

    def exchange(self, host: str, offered: Extensions, tls: Tls | None) -> Exchange | None:
        refusal = objection(self.envelope, offered)
        if refusal is None:
            return Transaction(self.envelope, offered)
        self.answer(Delivery(host=host, reply=refusal, taken=False, tls=tls, elapsed=self.loop.time() - self.began))
        return None

    def settle(self, exchange: Exchange, outcome: Outcome, host: str, tls: Tls | None) -> None:
        self.answer(
            Delivery(
                host=host,
                reply=outcome.reply,
                taken=outcome.taken,
                refused=outcome.refused,
                doubtful=outcome.doubtful,
                tls=tls,
                elapsed=self.loop.time() - self.began,
            )
        )


class CalloutJob(Job[Reply]):
    """A recipient that may or may not exist."""

    __slots__ = ()

    def exchange(self, host: str, offered: Extensions, tls: Tls | None) -> Exchange | None:
        if not self.envelope.smtputf8 or offered.smtputf8:
            return Callout(self.envelope, offered)
        self.answer(NOT_UTF8)
        return None

    def settle(self, exchange: Exchange, outcome: Outcome, host: str, tls: Tls | None) -> None:
        if isinstance(exchange, Callout) and exchange.answered:
            self.answer(outcome.reply)
        else:
            self.fail(Unavailable(f"{host} did not answer RCPT: {str(outcome.reply)[:200]!a}"))
