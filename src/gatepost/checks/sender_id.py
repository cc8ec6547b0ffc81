"""Does the domain of who is responsible for the message let this client send for it (Sender ID, RFC 4406, RFC 4407)?

Asked when the whole message is there; off by default. Sender ID is historic, and the paper's Exchange server had it:
the purported responsible address comes from Resent-Sender, Resent-From, Sender or From. What it finds is written into
Authentication-Results and is no reason to refuse: mailing lists and forwarders fail it in good faith, since most
domains publish SPF records, which are meant for another identity.
"""

from pydantic import Field

from gatepost.auth.pra import SenderId, check_pra, purported_responsible_address, responsible_field
from gatepost.auth.spf.result import Spf
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import message
from gatepost.model.stage import MessageStage
from gatepost.ports.dns import Dns
from gatepost.ports.own_names import OwnNames
from gatepost.ports.unavailable import Unavailable

PASS = Kind("sender_id.pass", "The responsible address's domain names this client as one of its own.")
FAIL = Kind("sender_id.fail", "The responsible address's domain says that this client is none of its own.")
NO_ADDRESS = Kind("sender_id.no_address", "The header names nobody who is responsible.")


class Config(CheckSettings):
    """Section `[checks.sender_id]`."""

    enabled: bool = Field(False, description="Whether the check runs at all.")


class SenderIdCheck(Check[MessageStage]):
    """Finds the responsible address and evaluates its record; leaves the `SenderId`."""

    spec = Spec(name="sender_id", kinds=(PASS, FAIL, NO_ADDRESS), timeout=10.0)
    examples = (
        Example(
            says="The author's domain lists the client.",
            at=message(),
            world={"dns": {"example.net": {"TXT": ["spf2.0/pra ip4:192.0.2.99 -all"]}}},
            finds=("sender_id.pass",),
        ),
        Example(
            says="It does not.",
            at=message(client_ip="198.51.100.7"),
            world={"dns": {"example.net": {"TXT": ["v=spf1 ip4:192.0.2.99 -all"]}}},
            finds=("sender_id.fail",),
        ),
        Example(says="Nobody is named.", at=message(b"To: bob@example.com\r\n"), finds=("sender_id.no_address",)),
        Example(
            says="The domain does not say.", at=message(), world={"dns": {"example.net": {"TXT": ["v=spf1"]}}}, finds=()
        ),
    )

    def __init__(self, config: Config, dns: Dns, own: OwnNames) -> None:
        self.dns, self.receiver = dns, own.hostname

    async def __call__(self, at: MessageStage) -> Report:
        address, field = purported_responsible_address(at.message.header), responsible_field(at.message.header)
        if address is None or field is None:
            return Report((NO_ADDRESS(),))
        found = await check_pra(self.dns, at.client_ip, at.helo, address, receiver=self.receiver, now=at.now)
        left = SenderId(address, field.name.lower(), found)
        if found.result is Spf.TEMPERROR:
            raise Unavailable(found.problem, left)
        kinds = {Spf.PASS: PASS, Spf.FAIL: FAIL}
        seen = (kinds[found.result](found.domain),) if found.result in kinds else NOTHING_FOUND.findings
        return Report(seen, left)
