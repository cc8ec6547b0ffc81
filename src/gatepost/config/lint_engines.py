"""Which settings of engines are allowed but will hurt, and do rules of the operator's own compile?"""

import os
from collections.abc import Iterator
from ipaddress import ip_address

from gatepost.adapters.engines.opinion_settings import OpinionSettings, RspamdSettings, SpamdSettings
from gatepost.adapters.engines.settings import (
    ClamdSettings,
    CommandSettings,
    EngineAddress,
    EngineSettings,
    IcapService,
    IcapSettings,
    YaraSettings,
)
from gatepost.adapters.inspection.embedded_rules import BadRules, EmbeddedRules, rule_files
from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.config.source import Path
from gatepost.model.check import FailMode
from gatepost.syntax.units import size_text

ANTIVIRUS: Path = ("checks", "antivirus")


def lint_engines(loaded: Loaded) -> Iterator[Problem]:
    """Needs no network."""
    asked = engines_asked(loaded)
    yield from left_out(loaded)
    yield from waved_through(loaded, asked)
    largest = max((listener.limits.message_size for listener in loaded.settings.listeners.values()), default=0)
    for name in (*asked, *engines_asked(loaded, "second_opinion")):
        settings = loaded.settings.engines.get(name)
        match settings:
            case YaraSettings():
                yield from own_rules(loaded, name, settings)
            case EngineSettings():
                yield from too_large(loaded, name, settings, largest)
                yield from in_clear(loaded, name, settings)
                yield from program(loaded, name, settings)
            case OpinionSettings():
                yield from in_clear(loaded, name, settings)


def engines_asked(loaded: Loaded, check: str = "antivirus") -> tuple[str, ...]:
    """Names in `[checks.<check>] engines`; none where the check is off."""
    section = loaded.settings.checks.sections().get(check)
    asked: tuple[str, ...] = getattr(section, "engines", ())
    return asked if section is not None and section.enabled else ()


def left_out(loaded: Loaded) -> Iterator[Problem]:
    for name, settings in loaded.settings.engines.items():
        check = "second_opinion" if isinstance(settings, OpinionSettings) else "antivirus"
        if name not in engines_asked(loaded, check):
            message = f"it is not asked: [checks.{check}] does not name it, or is off"
            fix = f'Add "{name}" to engines of [checks.{check}], or take the section out.'
            yield finding(loaded, "engine.not-asked", ("engines", name, ""), message, fix)


def waved_through(loaded: Loaded, asked: tuple[str, ...]) -> Iterator[Problem]:
    """Whoever can make engines silent would get everything in."""
    if not asked:
        return
    fix = "A temporary failure costs nothing: the client comes back."
    if loaded.settings.checks.sections()["antivirus"].if_unavailable is FailMode.OPEN:
        message = "mail passes unscanned while an engine gives no answer"
        yield finding(loaded, "engine.fails-open", (*ANTIVIRUS, "if_unavailable"), message, f"Take it out. {fix}")
    engines = [loaded.settings.engines[name] for name in asked]
    reached = [engine for engine in engines if isinstance(engine, EngineSettings)]
    if reached and not any(engine.required for engine in reached):
        message = "no engine is required: mail passes unscanned while none gives an answer"
        fix = f"Take required = false out of one of them. {fix}"
        yield finding(loaded, "engine.none-required", (*ANTIVIRUS, "engines"), message, fix)


def too_large(loaded: Loaded, name: str, settings: EngineSettings, largest: int) -> Iterator[Problem]:
    if settings.max_size < largest:
        message = f"larger messages are held as unscannable, and listeners take up to {size_text(largest)}"
        fix = (
            "Raise it together with what the engine looks at (clamd: MaxFileSize, MaxScanSize, StreamMaxLength), or "
            "lower message_size."
        )
        yield finding(loaded, "engine.max-size", ("engines", name, "max_size"), message, fix, Severity.INFO)


def in_clear(loaded: Loaded, name: str, settings: EngineSettings | OpinionSettings) -> Iterator[Problem]:
    if not isinstance(settings, ClamdSettings | IcapSettings | RspamdSettings | SpamdSettings):
        return
    places: tuple[EngineAddress | IcapService, ...] = settings.places
    far = [place for place in places if place.host and not is_here(place.host)]
    if far:
        key = "address" if settings.model_dump().get("address") else "addresses"
        message = f"every message goes to {far[0]} unencrypted"
        fix = "See that nobody reads or changes it on the way: an engine on this machine, or a tunnel."
        yield finding(loaded, "engine.in-clear", ("engines", name, key), message, fix, Severity.INFO)


def is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def program(loaded: Loaded, name: str, settings: EngineSettings) -> Iterator[Problem]:
    if isinstance(settings, CommandSettings) and not os.access(settings.command[0], os.X_OK, effective_ids=True):
        message = f"{settings.command[0]} cannot be executed by this user"
        fix = "Correct its path or its mode, or run the check as the gateway's user."
        yield finding(loaded, "engine.command", ("engines", name, "command", 0), message, fix, Severity.ERROR)


def own_rules(loaded: Loaded, name: str, settings: YaraSettings) -> Iterator[Problem]:
    """They compile, and are matched at all."""
    path: Path = ("engines", name, "directories")
    looked_into = loaded.settings.checks.sections().get("mime")
    if looked_into is not None and not looked_into.enabled:
        message = "messages are not looked into, so that no rule is ever matched"
        yield finding(loaded, "engine.not-matched", path, message, "Set enabled = true in [checks.mime].")
    try:
        count = len(list(rule_files(settings.paths)))
        EmbeddedRules(settings.paths)
    except OSError as error:
        message = f"{error.filename}: {error.strerror}"
        fix = "Make the directory, or correct its name or mode."
        yield finding(loaded, "engine.rules", path, message, fix, Severity.ERROR)
    except BadRules as error:
        fix = "The gateway goes on with the rules it had, and does not start without any."
        yield finding(loaded, "engine.rules", path, str(error), fix, Severity.ERROR)
    else:
        if not count:
            message = f"no file *.yar or *.yara is in {', '.join(settings.directories)}"
            yield finding(loaded, "engine.no-rules", path, message, "Write some, or take the section out.")
