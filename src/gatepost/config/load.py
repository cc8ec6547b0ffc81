"""What does this file say? Either settings, or everything that is wrong with it at once.

Other files that it names are looked at by `gatepost.config.files`, the network by `gatepost.config.live`.
"""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path as FilePath

from msgspec import Struct
from pydantic import ValidationError

from gatepost.config.cross import contradictions
from gatepost.config.explain import problems_of
from gatepost.config.problems import ConfigError, Problem
from gatepost.config.profiles import DEFAULT, NAMES, Data, lay, profile
from gatepost.config.settings import Settings, settings_model
from gatepost.config.source import Source, read_source
from gatepost.config.toml_syntax import syntax_problem
from gatepost.engine.catalogue import check_classes

FILE_LIMIT = 4 * 1024 * 1024  # octets; a configuration has a few KiB, lists stand in files of their own


class Loaded(Struct, frozen=True):
    """A configuration that can be used.

    Args:
        source: the file and the lines of its keys.
        raw: what the operator wrote.
        merged: the same with the profile under it, as it was validated.
    """

    settings: Settings
    source: Source
    raw: Data
    merged: Data


def load(path: FilePath) -> Settings:
    """Raises `ConfigError` with every mistake."""
    return read(path).settings


def read(path: FilePath) -> Loaded:
    """As `load`, with what reports need to name lines. Raises `ConfigError`."""
    return parse(read_text(path), str(path))


def read_text(path: FilePath) -> str:
    file = str(path)
    try:
        with path.open("rb") as opened:
            octets = opened.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        raise refused(file, "file", "there is no such file", "Write one with: gatepost init") from None
    except IsADirectoryError:
        raise refused(file, "file", "is a directory", f"Name the file: {path / 'gatepost.toml'}") from None
    except PermissionError:
        raise refused(
            file, "file", "may not be read by this user", "Run as a user who may, or change its mode."
        ) from None
    except OSError as error:
        raise refused(file, "file", f"cannot be read: {error.strerror}", "") from None
    if len(octets) > FILE_LIMIT:
        raise refused(
            file, "file", "is larger than 4 MiB", "Is this the configuration? Lists belong in files of their own."
        )
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise refused(file, "syntax", "has an octet that is not UTF-8", "Save the file as UTF-8.", line) from None


def refused(file: str, rule: str, message: str, fix: str, line: int = 0) -> ConfigError:
    return ConfigError([Problem(rule=rule, file=file, line=line, message=message, fix=fix)])


def parse(text: str, file: str) -> Loaded:
    """Settings from the text of a configuration file. Raises `ConfigError`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([syntax_problem(str(error), text, file)]) from None
    except RecursionError:
        raise refused(file, "syntax", "is nested too deeply", "") from None
    source = read_source(file, text)
    merged = lay(profile(profile_name(raw), check_classes()), raw)
    model = settings_model()
    problems = list(contradictions(merged, source))
    try:
        settings = model.model_validate_json(json.dumps(merged, default=str), strict=True)
    except ValidationError as error:
        raise ConfigError(without_echoes(*problems_of(error, model, merged, source), *problems)) from None
    if problems:
        raise ConfigError(problems)
    return Loaded(settings, source, raw, merged)


def without_echoes(*problems: Problem) -> Iterator[Problem]:
    """One secret in the file is one problem, whoever found it."""
    secrets: set[tuple[str, str, int]] = set()
    for problem in problems:
        place = (problem.section, problem.key, problem.line)
        if problem.rule != "secret.value" or place not in secrets:
            yield problem
        if problem.rule == "secret.value":
            secrets.add(place)


def profile_name(raw: Data) -> str:
    name = raw.get("profile", DEFAULT)
    return name if name in NAMES else DEFAULT
