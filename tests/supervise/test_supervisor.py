"""Claims about a whole gateway of processes: start, crash, stuck, stop, death of the supervisor."""

import contextlib
import os
import signal
import socket
from pathlib import Path

import pytest

from tests.servers.loopback import listeners
from tests.supervise.conftest import Running, is_alive, until

pytestmark = pytest.mark.servers


def test_every_worker_listens_on_a_socket_of_its_own(running: Running) -> None:
    running.start(workers=3)
    assert listeners(running.port) == 3


def test_it_serves_and_ends_well(running: Running) -> None:
    running.start()
    guest = running.guest()
    assert guest.generation == 1
    guest.leave()
    assert running.stop() == 0


def test_the_journal_is_there_before_the_workers(running: Running) -> None:
    running.start()
    started = [record["process"] for record in running.log() if record["event"] == "process started"]
    assert started == ["journal", "worker-0", "worker-1"]


def test_a_worker_that_crashes_is_replaced(running: Running) -> None:
    running.start(workers=1)
    guest = running.guest()
    guest.order("crash")
    again = running.guest()
    assert (again.pid != guest.pid, again.index == guest.index) == (True, True)


def test_a_worker_that_keeps_crashing_is_started_later_and_later(running: Running) -> None:
    running.start(workers=1)
    for _ in range(3):
        running.guest().order("crash")
    until(lambda: len(failures(running)) == 3, "three failures")
    assert [record["again_in"] for record in failures(running)] == [0.1, 0.2, 0.4]


def failures(running: Running) -> list[dict[str, object]]:
    return [record for record in running.log() if record["event"] == "process failed"]


def test_what_a_dead_worker_held_is_given_back_before_it_is_replaced(running: Running) -> None:
    running.start(workers=1)
    running.guest().order("crash")
    running.guest()
    lines = [line.split()[0] for line in running.said() if line.startswith(("forgot", "worker"))]
    assert lines == ["worker", "forgot", "worker"]


def test_an_operator_is_told_of_a_crash(running: Running) -> None:
    running.start(workers=1)
    running.guest().order("crash")
    running.wait_for("told worker.failed raised: worker-0")


def test_the_journal_is_replaced_and_nothing_is_lost(running: Running) -> None:
    running.start(workers=1)
    os.kill(int(running.saying("journal")[0].split()[1]), signal.SIGKILL)
    guest = running.guest()
    for i in range(20):
        guest.order(f"trace t{i}")
    running.wait_for("trace t19")
    assert [line.split()[1] for line in running.saying("trace")] == [f"t{i}" for i in range(20)]


def test_a_stuck_worker_is_killed_and_replaced(running: Running) -> None:
    running.start(workers=1, watchdog=1.0)
    guest = running.guest()
    guest.socket.sendall(b"hang\n")
    until(lambda: not is_alive(guest.pid), "the stuck one is dead")
    assert running.guest().pid != guest.pid
    running.wait_for("told stuck.worker-0 raised")
    assert "Fatal Python error: Aborted" in running.stderr.read_text()


def test_a_stopped_worker_is_killed_and_replaced(running: Running) -> None:
    running.start(workers=1, watchdog=1.0)
    guest = running.guest()
    os.kill(guest.pid, signal.SIGSTOP)
    until(lambda: not is_alive(guest.pid), "the stopped one is dead")
    assert running.guest().pid != guest.pid


def test_a_service_that_gave_signs_of_life_and_falls_silent_is_replaced(running: Running) -> None:
    running.start(workers=1, watchdog=1.0, own_service=True)
    running.wait_for("own")
    pid = int(running.saying("own")[0].split()[1])
    running.wait(lambda: any(p.heartbeat for p in running.stats().services), "it gave one")  # type: ignore[union-attr]
    os.kill(pid, signal.SIGSTOP)
    running.wait(lambda: sum(line.startswith("own") for line in running.said()) >= 2, "another one")


def test_open_sessions_are_finished_before_the_end(running: Running) -> None:
    running.start(workers=1)
    guest = running.guest()
    running.signal(signal.SIGTERM)
    running.wait(lambda: running.state() == "stopping", "it drains")
    assert guest.order("trace last") == "done"
    guest.leave()
    assert running.ended() == 0
    assert [line for line in running.said() if line != "forgot 0"][-2:] == ["trace last", "journal ended"]


def test_nobody_new_is_taken_while_it_drains(running: Running) -> None:
    running.start(workers=1)
    guest = running.guest()
    running.signal(signal.SIGTERM)
    running.wait(lambda: running.state() == "stopping", "it drains")
    guest.order("trace a")
    heard = b""
    unheard = contextlib.suppress(ConnectionError, TimeoutError)  # refused, reset, or left waiting, by when it comes
    with unheard, socket.create_connection(("127.0.0.1", running.port), 5) as late:
        late.settimeout(0.3)
        heard = late.recv(10)
    assert heard == b""
    guest.leave()


def test_the_drain_has_an_end(running: Running) -> None:
    running.start(workers=1, drain=0.5)
    guest = running.guest()
    running.signal(signal.SIGTERM)
    assert guest.line() == "421"
    assert running.ended() == 0


def test_a_second_sigterm_hurries_the_end(running: Running) -> None:
    running.start(workers=1, drain=60.0)
    guest = running.guest()
    running.signal(signal.SIGTERM)
    running.wait(lambda: running.state() == "stopping", "it drains")
    running.signal(signal.SIGTERM)
    assert guest.line() == "421"
    assert running.ended() == 0


def test_a_worker_deaf_to_sigterm_is_killed_at_the_end(running: Running) -> None:
    running.start(workers=1, drain=0.2)
    guest = running.guest()
    guest.socket.sendall(b"hang\n")
    assert running.stop() == 0
    assert not is_alive(guest.pid)


def test_the_journal_is_replaced_even_while_it_drains(running: Running) -> None:
    running.start(workers=1)
    guest = running.guest()
    running.signal(signal.SIGTERM)
    running.wait(lambda: running.state() == "stopping", "it drains")
    os.kill(int(running.saying("journal")[0].split()[1]), signal.SIGKILL)
    assert guest.order("trace last") == "done"
    guest.leave()
    assert running.ended() == 0
    assert "trace last" in running.said()


def test_ctrl_c_drains_too(running: Running) -> None:
    running.start(workers=1)
    guest = running.guest()
    assert running.process is not None
    os.killpg(running.process.pid, signal.SIGINT)
    running.wait(lambda: running.state() == "stopping", "it drains")
    assert guest.order("trace a") == "done"
    guest.leave()
    assert running.ended() == 0


def test_when_the_supervisor_is_killed_everybody_ends(running: Running) -> None:
    running.start(own_service=True)
    running.wait(lambda: len(running.family) >= 5, "all are there")
    running.signal(signal.SIGKILL)
    running.ended()
    until(lambda: not any(map(is_alive, running.family)), "all are gone")


def test_when_the_supervisor_is_killed_open_sessions_still_reach_the_journal(running: Running) -> None:
    running.start(workers=1)
    guest = running.guest()
    guest.order("trace before")
    running.signal(signal.SIGKILL)
    running.ended()
    until(lambda: "journal ended" in running.said(), "the journal ended by itself")
    assert "trace before" in running.said()


def test_orphans_that_come_to_it_leave_no_zombies(running: Running) -> None:
    running.start(workers=2)
    for _ in range(2):
        running.guest().order("crash")
    running.guest()
    until(lambda: not any(is_zombie(pid) for pid in running.family), "no zombies")


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def test_alarms_of_workers_are_told_once_and_so_is_their_end(running: Running) -> None:
    running.start()
    guests = [running.guest() for _ in range(6)]
    for guest in guests:
        guest.order("alarm directory.down")
    running.wait_for("told directory.down raised")
    guests[0].order("clear directory.down")
    running.wait_for("told directory.down over")
    assert len(running.saying("told directory.down")) == 2


def test_sigusr1_has_the_journal_open_its_files_anew(running: Running) -> None:
    running.start()
    running.signal(signal.SIGUSR1)
    running.wait_for("journal reopened")


def test_stats_tell_who_is_there(running: Running) -> None:
    running.start(workers=2, own_service=True)
    guests = [running.guest() for _ in range(3)]
    running.wait(lambda: running.stats().totals.sessions == 3, "three sessions")  # type: ignore[union-attr]
    stats = running.stats()
    assert stats is not None
    assert [worker.name for worker in stats.workers] == ["worker-0", "worker-1"]
    assert {service.name for service in stats.services} == {"journal", "own"}
    assert {guest.pid for guest in guests} <= {worker.pid for worker in stats.workers}
    assert (Path(running.house.directory) / "data" / "stats.json").stat().st_mode & 0o777 == 0o600


def test_what_a_dead_worker_did_stays_in_the_totals(running: Running) -> None:
    running.start(workers=1)
    running.wait(lambda: running.stats().totals.accepted == 0, "none yet")  # type: ignore[union-attr]
    guest = running.guest()
    running.wait(lambda: running.stats().totals.accepted == 1, "one")  # type: ignore[union-attr]
    guest.order("crash")
    running.guest()
    running.wait(lambda: running.stats().totals.accepted == 2, "two")  # type: ignore[union-attr]
