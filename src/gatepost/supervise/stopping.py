"""How does everything end without losing a trace? Workers drain, then the services go, the journal last of all."""

from typing import Generic

import structlog

from gatepost.supervise.contract import JOURNAL, S
from gatepost.supervise.generation import service_farewell
from gatepost.supervise.seat import Seat
from gatepost.supervise.station import Station

log = structlog.get_logger()


class Stopping(Generic[S]):
    """From SIGTERM to the end; owned by the supervisor. `step` until it says that nobody is left."""

    def __init__(self, station: Station[S], now: float) -> None:
        self.station = station
        self.are_lines_closed = False
        for generation in station.generations:
            if not generation.is_draining:
                generation.drain(now)

    def hurry(self, now: float) -> None:
        """Asked a second time: sessions that are still open get a 421."""
        for generation in self.station.generations:
            generation.hurry(now)

    def step(self, now: float) -> bool:
        """`Station.tend` sends away the services of each generation after its workers."""
        if self.station.generations or not self.station.alarms.is_idle:
            return False
        seat = self.next_service()
        if seat is None:
            return True
        if not seat.is_given_up:
            if seat.name == JOURNAL:
                self.close_lines()
            seat.give_up(service_farewell(now))
        return False

    def next_service(self) -> Seat | None:
        """The last that started and is still there."""
        return next((seat for seat in reversed(self.station.exclusive.values()) if not seat.is_over), None)

    def close_lines(self) -> None:
        """No worker is left: the journal sees the end of each line once it has read what is in it."""
        for upper, _ in self.station.lines:
            upper.close()
