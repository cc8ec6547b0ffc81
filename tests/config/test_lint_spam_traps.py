"""A trap that catches honest mail is an error, one that catches nothing a warning."""

import pytest

from gatepost.config.lint_spam_traps import lint_spam_traps
from gatepost.config.load import parse

BASE = """
[gateway]
hostname = "mx.example.com"
[backends.mail]
hosts = ["127.0.0.1:1"]
tls = "off"
[domains."example.com"]
backend = "mail"
recipients = "any"
[listeners.inbound]
bind = ["127.0.0.1:2525"]
role = "inbound"
[checks.spam_trap]
"""


@pytest.mark.parametrize(
    ("entry", "rules"),
    [
        ("old-desk@example.com", []),
        ("@example.com", []),
        ("@.com", []),
        ("old-desk@example.org", ["spam-trap.elsewhere"]),
        ("Postmaster@example.com", ["spam-trap.honest"]),
        ("abuse@example.com", ["spam-trap.honest"]),
    ],
)
def test_it_is_said_of_each_address(entry, rules):
    loaded = parse(f'{BASE}addresses = ["{entry}"]\n', "gatepost.toml")
    assert [problem.rule for problem in lint_spam_traps(loaded)] == rules


def test_a_check_that_is_off_traps_nobody():
    loaded = parse(f'{BASE}enabled = false\naddresses = ["abuse@example.com"]\n', "gatepost.toml")
    assert not list(lint_spam_traps(loaded))
