"""Did somebody on the way seal what he found, and is the chain of seals whole (RFC 8617)?

Asked when the whole message is there. Mailing lists and forwarders change messages and break signatures; those that
seal say what they found before. A seal is worth as much as he who sealed: `dmarc` believes
the domains in its `trusted_sealers`, and does not hold a failure against a message that they have seen pass.
"""

from pydantic import Field

from gatepost.auth.arc.chain import ArcResult
from gatepost.auth.arc.validate import validate
from gatepost.auth.budget import Budgeted
from gatepost.auth.dkim.body import BodyHashes
from gatepost.auth.samples import BODY, keys_of, sealed
from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import message
from gatepost.model.stage import MessageStage
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

PASS = Kind("arc.pass", "The chain of seals is whole.")
FAIL = Kind("arc.fail", "The chain of seals is broken, which is as good as none.")
SEEN = "dmarc=pass header.from=example.net"


class Config(CheckSettings):
    """Section `[checks.arc]`."""

    lookups: int = Field(40, ge=4, le=200, description="Questions to the DNS for one message, at most.")


class Arc(Check[MessageStage]):
    """Validates the chain; leaves the `ArcChain` for later checks."""

    spec = Spec(name="arc", kinds=(PASS, FAIL), timeout=10.0)
    examples = (
        Example(
            says="A mailing list has sealed.",
            at=message(sealed("lists.example.org", SEEN), body=BODY),
            world={"dns": keys_of("lists.example.org")},
            finds=("arc.pass",),
        ),
        Example(
            says="The message was changed behind the seal.",
            at=message(sealed("lists.example.org", SEEN), body=b"Hi!\r\n"),
            world={"dns": keys_of("lists.example.org")},
            finds=("arc.fail",),
        ),
        Example(says="Nobody has sealed.", at=message(), finds=()),
    )

    def __init__(self, config: Config, dns: Dns) -> None:
        self.dns, self.lookups = dns, config.lookups

    async def __call__(self, at: MessageStage) -> Report:
        dns = Budgeted(self.dns, self.lookups)
        chain = await validate(dns, at.message, at.now, hashes=at.so_far.value(BodyHashes))
        if chain.is_undecided:
            raise Unavailable(f"no key for the seal i={chain.at}", chain)
        if chain.result is ArcResult.NONE:
            return NOTHING_FOUND
        if chain.result is ArcResult.PASS:
            return Report((PASS(f"i={chain.instance}, sealed by {chain.sealers[-1].domain}"),), chain)
        return Report((FAIL(f"i={chain.at or chain.instance}: {chain.reason.value}"),), chain)
