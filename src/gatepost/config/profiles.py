"""What does each profile set? Plain data, laid under the operator's file (PRODUCT, "Configuration" and deviations).

The defaults of the settings models are `recommended` for an inbound listener; here stands what differs.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gatepost.engine.catalogue import AnyCheck
from gatepost.gateway.listener_settings import LENGTHS, recommended_commands
from gatepost.model.stage import Role

Data = dict[str, Any]  # a TOML table, not yet validated
NAMES = ("recommended", "aggressive", "monitor")
DEFAULT = "recommended"


class Profile(Struct, frozen=True):
    """Args:
    listeners: by role, what every listener of that role starts from.
    lengths: longest line of each verb where the operator writes `true`.
    checks: sections of `[checks]`.
    policy: the section `[policy]`.
    rule: laid under each of the operator's `[[policy.rules]]`.
    """

    listeners: Mapping[Role, Data]
    lengths: Mapping[str, int]
    checks: Data
    policy: Data
    rule: Data


ISA_COMMANDS: Data = {
    # ISA Server 2004's SMTP filter: its list and lengths, and what the paper changes in it (FACTS §4.1)
    "AUTH": False,
    "BDAT": 20,
    "DATA": 6,
    "EHLO": 71,
    "ETRN": False,
    "EXPN": 71,
    "HELO": 71,
    "HELP": False,
    "MAIL": 266,
    "NOOP": 1024,
    "QUIT": 6,
    "RCPT": 266,
    "RSET": 6,
    "SAML": 268,
    "SEND": 268,
    "SOML": 268,
    "STARTTLS": 10,
    "TLS": 5,
    "TURN": False,
    "VRFY": 71,
    "X-EXPS": False,
    "X-LINK2STATE": False,
    "XEXCH50": 50,
}
ISA_LENGTHS = {verb: length for verb, length in ISA_COMMANDS.items() if length} | {"AUTH": 1024, "HELP": 6}

KNOWN_CLIENTS: Data = {
    # our own users and hosts: they read the reply at once, and nobody harvests there
    "tarpit": {"delay": 0, "maximum": 0},
    "limits": {"connections_per_client": 100, "messages_per_connection": 100, "recipients_per_message": 500},
}

RECOMMENDED = Profile(
    listeners={
        Role.INBOUND: {"commands": recommended_commands()},
        Role.INTERNAL: {"commands": recommended_commands(), **KNOWN_CLIENTS},
        Role.SUBMISSION: {
            "commands": {**recommended_commands(), "XEXCH50": False},
            "tls": {"required": True},
            **KNOWN_CLIENTS,
        },
    },
    lengths=LENGTHS,
    checks={},
    policy={},
    rule={},
)

PAPER: Data = {
    # the paper's "SMTP Transmission Denial-of-Service" and tar pit; Exchange 2003's SIZE of 10 MB
    "commands": ISA_COMMANDS,
    "policies": {"on_overlength": "drop", "on_disabled": "drop"},
    "limits": {
        "connections": 100,
        "message_size": "10MiB",
        "session_size": "11MiB",
        "messages_per_connection": 20,
        "hops": 20,
        "idle": "5m",
    },
    "tarpit": {"delay": "45s", "maximum": "120s"},
}

AGGRESSIVE = Profile(
    listeners={**RECOMMENDED.listeners, Role.INBOUND: PAPER},
    lengths={**LENGTHS, **ISA_LENGTHS},
    checks={
        "blank_sender": {"enabled": True},  # the paper's sender filter
        "own_domain": {"mode": "always"},
        "sender_domain": {"strict": True},
    },
    policy={
        "spf_fail": "reject",
        "unknown_sender": "reject",
        "impersonation": "quarantine",
        "ambiguous_mime": "reject",
    },
    rule={},
)


def profile(name: str, checks: Mapping[str, type[AnyCheck]]) -> Profile:
    """One of `NAMES`.

    Args:
        checks: all checks there are; `monitor` puts those in shadow that are no resource limits.
    """
    if name == "aggressive":
        return AGGRESSIVE
    if name == "monitor":
        return Profile(
            listeners=RECOMMENDED.listeners,
            lengths=RECOMMENDED.lengths,
            checks={cls.spec.settings: {"shadow": True} for cls in checks.values() if not cls.spec.hard},
            policy={},  # `gatepost.policy.shipped` puts the shipped rules in shadow
            rule={"shadow": True},
        )
    return RECOMMENDED


def lay(under: Profile, raw: Data) -> Data:
    """The operator's tables over the profile's; what is not a table where one belongs is left for the validator."""
    merged = dict(raw)
    if isinstance(listeners := raw.get("listeners"), dict):
        merged["listeners"] = {name: lay_listener(under, table) for name, table in listeners.items()}
    merged["checks"] = over(under.checks, raw.get("checks", {}))
    policy = over(under.policy, raw.get("policy", {}))
    if isinstance(policy, dict) and isinstance(rules := policy.get("rules"), list):
        policy = {**policy, "rules": [over(under.rule, rule) for rule in rules]}
    merged["policy"] = policy
    return merged


def lay_listener(under: Profile, table: object) -> object:
    if not isinstance(table, dict):
        return table
    role = next((role for role in Role if role.value == table.get("role")), Role.INBOUND)
    base = dict(under.listeners[role])
    commands = lay_commands(under, base.pop("commands"), table.get("commands", {}))
    if not has_certificates(table):
        base.pop("tls", None)  # a profile may require TLS, but only of a listener that can speak it
    merged = over(base, {key: value for key, value in table.items() if key != "commands"})
    return {**merged, "commands": commands} if isinstance(merged, dict) else merged


def has_certificates(table: Data) -> bool:
    return isinstance(tls := table.get("tls"), dict) and bool(tls.get("certificates"))


def lay_commands(under: Profile, base: Data, given: object) -> object:
    """Verbs in any case; `true` takes the profile's length."""
    if not isinstance(given, dict):
        return given
    names = [verb.upper() for verb in given]
    if len(set(names)) < len(names):
        return given  # the validator says which verb is there twice
    settings = {
        verb: under.lengths[verb] if setting is True and verb in under.lengths else setting
        for verb, setting in zip(names, given.values(), strict=True)
    }
    return {**base, **settings}


def over(base: object, given: object) -> object:
    """`given` laid over `base`, table by table."""
    if not (isinstance(base, dict) and isinstance(given, dict)):
        return given
    merged = dict(base)
    for key, value in given.items():
        merged[key] = over(base[key], value) if key in base else value
    return merged
