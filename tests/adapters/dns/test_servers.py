import pytest

from gatepost.adapters.dns.servers import DOUBT_AFTER, Servers, system_servers
from gatepost.adapters.dns.settings import ServerAddress

ONE, TWO = ServerAddress("192.0.2.1", 53), ServerAddress("192.0.2.2", 53)


@pytest.fixture
def resolv_conf(tmp_path):
    path = tmp_path / "resolv.conf"
    path.write_text("# made by hand\nsearch example.com\nnameserver 192.0.2.1\n")
    return path


# ── of the system ────────────────────────────────────────────────────────────
def test_those_of_the_system_are_read(tmp_path):
    path = tmp_path / "resolv.conf"
    path.write_bytes(
        b"nameserver 192.0.2.1\n  nameserver\t2001:db8::53 # near\nnameserver\nnameserver \xff\n"
        b"nameserverx 192.0.2.7\n;nameserver 192.0.2.8\noptions edns0\nnameserver 192.0.2.1\n"
    )
    assert system_servers(path) == (ONE, ServerAddress("2001:db8::53", 53))


@pytest.mark.parametrize("text", ["", "search example.com\n", None])
def test_a_system_that_names_none_has_one_on_this_machine(tmp_path, text):
    path = tmp_path / "resolv.conf"
    if text is not None:
        path.write_text(text)
    assert system_servers(path) == (ServerAddress("127.0.0.1", 53),)


def test_when_the_system_has_others_they_are_used(resolv_conf):
    servers = Servers((), resolv_conf)
    servers.are_mute = True
    resolv_conf.write_text("nameserver 192.0.2.2\nnameserver 192.0.2.1\n")
    assert servers.tick()
    assert servers.all == (TWO, ONE)
    assert servers.problem == ""


def test_a_system_that_has_the_same_is_left_alone(resolv_conf):
    servers = Servers((), resolv_conf)
    assert not servers.tick()
    resolv_conf.write_text("nameserver 192.0.2.1\n")
    assert not servers.tick()
    assert servers.all == (ONE,)


def test_a_file_that_is_gone_is_a_change_too(resolv_conf):
    servers = Servers((), resolv_conf)
    resolv_conf.unlink()
    assert servers.tick()
    assert servers.all == (ServerAddress("127.0.0.1", 53),)


def test_those_configured_stay_whatever_the_system_has(resolv_conf):
    servers = Servers((TWO,), resolv_conf)
    resolv_conf.write_text("nameserver 192.0.2.7\n")
    assert not servers.tick()
    assert servers.all == (TWO,)


# ── health ───────────────────────────────────────────────────────────────────
@pytest.fixture
def servers():
    return Servers((ONE, TWO))


def missed(servers, times):
    for _ in range(times):
        servers.missed_one("timed out")


def test_look_ups_without_an_answer_only_raise_doubt(servers):
    missed(servers, DOUBT_AFTER - 1)
    assert not servers.are_in_doubt
    missed(servers, 1)
    assert (servers.are_in_doubt, servers.are_mute, servers.problem) == (True, False, "")


def test_a_probe_without_an_answer_is_a_problem_until_any_comes(servers):
    missed(servers, DOUBT_AFTER)
    servers.missed_probe()
    assert servers.problem == "192.0.2.1:53, 192.0.2.2:53: timed out"
    servers.answered()
    assert (servers.are_in_doubt, servers.are_mute, servers.problem) == (False, False, "")


def test_one_answer_begins_the_count_anew(servers):
    missed(servers, DOUBT_AFTER - 1)
    servers.answered()
    missed(servers, DOUBT_AFTER - 1)
    assert not servers.are_in_doubt


def test_an_answer_while_a_probe_is_under_way_counts_more(servers):
    missed(servers, DOUBT_AFTER)
    servers.answered()
    servers.missed_probe()
    assert not servers.are_mute
