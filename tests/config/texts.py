"""Configurations to make mistakes in: whole and small, so that one test changes one thing."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit

from gatepost.config.load import Loaded, parse
from gatepost.config.problems import ConfigError, Problem

FILE = "gatepost.toml"
NOBODY = 65_534
SMALLEST: Mapping[str, Any] = {
    "gateway": {"hostname": "mx1.example.com"},
    "backends": {"inside": {"hosts": ["192.0.2.5:25"]}},
    "domains": {"example.com": {"backend": "inside", "recipients": "any"}},
    "listeners": {"inbound": {"bind": ["127.0.0.1:2525"]}},
}

CAREFUL: Mapping[str, Any] = {
    "gateway": {"alarms": {"mail_to": ["postmaster@example.com"]}},
    "domains": {"example.com": {"recipients": "staff"}},
    "directories": {"staff": {"type": "file", "path": "/recipients"}},
    "listeners": {"inbound": {"tls": {"certificates": [{"certificate": "/c", "key": "/k"}]}}},
}


def over(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`change` wins, table by table; None takes a key out."""
    merged = dict(base)
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = over(merged[key], value)
        else:
            merged[key] = over({}, value) if isinstance(value, Mapping) else value
    return merged


def text(change: Mapping[str, Any]) -> str:
    return tomlkit.dumps(over(SMALLEST, change))


def loaded(change: Mapping[str, Any], file: str | Path = FILE) -> Loaded:
    """The smallest configuration with this change."""
    return parse(text(change), str(file))


def problems(toml: str) -> tuple[Problem, ...]:
    """What is wrong with this text; () if nothing."""
    try:
        parse(toml, FILE)
    except ConfigError as error:
        return error.problems
    return ()


def wrong(change: Mapping[str, Any]) -> list[str]:
    """What is wrong with the smallest configuration after this change: `section.key: message | fix`."""
    return [brief(problem) for problem in problems(text(change))]


def brief(problem: Problem) -> str:
    place = ".".join(part for part in (problem.section, problem.key) if part)
    return " | ".join(part for part in (f"{place}: {problem.message}", problem.fix) if part)


def quiet(change: Mapping[str, Any]) -> Loaded:
    """A careful configuration, of which no lint has anything to say, with this change."""
    return parse(tomlkit.dumps(over(over(SMALLEST, CAREFUL), change)), FILE)


def inbound(**settings: Any) -> dict[str, Any]:
    """A change of the inbound listener."""
    return {"listeners": {"inbound": settings}}


@contextmanager
def nobody() -> Iterator[None]:
    """Root may read everything: be somebody else for a while, where we are root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)
