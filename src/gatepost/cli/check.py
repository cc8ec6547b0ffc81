"""`gatepost check`: would this configuration work, and what in it will hurt?"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from gatepost.app.self_test import self_test
from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile, Json
from gatepost.cli.problems import as_json, as_text, count, summary
from gatepost.cli.terminal import FAILED, OK, say, say_json
from gatepost.config.access_lists import lint_access_lists
from gatepost.config.bounce_keys import lint_bounce_keys
from gatepost.config.files import expiring, lint_files
from gatepost.config.lint import lint
from gatepost.config.lint_engines import lint_engines
from gatepost.config.lint_spam_traps import lint_spam_traps
from gatepost.config.live import probe
from gatepost.config.live_directories import lint_lists
from gatepost.config.load import Loaded, read
from gatepost.config.machine import lint_machine, this_machine
from gatepost.config.problems import ConfigError, Problem, Severity, in_order
from gatepost.config.quarantine import lint_quarantine
from gatepost.gateway.clock import SystemClock

Offline = Annotated[
    bool, typer.Option("--offline", help="Ask nothing outside the configuration and the files it names.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")]


def command(
    config: ConfigFile = DEFAULT_CONFIG, offline: Offline = False, strict: Strict = False, json: Json = False
) -> None:
    """Look for mistakes and risks in a configuration.

    Every finding names section, key and line, and what to do. Backends, directories and ports are tried as well,
    unless --offline is given. Ends with 1 if there are errors, with --strict also if there are warnings.
    """
    problems = findings(config, offline)
    is_refused = bool(count(problems, Severity.ERROR) or (strict and count(problems, Severity.WARNING)))
    if json:
        say_json({"file": str(config), "usable": not is_refused, "findings": as_json(problems)})
    else:
        if problems:
            say(as_text(problems))
        say(f"{config}: {'not usable' if is_refused else 'usable'}: {summary(problems)}")
    raise typer.Exit(FAILED if is_refused else OK)


def findings(config: Path, offline: bool) -> tuple[Problem, ...]:
    """Everything there is to say; of a configuration that cannot be used only why."""
    try:
        loaded = read(config)
    except ConfigError as error:
        return error.problems
    found = [*offline_findings(loaded), *(() if offline else live_findings(loaded))]
    return in_order(found)


def live_findings(loaded: Loaded) -> Iterator[Problem]:
    """What is reachable; and, where everything is, whether all of it together judges a message."""
    probed = asyncio.run(probe(loaded))
    yield from probed
    if not count(probed, Severity.ERROR):
        for text in self_test(loaded.settings):
            fix = "The gateway does not start with this configuration."
            yield Problem(rule="self-test", file=loaded.source.file, message=text, fix=fix)


def offline_findings(loaded: Loaded) -> Iterator[Problem]:
    yield from lint(loaded)
    yield from lint_machine(loaded, this_machine(loaded))
    yield from lint_files(loaded)
    yield from expiring(loaded, SystemClock().now())
    yield from lint_lists(loaded)
    yield from lint_engines(loaded)
    yield from lint_access_lists(loaded)
    yield from lint_spam_traps(loaded)
    yield from lint_bounce_keys(loaded)
    yield from lint_quarantine(loaded)
