"""Claims about coming up: all of it or nothing, and a sentence an operator can act on."""

import os
import pwd
import signal
import socket
from pathlib import Path

import pytest

from tests.servers import need
from tests.servers.loopback import HOST, free_port, listeners
from tests.supervise.conftest import Running, is_alive, until

pytestmark = pytest.mark.servers


def refused(running: Running, **changes: object) -> str:
    """What it says when it does not start, and that it leaves nothing behind."""
    running.launch(**changes)
    assert running.ended() == 1
    assert not any(map(is_alive, running.family))
    return running.stderr.read_text()


def test_a_port_in_use_is_named_with_its_listener(running: Running) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        text = refused(running, ports={"inbound": [running.port], "submission": [port]})
    assert f"listener submission: cannot listen on {HOST}:{port}: the port is in use" in text
    assert listeners(running.port) == 0


def test_a_port_of_somebody_who_shares_ports_is_in_use_too(running: Running) -> None:
    with socket.socket() as sharing:
        sharing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sharing.bind((HOST, running.port))
        sharing.listen()
        assert "the port is in use" in refused(running)


def test_two_listeners_cannot_have_one_port(running: Running) -> None:
    text = refused(running, ports={"inbound": [running.port], "submission": [running.port]})
    assert "is already taken by listener inbound" in text


def test_an_address_of_another_machine_is_named(running: Running) -> None:
    assert "this machine has no such address" in refused(running, host="192.0.2.77")


def test_a_second_gateway_on_the_same_data_is_refused(running: Running, tmp_path: Path) -> None:
    running.start()
    second = Running(make(tmp_path / "second"))
    assert running.process is not None
    text = refused(second, directory=running.house.directory)
    assert f"in use by a gateway that runs already (process {running.process.pid})" in text
    assert running.guest().generation == 1


def make(path: Path) -> Path:
    path.mkdir()
    return path


def test_an_unknown_user_is_named(running: Running) -> None:
    text = refused(running, user="no-such-user")
    assert "there is no user 'no-such-user'" in text


def test_what_the_self_test_finds_is_said(running: Running) -> None:
    assert "the rule named a has no end" in refused(running, problems=["the rule named a has no end"])


def test_a_worker_that_does_not_start_ends_the_start(running: Running) -> None:
    text = refused(running, broken="worker")
    assert "worker-0" in text
    assert "ended with 9" in text


def test_a_critical_service_that_does_not_start_ends_the_start(running: Running) -> None:
    text = refused(running, broken="journal")
    assert "journal" in text
    assert "ended with 7" in text


def test_workers_without_a_sign_of_life_end_the_start(running: Running) -> None:
    assert "no sign of life within 0.3 s from worker-0" in refused(running, broken="mute", start=0.3)


def test_sigterm_during_the_start_ends_it(running: Running) -> None:
    running.launch(broken="mute")
    running.wait_for("worker")
    assert running.stop() == 0


def test_the_data_directory_is_made_for_us_alone(running: Running) -> None:
    running.start()
    assert (running.directory / "data").stat().st_mode & 0o777 == 0o700


def test_a_data_directory_that_cannot_be_made_is_named(running: Running) -> None:
    (running.directory / "data").write_text("a file")
    assert f"{running.directory / 'data'} is no directory" in refused(running)


def test_a_port_chosen_by_the_system_is_the_same_for_all_workers(running: Running) -> None:
    running.start(ports={"inbound": [0]}, workers=3)
    assert running.process is not None
    inodes = {link.readlink().name for link in Path(f"/proc/{running.process.pid}/fd").iterdir() if link.is_symlink()}
    ports = [
        int(line.split()[1].rpartition(":")[2], 16)
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if f"socket:[{line.split()[9]}]" in inodes
    ]
    assert len(ports) == 3
    assert len(set(ports)) == 1


def test_all_descriptors_that_may_be_had_are(running: Running) -> None:
    running.start()
    assert running.process is not None
    limits = Path(f"/proc/{running.process.pid}/limits").read_text()
    soft, hard = next(line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files"))
    assert soft == hard


def status(pid: int, field: str) -> list[str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split()[1:] for line in lines if line.startswith(f"{field}:"))


def test_no_process_can_gain_privileges(running: Running) -> None:
    running.start()
    assert {status(pid, "NoNewPrivs")[0] for pid in running.family if is_alive(pid)} == {"1"}


def test_root_becomes_the_user_for_good(running: Running) -> None:
    need.root("privileges are dropped")
    nobody = pwd.getpwnam("nobody")
    running.start(user="nobody")
    for pid in [running.guest().pid, *(pid for pid in running.family if is_alive(pid))]:
        assert set(status(pid, "Uid")) == {str(nobody.pw_uid)}
        assert set(status(pid, "Gid")) == {str(nobody.pw_gid)}
        assert status(pid, "CapEff") == status(pid, "CapPrm") == ["0000000000000000"]
    assert (running.directory / "data").stat().st_uid == nobody.pw_uid


def test_after_root_is_gone_more_workers_still_get_sockets_of_their_own(running: Running) -> None:
    need.root("privileges are dropped")
    running.start(user="nobody", workers=1)
    running.reload(workers=3)
    running.wait(lambda: running.state() == "serving" and running.stats().generation == 2, "2")  # type: ignore[union-attr]
    assert listeners(running.port) == 3


def test_after_root_is_gone_a_new_low_port_is_refused_with_the_way_out(running: Running) -> None:
    need.root("privileges are dropped")
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 1:
        need.absent("here every user may bind every port")
    running.start(user="nobody")
    running.reload(ports={"inbound": [running.port, 1]})
    running.wait_for("may not bind ports below 1024")
    assert running.guest().generation == 1


def test_a_data_directory_that_the_user_may_not_use_is_named(running: Running) -> None:
    need.root("privileges are dropped")
    (running.directory / "data").mkdir(mode=0o700)
    text = refused(running, user="nobody")
    assert "may not write in" in text
    assert "chown -R" in text


@pytest.mark.parametrize("workers", [1, 3])
def test_sockets_that_systemd_opened_are_used(running: Running, workers: int) -> None:
    with socket.create_server((HOST, 0)) as opened:
        port = opened.getsockname()[1]
        launch_activated(running, opened, ports={"inbound": [port]}, workers=workers)
        assert listeners(port) == 1
        running.port = port
        assert running.guest().generation == 1
        running.reload()
        running.wait(lambda: running.state() == "serving" and running.stats().generation == 2, "2")  # type: ignore[union-attr]
        until(lambda: running.guest().generation == 2, "the new ones accept from it")


def test_what_systemd_did_not_open_is_opened_as_well(running: Running) -> None:
    with socket.create_server((HOST, 0)) as opened:
        launch_activated(running, opened, ports={"inbound": [opened.getsockname()[1], running.port]})
        assert running.guest().generation == 1


def launch_activated(running: Running, opened: socket.socket, **changes: object) -> None:
    """As systemd does it: the socket is descriptor 3, and LISTEN_PID is the process that is started."""
    running.write(**changes)
    by = (
        f"import os, sys; os.dup2({opened.fileno()}, 3); "
        "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1');"
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    running.launch(by=by, keep=(opened.fileno(),), **changes)
    running.wait(lambda: running.state() == "serving", "it serves")


class Manager:
    """The service manager's end of NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(20)
        self.heard: list[str] = []

    def wait_for(self, assignment: str) -> str:
        """The first message from now on that begins with it."""
        while True:
            text = self.socket.recv(4096).decode()
            self.heard.append(text)
            if text.startswith(assignment):
                return text


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_the_service_manager_follows_a_whole_life(running: Running, kind: str) -> None:
    address = str(running.directory / "notify") if kind == "path" else f"@gatepost-test-{os.getpid()}-{free_port()}"
    manager = Manager(address)
    running.launch(env={"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "3000000"})
    manager.wait_for("READY=1")
    manager.wait_for("WATCHDOG=1")
    running.reload()
    assert "MONOTONIC_USEC=" in manager.wait_for("RELOADING=1")
    manager.wait_for("READY=1")
    manager.wait_for("STATUS=serving; 0 sessions")
    running.signal(signal.SIGTERM)
    manager.wait_for("STOPPING=1")
    assert running.ended() == 0


def test_a_start_that_fails_is_never_ready(running: Running) -> None:
    manager = Manager(str(running.directory / "notify"))
    running.launch(env={"NOTIFY_SOCKET": str(running.directory / "notify")}, broken="worker")
    assert running.ended() == 1
    manager.socket.setblocking(False)
    heard = []
    try:
        while True:
            heard.append(manager.socket.recv(4096))
    except BlockingIOError:
        pass
    assert not any(text.startswith(b"READY") for text in heard)
