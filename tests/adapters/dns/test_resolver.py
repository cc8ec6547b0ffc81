"""A real name server, and Debian's unbound in front of it."""

import asyncio
import time
from ipaddress import IPv6Address, ip_address

import pytest

from gatepost.adapters.dns.probe import LOCALHOST
from gatepost.adapters.dns.resolver import Resolver
from gatepost.adapters.dns.servers import DOUBT_AFTER
from gatepost.gateway.clock import SystemClock
from gatepost.ports.dns import Answer, MailExchanger
from gatepost.ports.unavailable import Unavailable
from tests.adapters.dns.conftest import quick
from tests.adapters.dns.ears import open_sockets, settled
from tests.servers.loopback import HOST, free_port
from tests.servers.names import FAULT, TTL, Fault, NameServer, Slow

EXAMPLE = {
    "example.test": {
        "A": ["192.0.2.2", "192.0.2.1"],
        "AAAA": ["2001:db8::1"],
        "MX": [(20, "Mx2.example.test"), (10, "mx1.example.test"), (20, "mx0.example.test")],
        "TXT": ["v=spf1 ", ("v=DKIM1; ", b"p=\xff")],
    },
    "alias.test": {"CNAME": "example.test"},
    "null.test": {"MX": [(0, ".")]},
    "1.2.0.192.in-addr.arpa": {"PTR": ["Mail.Example.test"]},
    f"{IPv6Address('2001:db8::1').reverse_pointer}": {"PTR": ["six.example.test"]},
    "loop.test": {"CNAME": "pool.test"},
    "pool.test": {"CNAME": "loop.test"},
}


@pytest.fixture(params=["name server", "unbound"])
def dns(request, resolving, names):
    """A resolver that asks the name server itself, or unbound."""
    names.names = dict(EXAMPLE)
    if request.param == "name server":
        return resolving(timeout=1, deadline=5)
    return resolving(request.getfixturevalue("start_unbound")(names.port).where, timeout=1, deadline=5)


async def test_every_question_of_the_port(dns):
    assert await dns.a("example.test") in (addresses("192.0.2.2", "192.0.2.1"), addresses("192.0.2.1", "192.0.2.2"))
    assert await dns.aaaa("example.test") == addresses("2001:db8::1")
    assert sorted((await dns.txt("example.test")).records) == [b"v=DKIM1; p=\xff", b"v=spf1 "]
    assert await dns.ptr(ip_address("192.0.2.1")) == Answer(("mail.example.test",))
    assert await dns.ptr(ip_address("2001:db8::1")) == Answer(("six.example.test",))


async def test_mail_exchangers_come_with_the_lowest_preference_first(dns):
    found = (await dns.mx("example.test")).records
    assert [mx.preference for mx in found] == [10, 20, 20]
    assert found[0] == MailExchanger(10, "mx1.example.test")
    assert await dns.mx("null.test") == Answer((MailExchanger(0, ""),))


async def test_aliases_are_followed(dns):
    assert set((await dns.a("alias.test")).records) == {ip_address("192.0.2.1"), ip_address("192.0.2.2")}


async def test_there_is_none_and_there_is_no_such_name_are_told_apart(dns):
    assert set((await dns.mx("alias.test")).records) == set((await dns.mx("example.test")).records)
    assert await dns.aaaa("null.test") == Answer((), exists=True)
    assert await dns.a("in-addr.arpa") == Answer((), exists=True)
    assert await dns.a("nobody.test") == Answer((), exists=False)
    assert await dns.ptr(ip_address("192.0.2.9")) == Answer((), exists=False)


async def test_a_loop_of_aliases_is_no_answer(dns):
    with pytest.raises(Unavailable, match=r"dns: loop\.test A: (SERVFAIL|bad answer: more than 10 CNAMEs)"):
        await dns.a("loop.test")


def addresses(*texts):
    return Answer(tuple(map(ip_address, texts)))


# ── how bad a resolver may be ────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.SILENT, "timed out"),
        (Fault.SILENT_TCP, "timed out"),
        (Fault.WRONG_ID, "timed out"),
        (Fault.WRONG_NAME, "timed out"),
        (Fault.GARBAGE, "bad answer"),
        (Slow(5), "timed out"),
        (Fault.CUT, "bad answer"),
        (Fault.SERVFAIL, "SERVFAIL"),
        (Fault.REFUSED, "REFUSED"),
    ],
    ids=str,
)
async def test_DOS_16_a_resolver_however_bad_gives_no_answer_within_the_deadline(resolving, names, fault, reason):
    names.names = {"x.test": {"TXT": ["text" * 20]}}
    names.fault = fault
    began = time.monotonic()
    with pytest.raises(Unavailable) as raised:
        await resolving(tries=5, deadline=0.4).txt("x.test")
    assert str(raised.value) == f"dns: x.test TXT: {reason}"
    assert time.monotonic() - began < 0.6


async def test_DOS_16_a_dead_resolver_gives_no_answer_within_the_deadline(resolving):
    began = time.monotonic()
    with pytest.raises(Unavailable, match="connection refused"):
        await resolving(f"{HOST}:{free_port()}").txt("x.test")
    assert time.monotonic() - began < 0.6


async def test_DOS_16_with_one_good_resolver_among_bad_ones_there_is_an_answer(resolving, names):
    names.names = EXAMPLE
    with NameServer() as silent, NameServer() as failing:
        silent.fault, failing.fault = Fault.SILENT, Fault.SERVFAIL
        dns = resolving(f"{HOST}:{free_port()}", silent.where, failing.where, names.where)
        assert (await dns.txt("example.test")).records
    assert names.count("example.test") == 1


async def test_DOS_16_a_slow_domain_delays_nobody_else(resolving, names):
    names.names = {"*.slow.test": {"TXT": ["x"], FAULT: Fault.SILENT}, "*.quick.test": {"TXT": ["x"], TTL: 0}}
    dns = resolving(timeout=0.5, deadline=1)
    stuck = [asyncio.create_task(dns.txt(f"n{i}.slow.test")) for i in range(500)]
    await asyncio.sleep(0.2)
    began = time.monotonic()
    for i in range(20):
        await dns.txt(f"n{i}.quick.test")
    assert time.monotonic() - began < 0.4
    assert open_sockets() < 30
    outcomes = await asyncio.gather(*stuck, return_exceptions=True)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)


@pytest.mark.parametrize(
    ("records", "outcome"),
    [
        ({"TXT": [b"x" * 64_000]}, 64_000),
        ({"TXT": [(b"x",) * 30_000]}, 30_000),
        ({"TXT": [f"{i:04}" for i in range(3_000)]}, "more than 500 records"),
        ({"A": [f"10.0.{i >> 8}.{i & 255}" for i in range(4_000)]}, "more than 500 records"),
    ],
    ids=["one text", "strings", "texts", "addresses"],
)
async def test_DOS_16_the_largest_answer_holds_nobody_up(resolving, names, records, outcome):
    names.names = {"x.test": records}
    dns = resolving(timeout=2, deadline=5)
    longest = Longest()
    try:
        answer = await (dns.a if "A" in records else dns.txt)("x.test")
        assert sum(map(len, answer.records)) == outcome
    except Unavailable as error:
        assert str(outcome) in str(error)
    assert longest.stop() < 0.05


class Longest:
    """The longest that the loop was away from a callback that wants to run every millisecond."""

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.last = time.thread_time()
        self.longest = 0.0
        self.timer = self.loop.call_soon(self.tick)

    def tick(self):
        now = time.thread_time()  # of this thread: the name server's is not to blame
        self.longest = max(self.longest, now - self.last)
        self.last = now
        self.timer = self.loop.call_later(0.001, self.tick)

    def stop(self):
        self.timer.cancel()
        return self.longest


async def test_DOS_13_a_name_of_any_length_costs_nothing_and_is_asked_of_nobody(resolving, names):
    dns = resolving()
    began = time.process_time()
    for name in ("a" * 200_000, "a." * 100_000, "xn--" + "a" * 200_000, "é" * 200_000):
        assert await dns.txt(name) == Answer(exists=False)
    assert time.process_time() - began < 0.05
    assert not names.asked and not dns.texts.cache.kept


async def test_DOS_16_two_thousand_domains_through_unbound_without_a_stall(resolving, names, start_unbound):
    names.names = {"*.test": {"TXT": ["v=spf1 -all"], "MX": [(10, "mx.test")]}}
    dns = resolving(start_unbound(names.port).where, timeout=1.5, tries=3, deadline=5)
    began = time.monotonic()
    waiting = asyncio.Semaphore(100)

    async def one(i):
        async with waiting:
            asked = time.monotonic()
            assert (await dns.txt(f"d{i}.test")).records == (b"v=spf1 -all",)
            return time.monotonic() - asked

    took = await asyncio.gather(*(one(i) for i in range(2_000)))
    assert time.monotonic() - began < 30
    assert max(took) < 5
    assert dns.problem == ""
    before = len(names.asked)
    for i in range(2_000):
        await dns.txt(f"d{i}.test")
    assert len(names.asked) == before


# ── what the operator hears ──────────────────────────────────────────────────
async def missed_some(dns):
    """Look-ups that nobody answers, until the resolver has doubts."""
    for i in range(DOUBT_AFTER):
        with pytest.raises(Unavailable):
            await dns.a(f"n{i}.slow.test")
    assert dns.servers.are_in_doubt and dns.problem == ""


async def test_a_resolver_that_never_answers_is_a_problem_until_it_does(resolving, names):
    names.fault = Fault.SILENT
    dns = resolving(tries=1, failure_ttl=0)
    await missed_some(dns)
    dns.tick()
    await settled(lambda: dns.problem == f"{names.where}: timed out")
    with pytest.raises(Unavailable, match="no resolver answers"):
        dns.a("x.test").send(None)
    names.fault = None
    dns.tick()
    await settled(lambda: dns.problem == "")
    assert not (await dns.a("x.test")).exists


async def test_names_that_nobody_answers_for_do_not_keep_others_from_being_asked(resolving, names):
    """Otherwise whoever sends from such names would switch off every check that asks."""
    names.names = {"*.slow.test": {FAULT: Fault.SILENT}, "x.test": {"A": ["192.0.2.1"]}}
    dns = resolving(tries=1, failure_ttl=0)
    await missed_some(dns)
    dns.tick()
    assert (await dns.a("x.test")).exists
    await missed_some(dns)
    dns.tick()
    await settled(lambda: not dns.servers.are_in_doubt)
    assert dns.problem == ""


async def test_one_probe_is_under_way_at_a_time_and_none_without_doubt(resolving, names):
    names.fault = Fault.SILENT
    dns = resolving(tries=1, failure_ttl=0)
    dns.tick()
    await missed_some(dns)
    for _ in range(5):
        dns.tick()
    await settled(lambda: dns.problem)
    assert names.count(LOCALHOST) == 1
    dns.tick()
    await settled(lambda: names.count(LOCALHOST) == 2)


async def test_servers_of_the_system_are_taken_from_its_file(tmp_path, names):
    path = tmp_path / "resolv.conf"
    path.write_text("nameserver 192.0.2.1\n")
    dns = Resolver(quick(), SystemClock(), path)
    assert [str(server) for server in dns.servers.all] == ["192.0.2.1:53"]
    path.write_text("nameserver ::1\nnameserver 192.0.2.1\n")
    dns.tick()
    assert [str(server) for server in dns.servers.all] == ["[::1]:53", "192.0.2.1:53"]
    dns.close()


async def test_a_closed_resolver_has_nothing_open(resolving, names):
    names.names = EXAMPLE
    before = open_sockets()
    dns = resolving()
    await dns.a("example.test")
    dns.close()
    await settled(lambda: open_sockets() == before)
