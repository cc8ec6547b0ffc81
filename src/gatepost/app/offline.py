"""What would become of a message? A session of a listener, played without client, mail server or record.

Protocol, checks and policy are those of the gateway; only what stands behind their ports is not. Checks that count
(rates, harvesting) are left out, the tar pit's waits are noted and not waited, and the mail server takes everything.
Directories, the DNS, antivirus and spam engines are asked, unless they are to be left alone.
"""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct, structs

from gatepost.adapters.backend.pool import Pool
from gatepost.adapters.directory_callout import CalloutSettings
from gatepost.adapters.directory_file import FileDirectory, FileSettings
from gatepost.adapters.directory_ldap.process import serve
from gatepost.adapters.directory_ldap.settings import LdapSettings, missing
from gatepost.adapters.dns.resolver import Resolver
from gatepost.adapters.lists import FileLists
from gatepost.app.engines import engines_of, opinions_of
from gatepost.app.graph import on_bug, own_names
from gatepost.app.inspection import WatchedInspector
from gatepost.app.offline_session import NODE, Attempt, play
from gatepost.app.offline_world import Blank, Everybody, Hand, Notes, Unasked, Unconsulted, Unheard, Unscanned, Willing
from gatepost.app.policy import Ports, judge_for
from gatepost.app.recipients import directories_of, ldap_socket, recipients_of
from gatepost.app.services import bound
from gatepost.app.spam_filter import correspondents, spam_filter
from gatepost.auth.batv import BounceKeys
from gatepost.config.bounce_keys import bounce_keys
from gatepost.config.settings import Settings
from gatepost.engine.catalogue import check_classes
from gatepost.gateway.clock import SystemClock
from gatepost.gateway.directory_cache import CachedDirectory
from gatepost.gateway.ids import Ids
from gatepost.gateway.listener import Listener, Outside, Site
from gatepost.gateway.routes import DomainRoute, Routes
from gatepost.gateway.tarpit import Tarpit
from gatepost.model.trace import Trace
from gatepost.ports.alarms import Alarms
from gatepost.ports.clock import Clock
from gatepost.ports.correspondents import Correspondents
from gatepost.ports.counters import Counters, Gauges
from gatepost.ports.directory import Directories, Directory
from gatepost.ports.dns import Dns
from gatepost.ports.inspector import Inspector
from gatepost.ports.lists import Lists
from gatepost.ports.memory import Memory
from gatepost.ports.own_names import OwnNames
from gatepost.ports.scanner import Scanners
from gatepost.ports.second_opinion import SecondOpinions
from gatepost.ports.spam_filter import SpamFilter

PATIENCE = 1.0  # seconds for connections to mail servers that were asked for recipients to close


class CannotPlay(Exception):
    """Why the message cannot be tried out, in words for an operator."""


class Played(Struct, frozen=True, kw_only=True):
    """What became of it.

    Args:
        message: the beginning of what the mail server or the quarantine would have got; None if neither.
        checks: names of those that were left out, because they count.
        directories: names of those that were not asked.
    """

    trace: Trace
    message: bytes | None
    checks: tuple[str, ...]
    directories: tuple[str, ...]


def rehearse(settings: Settings, attempt: Attempt, *, ask: bool = True) -> Played:
    """Play it.

    Args:
        ask: directories that are not in a file, the DNS, and antivirus and spam engines.

    Raises:
        CannotPlay: a file that is named cannot be read, or the like.
    """
    with ExitStack() as stack:
        learned: Ports = {SpamFilter: spam_filter(settings), Correspondents: correspondents(settings)}
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gatepost-test-")))
        gateway = settings.gateway.model_copy(update={"data_dir": place})
        settings = settings.model_copy(update={"gateway": gateway})
        if ask:
            stack.enter_context(ldap_processes(settings))
        return asyncio.run(rehearsed(settings, attempt, ask, learned))


async def rehearsed(settings: Settings, attempt: Attempt, ask: bool, learned: Ports) -> Played:
    clock = SystemClock()
    notes, hand = Notes(), Hand()
    asked, left_alone = divided(settings, ask)
    pools: dict[str, Pool] = {}
    resolver = Resolver(settings.dns, clock)
    engines = engines_of(settings, clock, settings.gateway.data_dir)
    opinions = opinions_of(settings, clock, settings.gateway.data_dir)
    inspector = WatchedInspector(settings)
    outside: dict[type, object] = {
        Inspector: inspector, Dns: resolver, Scanners: engines, SecondOpinions: opinions, **learned,
    }  # fmt: skip
    if not ask:
        outside |= {Dns: Unasked(), Scanners: Unscanned(), SecondOpinions: Unconsulted()}
    try:
        pools |= {name: pool(settings, name) for name in backends_asked(settings, asked)}
        directories = directories_of(settings_asking(settings, asked), pools, clock, 1)
        listener = listener_of(settings, attempt.listener, {**directories, **left_alone}, outside, notes, hand)
    except (OSError, ValueError, LookupError) as error:
        raise CannotPlay(str(error)) from error
    try:
        await play(listener, attempt)
    finally:
        for directory in directories.values():
            if isinstance(directory, FileDirectory | CachedDirectory):
                directory.close()
        resolver.close()
        engines.close()
        opinions.close()
        inspector.close()
        await asyncio.gather(*(pool.close(PATIENCE) for pool in pools.values()))
    trace = structs.replace(notes.traces[-1], handovers=())  # nobody has got it
    return Played(trace=trace, message=hand.message, checks=counting(settings, listener), directories=tuple(left_alone))


def divided(settings: Settings, ask: bool) -> tuple[frozenset[str], dict[str, Directory]]:
    """Names of directories that are asked, and stand-ins for those that are not."""
    wanted = {domain.recipients for domain in settings.domains.values()} - {"any"}
    asked = {name for name in wanted if ask or isinstance(settings.directories[name], FileSettings)}
    return frozenset(asked), {name: Everybody() for name in sorted(wanted - asked)}


def settings_asking(settings: Settings, asked: frozenset[str]) -> Settings:
    """With the domains of these directories only."""
    domains = {name: domain for name, domain in settings.domains.items() if domain.recipients in asked}
    return settings.model_copy(update={"domains": domains})


def backends_asked(settings: Settings, asked: frozenset[str]) -> frozenset[str]:
    """Mail servers that tell who exists."""
    directories = [settings.directories[name] for name in asked]
    return frozenset(d.backend for d in directories if isinstance(d, CalloutSettings))


def pool(settings: Settings, name: str) -> Pool:
    return Pool(name, settings.backends[name], settings.gateway.hostname)


def counting(settings: Settings, listener: Listener) -> tuple[str, ...]:
    """Checks of that listener that are left out."""
    sections = settings.checks.sections()
    role = listener.role.value
    specs = [cls.spec for cls in check_classes().values()]
    return tuple(s.name for s in specs if s.records and role in s.roles and sections[s.settings].enabled)


# ── the listener ─────────────────────────────────────────────────────────────
def listener_of(
    settings: Settings, name: str, directories: Mapping[str, Directory], outside: Ports, notes: Notes, hand: Hand
) -> Listener:
    """That listener as the gateway has it, with nothing behind it. It needs no private keys."""
    section, gateway, clock, blank = settings.listeners[name], settings.gateway, SystemClock(), Blank()
    backends = {name: Willing(name, hand) for name in settings.backends}
    domains = {n: DomainRoute(d.backend, d.message_size, d.mixed) for n, d in settings.domains.items()}
    ports: Ports = {
        Alarms: Unheard(), Clock: clock, Counters: blank, Gauges: blank, Memory: blank, Lists: FileLists(clock),
        Directories: recipients_of(settings, directories), OwnNames: own_names(settings),
        BounceKeys: bounce_keys(settings), **outside,
    }  # fmt: skip
    site = Site(
        hostname=section.hostname or gateway.hostname, header_prefix=gateway.header_prefix,
        trusted_relays=gateway.trusted_relays, spool=gateway.data_dir, spool_memory=gateway.spool_memory,
        node=NODE, worker=0,
    )  # fmt: skip
    tarpit = section.tarpit
    return Listener(
        name, section, site,
        judge=judge_for(settings, section.role, ports, clock, on_bug, records=False),
        routes=Routes(domains, section.relay, section.relay_from, backends),
        tarpit=Tarpit(tarpit.delay, tarpit.maximum, section.limits.tarpitted, NODE, blank, blank), tls=None,
        outside=Outside(backends=backends, quarantine=hand, journal=notes, memory=blank, gauges=blank, clock=clock),
        ids=Ids(), on_bug=on_bug,
    )  # fmt: skip


# ── LDAP ─────────────────────────────────────────────────────────────────────
@contextmanager
def ldap_processes(settings: Settings) -> Iterator[None]:
    """A process for each LDAP directory that some domain asks, as the gateway has them; ended afterwards."""
    asked = {domain.recipients for domain in settings.domains.values()}
    wanted = {n: d for n, d in settings.directories.items() if isinstance(d, LdapSettings) and n in asked}
    if wanted and (absent := missing()):
        raise CannotPlay(absent)
    children: list[int] = []
    try:
        for name, section in wanted.items():
            children.append(ldap_process(ldap_socket(settings.gateway.data_dir, name, 1), section))
        yield
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def ldap_process(path: Path, section: LdapSettings) -> int:
    """Its id. Without its password it ends at once, and the directory is unavailable."""
    with bound(path) as listener:
        child = os.fork()
        if child == 0:
            try:
                serve(listener, section, SystemClock())
            except (OSError, ValueError) as error:
                sys.stderr.write(f"gatepost: the directory cannot be asked: {error}\n")
            finally:
                os._exit(1)
    return child
