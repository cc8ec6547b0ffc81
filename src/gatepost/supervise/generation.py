"""Everything that runs under one configuration: is it up, does it still live, how does it end?"""

from enum import Enum
from signal import SIGABRT, SIGKILL, SIGTERM
from typing import Generic

from msgspec import Struct

from gatepost.supervise.child import Farewell
from gatepost.supervise.contract import Plan, S
from gatepost.supervise.seat import Seat

AT_ONCE = 5.0  # seconds a worker has to say 421 to everybody
SERVICE_TIME = 10.0  # seconds a service has to finish
APART = 0.3  # seconds between two SIGTERMs, which would be one if they met
DUMP_TIME = 2.0  # seconds a stuck process has to write where it is


class Stand(Enum):
    """How far the start of a generation is."""

    RISING = "rising"
    UP = "up"
    FAILED = "failed"


class Condition(Struct, frozen=True):
    stand: Stand
    reason: str = ""


class Generation(Generic[S]):
    """Owned by the station.

    Args:
        number: from 1.
        workers: one seat each.
        services: seats of services that belong to this configuration alone.
        relied_on: seats of exclusive services, which it needs as well.
        places: of its workers, in shared memory.
    """

    def __init__(
        self,
        number: int,
        settings: S,
        plan: Plan,
        *,
        workers: list[Seat],
        services: list[Seat],
        relied_on: list[Seat],
        places: list[int],
        began: float,
    ) -> None:
        self.number, self.settings, self.plan = number, settings, plan
        self.workers, self.services, self.relied_on = workers, services, relied_on
        self.places = places
        self.began = began
        self.is_draining = False

    @property
    def seats(self) -> list[Seat]:
        return [*self.services, *self.workers]

    def condition(self, now: float) -> Condition:
        """Up when every worker has given a sign of life; failed when one of those it cannot do without has died."""
        needed = [*self.workers, *(seat for seat in (*self.relied_on, *self.services) if seat.critical)]
        for seat in needed:
            if seat.crashes and seat.child is None:
                return Condition(Stand.FAILED, seat.said)
        if all(seat.child is not None and seat.child.heartbeat is not None for seat in self.workers):
            return Condition(Stand.UP)
        if now - self.began > self.plan.start:
            mute = ", ".join(s.name for s in self.workers if s.child is None or s.child.heartbeat is None)
            return Condition(Stand.FAILED, f"no sign of life within {self.plan.start:g} s from {mute}")
        return Condition(Stand.RISING)

    def drain(self, now: float) -> None:
        """Workers accept no more and finish what is open; services follow them (`follow`)."""
        self.is_draining = True
        drain = self.plan.drain
        for seat in self.workers:
            seat.give_up([(now, SIGTERM), (now + drain, SIGTERM), (now + drain + AT_ONCE, SIGKILL)])

    def hurry(self, now: float) -> None:
        """Whoever is still in a session is sent away with a 421 (the second SIGTERM asks for that)."""
        first = [] if self.is_draining else [(now, SIGTERM)]
        self.is_draining = True
        for seat in self.workers:
            seat.give_up([*first, (now + APART, SIGTERM), (now + APART + AT_ONCE, SIGKILL)])

    def follow(self, now: float) -> bool:
        """Once its workers are gone its services go too; True when nobody is left."""
        if not all(seat.is_over for seat in self.workers):
            return False
        for seat in self.services:
            if not seat.is_given_up:
                seat.give_up(service_farewell(now))
        return all(seat.is_over for seat in self.services)

    def stuck(self, now: float) -> list[Seat]:
        """Processes that gave no sign of life for too long; services only if they ever gave one."""
        return [
            seat
            for seat in (*self.workers, *self.services, *self.relied_on)
            if seat.child is not None
            and not seat.child.is_leaving
            and (seat in self.workers or seat.child.heartbeat is not None)
            and now - seat.child.heard > self.plan.watchdog
        ]


def service_farewell(now: float) -> Farewell:
    return [(now, SIGTERM), (now + SERVICE_TIME, SIGKILL)]


def stuck_farewell(now: float) -> Farewell:
    """SIGABRT makes it write to the log where it hangs."""
    return [(now, SIGABRT), (now + DUMP_TIME, SIGKILL)]
