"""Claims about a new configuration taking over while the gateway runs."""

import os
import signal
import socket
import threading

import pytest

from tests.servers.loopback import free_port, listeners
from tests.supervise.conftest import Guest, Running, is_alive, until

pytestmark = pytest.mark.servers


def in_force(running: Running, generation: int) -> None:
    running.wait(lambda: running.state() == "serving" and running.stats().generation == generation, f"{generation}")  # type: ignore[union-attr]


def test_new_sessions_run_under_the_new_configuration(running: Running) -> None:
    running.start()
    running.reload(word="new")
    in_force(running, 2)
    until(lambda: running.guest().generation == 2, "the new one serves")


def test_old_sessions_finish_under_the_old_one(running: Running) -> None:
    running.start()
    guest = running.guest()
    running.reload()
    in_force(running, 2)
    assert guest.order("trace old") == "done"
    guest.leave()
    until(lambda: not is_alive(guest.pid), "the old worker ended with its last session")
    running.wait_for("trace old")


def test_old_and_new_workers_have_places_of_their_own(running: Running) -> None:
    running.start()
    old = [running.guest() for _ in range(8)]
    running.reload()
    in_force(running, 2)
    new = [guest for guest in (running.guest() for _ in range(8)) if guest.generation == 2]
    assert new
    assert not {guest.index for guest in old} & {guest.index for guest in new}


def test_places_are_used_again(running: Running) -> None:
    running.start(workers=4)
    for generation in range(2, 7):
        running.reload(workers=4)
        in_force(running, generation)
    until(lambda: len(running.saying("of generation 6 at")) == 4, "the sixth is there")
    assert max(int(line.split()[-1]) for line in running.saying("worker")) < 16


def test_no_connection_is_refused_or_lost_while_it_reloads(running: Running) -> None:
    running.start()
    over = threading.Event()
    generations: list[int] = []
    errors: list[Exception] = []

    def come_and_go() -> None:
        while not over.is_set():
            try:
                guest = Guest(running.port)
                generations.append(guest.generation)
                guest.leave()
            except (OSError, ValueError) as error:
                errors.append(error)

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for generation in (2, 3, 4):
            running.reload(word=str(generation))
            in_force(running, generation)
    finally:
        over.set()
        thread.join()
    assert errors == []
    assert {1, 4} <= set(generations)


def test_what_waits_on_a_socket_is_served_by_the_next_configuration(running: Running) -> None:
    running.start(workers=1)
    guest = running.guest()
    guest.socket.sendall(b"hang\n")
    running.wait(lambda: (running.stats().workers[0].silence or 0.0) > 0.5, "it hangs")  # type: ignore[union-attr]
    with socket.create_connection(("127.0.0.1", running.port)) as waiting:
        running.reload(drain=0.5)
        assert waiting.recv(100).startswith(b"2 ")


def test_more_workers_get_sockets_of_their_own(running: Running) -> None:
    running.start(workers=1)
    running.reload(workers=3)
    in_force(running, 2)
    assert listeners(running.port) == 3


def test_more_workers_than_fit_beside_the_old_ones_are_refused_and_nothing_waits_for_ever(running: Running) -> None:
    running.start(workers=1)
    running.reload(workers=2 * max(1, os.cpu_count() or 1, 4))
    running.wait_for("gateway.workers cannot be")
    running.reload(workers=2)
    in_force(running, 2)


def test_fewer_workers_share_all_sockets_that_are_there(running: Running) -> None:
    running.start(workers=3)
    running.reload(workers=1)
    in_force(running, 2)
    until(lambda: all(running.guest().generation == 2 for _ in range(20)), "all are served by the one that is left")


def test_a_new_port_is_opened_and_an_old_one_closed(running: Running) -> None:
    running.start()
    new = free_port()
    running.reload(ports={"inbound": [new]})
    in_force(running, 2)
    assert Guest(new).generation == 2
    until(lambda: listeners(running.port) == 0, "the old port is closed")


def test_a_configuration_that_does_not_load_changes_nothing(running: Running) -> None:
    running.start()
    running.file.write_text("{")
    running.signal(signal.SIGHUP)
    running.wait_for("told reload.refused raised")
    assert running.guest().generation == 1


def test_a_configuration_that_fails_its_test_changes_nothing(running: Running) -> None:
    running.start()
    running.reload(problems=["the rule named a has no end"])
    running.wait_for("the rule named a has no end")
    assert running.guest().generation == 1
    assert running.state() == "serving"


def test_workers_that_do_not_start_leave_the_old_ones_in_place(running: Running) -> None:
    running.start()
    running.reload(broken="worker")
    running.wait_for("it does not start: worker-")
    assert running.guest().generation == 1


def test_workers_that_give_no_sign_of_life_leave_the_old_ones_in_place(running: Running) -> None:
    running.start()
    running.reload(broken="mute", start=0.5)
    running.wait_for("no sign of life within 0.5 s")
    until(lambda: all(running.guest().generation == 1 for _ in range(20)), "the mute ones are gone")


def test_a_port_that_cannot_be_opened_leaves_everything_as_it_was(running: Running) -> None:
    running.start()
    free = free_port()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        running.reload(ports={"inbound": [running.port, free, taken.getsockname()[1]]})
        running.wait_for("the port is in use")
    assert listeners(free) == 0
    assert running.guest().generation == 1


def test_after_a_refusal_a_good_configuration_is_taken(running: Running) -> None:
    running.start()
    running.reload(problems=["wrong"])
    running.wait_for("told reload.refused raised")
    running.reload(problems=[])
    running.wait_for("told reload.refused over")
    until(lambda: running.guest().generation == 2, "the new one serves")


def test_data_dir_and_user_do_not_change_while_it_runs(running: Running) -> None:
    running.start()
    running.reload(user="somebody")
    running.wait_for("gateway.user cannot change")
    running.reload(user=None, directory=str(running.directory / "other"))
    until(lambda: any("gateway.data_dir cannot change" in str(r.get("reason")) for r in running.log()), "said so")


def test_a_second_sighup_waits_for_the_first(running: Running) -> None:
    running.start()
    running.reload(word="a", slow=1.0)
    running.wait(lambda: running.state() == "reloading", "it reloads")
    running.reload(word="b", slow=0.0)
    in_force(running, 3)
    running.wait_for("journal")
    until(lambda: any(line.endswith("generation 3 b") for line in running.saying("journal")), "the last one holds")


def test_the_journal_is_renewed_with_the_configuration_one_at_a_time(running: Running) -> None:
    running.start()
    running.reload(word="new")
    running.wait_for("of generation 2 new")
    journals = [line for line in running.said() if line.startswith("journal")]
    assert [line.split()[1] for line in journals][1] == "ended"
    guest = running.guest()
    guest.order("trace a")
    running.wait_for("trace a")


def test_services_of_a_configuration_end_with_its_workers(running: Running) -> None:
    running.start(workers=1, own_service=True)
    running.wait_for("own")
    old = int(running.saying("own")[0].split()[1])
    guest = running.guest()
    running.reload()
    in_force(running, 2)
    running.wait(lambda: len(running.saying("own")) == 2, "the new one is there")
    assert is_alive(old)
    guest.leave()
    until(lambda: not is_alive(old), "the old one is gone")


def test_a_crash_of_a_draining_worker_is_the_end_of_it(running: Running) -> None:
    running.start(workers=1)
    guest = running.guest()
    running.reload()
    in_force(running, 2)
    guest.socket.sendall(b"crash\n")
    until(lambda: not is_alive(guest.pid), "it crashed")
    assert running.guest().generation == 2
    assert len(running.saying("of generation 1 at")) == 1


def test_it_ends_well_in_the_middle_of_a_reload(running: Running) -> None:
    running.start()
    running.reload(broken="mute")
    running.wait(lambda: len(running.saying("of generation 2 at")) == 2, "the new workers are there")
    assert running.stop() == 0
    until(lambda: not any(map(is_alive, running.family)), "all are gone")
