"""How does the gateway come up, all of it or nothing? As root only for as long as the ports need it."""

import gc
import os
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Generic

import msgspec
import structlog

from gatepost.supervise import data_dir
from gatepost.supervise.contract import App, Plan, S
from gatepost.supervise.errand import SelfTest
from gatepost.supervise.generation import Condition, Generation, Stand
from gatepost.supervise.listening import Ports
from gatepost.supervise.privileges import Account, account, all_descriptors, become, gain_nothing
from gatepost.supervise.seating import seated
from gatepost.supervise.station import Station

FEWEST_PLACES = 8  # for workers, so that a reload may change their number
FEW_DESCRIPTORS = 4096

log = structlog.get_logger()


def station(
    app: App[S], path: Path, settings: S, plan: Plan, activated: Iterable[socket.socket], also_ours: set[socket.socket]
) -> Station[S]:
    """Ports bound, data directory locked, privileges dropped; nothing forked yet. Raises `StartError`."""
    who = account(plan.user)
    data_dir.make(plan.data_dir, who)
    lock = data_dir.lock(plan.data_dir, who)
    enough_descriptors()
    ports = Ports(activated)
    ports.open(plan.listeners, plan.workers)
    places = 2 * max(plan.workers, os.cpu_count() or 1, FEWEST_PLACES // 2)
    built = Station(app, path, settings, plan, ports=ports, places=places, also_ours=also_ours, lock=lock)
    drop(who, ports)
    data_dir.is_ours(plan.data_dir)
    return built


def drop(who: Account | None, ports: Ports) -> None:
    if who is not None:
        ports.give_to(who.uid, who.gid)
        become(who)
        log.info("privileges dropped", user=who.name, uid=who.uid)
    gain_nothing()


def enough_descriptors() -> None:
    """One for each connection, and a few for files and the journal."""
    limit = all_descriptors()
    if limit < FEW_DESCRIPTORS:
        log.warning(
            "few descriptors", limit=limit, advice="raise LimitNOFILE= or ulimit -Hn: one is needed a connection"
        )
    else:
        log.info("descriptors", limit=limit)


class Starting(Generic[S]):
    """From the self-test to the first sign of life of every worker; owned by the supervisor."""

    def __init__(self, station: Station[S], settings: S, now: float) -> None:
        """Raises OSError where the system has no room for a process."""
        self.station, self.settings = station, settings
        app = msgspec.structs.replace(station.app, load=lambda _: settings)  # this one, not what the file says by now
        self.test = SelfTest(station.crew, app, station.path, now)
        self.first: Generation[S] | None = None

    def step(self, now: float) -> Condition:
        """How far it is; `FAILED` has the reason."""
        problems = self.test.result
        if problems is None:
            return Condition(Stand.RISING)
        if problems:
            return Condition(Stand.FAILED, "\n".join(problems))
        if self.first is None:
            gc.collect()
            gc.freeze()  # what is here stays, and stays shared with the children
            self.first = seated(self.station, self.settings, self.station.plan, now).generation
        return self.first.condition(now)
