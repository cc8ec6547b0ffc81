"""Settings that are allowed and will hurt are warned of; those that do not hurt are not."""

import pytest

from gatepost.config.lint import lint
from gatepost.config.problems import Severity
from tests.config.texts import brief, quiet


def found(change, rule=None):
    """Lints of a configuration that is quiet before the change."""
    return [brief(p) for p in lint(quiet(change)) if rule in (None, p.rule)]


def test_a_careful_configuration_is_quiet():
    assert found({}) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"profile": "monitor"},
            "profile: checks and rules only record; relay control, limits and the rules of the protocol are in force | "
            'Set profile = "recommended" once `gatepost track` shows what would have been refused.',
        ),
        (
            {"policy": {"rules": [{"name": "a", "phase": "message", "when": "sender.is_null", "action": "discard"}]}},
            "policy.rules #1.action: senders are told that their mail was delivered, and nobody has it | "
            'Use action = "reject": the sender learns of it, or "quarantine": you can give it back.',
        ),
        (
            {"gateway": {"user": "root"}},
            'gateway.user: the gateway would answer the Internet as root | Set user = "gatepost", a user of its own.',
        ),
        (
            {"gateway": {"header_prefix": "X-Gatepost"}},
            'gateway.header_prefix: header fields would name a product | Set header_prefix = "X-Gateway".',
        ),
        (
            {"gateway": {"trusted_relays": ["0.0.0.0/0"]}},
            "gateway.trusted_relays: with 0.0.0.0/0 every client may say what its address is | "
            "List the addresses of your relays.",
        ),
        (
            {"gateway": {"alarms": None}},
            "gateway.alarms: what an operator must know stands in the log only (the default) | "
            'Add alarms = { mail_to = ["postmaster@example.com"] }.',
        ),
        (
            {"gateway": {"alarms": {"mail_to": ["me@elsewhere.example"]}}},
            "gateway.alarms.mail_to: me@elsewhere.example is in none of [domains]: no backend takes this mail | "
            "Name an address in one of the domains.",
        ),
        (
            {"domains": {"example.com": {"recipients": "any"}}, "directories": {"staff": None}},
            'domains."example.com".recipients: every address is taken: guessing is not noticed, and mail to unknown '
            'users goes to the backend | Name a directory; type = "callout" asks the backend itself.',
        ),
        (
            {"domains": {"example.com": {"message_size": "50MiB"}}},
            'domains."example.com".message_size: no listener takes more than 35MiB | '
            "Raise message_size in the limits of the listener, or take this one out.",
        ),
        (
            {"backends": {"old": {"hosts": ["192.0.2.9"]}}},
            "backends.old: nothing refers to it | Take the section out.",
        ),
        (
            {"directories": {"old": {"type": "file", "path": "/old"}}},
            "directories.old: nothing refers to it | Take the section out.",
        ),
        (
            {"checks": {"harvest": {"enabled": False}}},
            "checks.harvest.enabled: nobody is refused however many recipients it guesses | Set enabled = true.",
        ),
        (
            {"checks": {"blank_sender": {"enabled": True}}},
            "checks.blank_sender.enabled: every bounce has a blank sender (RFC 5321 §4.5.5): users no longer hear "
            "that their mail was not delivered | Set enabled = false.",
        ),
        (
            {"checks": {"own_domain": {"mode": "always"}}},
            "checks.own_domain.mode: own mail that comes back through mailing lists, forwarding and services that "
            "send for you is refused | List those services in exceptions.",
        ),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_risk_is_told_with_the_way_out(change, said):
    assert found(change) == [said]


@pytest.mark.parametrize(
    "change",
    [
        {"gateway": {"user": "gatepost"}},
        {"gateway": {"trusted_relays": ["10.0.0.0/8"]}},
        {"gateway": {"alarms": {"mail_to": None, "command": "/page"}}},
        {"domains": {"example.com": {"message_size": "20MiB"}}},
        {"checks": {"blank_sender": {"enabled": True, "shadow": True}}},
        {"checks": {"own_domain": {"mode": "always", "shadow": True}}},
        {"checks": {"own_domain": {"mode": "always", "enabled": False}}},
        {"checks": {"lines": {"enabled": False}}},
        {"backends": {"out": {"hosts": ["192.0.2.9"]}}, "dmarc_reports": {"backend": "out"}},
    ],
    ids=str,
)
def test_what_does_not_hurt_is_not_told(change):
    assert found(change) == []


def test_alarms_outside_our_domains_are_no_problem_where_there_is_a_relay():
    lan = {"bind": ["127.0.0.1:2526"], "role": "internal", "relay": "inside", "relay_from": ["10.0.0.0/8"]}
    change = {"gateway": {"alarms": {"mail_to": ["me@elsewhere.example"]}}, "listeners": {"lan": lan}}
    assert found(change) == []


def test_everybody_as_a_trusted_relay_is_an_error():
    (problem,) = lint(quiet({"gateway": {"trusted_relays": ["::/0"]}}))
    assert problem.severity is Severity.ERROR


def test_checks_that_are_off_do_not_matter_without_an_inbound_listener():
    lan = {"bind": ["127.0.0.1:2526"], "role": "internal", "relay": "inside", "relay_from": ["10.0.0.0/8"]}
    change = {"listeners": {"inbound": None, "lan": lan}, "checks": {"harvest": {"enabled": False}}}
    assert found(change, "checks.off") == []


def test_what_a_profile_sets_is_told_at_the_line_of_the_profile():
    problems = [p for p in lint(quiet({"profile": "aggressive"})) if p.rule == "checks.blank-sender"]
    assert [(p.line, p.message[-29:]) for p in problems] == [(1, '(set by the profile "aggressive")'[-29:])]


def test_a_domain_is_named_as_it_is_spelled_in_the_file():
    change = {"domains": {"BÜCHER.example": {"backend": "inside", "recipients": "any"}}}
    (problem,) = lint(quiet(change))
    assert problem.section == 'domains."BÜCHER.example"'
    assert problem.line > 0
