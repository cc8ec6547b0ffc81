"""Who sits where under a configuration: which processes does it need, and what does each of them get?"""

import signal
import socket
from types import FrameType
from typing import Generic

from msgspec import Struct

from gatepost.supervise.child import Child
from gatepost.supervise.contract import JOURNAL, Parts, Place, Plan, S, Service
from gatepost.supervise.generation import Generation
from gatepost.supervise.listening import Share
from gatepost.supervise.seat import Ended, Fill, Seat
from gatepost.supervise.station import Station

ORPHAN_TIME = 15  # seconds beyond the drain that the journal has when the supervisor dies


class Seated(Struct, Generic[S], frozen=True):
    """A new generation, nobody in its seats yet.

    Args:
        renewals: how exclusive services that exist already are to be filled under it.
        exclusive: names of all exclusive services it has.
    """

    generation: Generation[S]
    renewals: dict[str, Fill]
    exclusive: set[str]


def seated(station: Station[S], settings: S, plan: Plan, now: float) -> Seated[S]:
    """The ports must be open and places free. Exclusive services that are new get their seat at the station."""
    station.number += 1
    parts = Parts(
        generation=station.number,
        shared=station.shared,
        journals=tuple(lower for _, lower in station.lines),
        control=station.services_down,
    )
    own: list[Seat] = []
    renewals: dict[str, Fill] = {}
    exclusive: set[str] = set()
    for service in station.app.services(settings, parts):
        seat = service_seat(station, service, plan)
        if not service.exclusive:
            own.append(seat)
            continue
        exclusive.add(service.name)
        if station.exclusive.setdefault(service.name, seat) is not seat:
            renewals[service.name] = seat.fill
    places = station.free_places()[: plan.workers]
    shares = station.ports.shares(plan.listeners, plan.workers)
    generation = Generation(
        station.number,
        settings,
        plan,
        workers=[
            worker_seat(station, settings, plan, turn, places[turn], shares[turn]) for turn in range(plan.workers)
        ],
        services=own,
        relied_on=[station.exclusive[name] for name in exclusive],
        places=places,
        began=now,
    )
    station.generations.append(generation)
    return Seated(generation, renewals, exclusive)


def worker_seat(station: Station[S], settings: S, plan: Plan, turn: int, index: int, share: Share) -> Seat:
    generation = station.number
    upper = station.lines[index][0]
    keep = [upper, *(opened for sockets in share.values() for opened in sockets)]

    def run(line: socket.socket) -> int:
        place = Place(
            index=index,
            workers=plan.workers,
            generation=generation,
            sockets=share,
            shared=station.shared,
            journal=upper,
            control=line,
        )
        return station.app.run_worker(settings, place)

    def fill(ended: Ended) -> Child:
        def gone(child: Child, code: int) -> None:
            station.was_worker(index, child.heartbeat)
            ended(child, code)

        return station.crew.start(f"worker-{turn}", run, ended=gone, keep=keep)

    return Seat(f"worker-{turn}", fill, critical=True, alarm="worker.failed", alarms=station.alarms)


def service_seat(station: Station[S], service: Service, plan: Plan) -> Seat:
    fill = journal_fill(station, service, plan) if service.name == JOURNAL else service_fill(station, service)
    return Seat(
        service.name, fill, critical=service.critical, alarm=f"service.failed.{service.name}", alarms=station.alarms
    )


def service_fill(station: Station[S], service: Service) -> Fill:
    def run(_: socket.socket) -> int:
        service.run()
        return 0

    return lambda ended: station.crew.start(service.name, run, ended=ended, keep=[station.services_down])


def journal_fill(station: Station[S], service: Service, plan: Plan) -> Fill:
    """If the supervisor dies the workers finish their sessions; the journal ends after the last, or by the clock."""

    def run(_: socket.socket) -> int:
        def orphaned(number: int, frame: FrameType | None) -> None:
            signal.alarm(int(plan.drain) + ORPHAN_TIME)

        signal.signal(signal.SIGUSR2, orphaned)
        service.run()
        return 0

    keep = [station.services_down, *(lower for _, lower in station.lines)]
    return lambda ended: station.crew.start(service.name, run, ended=ended, keep=keep, orphaned=signal.SIGUSR2)
