"""Risks in a listener's settings: told on one side of each threshold, not on the other."""

import pytest

from gatepost.config.lint import lint
from gatepost.config.problems import Severity
from tests.config.texts import inbound, over, quiet

LAN = {"bind": ["127.0.0.1:2526"], "role": "internal", "relay": "inside", "relay_from": ["10.0.0.0/8"]}


def rules(change):
    return {p.rule: p for p in lint(quiet(change))}


@pytest.mark.parametrize(
    ("bad", "good", "rule"),
    [
        ({"recipients_per_message": 99}, {"recipients_per_message": 100}, "limits.recipients-per-message"),
        ({"hops": 29}, {"hops": 30}, "limits.hops"),
        ({"idle": "299s"}, {"idle": "5m"}, "limits.idle"),
        ({"connections": 199}, {"connections": 200}, "limits.connections"),
        ({"message_size": "24MB"}, {"message_size": "25MB"}, "limits.message-size"),
        ({"session_size": "34MiB"}, {"session_size": "35MiB"}, "limits.session-size"),
        ({"connections_per_client": 2001}, {"connections_per_client": 2000}, "limits.per-client"),
        ({"session": "4m"}, {"session": "5m"}, "limits.session"),
        ({"data_rate": 0}, {"data_rate": 1}, "limits.data-rate"),
        ({"tarpitted": 11_999}, {"tarpitted": 12_000}, "tarpit.capacity"),
    ],
    ids=lambda value: str(value),
)
def test_limits(bad, good, rule):
    assert list(rules(inbound(limits=bad))) == [rule]
    assert rules(inbound(limits=good)) == {}


@pytest.mark.parametrize(
    ("bad", "good", "rule"),
    [
        (
            {"tarpit": {"maximum": "241s"}, "limits": {"tarpitted": 10**6}},
            {"tarpit": {"maximum": "200s"}},
            "tarpit.maximum",
        ),
        ({"banner": "Postfix ready"}, {"banner": "ESMTP ready"}, "banner"),
        ({"banner": "mail 8.12"}, {"banner": "mail 8"}, "banner"),
        ({"tls": {"certificates": []}}, {}, "tls.off"),
        ({"tls": {"required": True}}, {"tls": {"required_from": ["192.0.2.0/24"]}}, "tls.required"),
        ({"tls": {"mode": "implicit"}}, {"tls": {"mode": "implicit"}, "bind": ["127.0.0.1:465"]}, "tls.port"),
        ({"bind": ["127.0.0.1:465"]}, {"bind": ["127.0.0.1:25"]}, "tls.port"),
        ({"policies": {"bare_lf": "normalize"}}, {"policies": {"bare_lf_from": ["192.0.2.7"]}}, "policies.bare-lf"),
        ({"proxy_protocol": ["::/0"]}, {"proxy_protocol": ["10.0.0.0/8"]}, "listener.proxy"),
        ({"commands": {"EHLO": 261}}, {"commands": {"EHLO": 262}}, "commands.length"),
        ({"commands": {"MAIL": False}}, {"commands": {"VRFY": False}}, "commands.indispensable"),
        ({"commands": {"EHLO": False, "HELO": False}}, {"commands": {"EHLO": False}}, "commands.indispensable"),
        ({"commands": {"DATA": False, "BDAT": False}}, {"commands": {"DATA": False}}, "commands.indispensable"),
        (
            {"policies": {"on_disabled": "drop"}, "commands": {"RSET": False}},
            {"policies": {"on_disabled": "drop"}, "commands": {"HELP": False}},
            "commands.drop",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_the_rest_of_a_listener(bad, good, rule):
    assert list(rules(inbound(**bad))) == [rule]
    assert rule not in rules(inbound(**good))


def test_a_disabled_verb_that_is_only_refused_is_no_risk():
    assert rules(inbound(commands={"RSET": False})) == {}


def test_without_the_verbs_that_carry_mail_the_configuration_is_not_usable():
    assert rules(inbound(commands={"RCPT": False}))["commands.indispensable"].severity is Severity.ERROR


def test_a_tar_pit_is_told_to_be_too_small_with_the_sum():
    problem = rules(inbound(limits={"tarpitted": 100}))["tarpit.capacity"]
    assert problem.message == (
        "100 clients at 60 connections a minute, held up to 2m, are 12000 connections in the tar pit; "
        "it holds 100 and is then full"
    )
    assert "Set tarpitted = 12000" in problem.fix


def test_without_a_tar_pit_its_size_does_not_matter():
    assert rules(inbound(limits={"tarpitted": 0}, tarpit={"delay": 0, "maximum": 0})) == {}


def test_without_a_limit_of_rate_the_connections_of_one_client_count():
    change = over(inbound(limits={"tarpitted": 1999}), {"checks": {"rate": {"connections_per_minute": 0}}})
    assert "without a rate limit" in rules(change)["tarpit.capacity"].message


def test_what_a_listener_for_known_hosts_may_do_is_not_told():
    tight = {**LAN, "limits": {"hops": 10, "idle": "1m", "message_size": "1MiB"}}
    assert rules({"listeners": {"lan": tight}}) == {}


def test_a_listener_that_relays_for_everybody_is_an_open_relay():
    problem = rules({"listeners": {"lan": {**LAN, "relay_from": ["0.0.0.0/0"]}}})["listener.open-relay"]
    assert problem.severity is Severity.ERROR


def test_a_listener_for_known_hosts_without_relay_takes_mail_to_us_only():
    assert list(rules({"listeners": {"lan": {**LAN, "relay": None}}})) == ["listener.no-relay"]


def test_the_papers_own_numbers_are_warned_of():
    assert set(rules({"profile": "aggressive"})) == {
        "limits.hops", "limits.connections", "limits.message-size", "commands.length", "checks.blank-sender",
        "checks.own-domain",
    }  # fmt: skip


def test_a_verb_that_nothing_carries_out_is_told_where_the_operator_has_enabled_it():
    found = rules(inbound(commands={"AUTH": True, "etrn": 200, "HELP": True, "EXPN": False}))
    assert found["commands.unserved"].severity is Severity.WARNING
    told = [p.key for p in lint(quiet(inbound(commands={"AUTH": True, "etrn": 200, "HELP": True, "EXPN": False})))]
    assert told == ["AUTH", "etrn"]


def test_a_profile_that_enables_such_a_verb_is_not_blamed():
    assert "commands.unserved" not in rules({"profile": "aggressive"})
