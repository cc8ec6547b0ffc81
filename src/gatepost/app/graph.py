"""Settings to everything one worker needs."""

import asyncio
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

import structlog

from gatepost.adapters.backend.hosts import HOST_BACK, HOST_FAILED
from gatepost.adapters.backend.pool import Pool
from gatepost.adapters.directory_file import FileDirectory
from gatepost.adapters.dns.resolver import Resolver
from gatepost.adapters.lists import FileLists
from gatepost.app.engines import antivirus_settings, engines_of, opinions_of, watch_engines, watch_opinions
from gatepost.app.inspection import WatchedInspector
from gatepost.app.learning import learning
from gatepost.app.policy import judge_for
from gatepost.app.quarantine import file_quarantine
from gatepost.app.recipients import directories_of, problem_of, recipients_of
from gatepost.app.spam_filter import correspondents, lesson_box, spam_filter
from gatepost.auth.batv import BounceKeys
from gatepost.auth.dkim.sign import Signer, private_key
from gatepost.config.bounce_keys import bounce_keys
from gatepost.config.settings import Settings
from gatepost.gateway.clock import SystemClock
from gatepost.gateway.directory_cache import CachedDirectory
from gatepost.gateway.ids import Ids
from gatepost.gateway.listener import Listener, Outside, Site
from gatepost.gateway.listener_settings import ListenerSettings
from gatepost.gateway.routes import DomainRoute, Routes
from gatepost.gateway.tarpit import Tarpit
from gatepost.gateway.tls import ServerTls
from gatepost.ports.alarms import Alarms
from gatepost.ports.clock import Clock
from gatepost.ports.correspondents import Correspondents
from gatepost.ports.counters import Counters, Gauges
from gatepost.ports.directory import Directories
from gatepost.ports.dns import Dns
from gatepost.ports.inspector import Inspector
from gatepost.ports.journal import Journal
from gatepost.ports.lessons import LessonBox
from gatepost.ports.lists import Lists
from gatepost.ports.memory import Memory
from gatepost.ports.own_names import OwnNames
from gatepost.ports.scanner import Scanners
from gatepost.ports.second_opinion import SecondOpinions
from gatepost.ports.spam_filter import SpamFilter

log = structlog.get_logger()

CLOSING = 1.0  # seconds for QUIT to the backends; no session is left by then


def own_names(settings: Settings) -> OwnNames:
    """By which names and addresses the gateway is known."""
    bound = {ip_address(bind.host) for listener in settings.listeners.values() for bind in listener.bind}
    return OwnNames(
        hostname=settings.gateway.hostname.lower(),
        domains=frozenset(settings.domains),
        addresses=frozenset(ip for ip in bound if not ip.is_unspecified),
    )


def on_bug(where: str, error: BaseException) -> None:
    """Ours to mend: the traceback goes to the operator, never to the client."""
    log.error("bug", where=where, error=type(error).__name__, exc_info=error)


class Graph:
    """What one worker is made of. Made inside its event loop.

    Args:
        node, worker: for traces.
        generation: of the configuration; names the sockets of the directories' processes.
        shared: counters, gauges and memory over all workers.
        alarms: what an operator must know goes here.
        dns: asked instead of the configured resolvers.
        scanners: asked instead of the configured antivirus engines.
    """

    def __init__(
        self, settings: Settings, *, node: str, worker: int, counters: Counters, gauges: Gauges, memory: Memory,
        journal: Journal, alarms: Alarms, generation: int = 1, dns: Dns | None = None,
        scanners: Scanners | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.node, self.worker = node, worker
        self.alarms = alarms
        self.clock = SystemClock()
        self.ids = Ids()
        self.counters, self.gauges, self.memory = counters, gauges, memory
        self.lists = FileLists(self.clock)
        self.resolver = Resolver(settings.dns, self.clock)
        self.dns: Dns = dns or self.resolver
        self.backends = {name: self.pool(name) for name in settings.backends}
        self.directories = directories_of(settings, self.backends, self.clock, generation)
        self.quarantine = file_quarantine(settings, self.clock)
        self.outside = Outside(
            backends=self.backends,
            quarantine=self.quarantine,
            journal=learning(journal, memory, settings, on_bug),
            memory=memory,
            gauges=gauges,
            clock=self.clock,
        )
        self.bounce_keys = bounce_keys(settings)
        self.inspector = WatchedInspector(settings)
        self.engines = engines_of(settings, self.clock, spool_dir(settings.gateway.data_dir))
        self.opinions = opinions_of(settings, self.clock, spool_dir(settings.gateway.data_dir))
        self.ports = {**self.make_ports(), Scanners: scanners or self.engines}
        self.listeners = {name: self.listener(name, section) for name, section in settings.listeners.items()}

    def pool(self, name: str) -> Pool:
        def notice(code: str, host: str, text: str) -> None:
            if code == HOST_BACK:
                self.alarms.all_clear(f"{HOST_FAILED}.{name}.{host}", f"{host} {text}")
            else:
                self.alarms.raise_alarm(f"{code}.{name}.{host}", f"{host}: {text}")

        return Pool(name, self.settings.backends[name], self.settings.gateway.hostname, notice)

    def make_ports(self) -> Mapping[type, object]:
        return {
            Alarms: self.alarms,
            Clock: self.clock,
            Counters: self.counters,
            Gauges: self.gauges,
            Memory: self.memory,
            Lists: self.lists,
            Directories: recipients_of(self.settings, self.directories),
            Dns: self.dns,
            OwnNames: own_names(self.settings),
            BounceKeys: self.bounce_keys,
            Inspector: self.inspector,
            SecondOpinions: self.opinions,
            SpamFilter: spam_filter(self.settings),
            LessonBox: lesson_box(self.settings),
            Correspondents: correspondents(self.settings),
        }

    def listener(self, name: str, section: ListenerSettings) -> Listener:
        gateway = self.settings.gateway
        limits = section.limits
        site = Site(
            hostname=section.hostname or gateway.hostname, header_prefix=gateway.header_prefix,
            trusted_relays=gateway.trusted_relays, spool=spool_dir(gateway.data_dir), spool_memory=gateway.spool_memory,
            node=self.node, worker=self.worker,
        )  # fmt: skip
        return Listener(
            name, section, site,
            judge=judge_for(self.settings, section.role, self.ports, self.clock, on_bug),
            routes=self.routes(section),
            tarpit=Tarpit(
                section.tarpit.delay, section.tarpit.maximum, limits.tarpitted, f"tarpit:{name}", self.counters,
                self.gauges,
            ),
            tls=server_tls(section), outside=self.outside, ids=self.ids, on_bug=on_bug, signer=signer_of(section),
            bounce_keys=self.bounce_keys,
        )  # fmt: skip

    def routes(self, section: ListenerSettings) -> Routes:
        domains = {
            name: DomainRoute(domain.backend, domain.message_size, domain.mixed)
            for name, domain in self.settings.domains.items()
        }
        return Routes(domains, section.relay, section.relay_from, self.backends)

    def watch(self) -> None:
        """What has to be looked at every second: lists and certificates that may have changed, who answers."""
        self.lists.tick()
        for alarm in self.lists.alarms():
            self.alarms.raise_alarm("lists", alarm)
        self.watch_resolvers()
        self.inspector.watch(self.alarms)
        watch_engines(self.engines, antivirus_settings(self.settings).max_signature_age, self.alarms, self.clock)
        watch_opinions(self.opinions, self.alarms)
        for name, directory in self.directories.items():
            if problem := problem_of(directory):
                self.alarms.raise_alarm(f"directory.{name}", f"Directory {name}: {problem}")
            else:
                self.alarms.all_clear(f"directory.{name}")
        for listener in self.listeners.values():
            if listener.tls is not None and (reloaded := listener.tls.reload_if_changed()) is not None:
                self.tell_of_certificates(listener.name, "" if reloaded.taken else reloaded.detail)

    def watch_resolvers(self) -> None:
        self.resolver.tick()
        if problem := self.resolver.problem:
            self.alarms.raise_alarm("dns", f"No resolver answers: {problem}")
        else:
            self.alarms.all_clear("dns")

    def tell_of_certificates(self, listener: str, problem: str) -> None:
        key = f"certificate.{listener}"
        if problem:
            self.alarms.raise_alarm(key, f"New certificates of listener {listener} cannot be used: {problem}")
        else:
            log.info("certificates reloaded", listener=listener)
            self.alarms.all_clear(key)

    def start_watching_files(self, loop: asyncio.AbstractEventLoop) -> None:
        for directory in self.directories.values():
            if isinstance(directory, FileDirectory):
                directory.watch(loop)

    async def probe_backends(self, patience: float) -> None:
        """Learn what the backends offer before anybody is greeted; those that do not answer are asked again later."""
        probes = [asyncio.get_running_loop().create_task(backend.probe()) for backend in self.backends.values()]
        if probes:
            await asyncio.wait(probes, timeout=patience)

    async def close(self) -> None:
        for directory in self.directories.values():
            if isinstance(directory, FileDirectory | CachedDirectory):
                directory.close()
        self.resolver.close()
        self.engines.close()
        self.opinions.close()
        self.inspector.close()
        self.quarantine.close()
        await asyncio.gather(*(backend.close(grace=CLOSING) for backend in self.backends.values()))


def server_tls(section: ListenerSettings) -> ServerTls | None:
    if section.tls.mode == "off" or not section.tls.certificates:
        return None
    files = [(str(pair.certificate), str(pair.key)) for pair in section.tls.certificates]
    return ServerTls(files, minimum=section.tls.minimum)


def signer_of(section: ListenerSettings) -> Signer | None:
    """Who seals. Raises `BadSyntax`, a ValueError, if the key is none."""
    made_with = section.headers.arc_seal
    if made_with is None:
        return None
    return Signer(key=private_key(made_with.key.read_bytes()), domain=made_with.domain, selector=made_with.selector)


def spool_dir(data_dir: Path) -> Path:
    """Where large messages are kept while they are judged."""
    return data_dir / "spool"
