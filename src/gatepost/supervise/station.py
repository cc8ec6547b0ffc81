"""What does the supervisor have? Ports, shared pages, lines to the journal, and the processes of each configuration."""

import socket
from pathlib import Path
from typing import Generic

from gatepost.model.health import Heartbeat
from gatepost.supervise.alarms import AlarmDesk
from gatepost.supervise.contract import App, Plan, S
from gatepost.supervise.crew import Crew
from gatepost.supervise.generation import Generation, service_farewell, stuck_farewell
from gatepost.supervise.listening import Ports
from gatepost.supervise.seat import Fill, Seat
from gatepost.supervise.stats import added


class Station(Generic[S]):
    """Everything that outlives a configuration; owned by the supervisor.

    Args:
        path: of the configuration file.
        places: how many workers can be alive at once, old and new ones together.
        also_ours: further sockets that no child may keep.
        lock: descriptor that keeps others out of the data directory, for as long as one of us lives.
    """

    def __init__(
        self,
        app: App[S],
        path: Path,
        settings: S,
        plan: Plan,
        *,
        ports: Ports,
        places: int,
        also_ours: set[socket.socket],
        lock: int,
    ) -> None:
        self.app, self.path, self.plan, self.ports = app, path, plan, ports
        self.also_ours = also_ours
        self.lock = lock
        self.shared = app.shared_memory(settings, places)
        self.lines = [app.journal_line() for _ in range(places)]
        self.services_up, self.services_down = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.crew = Crew(self.sockets)
        self.alarms = AlarmDesk(self.crew, plan.patience, lambda notice: app.tell(settings, notice))
        self.exclusive: dict[str, Seat] = {}
        self.generations: list[Generation[S]] = []
        self.number = 0
        self.past = Heartbeat()  # sums of workers that are gone

    def sockets(self) -> set[socket.socket]:
        lines = (end for line in self.lines for end in line)
        return {self.services_up, self.services_down, *lines, *self.ports.all(), *self.also_ours}

    @property
    def seats(self) -> list[Seat]:
        return [*self.exclusive.values(), *(seat for generation in self.generations for seat in generation.seats)]

    def free_places(self) -> list[int]:
        taken = {place for generation in self.generations for place in generation.places}
        return [place for place in range(len(self.lines)) if place not in taken]

    def was_worker(self, index: int, heartbeat: Heartbeat | None) -> None:
        """It is dead: what it held is given back, what it did is remembered."""
        self.shared.forget_worker(index)
        if heartbeat is not None:
            self.past = added(self.past, heartbeat)

    def tend(self, now: float) -> None:
        """Fills seats, says what is due, sees who is stuck, lets go who has finished."""
        for seat in self.seats:
            seat.sit(now)
        for child in list(self.crew.children.values()):
            child.tell_what_is_due(now)
        for generation in list(self.generations):
            if generation.is_draining and generation.follow(now):
                self.generations.remove(generation)
            self.free_stuck(generation, now)
        for name, seat in list(self.exclusive.items()):
            if seat.is_over:
                del self.exclusive[name]
        self.see_who_recovered(now)
        self.alarms.tend(now)

    def see_who_recovered(self, now: float) -> None:
        for key in {seat.alarm for seat in self.seats if seat.crashes}:
            if all(seat.is_settled(now) for seat in self.seats if seat.alarm == key):
                self.alarms.all_clear(key, "It runs again, and has for a minute.")

    def free_stuck(self, generation: Generation[S], now: float) -> None:
        for seat in generation.stuck(now):
            seat.part(stuck_farewell(now))
            self.alarms.raise_alarm(
                f"stuck.{seat.name}",
                f"{seat.name} gave no sign of life for {generation.plan.watchdog:g} s and is killed and replaced; "
                "its sessions are lost (their clients try again). Where it was stuck is in the log.",
            )

    def renew(self, fills: dict[str, Fill], wanted: set[str], now: float) -> None:
        """Exclusive services under a new configuration; those that it does not have any more go."""
        for name, fill in fills.items():
            self.exclusive[name].fill = fill
            self.exclusive[name].part(service_farewell(now))
        self.dismiss(set(self.exclusive) - wanted, now)

    def dismiss(self, exclusive: set[str], now: float) -> None:
        for name in exclusive:
            self.exclusive[name].give_up(service_farewell(now))

    def is_pressed(self) -> bool:
        """Something is due soon."""
        return (
            any(seat.child is None and not seat.is_given_up for seat in self.seats)
            or any(child.is_leaving for child in self.crew.children.values())
            or bool(self.alarms.waiting)
        )
