"""What do we write into the header for those behind us?

What sender authentication found (RFC 8601, RFC 7208 §9.1), that the message comes from outside, and a seal over it all
(RFC 8617). The newest trace fields stand on top.
"""

from collections.abc import Iterator

from msgspec import Struct

from gatepost.auth.arc.chain import ArcChain, ArcReason
from gatepost.auth.arc.seal import seal
from gatepost.auth.dkim.body import BodyHashes, body_hashes
from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.result import DkimResult, DkimResults, Result
from gatepost.auth.dkim.sign import Signer
from gatepost.auth.dmarc.judged import DmarcJudged
from gatepost.auth.pra import SenderId
from gatepost.auth.results import (
    FIELD_NAME,
    MethodResult,
    Property,
    arc_result,
    dkim_result,
    dmarc_result,
    field,
    spf_result,
)
from gatepost.auth.spf.received import received_spf
from gatepost.auth.spf.result import SpfResult
from gatepost.gateway.header_settings import HeaderSettings
from gatepost.gateway.outgoing import Outgoing
from gatepost.model.address import text
from gatepost.model.finding import Findings
from gatepost.model.spam import SpamLevel
from gatepost.model.stage import MessageStage
from gatepost.syntax.header import read_header

JUNK = 5  # SCL from which fields that know only yes and no say yes
SIGNATURES_SAID = 10  # in one field
NO_CHAIN = ArcChain(reason=ArcReason.NO_SETS)


class Stamps(Struct, frozen=True):
    """Of one listener.

    Args:
        signer: who seals; None where nobody does.
        hostname: our id in Authentication-Results.
        prefix: of our own field names.
        outside: clients are strangers.
    """

    settings: HeaderSettings
    hostname: str
    prefix: str
    outside: bool
    signer: Signer | None = None

    @property
    def forms(self) -> frozenset[Form]:
        """In which the body is hashed for us, whatever the message's own signatures want."""
        return frozenset((Form.RELAXED,)) if self.signer is not None else frozenset()

    def fields(self, at: MessageStage, known: Findings) -> bytes:
        """What stands above Received."""
        made = b""
        results = list(method_results(at, known))
        if self.settings.authentication_results and results:
            made += field(self.hostname, results, utf8=at.smtputf8)
        spf = known.value(SpfResult)
        if self.settings.received_spf and spf is not None:
            made += received_spf(spf, ip=at.client_ip, helo=at.helo, sender=at.sender, receiver=self.hostname)
        if (level := known.value(SpamLevel)) is not None:
            made += b"".join([spam_field(name, level) for name in self.spam_names(level)])
        if self.settings.external and self.outside:
            made += f"{self.prefix}-External: yes\r\n".encode("ascii")
        return made

    def spam_names(self, level: SpamLevel) -> Iterator[str]:
        yield f"{self.prefix}-SCL"
        yield f"{self.prefix}-PCL"
        yield from level.headers

    @property
    def subject_tag(self) -> bytes:
        """What the subject of mail from strangers begins with; b"" for nothing."""
        return self.settings.subject_tag.encode("ascii") if self.outside else b""

    def sealed(self, made: Outgoing, at: MessageStage, known: Findings) -> Outgoing:
        """The message as it will be sent, with our seal on top where we make one."""
        if self.signer is None:
            return made
        message = at.message
        hashes = known.value(BodyHashes)
        if hashes is None or Form.RELAXED not in hashes.hashes:
            hashes = body_hashes(message, self.forms)
        rest = made.header if made.skip else message_head(made, message.header_octets)
        fields, _, _ = read_header(made.start + rest)
        results = list(method_results(at, known))
        said = field(self.hostname, results).decode("ascii").removeprefix(f"{FIELD_NAME}: ").removesuffix("\r\n")
        chain = known.value(ArcChain) or NO_CHAIN
        on_top = seal(self.signer, fields, hashes.digest(Form.RELAXED).digest, chain, said, at.now)
        return Outgoing(b"".join(on_top) + made.start, made.content, made.skip, made.header)


def spam_field(name: str, level: SpamLevel) -> bytes:
    """One field that tells the level, in the words that are usual for its name."""
    scl = max(0, level.scl)
    values = {
        "pcl": str(level.pcl),
        "level": "*" * scl or "-",
        "flag": "YES" if scl >= JUNK else "NO",
        "status": f"{'Yes' if scl >= JUNK else 'No'}, score={scl}",
        "score": str(scl),
    }
    return f"{name}: {values.get(name.rpartition('-')[2].lower(), str(level.scl))}\r\n".encode("ascii")


def message_head(made: Outgoing, octets: int) -> bytes:
    """The message's own header where it goes out as it came."""
    head = b""
    for chunk in made.content.chunks():
        head += chunk[: octets - len(head)]
        if len(head) >= octets:
            break
    return head


def method_results(at: MessageStage, known: Findings) -> Iterator[MethodResult]:
    """What each method found, in the words of RFC 8601."""
    spf, dkim = known.value(SpfResult), known.value(DkimResults)
    if spf is not None:
        yield spf_result(
            spf.result.value, mail_from=text(at.sender), helo=at.helo, comment=spf.problem or spf.mechanism
        )
    sender_id = known.value(SenderId)
    if sender_id is not None:
        header = Property("header", sender_id.field, str(sender_id.address))
        yield MethodResult("sender-id", sender_id.result.result.value, properties=(header,))
    if dkim is not None and not dkim.items:
        yield MethodResult("dkim", "none")
    for each in dkim.items[:SIGNATURES_SAID] if dkim is not None else ():
        yield signature_result(each)
    judged = known.value(DmarcJudged)
    for result in judged.results if judged is not None else ():
        yield dmarc_result(result)
    chain = known.value(ArcChain)
    if chain is not None:
        passed = chain.reason is ArcReason.VERIFIED
        yield arc_result(
            chain.result.value, oldest_pass=chain.oldest_pass if passed else None, comment=chain.reason.value
        )


def signature_result(result: DkimResult) -> MethodResult:
    algorithm = result.algorithm.value if result.algorithm is not None else ""
    return dkim_result(
        result.result.value,
        domain=result.domain,
        selector=result.selector,
        algorithm=algorithm,
        signature=result.start,
        reason="" if result.result is Result.PASS else result.reason.text,
    )
