import pytest

from gatepost.auth.arc.validate import validate
from gatepost.auth.author import Author, Standing
from gatepost.auth.dkim.result import Algorithm, DkimResult, DkimResults, Reason
from gatepost.auth.dkim.sign import Signer
from gatepost.auth.dmarc.evaluate import DmarcResult, Outcome
from gatepost.auth.dmarc.judged import DmarcJudged
from gatepost.auth.pra import SenderId
from gatepost.auth.results_reader import read_results
from gatepost.auth.samples import BODY, NOW, PRIVATE, keys_of
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.gateway.authenticated import authentication, vouchers
from gatepost.gateway.header_settings import HeaderSettings
from gatepost.gateway.outgoing import Outgoing
from gatepost.gateway.stamps import Stamps
from gatepost.model.address import Address, Domain
from gatepost.model.finding import NOTHING, Findings
from gatepost.model.message import Message
from gatepost.model.samples import Octets, found, message
from gatepost.model.spam import SpamLevel
from gatepost.syntax.header import read_header
from gatepost.testing.fake_dns import FakeDns

SPF = SpfResult(result=Spf.PASS, domain="example.net", matched=("ip4:192.0.2.99",))
SIGNED = DkimResult(
    reason=Reason.VERIFIED, domain="example.net", selector="s", algorithm=Algorithm.ED25519_SHA256, start="abc"
)
BROKEN = DkimResult(reason=Reason.BODY, domain="evil.example", selector="x")
DMARC = DmarcJudged((DmarcResult(outcome=Outcome.PASS, author="example.net", reason="aligned"),))
ANN = Address("ann", Domain("example.net"))
EVERYTHING = found(values=(SPF, SenderId(ANN, "from", SPF), DkimResults((SIGNED, BROKEN)), DMARC, Author(Standing.ONE)))


def stamps(outside=True, signer=None, **settings):
    return Stamps(HeaderSettings.model_validate(settings), "mx.example.com", "X-Gateway", outside, signer)


def results(octets):
    (field,) = read_header(octets)[0]
    assert field.name == "Authentication-Results"
    read = read_results(field.value)
    assert read.authserv_id == "mx.example.com"
    return [(each.method, each.result) for each in read.results]


def test_what_each_method_found_is_said():
    assert results(stamps().fields(message(), EVERYTHING)) == [
        ("spf", "pass"), ("sender-id", "pass"), ("dkim", "pass"), ("dkim", "fail"), ("dmarc", "pass"),
    ]  # fmt: skip


def test_that_there_is_no_signature_is_said_too():
    assert results(stamps().fields(message(), found(values=(DkimResults(),)))) == [("dkim", "none")]


def test_nothing_is_said_where_nothing_was_looked_at_or_it_is_not_wanted():
    assert stamps().fields(message(), NOTHING) == b""
    assert stamps(authentication_results=False).fields(message(), EVERYTHING) == b""


def test_received_spf_is_written_where_it_is_wanted():
    octets = stamps(authentication_results=False, received_spf=True).fields(message(), EVERYTHING)
    assert octets.startswith(b"Received-SPF: pass\r\n")
    assert stamps(received_spf=True, authentication_results=False).fields(message(), NOTHING) == b""


@pytest.mark.parametrize("outside", [True, False])
def test_only_mail_from_strangers_is_marked(outside):
    made = stamps(outside, external=True, subject_tag=" [EXTERNAL] ")
    assert made.fields(message(), NOTHING) == (b"X-Gateway-External: yes\r\n" if outside else b"")
    assert made.subject_tag == (b"[EXTERNAL]" if outside else b"")


@pytest.mark.parametrize("cut", [1, 40, 100_000])
async def test_a_seal_holds_over_what_is_sent(cut):
    sealing = stamps(signer=Signer(key=PRIVATE, domain="example.net", selector="s"))
    at = message(body=BODY)
    octets = b"".join(at.message.content.chunks())
    made = Outgoing(b"Received: ours\r\n", Pieces(octets, cut))
    sent = b"".join(sealing.sealed(made, at, EVERYTHING).chunks())
    fields, size, _ = read_header(sent)
    assert [f.name for f in fields][:4] == [
        "ARC-Seal",
        "ARC-Message-Signature",
        "ARC-Authentication-Results",
        "Received",
    ]
    whole = Message(size=len(sent), header=fields, header_octets=size, content=Octets(sent))
    chain = await validate(FakeDns(keys_of("example.net")), whole, NOW)
    assert chain.result.value == "pass" and "dmarc=pass" in chain.sealers[0].results


async def test_a_seal_covers_no_header_that_was_taken_out():
    sealing = stamps(signer=Signer(key=PRIVATE, domain="example.net", selector="s"))
    at = message(b"X-MS-Exchange-Organization-SCL: -1\r\n", body=BODY)
    made = Outgoing(b"From: ann@example.net\r\n", at.message.content, at.message.header_octets, b"")
    sent = b"".join(sealing.sealed(made, at, NOTHING).chunks())
    fields, size, _ = read_header(sent)
    whole = Message(size=len(sent), header=fields, header_octets=size, content=Octets(sent))
    assert (await validate(FakeDns(keys_of("example.net")), whole, NOW)).result.value == "pass"


def test_without_a_key_nothing_is_sealed():
    made = Outgoing(b"Received: ours\r\n", Octets(b"A: 1\r\n\r\n"))
    assert stamps().sealed(made, message(), EVERYTHING) is made


class Pieces:
    def __init__(self, octets, cut):
        self.octets, self.cut, self.size = octets, cut, len(octets)

    def chunks(self):
        yield from (self.octets[at : at + self.cut] for at in range(0, len(self.octets), self.cut))


def test_the_record_has_it_all():
    kept = authentication(EVERYTHING)
    assert (kept.spf.domain, kept.spf.result, kept.arc) == ("example.net", "pass", "")
    assert [(each.domain, each.result, each.note) for each in kept.dkim] == [
        ("example.net", "pass", ""), ("evil.example", "fail", "body hash does not match"),
    ]  # fmt: skip
    assert kept.dmarc[0].author == "example.net" and kept.dmarc[0].p == ""
    assert authentication(NOTHING) is None
    assert vouchers(EVERYTHING) == ("example.net",) and vouchers(NOTHING) == ()


def test_the_spam_level_stands_in_our_own_field_and_in_those_that_are_wanted():
    names = ("X-MS-Exchange-Organization-SCL", "X-Spam-Flag", "X-Spam-Level", "X-Spam-Status", "X-Spam-Score")

    def said(scl):
        level = SpamLevel(scl=scl, pcl=4, headers=names)
        return stamps().fields(message(), Findings(values=(level,))).decode()

    assert (
        "X-Gateway-SCL: 6\r\nX-Gateway-PCL: 4\r\nX-MS-Exchange-Organization-SCL: 6\r\nX-Spam-Flag: YES\r\n"
        "X-Spam-Level: ******\r\nX-Spam-Status: Yes, score=6\r\nX-Spam-Score: 6\r\n"
    ) in said(6)
    assert "X-Gateway-SCL: -1\r\n" in said(-1) and "X-Spam-Flag: NO\r\nX-Spam-Level: -\r\n" in said(-1)
