"""What is wrong, where, and what would be right: the one value in which mistakes and warnings are reported."""

import re
from collections.abc import Iterable, Sequence
from enum import Enum

from msgspec import Struct

from gatepost.config.source import Path

BARE_KEY = re.compile(r"^[A-Za-z0-9_-]+$")
SECRET_KEY = re.compile(
    r"password|passwd|passphrase|secret|token|credential|api_?key|private|^bind_pw$|^pass$|^auth$", re.IGNORECASE
)
SECRET_VALUE = re.compile(r"-----BEGIN|(?:^|//)[^/@\s:]*:[^/@\s]+@")
QUOTED = re.compile(r'"[^"]*"')
HIDDEN = "(not shown)"
VALUE_LIMIT = 80  # characters of a value in a report


class Severity(Enum):
    """An error stops the gateway from starting; a warning is a setting that will hurt; an info is good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Problem(Struct, frozen=True, kw_only=True):
    """One mistake or one risk.

    Args:
        rule: stable name, such as `key.unknown` or `tarpit.capacity`.
        file: the configuration file as it was named.
        line: counted from 1; 0 where the file does not mention it.
        section: as it is written between brackets; "" for the top of the file.
        key: "" where the section as a whole is meant.
        value: as TOML, bounded; `HIDDEN` where it may be a secret, "" where there is none.
        fix: what to do; "" only where nothing needs to be done.
    """

    severity: Severity = Severity.ERROR
    rule: str
    file: str
    line: int = 0
    section: str = ""
    key: str = ""
    value: str = ""
    message: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = " ".join(part for part in (f"[{self.section}]" if self.section else "", self.key) if part)
        text = (
            f"{place}: {self.severity.value}: {where}: {self.message}"
            if where
            else (f"{place}: {self.severity.value}: {self.message}")
        )
        return f"{text}\n    {self.fix}" if self.fix else text


class Found(Struct, frozen=True):
    """A problem as a rule over the raw tables finds it, before it has a file and a line."""

    path: Path
    rule: str
    message: str
    fix: str


class ConfigError(Exception):
    """The configuration cannot be used; `problems` has every mistake that was found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(map(str, self.problems)))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By line, what has no line last, each once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.line == 0, p.line)))


def place(path: Path, raw: object) -> tuple[str, str]:
    """Section and key of a path; a table of `raw` is a section. Numbers of elements are counted from 1."""
    keys = list(path)
    while keys and isinstance(keys[-1], int) and not isinstance(value_at(raw, tuple(keys)), dict):
        keys.pop()
    if not keys or isinstance(value_at(raw, tuple(keys)), dict):
        return section_name(keys), ""
    return section_name(keys[:-1]), str(keys[-1])


def value_at(raw: object, path: Path) -> object:
    """What stands there; None where nothing does."""
    for key in path:
        raw = child(raw, key)
    return raw


def child(raw: object, key: str | int) -> object:
    if isinstance(raw, dict):
        return raw.get(key)
    if isinstance(raw, list) and isinstance(key, int) and key < len(raw):
        return raw[key]
    return None


def section_name(keys: Iterable[str | int]) -> str:
    """`domains."example.com"`; `policy.rules #2` for the second of an array."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f" #{key + 1}"
        else:
            text += f".{toml_key(key)}" if text else toml_key(key)
    return text


def toml_key(key: str) -> str:
    return key if BARE_KEY.match(key) else quoted(key)


def toml_value(value: object, limit: int | None = VALUE_LIMIT) -> str:
    """As one writes it in the file, on one line, cut at `limit` characters."""
    text = whole_value(value)
    return text if limit is None or len(text) <= limit else f"{text[: limit - 1]}…"


def whole_value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case list() | tuple():
            return f"[{', '.join(map(whole_value, value))}]"
        case dict():
            return (
                f"{{ {', '.join(f'{toml_key(str(k))} = {whole_value(v)}' for k, v in value.items())} }}"
                if value
                else "{}"
            )
        case _:
            return str(value)


def quoted(text: str) -> str:
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in inner) + '"'


def may_be_secret(path: Path, value: object) -> bool:
    """A key that names a secret, or a value that looks like one; rather hide too much."""
    if any(isinstance(key, str) and SECRET_KEY.search(key) for key in path):
        return True
    if isinstance(value, dict):
        return any(may_be_secret((key,), inner) for key, inner in value.items())
    if isinstance(value, list):
        return any(may_be_secret((), inner) for inner in value)
    return isinstance(value, str) and SECRET_VALUE.search(value) is not None


def shown(path: Path, value: object) -> str:
    return HIDDEN if may_be_secret(path, value) else toml_value(value)


def one_of(values: Sequence[object]) -> str:
    """`"a", "b" or "c"`."""
    words = [quoted(value) if isinstance(value, str) else str(value).lower() for value in values]
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
