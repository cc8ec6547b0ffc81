"""Parts that do not fit each other are told together with all other mistakes."""

import pytest

from tests.config.texts import inbound, problems, text, wrong

CLAMD = {"type": "clamd", "address": "127.0.0.1"}
RSPAMD = {"type": "rspamd", "address": "http://127.0.0.1"}
INTERNAL = {"bind": ["127.0.0.1:2526"], "role": "internal", "relay": "inside", "relay_from": ["10.0.0.0/8"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"domains": {"example.com": {"backend": "insid"}}},
            'domains."example.com".backend: there is no [backends.insid] | Did you mean "inside"?',
        ),
        (
            {"domains": {"example.com": {"recipients": "ad"}}},
            'domains."example.com".recipients: there is no [directories.ad] | '
            'Add a section [directories.ad]. "any" takes every address.',
        ),
        (
            {"listeners": {"lan": {**INTERNAL, "relay": "smarthost"}}},
            "listeners.lan.relay: there is no [backends.smarthost] | There are: inside.",
        ),
        (
            {"directories": {"ask": {"type": "callout", "backend": "exchange"}}},
            "directories.ask.backend: there is no [backends.exchange] | There are: inside.",
        ),
        (
            {"dmarc_reports": {"backend": "smarthost"}},
            "dmarc_reports.backend: there is no [backends.smarthost] | There are: inside.",
        ),
        (
            {"checks": {"antivirus": {"engines": ["clamav"]}}},
            "checks.antivirus.engines: there is no [engines.clamav] | Add a section [engines.clamav].",
        ),
        (
            {"checks": {"second_opinion": {"engines": ["rspamd"]}}},
            "checks.second_opinion.engines: there is no [engines.rspamd] | Add a section [engines.rspamd].",
        ),
        (
            {"engines": {"r": RSPAMD}, "checks": {"antivirus": {"engines": ["r"]}}},
            'checks.antivirus.engines: [engines.r] is of type "rspamd", which knows spam, not malware | '
            "Name it in engines of [checks.second_opinion].",
        ),
        (
            {"engines": {"c": CLAMD}, "checks": {"second_opinion": {"engines": ["c"]}}},
            'checks.second_opinion.engines: [engines.c] is of type "clamd", which knows malware, not spam | '
            "Name it in engines of [checks.antivirus].",
        ),
        (
            {"engines": {"-x": {"type": "clamd", "address": "127.0.0.1"}}},
            "engines.-x: cannot be the name of a section | "
            'Up to 64 letters, digits, "-" and "_"; the first a letter or a digit.',
        ),
        (
            {"domains": None},
            "listeners.inbound: takes mail for the domains of the configuration, and there are none | "
            'Add a section such as [domains."example.com"] with backend and recipients.',
        ),
        (
            {"listeners": {"inbound": None}},
            'listeners: there is no listener | Add [listeners.inbound] with bind = ["0.0.0.0:25"].',
        ),
        (
            inbound(relay="inside"),
            "listeners.inbound.relay: an inbound listener takes mail from anybody, and only to [domains] | "
            'Move it to a listener with role = "submission" or "internal".',
        ),
        (
            inbound(relay_from=["10.0.0.0/8"]),
            "listeners.inbound.relay_from: an inbound listener takes mail from anybody, and only to [domains] | "
            'Move it to a listener with role = "submission" or "internal".',
        ),
        (
            {"listeners": {"lan": {**INTERNAL, "relay_from": []}}},
            "listeners.lan: a listener of role internal serves the hosts in relay_from, and there are none | "
            'Add relay_from = ["10.0.0.0/8"], your own networks.',
        ),
        (
            {"listeners": {"lan": {**INTERNAL, "bind": ["127.0.0.1:2525"]}}},
            "listeners.lan.bind: 127.0.0.1:2525 is bound by [listeners.inbound] already | "
            "Give each listener an address or port of its own.",
        ),
        (
            {"domains": {"Example.COM": {"backend": "inside", "recipients": "any"}}},
            'domains."Example.COM": is the same domain as "example.com" | Keep one of the sections.',
        ),
        (
            {"backends": {"a b": {"hosts": ["x"]}}},
            'backends."a b": cannot be the name of a section | '
            'Up to 64 letters, digits, "-" and "_"; the first a letter or a digit.',
        ),
        (
            {"directories": {"any": {"type": "file", "path": "/x"}}},
            'directories.any: "any" means every recipient | Give the directory another name.',
        ),
        (
            {"directories": {"staff": {"type": "file", "path": "-----BEGIN"}}},
            "directories.staff.path: a secret stands in the configuration | "
            "Write it to a file that only the gateway can read, and name the file here.",
        ),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_contradiction_is_told_with_the_way_out(change, said):
    assert wrong(change) == [said]


def test_an_internal_listener_with_networks_and_relay_is_right():
    assert wrong({"listeners": {"lan": INTERNAL}}) == []


def test_any_free_port_may_be_asked_for_twice():
    assert wrong({"listeners": {"inbound": {"bind": ["127.0.0.1:0", "127.0.0.1:0"]}}}) == []


def test_mistakes_of_all_kinds_are_told_at_once_in_the_order_of_the_file():
    toml = text({"gateway": {"workers": 0}, "domains": {"example.com": {"backend": "x", "mixed": "y"}}, "zz": {"a": 1}})
    found = problems(toml)
    assert [(p.rule, p.line) for p in found] == [("value", 3), ("reference", 9), ("value", 11), ("key.unknown", 16)]


def test_what_has_the_wrong_type_does_not_stop_the_search():
    toml = 'profile = 3\ngateway = "x"\nlisteners = []\ndomains = 1\nchecks = 4\npolicy = [1]\nlog = 2\nbackends = ""\n'
    assert len(problems(toml)) == 8


def test_engines_where_they_belong_are_right():
    engines = {"c": CLAMD, "r": RSPAMD, "s": {"type": "spamassassin", "address": "127.0.0.1", "user": "filter"}}
    checks = {"antivirus": {"engines": ["c"]}, "second_opinion": {"engines": ["r", "s"]}}
    assert wrong({"engines": engines, "checks": checks}) == []


def test_a_name_of_an_engine_that_is_no_name_is_told_once():
    assert len(wrong({"checks": {"second_opinion": {"engines": [7]}}})) == 1
