"""Is mail to the domain encrypted, and does whoever sends it know that it must be (RFC 8461, RFC 8460, RFC 7672)?"""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct
from msgspec.structs import replace

from gatepost.auth.published.line import Line, asked, judged, text
from gatepost.auth.published.site import Host, Site
from gatepost.auth.tags import BadTags, read_tags
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

MAX_AGE = 604_800  # seconds: a week, which RFC 8461 §3.2 has as its example of long enough
TESTED_AGE = 86_400
IDENTITY_LENGTH = 20  # of 32 that RFC 8461 §3.1 allows
SMTP = "_25._tcp"
WHY_CERT = "Senders who verify the gateway's certificate deliver only if it has the name in MX."
WHY_STS = "Together with the policy file it lets senders refuse to deliver without a verified TLS connection."
WHY_STS_HOST = "Senders fetch the policy file from there."
WHY_RPT = "Others report to you when TLS to your servers fails, before mail is lost."
WHY_TLSA = "Senders with DANE deliver only to a server that has this key."
UNSIGNED = (
    "The zone is not signed by DNSSEC, without which the record does not count, or the resolver does not validate."
)
STALE = "None of them is the key of a certificate in use: senders with DANE deliver nothing."


class Tlsa(Struct, frozen=True):
    """What is published: values such as `3 1 1 ab…` in lower case.

    Args:
        is_authentic: validated by DNSSEC.
    """

    values: tuple[str, ...] = ()
    is_authentic: bool = False


def association(pem: bytes) -> str:
    """`3 1 1` and the SHA-256 of the key of a certificate (RFC 6698 §2.1, RFC 7671 §5.1). Raises `ValueError`."""
    public = x509.load_pem_x509_certificates(pem)[0].public_key()
    return f"3 1 1 {hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()}"


def certificate(host: Host) -> Line:
    """Whether some certificate has the name that MX says; nobody has to be asked."""
    line = Line(name=host.name, type="CERT", wanted=(host.name,), why=WHY_CERT)
    published = tuple([" ".join(names) or "(no name)" for names in host.certificates])
    fits = any([is_for(name, host.name) for names in host.certificates for name in names])
    problem = "" if fits else f"No certificate is for {host.name}."
    return judged(line, published, problem, "" if published else "No inbound listener has a certificate.")


def is_for(name: str, host: str) -> bool:
    """As RFC 6125 §6.4.3 compares them: a wildcard stands for one label."""
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host


# ── MTA-STS ──────────────────────────────────────────────────────────────────
def policy_file(site: Site) -> str:
    """The text of the policy, lines ended by CRLF (RFC 8461 §3.2)."""
    mode, age = ("enforce", MAX_AGE) if site.enforces else ("testing", TESTED_AGE)
    lines = ("version: STSv1", f"mode: {mode}", *[f"mx: {host.name}" for host in site.hosts], f"max_age: {age}")
    return "".join(f"{line}\r\n" for line in lines)


def policy_place(site: Site) -> str:
    return f"https://mta-sts.{site.domain}/.well-known/mta-sts.txt"


async def mta_sts(dns: Dns, site: Site) -> Line:
    """The record; its identity changes with the policy."""
    identity = hashlib.sha256(policy_file(site).encode()).hexdigest()[:IDENTITY_LENGTH]
    name = f"_mta-sts.{site.domain}"
    line = Line(name=name, type="TXT", wanted=(f"v=STSv1; id={identity};",), why=WHY_STS)

    async def compare(line: Line) -> Line:
        found = versioned((await dns.txt(name)).records, b"v=STSv1")
        problem = "Two records count as none." if len(found) > 1 else ""
        if len(found) == 1 and not tag(found[0], "id").isalnum():
            problem = "It has no id of letters and digits."
        note = f"The policy file is at {policy_place(site)}; a new id tells that it has changed."
        return judged(line, tuple(map(text, found)), problem, note)

    return await asked(line, compare)


async def mta_sts_host(dns: Dns, site: Site) -> Line:
    """The web server of the policy file."""
    name = f"mta-sts.{site.domain}"
    note = f"A web server with a certificate for {name} (A, AAAA or CNAME)."
    line = Line(name=name, type="A", wanted=(), why=WHY_STS_HOST, note=note)

    async def compare(line: Line) -> Line:
        found = (*(await dns.a(name)).records, *(await dns.aaaa(name)).records)
        return judged(line, tuple(map(str, found)), "", "" if found else note)

    return await asked(line, compare)


def versioned(texts: tuple[bytes, ...], version: bytes) -> list[bytes]:
    """Texts that begin with this version (RFC 8461 §3.1, RFC 8460 §3)."""
    end = len(version)
    return [octets for octets in texts if octets[:end] == version and octets[end : end + 1] in (b";", b" ", b"")]


def tag(octets: bytes, name: str) -> str:
    try:
        return read_tags(octets).get(name, "")
    except BadTags:
        return ""


# ── reports and DANE ─────────────────────────────────────────────────────────
async def tls_reports(dns: Dns, site: Site) -> Line:
    """The TLS-RPT record."""
    name = f"_smtp._tls.{site.domain}"
    wanted = f"v=TLSRPTv1; rua=mailto:{site.reports_to}"
    line = Line(name=name, type="TXT", wanted=(wanted,) if site.reports_to else (), why=WHY_RPT)

    async def compare(line: Line) -> Line:
        found = versioned((await dns.txt(name)).records, b"v=TLSRPTv1")
        problem = "Two records count as none." if len(found) > 1 else ""
        if len(found) == 1 and not tag(found[0], "rua").lower().startswith(("mailto:", "https:")):
            problem = "It has no rua that is a mailto: or https: address."
        return judged(line, tuple(map(text, found)), problem)

    return await asked(line, compare)


def tlsa(host: Host, published: Tlsa | Unavailable) -> Line:
    """The TLSA record of each certificate's key; they are asked for by the caller."""
    line = Line(name=f"{SMTP}.{host.name}", type="TLSA", wanted=host.associations, why=WHY_TLSA)
    if isinstance(published, Unavailable):
        return replace(line, note=f"no answer: {published}")
    missing = [value for value in host.associations if value not in published.values]
    problem = ""
    if published.values and missing:
        problem = STALE if len(missing) == len(host.associations) else "The key of one certificate is not among them."
    note = UNSIGNED if not published.is_authentic else ""
    if not host.associations and not published.values:
        note = "No inbound listener has a certificate."
    return judged(line, published.values, problem, note)
