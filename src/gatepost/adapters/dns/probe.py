"""Does any resolver answer at all?

Names of mail cannot tell: whoever sends it may choose some whose own name servers are silent. So a name is asked for
that every resolver knows.
"""

import asyncio

from gatepost.adapters.dns.outcome import Failure
from gatepost.adapters.dns.questions import Question, Questions, outcome_of
from gatepost.adapters.dns.records import PTR
from gatepost.adapters.dns.servers import Servers
from gatepost.adapters.dns.settings import DnsSettings

LOCALHOST = "1.0.0.127.in-addr.arpa"  # answered without asking anybody (RFC 6303 §4.2)


class Probe:
    """At most one question at a time, while there is doubt; nobody waits for it. Owned by one `Resolver`."""

    def __init__(self, settings: DnsSettings, servers: Servers, questions: Questions) -> None:
        self.settings, self.servers, self.questions = settings, servers, questions
        self.question: Question | None = None
        self.deadline: asyncio.TimerHandle | None = None

    def tick(self) -> None:
        """Once a second."""
        if self.question is not None or not self.servers.are_in_doubt:
            return
        loop = asyncio.get_running_loop()
        self.question = self.questions.ask(loop, LOCALHOST, PTR.type)
        self.deadline = loop.call_later(self.settings.deadline, self.question.cancel)
        self.question.add_done_callback(self.land)

    def land(self, question: Question) -> None:
        self.question = None
        if self.deadline is not None:
            self.deadline.cancel()
        outcome = outcome_of(question)
        if isinstance(outcome, Failure) and outcome.is_silence:
            self.servers.missed_probe()
        else:
            self.servers.answered()

    def close(self) -> None:
        if self.question is not None:
            self.question.cancel()
