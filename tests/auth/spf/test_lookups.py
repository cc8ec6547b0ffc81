"""DNS questions of one check are counted, and their failures named."""

from ipaddress import ip_address

import pytest

from gatepost.auth.spf.errors import PermError, TempError
from gatepost.auth.spf.limits import SpfLimits
from gatepost.auth.spf.lookups import Lookups
from gatepost.ports.dns import Answer
from tests.auth.zone import Zone

IP = ip_address("192.0.2.1")
ZONE = {
    "b.example": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"], "MX": [[10, "b.example"]], "TXT": ["v=spf1"]},
    "1.2.0.192.in-addr.arpa": {"PTR": [f"n{number}.example" for number in range(20)]},
}


async def every(lookups, name):
    return (
        await lookups.texts(name),
        await lookups.addresses(name, 4),
        await lookups.addresses_or_void(name, 6),
        await lookups.exchangers_or_void(name),
    )


async def test_each_question_is_counted():
    lookups = Lookups(Zone(ZONE), SpfLimits())
    texts, v4, v6, exchangers = await every(lookups, "b.example")
    assert (texts, v4, v6, exchangers[0].host) == (
        Answer((b"v=spf1",)),
        (IP,),
        (ip_address("2001:db8::1"),),
        "b.example",
    )
    assert len(await lookups.client_names(IP)) == 10
    assert (lookups.asked, lookups.voids, lookups.terms) == (5, 0, 0)


async def test_void_answers_count_only_where_the_domain_led_to_them():
    lookups = Lookups(Zone(ZONE), SpfLimits())
    await every(lookups, "no.example")
    await lookups.client_names(ip_address("192.0.2.9"))
    assert (lookups.asked, lookups.voids) == (5, 2)


async def test_authn_34_each_limit_ends_the_check():
    lookups = Lookups(Zone(ZONE), SpfLimits(terms=2, voids=1, questions=4))
    lookups.count_term()
    lookups.count_term()
    with pytest.raises(PermError) as ended:
        lookups.count_term()
    assert ended.value.problem == "more than 2 terms that ask DNS"
    await lookups.addresses_or_void("no.example", 4)
    with pytest.raises(PermError) as ended:
        await lookups.addresses_or_void("no.example", 4)
    assert ended.value.problem == "more than 1 answers without records"
    await lookups.texts("b.example")
    await lookups.texts("b.example")
    with pytest.raises(PermError) as ended:
        await lookups.texts("b.example")
    assert ended.value.problem == "more than 4 DNS questions"
    assert len(lookups.dns.asked) == 4


@pytest.mark.parametrize(
    "ask",
    [
        lambda lookups: lookups.texts("b\x1b.example"),
        lambda lookups: lookups.addresses("b\x1b.example", 4),
        lambda lookups: lookups.addresses_or_void("b\x1b.example", 6),
        lambda lookups: lookups.exchangers_or_void("b\x1b.example"),
    ],
)
async def test_no_answer_is_a_temporary_error_that_says_for_what(ask, monkeypatch):
    monkeypatch.setattr("tests.auth.zone.can_be_asked", lambda name: True)
    zone = Zone(ZONE)
    zone.down = True
    with pytest.raises(TempError) as ended:
        await ask(Lookups(zone, SpfLimits()))
    assert ended.value.problem == "no answer from DNS for b?.example"


async def test_no_answer_for_the_clients_names_is_one_too():
    zone = Zone(ZONE)
    zone.down = True
    with pytest.raises(TempError) as ended:
        await Lookups(zone, SpfLimits()).client_names(IP)
    assert ended.value.problem == "no answer from DNS for 192.0.2.1"
