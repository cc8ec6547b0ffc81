import pytest

from gatepost.adapters.dns.servers import MUTE_AFTER, Servers, system_servers
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
    servers.missed = MUTE_AFTER
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


def test_while_any_answers_there_is_no_problem(servers):
    missed(servers, MUTE_AFTER - 1)
    assert servers.problem == ""
    missed(servers, 1)
    assert servers.problem == "192.0.2.1:53, 192.0.2.2:53: timed out"
    servers.answered()
    assert servers.problem == ""


def test_one_answer_begins_the_count_anew(servers):
    missed(servers, MUTE_AFTER - 1)
    servers.answered()
    missed(servers, MUTE_AFTER - 1)
    assert servers.problem == ""


def test_while_all_are_mute_one_question_a_second_goes_out(servers):
    missed(servers, MUTE_AFTER)
    assert [servers.may_be_asked(now) for now in (1.0, 1.5, 2.0, 2.1)] == [True, False, True, False]
    servers.answered()
    assert servers.may_be_asked(2.2)
