import asyncio

import pytest

from gatepost.adapters.dns.servers import MUTE_AFTER, PAUSE, SLOW_AFTER, Servers, system_servers
from gatepost.adapters.dns.settings import ServerAddress
from tests.adapters.dns.ears import Listening

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
    first = servers.all[0]
    resolv_conf.write_text("nameserver 192.0.2.2\nnameserver 192.0.2.1\n")
    servers.tick()
    assert [server.where for server in servers.all] == [TWO, ONE]
    assert servers.all[1] is first


def test_a_system_that_has_the_same_is_left_alone(resolv_conf):
    servers = Servers((), resolv_conf)
    before = servers.all
    servers.tick()
    assert servers.all is before


async def test_one_that_is_no_longer_named_is_left_when_nobody_waits_for_it(resolv_conf):
    servers = Servers((), resolv_conf)
    gone, ear = servers.all[0], Listening()
    ticket = gone.datagrams.ask(asyncio.get_running_loop(), b"question", ear)
    resolv_conf.unlink()
    servers.tick()
    assert not ticket.port.is_closed
    ticket.cancel()
    assert ticket.port.is_closed


def test_those_configured_stay_whatever_the_system_has(resolv_conf):
    servers = Servers((TWO,), resolv_conf)
    resolv_conf.write_text("nameserver 192.0.2.7\n")
    servers.tick()
    assert [server.where for server in servers.all] == [TWO]


# ── health ───────────────────────────────────────────────────────────────────
@pytest.fixture
def servers():
    return Servers((ONE, TWO))


def order(servers, now):
    return [server.where for server in servers.in_order(now)]


def missed(server, times, now=100.0):
    for _ in range(times):
        server.missed_one(now, "timed out")


def test_they_are_asked_as_configured(servers):
    missed(servers.all[0], SLOW_AFTER - 1)
    assert order(servers, 100.0) == [ONE, TWO]


def test_one_that_is_slow_is_asked_after_the_others_for_a_while(servers):
    missed(servers.all[0], SLOW_AFTER)
    assert order(servers, 100.0) == [TWO, ONE]
    assert order(servers, 100.0 + PAUSE) == [ONE, TWO]


def test_one_answer_makes_good_for_all(servers):
    missed(servers.all[0], SLOW_AFTER)
    servers.all[0].answered()
    assert order(servers, 100.0) == [ONE, TWO]


def test_while_any_answers_there_is_no_problem(servers):
    missed(servers.all[0], MUTE_AFTER)
    assert servers.problem == ""
    missed(servers.all[1], MUTE_AFTER)
    assert servers.problem == "192.0.2.1:53: timed out; 192.0.2.2:53: timed out"
    servers.all[1].answered()
    assert servers.problem == ""


def test_while_all_are_mute_one_question_a_second_goes_out(servers):
    for server in servers.all:
        for _ in range(MUTE_AFTER):
            server.missed_one(0.0, "timed out")
    assert [servers.may_be_asked(now) for now in (1.0, 1.5, 2.0, 2.1)] == [True, False, True, False]
    servers.all[0].answered()
    assert servers.may_be_asked(2.2)
