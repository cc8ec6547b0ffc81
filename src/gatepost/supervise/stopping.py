"""How does everything end without losing a trace? Workers drain, then the services go, the journal last of all."""

from signal import SIGKILL
from typing import Generic

from gatepost.supervise.contract import JOURNAL, S
from gatepost.supervise.generation import service_farewell
from gatepost.supervise.seat import Seat
from gatepost.supervise.station import Station

ALARM_TIME = 10.0  # seconds the last alarms have to get out
JOURNAL_TIME = 10.0  # seconds the journal has to write what is left
ATTEMPTS = 4  # deaths of the journal until nobody waits for it any more
HASTE = 0.5  # seconds until a journal that has died is started again, however often it has


class Stopping(Generic[S]):
    """From SIGTERM to the end; owned by the supervisor. `step` until it says that nobody is left."""

    def __init__(self, station: Station[S], now: float) -> None:
        self.station = station
        self.alarms_end: float | None = None
        self.journal_end: float | None = None
        self.crashes_before = 0  # of the journal
        for generation in station.generations:
            if not generation.is_draining:
                generation.drain(now)
        station.ports.close_all_but({})  # or clients would wait for a greeting that nobody gives any more

    def hurry(self, now: float) -> None:
        """Asked a second time: sessions that are still open get a 421."""
        for generation in self.station.generations:
            generation.hurry(now)

    def step(self, now: float) -> bool:
        """`Station.tend` sends away the services of each generation after its workers."""
        if self.station.generations or not self.are_alarms_told(now):
            return False
        seat = self.next_service()
        if seat is None:
            return True
        if seat.name == JOURNAL:
            self.end_journal(seat, now)
        elif not seat.is_given_up:
            seat.give_up(service_farewell(now))
        return False

    def end_journal(self, seat: Seat, now: float) -> None:
        """It ends by itself once it has read every line to its end; if it dies before that its successor does it."""
        if self.journal_end is None:
            self.journal_end = now + JOURNAL_TIME
            self.crashes_before = seat.crashes
            seat.is_last = True
            for upper, _ in self.station.lines:
                upper.close()
        if now < self.journal_end and seat.crashes < self.crashes_before + ATTEMPTS:
            seat.hasten(now + HASTE)
        elif not seat.is_given_up:
            seat.give_up(service_farewell(now))

    def are_alarms_told(self, now: float) -> bool:
        """The last ones have a moment to get out."""
        alarms = self.station.alarms
        self.alarms_end = self.alarms_end or now + ALARM_TIME
        if now >= self.alarms_end:
            alarms.waiting.clear()
            if alarms.messenger is not None:
                alarms.messenger.part([(now, SIGKILL)])
        return alarms.is_idle

    def next_service(self) -> Seat | None:
        """The last that started and is still there."""
        return next((seat for seat in reversed(self.station.exclusive.values()) if not seat.is_over), None)
