"""Who is there, for `stats.json` and for the service manager's status line."""

import os
import time
from typing import Generic

from gatepost.supervise import stats
from gatepost.supervise.contract import S
from gatepost.supervise.generation import Generation
from gatepost.supervise.seat import Seat
from gatepost.supervise.station import Station

EVERY = 1.0  # seconds


class Census(Generic[S]):
    """Taken once a second and when the state changes; owned by the supervisor."""

    def __init__(self, station: Station[S]) -> None:
        self.station = station
        self.began = time.time()
        self.next = 0.0
        self.state = ""

    def take(self, state: str, now: float) -> str | None:
        """Writes it, if it is time; a line that says how things are."""
        if now < self.next and state == self.state:
            return None
        self.next, self.state = now + EVERY, state
        taken = self.taken(state, now)
        try:
            stats.write(self.station.plan.data_dir, taken)
        except OSError as error:
            self.station.alarms.raise_alarm(
                "data_dir.write", f"Cannot write in {self.station.plan.data_dir}: {error.strerror}."
            )
        else:
            self.station.alarms.all_clear("data_dir.write")
        totals = taken.totals
        return f"{state}; {totals.sessions} sessions, {totals.tarpitted} of them tar-pitted; {len(taken.alarms)} alarms"

    def taken(self, state: str, now: float) -> stats.Stats:
        station = self.station
        living = [s.child.heartbeat for g in station.generations for s in g.workers if s.child and s.child.heartbeat]
        current = [(g, seat) for g in station.generations for seat in g.workers if not seat.is_over]
        beside = [(g, seat) for g in station.generations for seat in g.services if not seat.is_over]
        newest = station.generations[-1] if station.generations else None
        return stats.Stats(
            written=time.time(),
            began=self.began,
            pid=os.getpid(),
            configuration=str(station.path.absolute()),
            state=state,
            generation=newest.number if newest else station.number,
            totals=stats.total(station.past, living),
            workers=tuple(process(seat, generation, now) for generation, seat in current),
            services=(
                *(process(seat, newest, now) for seat in station.exclusive.values()),
                *(process(seat, generation, now) for generation, seat in beside),
            ),
            alarms=station.alarms.book.up(),
        )


def process(seat: Seat, generation: Generation[S] | None, now: float) -> stats.Process:
    child = seat.child
    return stats.Process(
        name=seat.name,
        pid=child.pid if child else 0,
        generation=generation.number if generation else 0,
        state=state_of(seat, now),
        age=round(now - child.started, 1) if child else 0.0,
        silence=round(now - child.heard, 1) if child and child.heartbeat else None,
        crashes=seat.crashes,
        heartbeat=child.heartbeat if child else None,
    )


def state_of(seat: Seat, now: float) -> str:
    if seat.child is None:
        return "failed"
    if seat.child.is_leaving:
        return "draining"
    return "serving" if seat.child.heartbeat is not None or now - seat.child.started > EVERY else "starting"
