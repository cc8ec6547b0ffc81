"""Which spam traps would catch nothing, or the wrong mail?"""

from collections.abc import Iterator

from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity

WRITTEN_TO = ("postmaster", "abuse")  # by honest people whom we have given reason to (RFC 5321 §4.5.1, RFC 2142 §4)


def lint_spam_traps(loaded: Loaded) -> Iterator[Problem]:
    section = loaded.settings.checks.sections()["spam_trap"]
    addresses: tuple[str, ...] = getattr(section, "addresses", ())
    for index, address in enumerate(addresses if section.enabled else ()):
        local, _, domain = address.lower().rpartition("@")
        path = ("checks", "spam_trap", "addresses", index)
        if local in WRITTEN_TO:
            message = f"honest people write to {address}, and would be refused"
            yield finding(loaded, "spam-trap.honest", path, message, "Take an address nobody uses.", Severity.ERROR)
        elif not any(is_within(name, domain) for name in loaded.settings.domains):
            message = f"no mail for {address} comes here: its domain is none of [domains]"
            yield finding(loaded, "spam-trap.elsewhere", path, message, "Take an address in one of your domains.")


def is_within(name: str, domain: str) -> bool:
    """The entry's domain is ours; a dot in front means all below it."""
    return name == domain or (domain.startswith(".") and name.endswith(domain))
