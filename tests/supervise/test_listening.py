"""Claims about listening sockets."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatepost.supervise.contract import Endpoint, StartError
from gatepost.supervise.listening import Ports
from tests.servers.loopback import HOST, free_port, listeners


@pytest.fixture
def ports() -> Iterator[Ports]:
    opened = Ports()
    yield opened
    for sock in opened.all():
        sock.close()


def at(*ports: int) -> tuple[Endpoint, ...]:
    return tuple(Endpoint(HOST, port) for port in ports)


def test_endpoints_are_written_as_in_the_configuration() -> None:
    assert (str(Endpoint("::1", 25)), str(Endpoint("127.0.0.1", 25))) == ("[::1]:25", "127.0.0.1:25")


def test_ipv6_means_ipv6_only(ports: Ports) -> None:
    if not Path("/proc/net/if_inet6").exists():
        pytest.skip("this kernel has no IPv6")
    port = free_port()
    ports.open({"a": (Endpoint("::", port), Endpoint("0.0.0.0", port))}, 1)
    assert {sock.family for sock in ports.all()} == {socket.AF_INET, socket.AF_INET6}


def test_every_worker_has_a_socket_for_every_endpoint(ports: Ports) -> None:
    wanted = {"a": at(free_port(), free_port()), "b": at(free_port())}
    ports.open(wanted, 3)
    shares = ports.shares(wanted, 3)
    assert [[len(share[name]) for name in ("a", "b")] for share in shares] == [[2, 1]] * 3
    assert len({sock for share in shares for sockets in share.values() for sock in sockets}) == 9


def test_what_is_open_stays_open(ports: Ports) -> None:
    wanted = {"a": at(free_port())}
    before = set(ports.open(wanted, 2))
    assert ports.open(wanted, 2) == []
    assert ports.all() == before


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 5])
def test_no_socket_is_without_a_worker_and_no_worker_without_a_socket(ports: Ports, workers: int) -> None:
    wanted = {"a": at(free_port())}
    opened = set(ports.open(wanted, 3))
    shares = ports.shares(wanted, workers)
    assert {sock for share in shares for sock in share["a"]} == opened
    assert all(share["a"] for share in shares)


def test_what_is_not_wanted_any_more_is_closed(ports: Ports) -> None:
    old, kept = free_port(), free_port()
    ports.open({"a": at(old, kept)}, 2)
    ports.close_all_but({"renamed": at(kept)})
    assert (listeners(old), listeners(kept)) == (0, 2)


def test_a_failure_closes_what_it_had_opened_and_nothing_else(ports: Ports) -> None:
    kept, new = free_port(), free_port()
    ports.open({"a": at(kept)}, 2)
    with socket.create_server((HOST, 0)) as taken, pytest.raises(StartError):
        ports.open({"a": at(kept, new, taken.getsockname()[1])}, 2)
    assert (listeners(kept), listeners(new)) == (2, 0)


def test_ports_the_system_chooses_are_kept_apart_by_listener(ports: Ports) -> None:
    wanted = {"a": at(0), "b": at(0)}
    ports.open(wanted, 2)
    shares = ports.shares(wanted, 2)
    chosen = [{share[name][0].getsockname()[1] for share in shares} for name in ("a", "b")]
    assert (len(chosen[0]), len(chosen[1]), chosen[0] == chosen[1]) == (1, 1, False)


def test_connections_are_spread_over_the_sockets(ports: Ports) -> None:
    port = free_port()
    opened = ports.open({"a": at(port)}, 2)
    clients = [socket.create_connection((HOST, port)) for _ in range(64)]
    counts = []
    for sock in opened:
        counts.append(0)
        try:
            while True:
                sock.accept()[0].close()
                counts[-1] += 1
        except BlockingIOError:
            pass
    for client in clients:
        client.close()
    assert sum(counts) == 64
    assert min(counts) > 10
