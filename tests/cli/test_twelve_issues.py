"""Which settings answer which issue; nothing is said to be on that is not."""

import pytest

from gatepost.cli.twelve_issues import State, issues
from tests.config.texts import CAREFUL, loaded, over


def answers(number, change):
    found = next(issue for issue in issues(loaded(change).settings) if issue.number == number)
    return found, {answer.setting: answer.state for answer in found.answers}


@pytest.mark.parametrize(
    ("number", "setting", "change"),
    [
        ("6", "[checks.harvest]", {"checks": {"harvest": {"enabled": False}}}),
        ("6", "[listeners.inbound.tarpit]", {"listeners": {"inbound": {"tarpit": {"delay": 0}}}}),
        ("6", '[domains."example.com"] recipients', {}),
        ("10", "[checks.own_domain]", {"checks": {"own_domain": {"enabled": False}}}),
        ("10", "[checks.own_domain]", {"policy": {"disabled": ["own-domain"]}}),
        ("11", "[checks.rate]", {"checks": {"rate": {"enabled": False}}}),
        ("11", "[listeners.inbound.limits]", {"listeners": {"inbound": {"limits": {"data_rate": 0}}}}),
    ],
)
def test_what_is_off_is_said_to_be_off(number, setting, change):
    assert answers(number, change)[1][setting] is State.OFF


@pytest.mark.parametrize(
    "change",
    [{"checks": {"own_domain": {"shadow": True}}}, {"policy": {"shadow": ["own-domain"]}}, {"profile": "monitor"}],
)
def test_what_is_in_shadow_is_not_on(change):
    change = over(change, {"checks": {"own_domain": {"mode": "always"}}})
    assert answers("10", change)[1]["[checks.own_domain]"] is State.SHADOW


def test_own_domains_are_guarded_by_alignment():
    assert answers("10", {})[1]["[checks.own_domain]"] is State.ON


def test_monitor_shadows_no_limits():
    assert answers("11", {"profile": "monitor"})[1]["[checks.hops]"] is State.ON


def test_with_everything_on_an_issue_is_answered():
    issue, _ = answers("6", CAREFUL)
    assert issue.summary == "answered"


@pytest.mark.parametrize("number", ["8"])
def test_what_is_not_built_answers_nothing(number):
    assert answers(number, CAREFUL)[0].summary == "open"


def test_without_an_inbound_listener_nothing_is_answered_for_one():
    internal = {"listeners": {"inbound": {"role": "internal", "relay_from": ["10.0.0.0/8"], "relay": "inside"}}}
    assert answers("3", over(CAREFUL, internal))[1]["[listeners]"] is State.OFF


def test_every_setting_that_is_named_exists():
    settings = loaded(CAREFUL).settings
    names = {
        name for issue in issues(settings) for name in (a.setting for a in issue.answers) if name.startswith("[checks.")
    }
    assert {name[8:-1] for name in names} <= set(settings.checks.sections())


def test_an_antivirus_engine_that_is_asked_is_named():
    engines = {"clamav": {"type": "clamd", "address": "127.0.0.1"}}
    asked = {"engines": engines, "checks": {"antivirus": {"engines": ["clamav"]}}}
    assert answers("4", {})[1]["[engines]"] is State.OFF
    issue, states = answers("4", asked)
    assert states["[engines]"] is states["[checks.antivirus]"] is State.ON
    assert "antivirus engines: clamav" in [answer.says for answer in issue.answers]
