"""How does one question go out, and what comes of it?"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pycares
from aiodns.error import (
    ARES_EBADRESP,
    ARES_ECONNREFUSED,
    ARES_EFILE,
    ARES_EFORMERR,
    ARES_ENODATA,
    ARES_ENOTFOUND,
    ARES_ENOTIMP,
    ARES_EREFUSED,
    ARES_ESERVFAIL,
    ARES_ETIMEOUT,
    DNSError,
)

from gatepost.adapters.dns.channel import Channel
from gatepost.adapters.dns.names import is_usual
from gatepost.adapters.dns.outcome import EMPTY, EXPIRED, Failure, Outcome, Told
from gatepost.adapters.dns.records import RecordType
from gatepost.adapters.dns.servers import Servers
from gatepost.adapters.dns.settings import DnsSettings
from gatepost.adapters.dns.unusual import ask_unusual

THREADS = 8  # for unusual names: most of them asked at a time
Question = asyncio.Future[pycares.DNSResult] | asyncio.Future[Outcome]
OUTCOMES: dict[int, Outcome] = {
    ARES_ENODATA: Told(EMPTY),
    ARES_ENOTFOUND: Told(EMPTY, exists=False),
    ARES_ETIMEOUT: EXPIRED,
    ARES_ECONNREFUSED: Failure("connection refused", is_silence=True),
    ARES_EFILE: Failure("no socket to be had", is_silence=True),
    ARES_ESERVFAIL: Failure("SERVFAIL"),
    ARES_EREFUSED: Failure("REFUSED"),
    ARES_ENOTIMP: Failure("NOTIMP"),
    ARES_EFORMERR: Failure("FORMERR"),
    ARES_EBADRESP: Failure("bad answer"),
}


class Questions:
    """Owned by one `Resolver`. It lives in the loop in which it is first asked, and opens nothing before."""

    def __init__(self, settings: DnsSettings, servers: Servers) -> None:
        self.settings, self.servers = settings, servers
        self.channel: Channel | None = None
        self.threads: ThreadPoolExecutor | None = None

    def ask(self, loop: asyncio.AbstractEventLoop, name: str, kind: RecordType) -> Question:
        """What comes of it is said by `outcome_of`, once it is done."""
        if not is_usual(name):
            if self.threads is None:
                self.threads = ThreadPoolExecutor(THREADS, "dns")
            return loop.run_in_executor(self.threads, ask_unusual, self.servers.all, self.settings, name, kind)
        try:
            if self.channel is None:
                self.channel = Channel(loop, self.settings, self.servers.all)
        except pycares.AresError as error:
            failed: asyncio.Future[pycares.DNSResult] = loop.create_future()
            failed.set_exception(DNSError(ARES_EFILE, str(error)))
            return failed
        question = self.channel.query_dns(name, kind.name)
        question.add_done_callback(self.channel.forget_soon)
        return question

    def tick(self) -> None:
        """Once in a while: other resolvers of the system are used from now on."""
        if self.servers.tick() and self.channel is not None:
            self.channel.use(self.servers.all)

    def close(self) -> None:
        if self.channel is not None:
            self.channel.shut()
            self.channel = None
        if self.threads is not None:
            self.threads.shutdown(wait=False, cancel_futures=True)


def outcome_of(question: Question) -> Outcome:
    """What came of a question that is done. One that was given up has not been answered."""
    if question.cancelled():
        return EXPIRED
    error = question.exception()
    if error is not None:
        code, reason = error.args if isinstance(error, DNSError) else (None, type(error).__name__)
        return OUTCOMES.get(code) or Failure(reason.lower())
    result = question.result()
    return Told(result) if isinstance(result, pycares.DNSResult) else result
