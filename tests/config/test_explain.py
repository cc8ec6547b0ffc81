"""Every mistake in a value names section, key, line, value and what would be right."""

import pytest

from gatepost.config.problems import HIDDEN
from tests.config.texts import inbound, problems, text, wrong


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"gateway": {"hostnme": "x"}},
            ["gateway.hostnme: unknown key | Did you mean hostname?"],
        ),
        (
            inbound(message_size="1MiB"),
            [
                "listeners.inbound.message_size: unknown key | "
                "message_size belongs in [domains.<name>] or [listeners.<name>.limits]."
            ],
        ),
        (
            {"gateway": {"zzz": 1}},
            [
                "gateway.zzz: unknown key | Known here: hostname, workers, data_dir, state, journal, quarantine, user, "
                "header_prefix, trusted_relays, spool_memory, drain, watchdog and 1 more (see the settings reference)."
            ],
        ),
        ({"checks": {"rte": {}}}, ["checks.rte: unknown section | Did you mean rate?"]),
        ({"sensor": {}}, ["sensor: is not part of this version | Take it out."]),
        ({"console": {"bind": "x"}}, ["console: is not part of this version | Take it out."]),
        (
            inbound(auth={"directory": "ad"}),
            ["listeners.inbound.auth: is not part of this version | Take it out."],
        ),
        (
            {"gateway": {"hostname": None}},
            [
                'gateway.hostname: is missing | Add hostname = "mx1.example.com": The gateway\'s name in the banner, '
                "in EHLO and in Received: fully qualified, with matching DNS."
            ],
        ),
        (
            {"gateway": None},
            ['gateway: is missing | Add a section [gateway] with hostname = "mx1.example.com".'],
        ),
        (
            {"listeners": None},
            ['listeners: is missing | Add a section [listeners.<name>] with bind = ["0.0.0.0:25", "[::]:25"].'],
        ),
        (
            {"directories": {"ad": {"type": "ldp"}}},
            ['directories.ad: type = "ldp" is not known | Did you mean "ldap"? It takes "file", "ldap" or "callout".'],
        ),
        (
            {"directories": {"ad": {}}},
            ['directories.ad: has no type | Add type = "file", "ldap" or "callout".'],
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_keys_and_sections(change, said):
    assert wrong(change) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"gateway": {"workers": "2"}},
            'gateway.workers: takes a whole number, not the string "2" | Write workers = 2.',
        ),
        (
            {"gateway": {"workers": True}},
            "gateway.workers: takes a whole number, not true | "
            "Worker processes; default: one for each core of the machine.",
        ),
        (
            {"checks": {"rate": {"enabled": "yes"}}},
            'checks.rate.enabled: takes true or false, not the string "yes" | Write enabled = true.',
        ),
        (
            {"checks": {"rate": {"enabled": 0}}},
            "checks.rate.enabled: takes true or false, not the number 0 | Write enabled = false.",
        ),
        (
            inbound(bind="0.0.0.0:25"),
            'listeners.inbound.bind: takes a list, each an address and port such as "0.0.0.0:25", not the string '
            '"0.0.0.0:25" | Write bind = ["0.0.0.0:25"].',
        ),
        (
            inbound(banner=5),
            'listeners.inbound.banner: takes a string, not the number 5 | Write banner = "5".',
        ),
        (
            inbound(limits=3),
            "listeners.inbound.limits: takes a table, not the number 3 | How much the listener takes.",
        ),
        (
            inbound(limits={"hops": 3.5}),
            "listeners.inbound.limits.hops: takes a whole number, not the number 3.5 | "
            "Received fields in a message; more are a loop (RFC 5321 §6.3).",
        ),
        (
            inbound(limits={"hops": 0}),
            "listeners.inbound.limits.hops: 0 is too small: at least 1 | "
            "Received fields in a message; more are a loop (RFC 5321 §6.3).",
        ),
        (
            inbound(limits={"recipients_per_message": 20_000}),
            "listeners.inbound.limits.recipients_per_message: 20000 is too large: at most 10000 | Recipients taken "
            "for one message; more are answered 452 (RFC 5321 §4.5.3.1.8 asks for 100).",
        ),
        (
            inbound(bind=[]),
            "listeners.inbound.bind: [] has too few elements: at least 1 | Addresses and ports to listen on.",
        ),
        (
            inbound(limits={"message_size": "12 parsecs"}),
            "listeners.inbound.limits.message_size: not a number with a unit | "
            'Write octets as a whole number, or a text such as "256KiB", "10MB" or "35MiB".',
        ),
        (
            inbound(limits={"idle": "5x"}),
            'listeners.inbound.limits.idle: "x" is no unit of time | '
            'Write seconds as a number, or a text such as "500ms", "30s", "5m", "2h" or "7d".',
        ),
        (
            {"profile": "recomended"},
            'profile: "recomended" is not known | '
            'Did you mean "recommended"? It takes "recommended", "aggressive" or "monitor".',
        ),
        (
            inbound(tls={"minimum": "1.1"}),
            'listeners.inbound.tls.minimum: "1.1" is not known | It takes "1.2" or "1.3".',
        ),
        (
            {"gateway": {"state": "redis"}},
            'gateway.state: "redis" is not known | It takes "embedded".',
        ),
        (
            {"checks": {"rate": {"if_unavailable": "tempfial"}}},
            'checks.rate.if_unavailable: "tempfial" is not known | '
            'Did you mean "tempfail"? It takes "open", "tempfail" or "closed".',
        ),
        (
            {"policy": {"rules": [{"name": "A b", "phase": "mail", "when": "true", "action": "reject"}]}},
            'policy.rules #1.name: "A b" has a character that cannot stand there, or is too long | '
            "Shown in logs, traces and explanations: small letters, digits, hyphens.",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_values(change, said):
    assert wrong(change) == [said]


def test_each_wrong_element_of_a_list_is_told_and_not_that_the_list_is_then_too_short():
    assert wrong({"backends": {"inside": {"hosts": ["", "fe80::1"]}}}) == [
        'backends.inside.hosts: "" names no host | Write one such as "mail.example.com:25" or "10.0.0.5:25".',
        'backends.inside.hosts: "fe80::1": an IPv6 address stands in brackets, as in "[2001:db8::5]:25" | '
        "Hosts as `host:port`, an IPv6 address in brackets; the first healthy one is used.",
    ]


def test_a_domain_without_quotes_is_one_mistake():
    toml = text({"domains": None}) + '[domains.mail.example.com]\nbackend = "inside"\nrecipients = "any"\n'
    (problem,) = problems(toml)
    assert (problem.line, problem.fix) == (9, 'Quote it: [domains."mail.example.com"].')


def test_a_section_that_contradicts_itself_is_named_without_its_description():
    (said,) = wrong({"checks": {"recipient": {"enabled": False}}})
    assert said.startswith("checks.recipient: relay control cannot be switched off")
    assert " | " not in said


@pytest.mark.parametrize(
    "change",
    [
        {"directories": {"ad": {"type": "ldap", "urls": ["ldaps://h"], "base": "", "password": "hunter2"}}},
        {"gateway": {"state": "redis://user:hunter2@host"}},
        {"backends": {"inside": {"hosts": ["user:hunter2@host:25"]}}},
        {"backends": {"inside": {"token": {"value": "hunter2"}}}},
        {"directories": {"ad": {"type": "ldap", "urls": ["ldaps://u:hunter2@h"], "base": ""}}},
        {"directories": {"ad": {"type": "ldap", "urls": ["ldaps://h"], "base": "", "password_file": ["hunter2"]}}},
        inbound(tls={"certificates": [{"certificate": "/c", "key": "-----BEGIN hunter2"}]}),
        inbound(tls={"certificates": ["-----BEGIN hunter2"]}),
    ],
    ids=lambda change: str(change)[:60],
)
def test_a_secret_is_never_shown(change):
    found = problems(text(change))
    assert found
    assert "hunter2" not in "".join(map(str, found))
    assert not any("hunter2" in problem.value for problem in found)


def test_a_secret_under_an_unknown_key_gets_the_advice_to_use_a_file():
    (said,) = wrong({"directories": {"ad": {"type": "ldap", "urls": ["ldaps://h"], "base": "", "password": "x"}}})
    assert said == (
        "directories.ad.password: a secret does not belong in the configuration | Write it to a file that only the "
        'gateway can read and name it: password_file = "/etc/gatepost/password".'
    )


def test_one_secret_is_one_problem():
    toml = text({"directories": {"ad": {"type": "ldap", "urls": ["ldaps://h"], "base": "", "password": "-----BEGIN"}}})
    assert [problem.rule for problem in problems(toml)] == ["secret.value"]


def test_the_value_is_given_as_it_would_be_written():
    (problem,) = problems(text({"profile": "a\tb\u2028"}))
    assert problem.value == r'"a\u0009b\u2028"'
    (problem,) = problems(text(inbound(tls={"certificates": [{"certificate": "/c", "key": "-----BEGIN"}]})))
    assert problem.value == HIDDEN


def test_a_long_value_is_cut():
    (problem,) = problems(text({"profile": "x" * 500}))
    assert len(problem.value) == 80
