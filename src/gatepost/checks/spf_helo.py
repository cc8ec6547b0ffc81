"""Does the domain in HELO let this client use its name (RFC 7208 §2.3)?

Asked at HELO. Few hosts publish a record for their own name, so little is found; where there is one, it says for
certain who lies. An address literal, a single label and a name that is ours are other checks' business.
"""

from gatepost.auth.spf.check import check_helo
from gatepost.auth.spf.result import Spf
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import helo
from gatepost.model.stage import HeloStage
from gatepost.ports.dns import Dns
from gatepost.ports.own_names import OwnNames
from gatepost.ports.unavailable import Unavailable

PASS = Kind("spf_helo.pass", "The domain in HELO names this client as its own.")
FAIL = Kind("spf_helo.fail", "The domain in HELO says that this client is none of its own.", score=2.0)
WORLD = {"dns": {"client.example.net": {"TXT": ["v=spf1 ip4:192.0.2.99 -all"]}}}


class Config(CheckSettings):
    """Section `[checks.spf_helo]`."""


class SpfHelo(Check[HeloStage]):
    """Evaluates the record of the HELO name."""

    spec = Spec(of_client=True, name="spf_helo", kinds=(PASS, FAIL))
    examples = (
        Example(says="The host is listed.", at=helo(), world=WORLD, finds=("spf_helo.pass",)),
        Example(
            says="Another host uses its name.", at=helo(client_ip="198.51.100.7"), world=WORLD, finds=("spf_helo.fail",)
        ),
        Example(says="There is no record.", at=helo(), finds=()),
    )  # fmt: skip

    def __init__(self, config: Config, dns: Dns, own: OwnNames) -> None:
        self.dns, self.receiver = dns, own.hostname

    async def __call__(self, at: HeloStage) -> Report:
        found = await check_helo(self.dns, at.client_ip, at.helo, receiver=self.receiver, now=at.now)
        if found.result is Spf.TEMPERROR:
            raise Unavailable(found.problem)
        if found.result is Spf.FAIL:
            return Report((FAIL(found.domain),))
        is_pass = found.result is Spf.PASS and not found.is_weak
        return Report((PASS(found.domain),)) if is_pass else NOTHING_FOUND
