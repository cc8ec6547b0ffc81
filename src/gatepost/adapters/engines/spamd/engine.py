"""What does SpamAssassin say of a message? Several of its daemons are asked in turn."""

from gatepost.adapters.engines.arrival import Arrival
from gatepost.adapters.engines.exchange import exchange
from gatepost.adapters.engines.opinion_settings import SpamdSettings
from gatepost.adapters.engines.settings import EngineAddress
from gatepost.adapters.engines.spamd.replies import ReplyReader
from gatepost.adapters.engines.spamd.requests import request
from gatepost.ports.scanner import Sample
from gatepost.ports.second_opinion import SecondOpinion


class Spamd:
    """A `SpamEngine`.

    Args:
        name: of its section.
        hostname: ours.
    """

    def __init__(self, name: str, settings: SpamdSettings, hostname: str) -> None:
        self.name, self.settings, self.hostname = name, settings, hostname

    async def ask(self, address: EngineAddress, sample: Sample, arrival: Arrival) -> SecondOpinion:
        octets = request(arrival, sample, self.hostname, self.settings.user)
        told = await exchange(address, octets, ReplyReader(), self.settings.connect_timeout)
        return SecondOpinion(engine=self.name, score=told.score, threshold=told.threshold, rules=told.rules)
