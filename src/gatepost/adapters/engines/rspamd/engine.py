"""What does rspamd say of a message? Several of them are asked in turn."""

from gatepost.adapters.engines.arrival import Arrival
from gatepost.adapters.engines.exchange import BadAnswer, exchange
from gatepost.adapters.engines.opinion_settings import RspamdSettings
from gatepost.adapters.engines.rspamd.answers import opinion
from gatepost.adapters.engines.rspamd.reader import ResponseReader
from gatepost.adapters.engines.rspamd.requests import request
from gatepost.adapters.engines.settings import EngineAddress
from gatepost.adapters.engines.turns import Failed
from gatepost.ports.scanner import Sample
from gatepost.ports.second_opinion import SecondOpinion


class Rspamd:
    """A `SpamEngine`.

    Args:
        name: of its section.
    """

    def __init__(self, name: str, settings: RspamdSettings) -> None:
        self.name, self.settings = name, settings
        self.known: bytes | None = None  # its password, once it has been read

    async def ask(self, address: EngineAddress, sample: Sample, arrival: Arrival) -> SecondOpinion:
        reader = ResponseReader()
        octets = request(reader.connection, arrival, sample, self.password())
        body = await exchange(address, octets, reader, self.settings.connect_timeout)
        try:
            return opinion(self.name, body)
        except BadAnswer as bad:
            raise Failed(str(bad)) from bad

    def password(self) -> bytes:
        """Read when it is first needed. Raises `Failed`."""
        if self.known is None:
            try:
                self.known = self.settings.read_password()
            except (OSError, ValueError) as error:
                raise Failed(f"the password cannot be read: {error}", is_final=True) from error
        return self.known
