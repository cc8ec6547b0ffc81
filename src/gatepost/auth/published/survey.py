"""Which records are there to be looked at, in which order?"""

from collections.abc import Awaitable, Mapping

from gatepost.auth.published.line import Line
from gatepost.auth.published.reachability import addresses, exchangers, names
from gatepost.auth.published.sending import spf, spf_of_host
from gatepost.auth.published.signing import dkim, dmarc
from gatepost.auth.published.site import Host, Site
from gatepost.auth.published.transport import Tlsa, certificate, mta_sts, mta_sts_host, tls_reports, tlsa
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable

Lines = Awaitable[tuple[Line, ...]]


def survey(dns: Dns, site: Site, keys: Mapping[str, Tlsa | Unavailable]) -> list[Lines]:
    """Each may be awaited beside the others; none raises `Unavailable`.

    Args:
        keys: what is published for TLSA, by the name of the host.
    """
    found: list[Lines] = [one(exchangers(dns, site))]
    for host in site.hosts:
        found += [addresses(dns, host), names(dns, host)]
    found.append(one(spf(dns, site)))
    found += [one(spf_of_host(dns, host)) for host in site.hosts if host.name != site.domain]
    found += [dkim(dns, site), one(dmarc(dns, site))]
    found += [known(certificate(host)) for host in site.hosts]
    found += [one(mta_sts(dns, site)), one(mta_sts_host(dns, site)), one(tls_reports(dns, site))]
    return [*found, *[known(tlsa(host, keys_of(host, keys))) for host in site.hosts]]


def keys_of(host: Host, keys: Mapping[str, Tlsa | Unavailable]) -> Tlsa | Unavailable:
    return keys.get(host.name, Unavailable("not asked"))


async def one(line: Awaitable[Line]) -> tuple[Line, ...]:
    return (await line,)


async def known(line: Line) -> tuple[Line, ...]:
    return (line,)
