"""Do the parts of the configuration fit each other? Names that lead nowhere, binds given twice, an open relay.

Works on the tables as they were read, not on settings, so that these mistakes are reported together with
those of single values. What has the wrong type is left to the validator.
"""

import re
from collections.abc import Callable, Iterator

from gatepost.config.explain import nearest
from gatepost.config.problems import SECRET_VALUE, Found, Problem, place, shown, value_at
from gatepost.config.profiles import Data
from gatepost.config.rules import bad_conditions, unknown_rules
from gatepost.config.source import Path, Source
from gatepost.gateway.settings import endpoint
from gatepost.model.stage import Role
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")  # names of sections stand in logs and traces
ANY = "any"
ENGINES_OF = ("antivirus", "second_opinion")  # checks that ask engines
KINDS_OF = {"antivirus": ("clamd", "icap", "yara", "command"), "second_opinion": ("rspamd", "spamassassin")}
KNOWS = {"antivirus": "knows malware, not spam", "second_opinion": "knows spam, not malware"}
OUTBOUND = (Role.SUBMISSION.value, Role.INTERNAL.value)


def contradictions(raw: Data, source: Source) -> Iterator[Problem]:
    """Every contradiction between parts."""
    for rule in RULES:
        for found in rule(raw):
            section, key = place(found.path, raw)
            value = value_at(raw, found.path)
            yield Problem(
                rule=found.rule,
                file=source.file,
                line=source.line(found.path),
                section=section,
                key=key,
                value="" if value is None or isinstance(value, dict) else shown(found.path, value),
                message=found.message,
                fix=found.fix,
            )


def tables(raw: Data, section: str) -> Iterator[tuple[str, Data]]:
    named = raw.get(section)
    if isinstance(named, dict):
        yield from ((name, table) for name, table in named.items() if isinstance(table, dict))


def names(raw: Data, section: str) -> list[str]:
    return [name for name, _ in tables(raw, section)]


def role(table: Data) -> str:
    return str(table.get("role", Role.INBOUND.value))


def dangling(raw: Data) -> Iterator[Found]:
    """A backend or directory that is named and is not there."""
    for name, table in tables(raw, "domains"):
        yield from reference(raw, ("domains", name, "backend"), "backends")
        if table.get("recipients") != ANY:
            yield from reference(raw, ("domains", name, "recipients"), "directories")
    for name, _ in tables(raw, "listeners"):
        yield from reference(raw, ("listeners", name, "relay"), "backends")
    for name, _ in tables(raw, "directories"):
        yield from reference(raw, ("directories", name, "backend"), "backends")
    yield from reference(raw, ("dmarc_reports", "backend"), "backends")
    for check in ENGINES_OF:
        for path in engines_named(raw, check):
            yield from reference(raw, path, "engines")


def reference(raw: Data, path: Path, section: str) -> Iterator[Found]:
    value = value_at(raw, path)
    known = names(raw, section)
    if not isinstance(value, str) or value in known:
        return
    near = nearest(value, known) or (
        f"There are: {', '.join(known)}." if known else f"Add a section [{section}.{value}]."
    )
    also = f' "{ANY}" takes every address.' if path[-1] == "recipients" else ""
    yield Found(path, "reference", f"there is no [{section}.{value}]", near + also)


def engines_named(raw: Data, check: str) -> Iterator[Path]:
    """Each place of a name in `[checks.<check>] engines`."""
    path: Path = ("checks", check, "engines")
    named = value_at(raw, path)
    yield from ((*path, i) for i in range(len(named) if isinstance(named, list) else 0))


def misplaced(raw: Data) -> Iterator[Found]:
    """An engine that is asked for what it does not know."""
    engines = dict(tables(raw, "engines"))
    for check, other in (ENGINES_OF, ENGINES_OF[::-1]):
        for path in engines_named(raw, check):
            name = value_at(raw, path)
            kind = str(engines.get(name, {}).get("type", "")) if isinstance(name, str) else ""
            if kind in KINDS_OF[other]:
                message = f'[engines.{name}] is of type "{kind}", which {KNOWS[other]}'
                yield Found(path, "engine.kind", message, f"Name it in engines of [checks.{other}].")


def bad_names(raw: Data) -> Iterator[Found]:
    for section in ("listeners", "backends", "directories", "engines"):
        for name, _ in tables(raw, section):
            if not NAME.match(name):
                fix = 'Up to 64 letters, digits, "-" and "_"; the first a letter or a digit.'
                yield Found((section, name), "name", "cannot be the name of a section", fix)
    if ANY in names(raw, "directories"):
        yield Found(("directories", ANY), "name", f'"{ANY}" means every recipient', "Give the directory another name.")


def unserved(raw: Data) -> Iterator[Found]:
    """Listeners that could take no mail at all."""
    if raw.get("listeners") == {}:
        fix = 'Add [listeners.inbound] with bind = ["0.0.0.0:25"].'
        yield Found(("listeners",), "listener.none", "there is no listener", fix)
    if names(raw, "domains"):
        return
    for name, listener in tables(raw, "listeners"):
        if role(listener) == Role.INBOUND.value:
            message = "takes mail for the domains of the configuration, and there are none"
            fix = 'Add a section such as [domains."example.com"] with backend and recipients.'
            yield Found(("listeners", name), "listener.no-domains", message, fix)


def roles(raw: Data) -> Iterator[Found]:
    """An inbound listener never relays, the others serve nobody else (PRODUCT, "Two virtual servers")."""
    for name, table in tables(raw, "listeners"):
        here: Path = ("listeners", name)
        if role(table) == Role.INBOUND.value:
            for key in ("relay", "relay_from"):
                if table.get(key):
                    message = "an inbound listener takes mail from anybody, and only to [domains]"
                    fix = 'Move it to a listener with role = "submission" or "internal".'
                    yield Found((*here, key), "listener.open-relay", message, fix)
        elif role(table) in OUTBOUND and not table.get("relay_from"):
            message = f"a listener of role {role(table)} serves the hosts in relay_from, and there are none"
            yield Found(here, "listener.no-clients", message, 'Add relay_from = ["10.0.0.0/8"], your own networks.')


def double_binds(raw: Data) -> Iterator[Found]:
    seen: dict[str, str] = {}
    for name, listener in tables(raw, "listeners"):
        binds = listener.get("bind")
        for i, text in enumerate(binds if isinstance(binds, list) else ()):
            try:
                bind = endpoint(text)
            except ValueError:
                continue
            if str(bind) in seen and bind.port:
                message = f"{bind} is bound by [listeners.{seen[str(bind)]}] already"
                fix = "Give each listener an address or port of its own."
                yield Found(("listeners", name, "bind", i), "bind.twice", message, fix)
            seen.setdefault(str(bind), name)


def double_domains(raw: Data) -> Iterator[Found]:
    """One domain in two spellings: "Example.com" and "example.com"."""
    seen: dict[str, str] = {}
    for name, _ in tables(raw, "domains"):
        try:
            spelling = domain(name)
        except BadSyntax:
            continue
        if spelling in seen:
            message = f'is the same domain as "{seen[spelling]}"'
            yield Found(("domains", name), "domain.twice", message, "Keep one of the sections.")
        seen.setdefault(spelling, name)


def secrets(raw: Data) -> Iterator[Found]:
    """A secret where the name of a file belongs; unknown keys are reported as such, with the same advice."""
    for path, value in strings(raw, ()):
        if SECRET_VALUE.search(value):
            fix = "Write it to a file that only the gateway can read, and name the file here."
            yield Found(path, "secret.value", "a secret stands in the configuration", fix)


def strings(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, (*path, str(key)))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from strings(inner, (*path, i))


RULES: tuple[Callable[[Data], Iterator[Found]], ...] = (
    dangling,
    misplaced,
    bad_names,
    unserved,
    roles,
    double_binds,
    double_domains,
    secrets,
    bad_conditions,
    unknown_rules,
)
