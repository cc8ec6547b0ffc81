"""How long a 5xx reply waits."""

from ipaddress import ip_address

import pytest

from gatepost.gateway.tarpit import OFFENCE_WINDOW, Tarpit
from gatepost.testing.fakes import FakeClock, FakeCounters, FakeGauges
from tests.gateway.house import HandLoop

CLIENT = ip_address("192.0.2.99")


class Pit(Tarpit):
    def __init__(self, delay=10.0, maximum=35.0, capacity=2):
        self.clock = FakeClock()
        super().__init__(delay, maximum, capacity, "pit", FakeCounters(self.clock), FakeGauges())

    def waits(self, client=CLIENT, least=0.0):
        return HandLoop().run(self.delay_for(client, least))


def test_the_wait_grows_with_each_offence_up_to_the_maximum():
    pit = Pit()
    assert [pit.waits() for _ in range(5)] == [10.0, 20.0, 30.0, 35.0, 35.0]


def test_offences_of_more_than_an_hour_ago_are_forgiven():
    pit = Pit()
    pit.waits()
    pit.clock.advance(OFFENCE_WINDOW + 1)
    assert pit.waits() == 10.0


def test_clients_are_counted_one_by_one_and_a_v6_site_as_one():
    pit = Pit()
    pit.waits()
    assert pit.waits(ip_address("192.0.2.98")) == 10.0
    assert pit.waits(ip_address("2001:db8::1")) == 10.0
    assert pit.waits(ip_address("2001:db8::2")) == 20.0


@pytest.mark.parametrize(("least", "waited"), [(3.0, 10.0), (20.0, 20.0), (500.0, 500.0)])
def test_a_verdict_may_ask_for_more_even_more_than_the_maximum(least, waited):
    assert Pit().waits(least=least) == waited


def test_without_a_tarpit_only_the_verdict_delays_and_nothing_is_counted():
    pit = Pit(delay=0.0)
    assert (pit.waits(), pit.waits(least=4.0)) == (0.0, 4.0)
    assert not pit.counters.events


def test_when_nothing_can_be_counted_each_offence_is_the_first():
    pit = Pit()
    pit.counters.down = True
    assert [pit.waits(), pit.waits()] == [10.0, 10.0]


def test_it_holds_as_many_as_it_holds_and_counts_nobody_it_has_not_taken():
    pit = Pit(capacity=2)
    assert [pit.enter(), pit.enter(), pit.enter()] == [True, True, False]
    assert pit.gauges.level("pit") == 2
    pit.leave()
    assert pit.enter()
