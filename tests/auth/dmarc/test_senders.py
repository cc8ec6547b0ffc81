"""Who sends in our name, and what should be looked at first."""

from ipaddress import ip_network

import pytest

from gatepost.auth.dmarc.report import Disposition
from gatepost.auth.dmarc.senders import Sender, by_concern, is_one_of

OWN = (ip_network("192.0.2.0/28"), ip_network("2001:db8::/48"))


def sender(source="203.0.113.9", count=1, *, passes=False):
    return Sender(
        domain="example.com", header_from="example.com", source=source, count=count, disposition=Disposition.NONE,
        spf_aligned=passes, dkim_aligned=False,
    )  # fmt: skip


@pytest.mark.parametrize("source", ["192.0.2.3", "2001:db8::25"])
def test_an_address_in_our_networks_is_ours(source):
    assert is_one_of(source, OWN)


@pytest.mark.parametrize("source", ["192.0.2.99", "2001:db9::25", "", "nonsense"])
def test_any_other_is_not(source):
    assert not is_one_of(source, OWN)


def test_own_servers_that_fail_come_first_then_others_that_fail_then_what_passes():
    listed = [
        sender("192.0.2.2", 9, passes=True), sender(count=100), sender("192.0.2.1", 2), sender("198.51.100.1", 500),
    ]  # fmt: skip
    assert [each.count for each in by_concern(listed, OWN)] == [2, 500, 100, 9]


def test_one_of_two_methods_is_enough_to_pass():
    assert sender(passes=True).passes and not sender().passes
