"""How is a name asked that c-ares will not take?

A macro of SPF may put any part of an address into a name (`jack+list._spf.example.com`, RFC 7208 §7); c-ares sends
letters, digits and `_*/.-` only. dnspython sends whatever fits a label. It blocks: one thread for each question.
"""

import time

import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdtypes.ANY.CNAME
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.PTR
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import pycares

from gatepost.adapters.dns.exchange import UDP_ROOM, NoAnswer, exchange
from gatepost.adapters.dns.outcome import EXPIRED, Failure, Outcome, Told
from gatepost.adapters.dns.records import RecordType
from gatepost.adapters.dns.settings import DnsSettings, ServerAddress

Content = (
    pycares.ARecordData | pycares.AAAARecordData | pycares.CNAMERecordData | pycares.MXRecordData
    | pycares.PTRRecordData | pycares.TXTRecordData
)  # fmt: skip


def ask_unusual(servers: tuple[ServerAddress, ...], settings: DnsSettings, name: str, kind: RecordType) -> Outcome:
    """One after the other until one answers, within the deadline."""
    asked = dns.name.Name([*(label.encode("ascii") for label in name.split(".")), b""])
    query = dns.message.make_query(asked, kind.name, use_edns=0, payload=UDP_ROOM)
    until = time.monotonic() + settings.deadline
    failure = EXPIRED
    for server in servers * settings.tries:
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            answer = exchange(server, query, min(settings.timeout, left))
        except NoAnswer as error:
            failure = Failure(str(error), error.is_silence)
            continue
        rcode = answer.rcode()
        if rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return Told(as_cares(answer), exists=rcode == dns.rcode.NOERROR)
        failure = Failure(dns.rcode.to_text(rcode))
    return failure


def as_cares(answer: dns.message.Message) -> pycares.DNSResult:
    """The answer section, as c-ares would have read it."""
    rows = [
        pycares.DNSRecord(written(rrset.name), rrset.rdtype, rrset.rdclass, rrset.ttl, content)
        for rrset in answer.answer
        for record in rrset
        if (content := content_of(record)) is not None
    ]
    return pycares.DNSResult(answer=rows, authority=[], additional=[])


def content_of(record: dns.rdata.Rdata) -> Content | None:
    """None for types that nobody asks for."""
    content: Content | None = None
    match record:
        case dns.rdtypes.IN.A.A():
            content = pycares.ARecordData(record.address)
        case dns.rdtypes.IN.AAAA.AAAA():
            content = pycares.AAAARecordData(record.address)
        case dns.rdtypes.ANY.CNAME.CNAME():
            content = pycares.CNAMERecordData(written(record.target))
        case dns.rdtypes.ANY.MX.MX():
            content = pycares.MXRecordData(record.preference, written(record.exchange))
        case dns.rdtypes.ANY.PTR.PTR():
            content = pycares.PTRRecordData(written(record.target))
        case dns.rdtypes.ANY.TXT.TXT():
            content = pycares.TXTRecordData(b"".join(record.strings))
    return content


def written(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)
