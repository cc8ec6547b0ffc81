"""Order, pauses and offers of the hosts of a backend."""

from gatepost.adapters.backend.hosts import Hosts, said
from gatepost.adapters.backend.settings import HostPort
from gatepost.model.reply import Reply
from gatepost.ports.backend import Extensions

FULL = Extensions(size=1000, dsn=True, pipelining=True)
SMALL = Extensions(size=500, pipelining=True)


def hosts(count=2):
    return Hosts(tuple(HostPort(f"h{number}", 25) for number in range(count)))


def names(found):
    return [host.where.host for host in found]


def test_healthy_hosts_are_tried_in_order():
    assert names(hosts(3).to_try(0.0)) == ["h0", "h1", "h2"]


def test_a_host_that_failed_is_skipped_and_after_its_pause_comes_last():
    both = hosts()
    both.all[0].failed(10.0, "down")
    assert names(both.to_try(10.5)) == ["h1"] and names(both.to_try(11.0)) == ["h1", "h0"]


def test_its_pause_doubles_up_to_a_minute():
    (host,) = hosts(1).all
    pauses, now = [], 0.0
    for _ in range(9):
        host.failed(now, "down")
        pauses.append(host.retry_at - now)
        now = host.retry_at
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_failures_at_once_count_as_one():
    (host,) = hosts(1).all
    for _ in range(20):
        host.failed(0.5, "down")
    assert host.retry_at == 1.5


def test_a_host_that_works_is_healthy_again():
    both = hosts()
    both.all[0].failed(0.0, "down")
    both.all[0].worked(FULL)
    assert names(both.to_try(0.1)) == ["h0", "h1"] and both.reason == ""


def test_a_host_that_failed_is_probed_when_its_pause_is_over_and_once_at_a_time():
    (host,) = (one := hosts(1)).all
    host.failed(0.0, "down")
    assert names(one.to_probe(0.5)) == [] and names(one.to_probe(1.0)) == ["h0"]
    host.probing = True
    assert one.to_probe(1.0) == []


def test_a_healthy_host_is_probed_when_nobody_asked_it_for_five_minutes():
    (host,) = (one := hosts(1)).all
    assert names(one.to_probe(0.0)) == ["h0"], "never asked"
    host.asked_at = 10.0
    assert names(one.to_probe(309.0)) == [] and names(one.to_probe(310.0)) == ["h0"]


def test_only_healthy_hosts_that_were_asked_count_for_what_is_offered():
    three = hosts(3)
    three.all[0].worked(FULL)
    three.all[1].worked(SMALL)
    three.count()
    assert three.common == SMALL
    three.all[1].failed(0.0, "down")
    three.count()
    assert three.common == FULL


def test_with_every_host_down_the_last_offers_stand():
    both = hosts()
    both.all[0].worked(FULL)
    both.all[0].failed(0.0, "down")
    both.count()
    assert both.common == FULL


def test_what_a_host_said_is_one_bounded_printable_line():
    text = said(Reply(554, "", "a\x1b[2Jü" + "x" * 1000))
    assert text.isascii() and text.isprintable() and len(text) < 250
