"""Where does mail for the domain go, and does the gateway have the name it says (RFC 5321 §5.1, RFC 1912 §2.1)?"""

from ipaddress import IPv4Address, IPv6Address

from gatepost.auth.published.line import Line, asked, judged
from gatepost.auth.published.site import IP, Host, Site
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

PREFERENCE = 10
WHY_MX = "It says which servers take the domain's mail; every one that is not the gateway is a way around it."
WHY_ADDRESS = "Other mail servers connect to it."
WHY_PTR = "Many servers refuse mail from an address whose name does not lead back to it."
UNTOLD = "The gateway's address on the Internet is not configured here; say it by --address."
ELSEWHERE = "Mail also goes to servers that are not this gateway: they must filter as it does."


async def exchangers(dns: Dns, site: Site) -> Line:
    """The MX records."""
    hosts = tuple([host.name for host in site.hosts])
    line = Line(
        name=site.domain, type="MX", wanted=tuple([f"{PREFERENCE} {name}." for name in hosts]), why=WHY_MX, needed=True
    )

    async def compare(line: Line) -> Line:
        found = (await dns.mx(site.domain)).records
        names = {exchanger.host for exchanger in found}
        missing = [name for name in hosts if name not in names]
        problem = f"{' and '.join(missing)} is not among them." if missing else ""
        note = "" if names <= set(hosts) else ELSEWHERE
        if not site.is_served:
            note = f"{site.domain} is in none of [domains]: the gateway refuses its mail. {note}".rstrip()
        return judged(line, tuple([f"{mx.preference} {mx.host}." for mx in found]), problem, note)

    return await asked(line, compare)


async def addresses(dns: Dns, host: Host) -> tuple[Line, ...]:
    """A and, where the gateway has such an address or publishes one, AAAA."""
    lines = [await of_type(dns, host, IPv4Address), await of_type(dns, host, IPv6Address)]
    kept = [line for line in lines if line.wanted or line.published]
    return tuple(kept or lines[:1])


async def of_type(dns: Dns, host: Host, kind: type[IP]) -> Line:
    mine = tuple([ip for ip in host.addresses if isinstance(ip, kind)])
    name = "A" if kind is IPv4Address else "AAAA"
    line = Line(
        name=host.name, type=name, wanted=tuple(map(str, mine)), why=WHY_ADDRESS, note="" if mine else UNTOLD,
        needed=True,
    )  # fmt: skip

    async def compare(line: Line) -> Line:
        answer = await (dns.a(host.name) if kind is IPv4Address else dns.aaaa(host.name))
        missing = [str(ip) for ip in mine if ip not in answer.records]
        problem = f"{' and '.join(missing)} is not among them." if missing else ""
        return judged(line, tuple(map(str, answer.records)), problem, line.note)

    return await asked(line, compare)


async def known_addresses(dns: Dns, host: Host) -> tuple[IP, ...]:
    """Those of the configuration, else those that are published. Raises `Unavailable`."""
    if host.addresses:
        return host.addresses
    four, six = await dns.a(host.name), await dns.aaaa(host.name)
    return (*four.records, *six.records)


async def names(dns: Dns, host: Host) -> tuple[Line, ...]:
    """The PTR record of each address."""
    try:
        found = await known_addresses(dns, host)
    except Unavailable as error:
        return (unknown_ptr(host, f"no answer: {error}"),)
    return tuple([await pointer(dns, host, ip) for ip in found]) or (unknown_ptr(host, ""),)


def unknown_ptr(host: Host, note: str) -> Line:
    note = note or f"No address of {host.name} is known."
    return Line(name=f"(address of {host.name})", type="PTR", wanted=(), why=WHY_PTR, note=note, needed=True)


async def pointer(dns: Dns, host: Host, ip: IP) -> Line:
    line = Line(name=ip.reverse_pointer, type="PTR", wanted=(f"{host.name}.",), why=WHY_PTR, needed=True)

    async def compare(line: Line) -> Line:
        found = (await dns.ptr(ip)).records
        problem = "" if host.name in found else f"{ip} has another name than the one the gateway says."
        note = "" if found else f"Whoever gave you {ip} sets it."
        return judged(line, tuple([f"{name}." for name in found]), problem, note)

    return await asked(line, compare)
