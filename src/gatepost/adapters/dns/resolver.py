"""`ports.dns.Dns` by recursive resolvers: where does each of its questions go?"""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from gatepost.adapters.dns import records
from gatepost.adapters.dns.desk import Desk
from gatepost.adapters.dns.probe import Probe
from gatepost.adapters.dns.questions import Questions
from gatepost.adapters.dns.servers import RESOLV_CONF, Servers
from gatepost.adapters.dns.settings import DnsSettings
from gatepost.ports.clock import Clock
from gatepost.ports.dns import Answer, MailExchanger


class Resolver:
    """A `Dns`. Owned by one worker; it lives in the loop in which it is first asked, and opens nothing before.

    What is remembered is answered without a wait. A question that many ask at a time goes out once, and goes on when
    who asked first has left. Every question ends within `settings.deadline`.
    """

    def __init__(self, settings: DnsSettings, clock: Clock, resolv_conf: Path = RESOLV_CONF) -> None:
        self.servers = Servers(settings.servers, resolv_conf)
        self.questions = Questions(settings, self.servers)
        self.probe = Probe(settings, self.servers, self.questions)
        self.addresses4 = Desk(records.A, settings, self.servers, self.questions, clock)
        self.addresses6 = Desk(records.AAAA, settings, self.servers, self.questions, clock)
        self.exchangers = Desk(records.MX, settings, self.servers, self.questions, clock)
        self.texts = Desk(records.TXT, settings, self.servers, self.questions, clock)
        self.names = Desk(records.PTR, settings, self.servers, self.questions, clock)

    async def a(self, name: str) -> Answer[IPv4Address]:
        return await self.addresses4.ask(name)

    async def aaaa(self, name: str) -> Answer[IPv6Address]:
        return await self.addresses6.ask(name)

    async def mx(self, name: str) -> Answer[MailExchanger]:
        return await self.exchangers.ask(name)

    async def txt(self, name: str) -> Answer[bytes]:
        return await self.texts.ask(name)

    async def ptr(self, ip: IPv4Address | IPv6Address) -> Answer[str]:
        return await self.names.ask(ip.reverse_pointer)

    def tick(self) -> None:
        """Once a second: other resolvers of the system are used from now on; whether any answers is found out."""
        self.questions.tick()
        self.probe.tick()

    @property
    def problem(self) -> str:
        """For operators; "" while any resolver answers."""
        return self.servers.problem

    def close(self) -> None:
        """Give up what is under way."""
        for desk in (self.addresses4, self.addresses6, self.exchangers, self.texts, self.names):
            desk.close()
        self.probe.close()
        self.questions.close()
