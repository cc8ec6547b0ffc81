"""Which hosts may send in the domain's name (RFC 7208)? What counts is what a record means, not how it is written."""

from ipaddress import IPv4Address, ip_network

from gatepost.auth.published.line import Line, asked, judged, text
from gatepost.auth.published.reachability import known_addresses
from gatepost.auth.published.site import IP, Host, Site
from gatepost.auth.spf.check import check_helo, check_host
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.auth.spf.select import spf_records
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

WHY = "It says which hosts may send in the domain's name, so that others can refuse the rest."
WHY_HELO = "It says the same of the name by which the gateway greets, which counts for bounces."
STRANGER = IPv4Address("198.18.0.1")  # of RFC 2544, nobody's on the Internet
TWO = "Two SPF records count as none (RFC 7208 §4.5)."


def wanted(site: Site) -> str:
    """The record: the domain's mail servers, the gateway's addresses as far as they are known, and who else sends."""
    own = [mechanism(ip) for host in site.hosts for ip in host.addresses]
    terms = dict.fromkeys(("mx", *own, *site.senders))
    return " ".join(("v=spf1", *terms, "~all" if site.soft else "-all"))


def mechanism(ip: IP) -> str:
    return f"ip{ip.version}:{ip}"


async def spf(dns: Dns, site: Site) -> Line:
    """The domain's record."""
    line = Line(name=site.domain, type="TXT", wanted=(wanted(site),), why=WHY, needed=True)

    async def compare(line: Line) -> Line:
        found = spf_records((await dns.txt(site.domain)).records)
        published = tuple(map(text, found))
        if len(found) > 1:
            return judged(line, published, TWO)
        problem = await problem_of(dns, site, published[0]) if found else ""
        return judged(line, published, problem, await remark(dns, site) if found and not problem else "")

    return await asked(line, compare)


async def problem_of(dns: Dns, site: Site, published: str) -> str:
    """Who should pass and does not, or passes and should not; "" if all is well."""
    for ip in await senders(dns, site):
        result = await of(dns, site, ip)
        if result.result in (Spf.TEMPERROR, Spf.PERMERROR):
            return bad(result)
        if result.result is not Spf.PASS:
            return f"Mail from {ip} does not pass: {result.result.value}."
    words = {word.lower().lstrip("+") for word in published.split()}
    missing = [each for each in site.senders if is_by_name(each) and each.lower() not in words]
    if missing:
        return f"{' and '.join(missing)} is not in it."
    stranger = (await of(dns, site, STRANGER)).result
    if stranger is Spf.PASS:
        return "Every host on the Internet may send in the domain's name."
    return "" if stranger in (Spf.FAIL, Spf.SOFTFAIL) else "It does not end in -all or ~all: it says nothing of others."


def bad(result: SpfResult) -> str:
    if result.result is Spf.TEMPERROR:
        raise Unavailable(result.problem)
    return f"The record is broken: {result.problem}."


def is_by_name(mechanism: str) -> bool:
    """What it means cannot be tried out by one address."""
    return not mechanism.startswith(("ip4:", "ip6:", "a:"))


async def senders(dns: Dns, site: Site) -> tuple[IP, ...]:
    """Addresses that have to pass: of the gateway and of who else was named."""
    found: list[IP] = []
    for host in site.hosts:
        found += await known_addresses(dns, host)
    for each in site.senders:
        kind, _, value = each.partition(":")
        if kind == "a":
            found += [*(await dns.a(value)).records, *(await dns.aaaa(value)).records]
        elif kind in ("ip4", "ip6"):
            found.append(ip_network(value, strict=False)[0])
    return tuple(dict.fromkeys(found))


async def of(dns: Dns, site: Site, ip: IP) -> SpfResult:
    name = site.hosts[0].name
    return await check_host(dns, ip, name, f"postmaster@{site.domain}", receiver=name, now=0)


async def remark(dns: Dns, site: Site) -> str:
    """What could be better."""
    if not site.soft and (await of(dns, site, STRANGER)).result is Spf.SOFTFAIL:
        return "It ends in ~all: others mark what comes from elsewhere. With -all they may refuse it."
    return ""


async def spf_of_host(dns: Dns, host: Host) -> Line:
    """The record of the gateway's own name."""
    line = Line(name=host.name, type="TXT", wanted=("v=spf1 a -all",), why=WHY_HELO)

    async def compare(line: Line) -> Line:
        found = spf_records((await dns.txt(host.name)).records)
        problem = TWO if len(found) > 1 else ""
        for ip in await known_addresses(dns, host) if found and not problem else ():
            result = await check_helo(dns, ip, host.name, receiver=host.name, now=0)
            if result.result is not Spf.PASS:
                problem = f"{ip} does not pass: {result.result.value}."
        return judged(line, tuple(map(text, found)), problem)

    return await asked(line, compare)


def sender_term(text: str) -> str:
    """The SPF mechanism of an address, a network, a host name, or a mechanism itself. Raises `ValueError`."""
    if ":" in text and text.partition(":")[0].lower() in ("a", "mx", "include", "exists", "ip4", "ip6"):
        return text
    try:
        network = ip_network(text)
    except ValueError:
        if not is_host_name(text):
            raise ValueError(f'"{text}" is neither an address, a network, nor a host name') from None
        return f"a:{text.lower()}"
    if network.num_addresses == 1:
        return mechanism(network.network_address)
    return f"ip{network.version}:{network}"


def is_host_name(text: str) -> bool:
    return "." in text and all(
        [label and label.isascii() and label.replace("-", "").isalnum() for label in text.split(".")]
    )
