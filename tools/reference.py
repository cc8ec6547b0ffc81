"""Writes docs/reference from the code: `make docs`. What is written there is never edited by hand.

tests/test_docs.py holds the committed pages equal to what this makes.
"""

import sys
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from gatepost.config.schema import Model, Place, fields, is_table, models, sections, takes
from gatepost.config.settings import settings_model
from gatepost.engine.catalogue import AnyCheck, check_classes, config_class
from gatepost.model.check import FailMode
from gatepost.model.check_settings import CheckSettings
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.policy import shipped_rules
from gatepost.smtp import replies

DIRECTORY = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Made by `make docs` from the code: change it there. -->\n"
EMPTY = {'""': "–", "[]": "none", "{}": "none"}


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def toml(value: object) -> str:
    """As it is written in the configuration file."""
    match value:
        case bool():
            return "true" if value else "false"
        case Enum():
            return toml(value.value)
        case float() if value == int(value):
            return str(int(value))
        case int() | float():
            return str(value)
        case tuple() | list() | frozenset():
            return f"[{', '.join(toml(item) for item in value)}]"
        case dict():
            return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
        case _:
            return f'"{value}"'


def default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    if info.default is None:
        return "–"
    value = info.default_factory() if info.default is PydanticUndefined else info.default  # type: ignore[misc, call-arg]  # none of ours takes arguments
    written = toml(value)
    return EMPTY.get(written) or f"`{written}`"


def setting(key: str, place: Place) -> str:
    return f"| `{key}` | {cell(takes(place.hint))} | {default(place.info)} | {cell(place.info.description or '')} |"


def is_section(place: Place) -> bool:
    """It has a heading of its own, and its default would only repeat that."""
    return bool(models(place.hint)) or (is_table(place.hint) and place.info.annotation is dict)


def section(path: str, model: Model) -> Iterator[str]:
    own = {key: place for key, place in fields(model).items() if not models(place.hint)}
    if path.startswith("checks.") and issubclass(model, CheckSettings):
        own = {key: place for key, place in own.items() if key not in CheckSettings.model_fields}
    yield f"\n## {f'`[{path}]`' if path else 'Top of the file'}\n"
    yield (model.__doc__ or "").strip().partition("\n\n")[0].replace("\n", " ")
    if own:
        yield "\n| key | takes | default | |\n|---|---|---|---|"
        yield from (setting(key, place) for key, place in own.items())


def settings_page() -> Iterator[str]:
    yield "# Settings\n"
    yield "Every key of the configuration file, TOML. A key that is not here is an error. `<name>` is yours to choose; `[]` is a"
    yield 'list of tables. Durations are `"30s"`, `"5m"`, `"2h"` or seconds; sizes `"256KiB"`, `"35MiB"` or octets. Defaults are'
    yield "those of the profile `recommended` for an inbound listener.\n"
    yield "Every section `[checks.<name>]` also takes:\n"
    yield "| key | takes | default | |\n|---|---|---|---|"
    yield from (setting(key, place) for key, place in fields(CheckSettings).items())
    for path, model in sections(settings_model()):
        yield from section(path, model)


def check(cls: type[AnyCheck]) -> Iterator[str]:
    spec = cls.spec
    yield f"\n## {spec.name}\n"
    yield (sys.modules[cls.__module__].__doc__ or "").strip()
    yield "\n| finds | | points |\n|---|---|---|"
    yield from (f"| `{kind.code}` | {cell(kind.summary)} | {kind.score:g} |" for kind in spec.kinds)
    own = [f"`{key}`" for key in fields(config_class(cls)) if key not in CheckSettings.model_fields]
    without = {FailMode.OPEN: "goes on", FailMode.TEMPFAIL: "answers 4xx", FailMode.CLOSED: "refuses"}
    facts = [
        f"Settings: {', '.join(own)}." if own else "",
        f"Runs after {', '.join(spec.after)}." if spec.after else "",
        f"On listeners of role {', '.join(spec.roles)}.",
        f"Without an answer within {spec.timeout:g} s the gateway {without[spec.if_unavailable]}.",
    ]
    yield "\n" + " ".join(fact for fact in facts if fact)
    yield "\nExamples:\n"
    for example in cls.examples:
        yield f"- {example.says} → {', '.join(f'`{code}`' for code in example.finds) or 'nothing'}"


def checks_page() -> Iterator[str]:
    yield "# Checks\n"
    yield "What is looked at, and what can be found. A finding is evidence; [rules](rules.md) say what follows."
    for _, cls in sorted(check_classes().items()):
        yield from check(cls)


def named(module: Any, kind: type) -> Iterator[tuple[str, Any]]:
    """Constants of a module, and those in its tuples, in the order of the file."""
    for name, value in vars(module).items():
        if isinstance(value, kind):
            yield name, value
        elif isinstance(value, tuple) and name.isupper():
            yield from ((name, item) for item in value if isinstance(item, kind))


def rules_page() -> Iterator[str]:
    yield "# Rules\n"
    yield "The rules that come with the gateway, by group. A listener asks them in the order of the groups; rules of your own stand"
    yield "between the limits and the rest (`[[policy.rules]]`). The first that matches decides.\n"
    group = ""
    for name, rule in named(shipped_rules, Rule):
        if name != group:
            group = name
            yield f"\n## {name.lower()}\n\n| rule | at | finds | does | says |\n|---|---|---|---|---|"
        found = ", ".join(f"`{code}`" for code in rule.codes) or "–"
        says = "–" if rule.action.value in ("accept", "ignore", "tag") else f"`{rule.reply}`"
        yield f"| {rule.name} | {rule.phase.name} | {found} | {rule.action.value} | {says} |"


def replies_page() -> Iterator[str]:
    yield "# Replies\n"
    yield "What the protocol itself says; refusals by policy stand with their [rules](rules.md). None names the product."
    yield "\n| reply | when |\n|---|---|"
    for name, reply in named(replies, Reply):
        yield f"| `{reply}` | {name.lower().replace('_', ' ')} |"


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "settings.md": settings_page,
    "checks.md": checks_page,
    "rules.md": rules_page,
    "replies.md": replies_page,
}


def page(name: str) -> str:
    return MADE + "\n".join(PAGES[name]()) + "\n"


def main() -> None:
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        (DIRECTORY / name).write_text(page(name))
        print(DIRECTORY / name)


if __name__ == "__main__":
    main()
