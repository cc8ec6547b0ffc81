"""All lists together: asked at once, and what one does not say another may."""

import asyncio
from ipaddress import ip_address

import pytest

from gatepost.auth.blocklists.listing import Hit, Listings
from gatepost.auth.blocklists.lookup import BlockLists, hits_so_far, is_allowed
from gatepost.auth.blocklists.samples import ON_A_LIST, answers
from gatepost.auth.blocklists.settings import DnsblSettings, What
from gatepost.engine.stepping import Done, first_step
from gatepost.model.samples import found
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_dns import FakeDns
from gatepost.testing.fakes import FakeAlarms, FakeClock

CLIENT = ip_address("192.0.2.99")


def lists(*zones, what=(What.CLIENT,), dns=None):
    settings = DnsblSettings(lists=[each if isinstance(each, dict) else {"zone": each} for each in zones])
    names = {}
    for each in settings.lists:
        names |= answers(each.zone, {"99.2.0.192": "127.0.0.2", "example.net": "127.0.1.2"})["dns"]
    dns = dns or FakeDns(names)
    return BlockLists(settings, what, dns, FakeClock(), FakeAlarms()), dns


async def test_every_list_is_asked_and_each_says_its_own():
    asked, _ = lists("a.example", "b.example")
    said = await asked.client(CLIENT)
    assert [hit.list for hit in said.hits] == ["a.example", "b.example"]
    assert said.missing == ()


def test_nothing_is_waited_for_that_is_known():
    asked, _ = lists("a.example", "b.example")
    assert isinstance(first_step(asked.client(CLIENT)), Done)


class Post(FakeDns):
    """Answers are held back until somebody delivers them."""

    def __init__(self, names):
        super().__init__(names)
        self.held = []

    async def a(self, name):
        answer = await super().a(name)
        future = asyncio.get_running_loop().create_future()
        self.held.append(future)
        await future
        return answer


async def test_questions_to_all_lists_are_under_way_at_once():
    dns = Post({})
    asked, _ = lists("a.example", "b.example", "c.example", dns=dns)
    task = asyncio.create_task(asked.client(CLIENT))
    await asyncio.sleep(0)
    assert len(dns.held) == 9  # the client and two test entries, three times
    for future in dns.held:
        future.set_result(None)
    await task


async def test_a_list_without_answer_holds_up_no_other_and_is_named():
    asked, dns = lists("a.example", "b.example")
    dns.names["99.2.0.192.a.example"] = None
    said = await asked.client(CLIENT)
    assert [hit.list for hit in said.hits] == ["b.example"]
    assert [str(one) for one in said.missing] == ["a.example gives no answer"]


async def test_if_no_list_answers_there_is_no_answer():
    asked, dns = lists("a.example", "b.example")
    dns.down = True
    with pytest.raises(Unavailable, match=r"a\.example gives no answer; b\.example gives no answer"):
        await asked.client(CLIENT)


async def test_lists_that_cannot_be_believed_are_no_outage():
    asked, dns = lists("a.example")
    dns.names["99.2.0.192.a.example"] = {"A": ["127.255.255.254"]}
    said = await asked.client(CLIENT)
    assert said.hits == () and said.missing[0].is_fault


@pytest.mark.parametrize(
    ("ip", "expected"),
    [("192.0.2.99", ["both.example", "four.example"]), ("2001:db8::99", ["both.example", "six.example"])],
)
async def test_a_list_is_asked_for_the_addresses_it_has(ip, expected):
    asked, dns = lists(
        "both.example", {"zone": "four.example", "addresses": "ipv4"}, {"zone": "six.example", "addresses": "ipv6"}
    )
    await asked.client(ip_address(ip))
    assert sorted({".".join(name.split(".")[-2:]) for _, name in dns.asked}) == expected


async def test_an_ipv4_address_wrapped_in_ipv6_is_that():
    asked, _ = lists("a.example")
    (hit,) = (await asked.client(ip_address("::ffff:192.0.2.99"))).hits
    assert hit.listed == "192.0.2.99"


async def test_domains_are_asked_for_where_a_list_has_them():
    helo = {"zone": "helo.example", "what": ["helo"]}
    both = {"zone": "both.example", "what": ["helo", "sender"]}
    asked, _ = lists(helo, both, what=(What.HELO, What.SENDER))
    said = await asked.domains([(What.HELO, "mx.example.net"), (What.SENDER, "example.net")])
    assert [(hit.list, hit.what, hit.listed) for hit in said.hits] == [
        ("helo.example", What.HELO, "mx.example.net"),
        ("both.example", What.HELO, "mx.example.net"),
        ("both.example", What.SENDER, "example.net"),
    ]


async def test_nothing_is_asked_for_nothing():
    asked, dns = lists({"zone": "dbl.example", "what": ["helo"]}, what=(What.HELO,))
    said = await asked.domains([])
    assert (said.hits, said.missing, dns.asked) == ((), (), [])


def test_lists_for_others_are_not_asked():
    asked, _ = lists("bl.example", {"zone": "dbl.example", "what": ["from"]}, what=(What.FROM,))
    assert [each.name for each in asked.lists] == ["dbl.example"]


def test_what_was_said_at_earlier_phases_adds_up():
    (hit,) = ON_A_LIST.hits
    assert hits_so_far(found(values=(ON_A_LIST, "other", Listings((hit, hit))))) == (hit, hit, hit)
    assert all(isinstance(each, Hit) for each in hits_so_far(found(values=(ON_A_LIST,))))


def test_whom_the_operator_allows_is_known():
    assert is_allowed(found("rate.client_exceeded", "access_client.allowed"))
    assert not is_allowed(found("access_sender.allowed"))
