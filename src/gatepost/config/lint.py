"""Which settings are allowed but will hurt? Pure: looks at nothing but the configuration.

`lint_listeners` has what concerns one listener, `machine` what depends on the machine, `files` the files that
are named, `live` the network.
"""

from collections.abc import Callable, Iterator

from gatepost.config.cross import ANY
from gatepost.config.findings import finding
from gatepost.config.lint_listeners import PRODUCT, lint_listener
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity, in_order
from gatepost.model.stage import Role
from gatepost.model.verdict import Action
from gatepost.syntax.units import size_text

RISKY_OFF = {
    "harvest": "nobody is refused however many recipients it guesses",
    "helo": "a client may call itself by our own name",
    "early_talker": "clients that do not wait for the greeting are not noticed",
    "hops": "a mail loop is not noticed",
    "rate": "a client may open any number of connections",
}
"""Checks that cost honest senders nothing, and what is missed without them."""


def lint(loaded: Loaded) -> tuple[Problem, ...]:
    """Every warning, in the order of the file."""
    problems = [problem for rule in RULES for problem in rule(loaded)]
    for name, listener in loaded.settings.listeners.items():
        problems += lint_listener(loaded, name, listener)
    return in_order(problems)


def monitoring(loaded: Loaded) -> Iterator[Problem]:
    if loaded.settings.profile == "monitor":
        yield finding(
            loaded,
            "profile.monitor",
            ("profile",),
            "checks and rules only record; relay control, limits and the rules of the protocol are in force",
            'Set profile = "recommended" once `gatepost track` shows what would have been refused.',
            Severity.INFO,
        )


def discarding(loaded: Loaded) -> Iterator[Problem]:
    for index, rule in enumerate(loaded.settings.policy.rules):
        if rule.action is Action.DISCARD:
            message = "senders are told that their mail was delivered, and nobody has it"
            fix = 'Use action = "reject": the sender learns of it, or "quarantine": you can give it back.'
            yield finding(loaded, "policy.discard", ("policy", "rules", index, "action"), message, fix)


def gateway(loaded: Loaded) -> Iterator[Problem]:
    settings = loaded.settings.gateway
    if settings.user in ("root", "0"):
        message = "the gateway would answer the Internet as root"
        yield finding(loaded, "gateway.root", ("gateway", "user"), message, 'Set user = "gatepost", a user of its own.')
    if PRODUCT.search(settings.header_prefix):
        message = "header fields would name a product"
        yield finding(
            loaded, "gateway.prefix", ("gateway", "header_prefix"), message, 'Set header_prefix = "X-Gateway".'
        )
    for network in settings.trusted_relays:
        if not network.prefixlen:
            yield finding(
                loaded,
                "gateway.relays",
                ("gateway", "trusted_relays"),
                f"with {network} every client may say what its address is",
                "List the addresses of your relays.",
                Severity.ERROR,
            )


def alarms(loaded: Loaded) -> Iterator[Problem]:
    settings = loaded.settings.gateway.alarms
    if not settings.mail_to and settings.command is None:
        yield finding(
            loaded,
            "alarms.none",
            ("gateway", "alarms"),
            "what an operator must know stands in the log only",
            'Add alarms = { mail_to = ["postmaster@example.com"] }.',
            Severity.INFO,
        )
    has_relay = any(listener.relay for listener in loaded.settings.listeners.values())
    for i, address in enumerate(settings.mail_to):
        if address.rpartition("@")[2] not in loaded.settings.domains and not has_relay:
            yield finding(
                loaded,
                "alarms.undeliverable",
                ("gateway", "alarms", "mail_to", i),
                f"{address} is in none of [domains]: no backend takes this mail",
                "Name an address in one of the domains.",
            )


def domains(loaded: Loaded) -> Iterator[Problem]:
    largest = max((listener.limits.message_size for listener in loaded.settings.listeners.values()), default=0)
    for name, domain in loaded.settings.domains.items():
        written = written_as(loaded, name)
        if domain.recipients == ANY:
            yield finding(
                loaded,
                "domains.any",
                ("domains", written, "recipients"),
                "every address is taken: guessing is not noticed, and mail to unknown users goes to the backend",
                'Name a directory; type = "callout" asks the backend itself.',
            )
        if domain.message_size is not None and domain.message_size > largest:
            yield finding(
                loaded,
                "domains.message-size",
                ("domains", written, "message_size"),
                f"no listener takes more than {size_text(largest)}",
                "Raise message_size in the limits of the listener, or take this one out.",
            )


def written_as(loaded: Loaded, name: str) -> str:
    """The spelling of a domain in the file; settings have it in lower-case A-labels."""
    keys = list(loaded.merged.get("domains", {}))
    return str(keys[list(loaded.settings.domains).index(name)])


def unused(loaded: Loaded) -> Iterator[Problem]:
    settings = loaded.settings
    listeners, domain_list = settings.listeners.values(), settings.domains.values()
    backends = {d.backend for d in domain_list} | {listener.relay for listener in listeners}
    backends |= {getattr(directory, "backend", None) for directory in settings.directories.values()}
    backends.add(settings.dmarc_reports.backend)
    directories = {d.recipients for d in domain_list}
    for section, names, used in (
        ("backends", settings.backends, backends),
        ("directories", settings.directories, directories),
    ):
        for name in names:
            if name not in used:
                message = "nothing refers to it"
                yield finding(loaded, "unused", (section, name, ""), message, "Take the section out.", Severity.INFO)


def checks(loaded: Loaded) -> Iterator[Problem]:
    sections = loaded.settings.checks.sections()
    if not any(listener.role is Role.INBOUND for listener in loaded.settings.listeners.values()):
        return
    for name, harm in RISKY_OFF.items():
        if name in sections and not sections[name].enabled:
            yield finding(loaded, "checks.off", ("checks", name, "enabled"), harm, "Set enabled = true.")
    blank = sections.get("blank_sender")
    if blank is not None and blank.enabled and not blank.shadow:
        yield finding(
            loaded,
            "checks.blank-sender",
            ("checks", "blank_sender", "enabled"),
            "every bounce has a blank sender (RFC 5321 §4.5.5): users no longer hear that their mail was not delivered",
            "Set enabled = false.",
        )
    own = sections.get("own_domain")
    mode = getattr(getattr(own, "mode", None), "value", None)
    if own is not None and own.enabled and not own.shadow and mode == "always":
        yield finding(
            loaded,
            "checks.own-domain",
            ("checks", "own_domain", "mode"),
            "own mail that comes back through mailing lists, forwarding and services that send for you is refused",
            "List those services in exceptions.",
        )


RULES: tuple[Callable[[Loaded], Iterator[Problem]], ...] = (
    monitoring,
    gateway,
    alarms,
    domains,
    unused,
    checks,
    discarding,
)
