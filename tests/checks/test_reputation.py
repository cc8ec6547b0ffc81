"""Whose history is asked, and what it gives."""

import pytest
from pydantic import ValidationError

from gatepost.auth.reputation import History, Repute, domain_key, network_key, written
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.checks.reputation import Config, Reputation
from gatepost.model.finding import Findings
from gatepost.model.samples import mail
from gatepost.testing.fakes import FakeMemory

NOW = 1704103200.0
AROUND = network_key("192.0.2.0/24")
PASSED = Findings(values=(SpfResult(result=Spf.PASS, domain="example.net"),))
DOMAIN = domain_key("example.net")


def checked(histories, **settings):
    texts = {key: written(History(good, bad, at)) for key, (good, bad, at) in histories.items()}
    return Reputation(Config(**settings), FakeMemory(texts=texts))


async def report(histories, so_far=PASSED, settings=None, **more):
    return await checked(histories, **(settings or {}))(mail(so_far=so_far, **more))


async def finding(*arguments, **more):
    (found,) = (await report(*arguments, **more)).findings
    return found


async def test_the_finding_says_of_whom_and_how_much():
    found = await finding({DOMAIN: (23, 0, NOW)})
    assert found.code == "reputation.good"
    assert found.detail == "example.net: 23 good, 0 bad, half-life 14d"
    assert found.score == -1.4


async def test_more_is_known_more_is_given():
    few, many = [(await finding({AROUND: (0, bad, NOW)}, Findings())).score for bad in (6, 150)]
    assert 0.5 < few < many <= 2.0


async def test_a_domain_with_a_history_does_not_suffer_from_its_neighbours():
    found = await report({DOMAIN: (3, 0, NOW), AROUND: (0, 150, NOW)})
    assert not found.findings and found.value.subject == "example.net"


async def test_a_new_domain_does_not_profit_from_its_neighbours():
    found = await report({AROUND: (150, 0, NOW)})
    assert not found.findings and found.value is None


async def test_a_new_domain_pays_for_a_network_that_is_known_as_bad():
    assert (await finding({AROUND: (0, 150, NOW)})).detail.startswith("192.0.2.0/24:")


async def test_a_network_is_asked_where_nobody_vouches():
    assert (await finding({AROUND: (150, 0, NOW), DOMAIN: (0, 150, NOW)}, Findings())).code == "reputation.good"


async def test_later_checks_are_told_who_is_known_for_good_mail():
    good, bad = await report({DOMAIN: (9, 0, NOW)}), await report({DOMAIN: (0, 9, NOW)})
    assert isinstance(good.value, Repute)
    assert good.value.is_good and not bad.value.is_good


async def test_half_life():
    month = 30 * 86_400.0
    old = {DOMAIN: (0, 20, NOW - month)}
    assert not (await report(old, settings={"half_life": "1d"})).findings
    assert (await finding(old, settings={"half_life": "365d"})).code == "reputation.bad"


async def test_best_and_worst():
    good, bad = {DOMAIN: (190, 0, NOW)}, {DOMAIN: (0, 190, NOW)}
    assert (await finding(good, settings={"best": 10})).score == pytest.approx(-9.5)
    assert (await finding(bad, settings={"worst": 10})).score == pytest.approx(9.5)
    assert str((await finding(good, settings={"best": 0})).score) == "0.0"
    assert (await finding(bad, settings={"worst": 0})).score == 0.0


@pytest.mark.parametrize(
    "wrong", [{"half_life": "1m"}, {"half_life": "400d"}, {"best": -1}, {"worst": 21}, {"best": 0, "worst": 0}]
)
def test_settings_that_make_no_sense_are_mistakes(wrong):
    with pytest.raises(ValidationError):
        Config(**wrong)


async def test_who_has_logged_in_has_no_reputation():
    assert not (await report({AROUND: (0, 150, NOW)}, Findings(), user="bob")).findings


async def test_ipv6_clients_share_the_name_of_their_slash_64():
    histories = {network_key("2001:db8:1:2::/64"): (0, 50, NOW)}
    assert (await finding(histories, Findings(), client_ip="2001:db8:1:2::77")).code == "reputation.bad"
    assert not (await report(histories, Findings(), client_ip="2001:db8:1:3::77")).findings
