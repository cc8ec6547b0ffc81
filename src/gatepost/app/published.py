"""Settings to what the records of a domain should be, and the DNS to what they are."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from itertools import chain
from pathlib import Path

from msgspec import Struct

from gatepost.adapters.dns.resolver import Resolver
from gatepost.adapters.dns.servers import system_servers
from gatepost.adapters.dns_tlsa import published_tlsa
from gatepost.auth.dkim.sign import private_key
from gatepost.auth.dmarc.record import Policy
from gatepost.auth.published.line import Line
from gatepost.auth.published.signing import key_record
from gatepost.auth.published.site import IP, Host, Selector, Site
from gatepost.auth.published.survey import survey
from gatepost.auth.published.transport import SMTP, Tlsa, association
from gatepost.config.settings import Settings
from gatepost.gateway.certificate import read_certificate
from gatepost.gateway.clock import SystemClock
from gatepost.gateway.listener_settings import ListenerSettings
from gatepost.model.stage import Role
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.bad_syntax import BadSyntax


class Asked(Struct, frozen=True, kw_only=True):
    """What an operator says beside the configuration.

    Args:
        addresses: of the gateway on the Internet.
        senders: SPF mechanisms of further hosts that send.
        selector, key: of who signs with DKIM; "" and None if nobody is known.
    """

    addresses: tuple[IP, ...] = ()
    senders: tuple[str, ...] = ()
    soft: bool = False
    policy: Policy = Policy.NONE
    reports_to: str = ""
    selector: str = ""
    key: Path | None = None
    enforces: bool = False


def site_of(settings: Settings, domain: str, asked: Asked) -> Site:
    """What is known of a domain.

    Raises:
        BadCertificate: a listener's certificate cannot be read.
        OSError, BadSyntax: the DKIM key cannot be read.
    """
    listeners = [each for each in settings.listeners.values() if each.role is Role.INBOUND]
    listeners = listeners or list(settings.listeners.values())
    by_name: dict[str, list[ListenerSettings]] = {}
    for listener in listeners:
        by_name.setdefault((listener.hostname or settings.gateway.hostname).lower(), []).append(listener)
    return Site(
        domain=domain,
        hosts=tuple([host_of(name, group, asked.addresses) for name, group in by_name.items()]),
        is_served=domain in settings.domains,
        senders=asked.senders,
        soft=asked.soft,
        policy=asked.policy,
        reports_to=asked.reports_to or f"postmaster@{domain}",
        selectors=selectors(asked),
        seals=seals(settings, domain),
        enforces=asked.enforces,
    )


def host_of(name: str, listeners: Sequence[ListenerSettings], addresses: tuple[IP, ...]) -> Host:
    bound = [ip_address(bind.host) for listener in listeners for bind in listener.bind]
    pairs = [pair for listener in listeners for pair in listener.tls.certificates if listener.tls.mode != "off"]
    found = [read_certificate(str(pair.certificate), str(pair.key)).names for pair in pairs]
    keys = [association(pair.certificate.read_bytes()) for pair in pairs]
    return Host(
        name=name,
        addresses=addresses or tuple(dict.fromkeys([ip for ip in bound if ip.is_global])),
        certificates=tuple(found),
        associations=tuple(dict.fromkeys(keys)),
    )


def selectors(asked: Asked) -> tuple[Selector, ...]:
    if not asked.selector:
        return ()
    record = record_of(asked.key) if asked.key is not None else ""
    return (Selector(asked.selector, record),)


def seals(settings: Settings, domain: str) -> tuple[Selector, ...]:
    """Of the ARC seals of listeners in this domain's name; a key that this user may not read is only looked up."""
    found: dict[str, Selector] = {}
    for listener in settings.listeners.values():
        made_with = listener.headers.arc_seal
        if made_with is None or made_with.domain != domain:
            continue
        try:
            record = record_of(made_with.key)
        except (OSError, BadSyntax):
            record = ""
        found.setdefault(made_with.selector, Selector(made_with.selector, record))
    return tuple(found.values())


def record_of(key: Path) -> str:
    return key_record(private_key(key.read_bytes()).public_key())


async def looked_up(settings: Settings, site: Site) -> tuple[Line, ...]:
    """Every line, compared with what is published. Without a resolver each says so."""
    resolver = Resolver(settings.dns, SystemClock())
    try:
        keys = await asyncio.gather(*[tlsa_of(settings, host) for host in site.hosts])
        lines = survey(resolver, site, dict(zip([host.name for host in site.hosts], keys, strict=True)))
        return tuple(chain.from_iterable(await asyncio.gather(*lines)))
    finally:
        resolver.close()


async def tlsa_of(settings: Settings, host: Host) -> Tlsa | Unavailable:
    servers = settings.dns.servers or system_servers()
    try:
        return await published_tlsa(servers, f"{SMTP}.{host.name}", settings.dns.timeout)
    except Unavailable as error:
        return error
