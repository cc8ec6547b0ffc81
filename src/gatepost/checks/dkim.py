"""Which domains have signed this message, and do their signatures hold (RFC 6376, RFC 8301, RFC 8463)?

Asked when the whole message is there. A signature that holds says which domain answers for the message; one that does
not says nothing at all (RFC 6376 §6.1): mailing lists break them every day. `dmarc` tells whether the domain is the
author's. Signatures over a part of the body (`l=`), with weak keys or with keys that are being tested do not count.
"""

from pydantic import Field

from gatepost.auth.author import Author
from gatepost.auth.dkim.body import BodyHashes
from gatepost.auth.dkim.result import DkimLimits, DkimResult, DkimResults, Reason, Result
from gatepost.auth.dkim.verify import verify
from gatepost.auth.samples import BODY, keys_of, signed
from gatepost.auth.suffixes import is_public_suffix
from gatepost.model.check import Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.samples import message
from gatepost.model.stage import MessageStage
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

PASS = Kind("dkim.pass", "A domain's signature holds.")
FAIL = Kind("dkim.fail", "A signature does not hold, which is as good as none.")
INVALID = Kind("dkim.invalid", "A signature does not count: malformed, expired, without a key, or with a bad one.")
PARTIAL = Kind("dkim.partial", "A signature leaves a part of the body unsigned: anybody may have added it.", score=1.0)
UNSIGNED_COPY = Kind("dkim.unsigned_copy", "A field is there more often than it was signed.", score=1.0)
UNVERIFIED = Kind("dkim.unverified", "There were more signatures than are verified.", score=0.5)
KINDS = {Result.FAIL: FAIL, Result.NEUTRAL: INVALID, Result.POLICY: INVALID, Result.PERMERROR: INVALID}
SIGNED_FOUND = 10  # findings in one message, at most


class Config(CheckSettings):
    """Section `[checks.dkim]`."""

    signatures: int = Field(8, ge=1, le=50, description="Signatures of one message that are verified at most.")
    shortest_key: int = Field(1024, ge=1024, le=8192, description="Bits of an RSA key that counts (RFC 8301 §3.2).")
    longest_key: int = Field(4096, ge=2048, le=16384, description="Bits of an RSA key that is tried.")


class Dkim(Check[MessageStage]):
    """Verifies signatures, the author's domain's first; leaves the `DkimResults` for later checks."""

    spec = Spec(
        name="dkim", kinds=(PASS, FAIL, INVALID, PARTIAL, UNSIGNED_COPY, UNVERIFIED), after=("author",), timeout=10.0
    )
    examples = (
        Example(
            says="The author's domain has signed.",
            at=message(signed(), body=BODY),
            world={"dns": keys_of("example.net")},
            finds=("dkim.pass",),
        ),
        Example(
            says="The body was changed on the way.",
            at=message(signed(), body=b"Hi!\r\n"),
            world={"dns": keys_of("example.net")},
            finds=("dkim.fail",),
        ),
        Example(says="The key is not there.", at=message(signed(), body=BODY), finds=("dkim.invalid",)),
        Example(
            says="The signature covers one octet of the body.",
            at=message(signed().replace(b"bh=", b"l=1; bh="), body=BODY),
            world={"dns": keys_of("example.net")},
            finds=("dkim.partial",),
        ),
        Example(
            says="Somebody has added a second subject, which the signature does not cover.",
            at=message(b"Subject: Win\r\n" + signed(oversigned=()), body=BODY),
            world={"dns": keys_of("example.net")},
            finds=("dkim.pass", "dkim.unsigned_copy"),
        ),
        Example(
            says="Two signatures, of which one is verified.",
            at=message(signed("example.org", signed()), body=BODY),
            world={"dns": keys_of("example.net", "example.org")},
            config={"signatures": 1},
            finds=("dkim.pass", "dkim.unverified"),
        ),
        Example(says="There is no signature.", at=message(), finds=()),
    )

    def __init__(self, config: Config, dns: Dns) -> None:
        self.dns = dns
        self.limits = DkimLimits(signatures=config.signatures, shortest=config.shortest_key, longest=config.longest_key)

    async def __call__(self, at: MessageStage) -> Report:
        author = at.so_far.value(Author)
        domains = author.domains if author is not None else ()
        results = DkimResults(
            await verify(
                self.dns,
                at.message,
                at.now,
                is_public_suffix=is_public_suffix,
                prefer=domains[0] if domains else "",
                hashes=at.so_far.value(BodyHashes),
                limits=self.limits,
            )
        )
        unanswered = [each for each in results.items if each.result is Result.TEMPERROR]
        if unanswered and not results.domains:
            raise Unavailable(f"no key of {unanswered[0].domain}", results)
        return Report(tuple(findings(results)), results)


def findings(results: DkimResults) -> list[Finding]:
    """One for each signature, bounded; what passed comes first."""
    found = [finding(each) for each in results.items if each.result is not Result.TEMPERROR]
    found += [UNSIGNED_COPY(", ".join(each.unsigned_copies)[:100]) for each in results.items if each.unsigned_copies]
    return sorted(found, key=lambda each: each.code != PASS.code)[:SIGNED_FOUND]


def finding(result: DkimResult) -> Finding:
    if result.result is Result.PASS:
        return PASS(f"{result.domain} ({result.selector}, {result.key_bits} bits)")
    kind = KINDS[result.result]
    if result.reason is Reason.PARTIAL_BODY:
        kind = PARTIAL
    elif result.reason is Reason.OVER_LIMIT:
        kind = UNVERIFIED
    return kind(f"{result.domain or 'no domain'}: {result.reason.text}")
