"""Can others verify the domain's signatures (RFC 6376), and what are they to do with the rest (RFC 9989)?"""

from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gatepost.auth.dkim.key import PublicKey, read_key
from gatepost.auth.dkim.result import BadSignature, DkimLimits
from gatepost.auth.dmarc.record import Policy, Record, read_record
from gatepost.auth.dmarc.report_addresses import aggregate_addresses
from gatepost.auth.published.line import Line, asked, judged, text
from gatepost.auth.published.site import Selector, Site
from gatepost.ports.dns import Dns

WHY_DKIM = "With this key others verify that mail is signed by you and unchanged."
WHY_SEAL = "With this key others verify the ARC seals of this gateway."
WHY_DMARC = "It tells others what to do with mail in your name that is not yours, and to report it to you."
STRICTNESS = (Policy.NONE, Policy.QUARANTINE, Policy.REJECT)
NO_SELECTOR = "No key is known here: name the selector of who signs your mail by --dkim-selector."
WATCHES = "It only watches. Once `gatepost dmarc show` finds none of your mail failing: p=quarantine, then p=reject."


async def dkim(dns: Dns, site: Site) -> tuple[Line, ...]:
    """A key for each selector that is known."""
    lines = [await key(dns, site, selector, WHY_DKIM) for selector in site.selectors]
    if not lines:
        name = f"(selector)._domainkey.{site.domain}"
        lines.append(Line(name=name, type="TXT", wanted=(), why=WHY_DKIM, note=NO_SELECTOR))
    return (*lines, *[await key(dns, site, selector, WHY_SEAL) for selector in site.seals])


async def key(dns: Dns, site: Site, selector: Selector, why: str) -> Line:
    name = f"{selector.name}._domainkey.{site.domain}"
    line = Line(name=name, type="TXT", wanted=(selector.record,) if selector.record else (), why=why)

    async def compare(line: Line) -> Line:
        found = (await dns.txt(name)).records
        problems = [problem_of_key(record, selector) for record in found]
        problem = "" if "" in problems else next(iter(problems), "")
        return judged(line, tuple(map(text, found)), problem)

    return await asked(line, compare)


def problem_of_key(record: bytes, selector: Selector) -> str:
    try:
        published = read_key(record)
    except BadSignature as error:
        return f"It is no key: {error.reason.text}."
    if published.public is None:
        return "The key is revoked."
    if selector.record and published.public != read_key(selector.record.encode()).public:
        return "It is another key than the one that signs."
    if isinstance(published.public, RSAPublicKey) and published.bits < DkimLimits().shortest:
        return f"The key has {published.bits} bits: nobody believes it."
    return "It is marked as a test (t=y): nobody believes it." if published.is_testing else ""


def key_record(public: PublicKey) -> str:
    """What to publish for this key (RFC 6376 §3.6.1, RFC 8463 §4)."""
    if isinstance(public, RSAPublicKey):
        kind, octets = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        kind, octets = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k={kind}; p={b64encode(octets).decode()}"


async def dmarc(dns: Dns, site: Site) -> Line:
    """The policy record."""
    name = f"_dmarc.{site.domain}"
    reports = f"; rua=mailto:{site.reports_to}" if site.reports_to else ""
    line = Line(name=name, type="TXT", wanted=(f"v=DMARC1; p={site.policy.value}{reports}",), why=WHY_DMARC)

    async def compare(line: Line) -> Line:
        texts = (await dns.txt(name)).records
        found = [(octets, record) for octets in texts if (record := read_record(octets)) is not None]
        published = tuple([text(octets) for octets, _ in found])
        if len(found) > 1:
            return judged(line, published, "Two DMARC records count as none (RFC 9989 §4.10).")
        problem = await problem_of_policy(dns, site, found[0][1]) if found else ""
        watches = bool(found) and found[0][1].p is Policy.NONE
        return judged(line, published, problem, WATCHES if watches else "")

    return await asked(line, compare)


async def problem_of_policy(dns: Dns, site: Site, record: Record) -> str:
    if record.p is None:
        return "It has no valid policy: it counts as none."
    if record.discarded:
        return f"It has no valid value for {' and '.join(record.discarded)}."
    if STRICTNESS.index(record.p) < STRICTNESS.index(site.policy):
        return f"It asks for {record.p.value} only."
    if not record.rua:
        return "It has no rua: nobody tells you who sends in your name."
    agreed = await aggregate_addresses(dns, site.domain, record.rua, 0)
    silent = {each.address.domain for each in record.rua} - {address.domain for address in agreed}
    if silent:
        missing = " and ".join(f"{site.domain}._report._dmarc.{host}" for host in sorted(silent))
        return f'No report comes to {" and ".join(sorted(silent))} without {missing} TXT "v=DMARC1".'
    return ""
