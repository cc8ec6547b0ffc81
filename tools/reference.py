"""Writes docs/reference from the code: `make docs`. What is written there is never edited by hand.

tests/test_docs.py holds the committed pages equal to what this makes.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gatepost.cli.main import COMMANDS, real_command
from gatepost.config import reference
from gatepost.config.schema import fields
from gatepost.engine.catalogue import AnyCheck, check_classes, config_class
from gatepost.model.check import FailMode
from gatepost.model.check_settings import CheckSettings
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.policy import shipped_rules
from gatepost.policy.facts import DESCRIPTIONS
from gatepost.smtp import replies

DIRECTORY = Path(__file__).parents[1] / "docs" / "reference"
CEL_TYPES = {str: "string", bool: "bool", int: "int", float: "double", list: "list of strings"}
MADE = "<!-- Made by `make docs` from the code: change it there. -->\n"


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


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
    yield "The rules that come with the gateway. A listener asks them in the order of the groups; rules of your own"
    yield "(`[[policy.rules]]`) stand between the limits and the rest. The first that matches decides."
    yield "From the facts on, what only strips or tags is asked after all that refuses or holds."
    rows: dict[str, dict[str, list[str]]] = {}
    for group, rule in named(shipped_rules, Rule):
        found = ", ".join(f"`{code}`" for code in rule.codes) or "–"
        says = "–" if rule.action.value in ("accept", "ignore", "tag") else f"`{rule.reply}`"
        row = f"| {rule.name} | @ | {found} | {rule.action.value} | {says} |"
        rows.setdefault(group, {}).setdefault(row, []).append(rule.phase.name)
    for group, of_group in rows.items():
        yield f"\n## {group.capitalize()}\n\n| rule | at | finds | does | says |\n|---|---|---|---|---|"
        yield from (row.replace("@", ", ".join(phases), 1) for row, phases in of_group.items())
    yield from facts()


def facts() -> Iterator[str]:
    yield "\n## What a condition may read\n"
    yield "In `when`, beside findings (`early_talker.detected`). Each phase also has what the phases before it have."
    yield "\n| from | fact | type | |\n|---|---|---|---|"
    for phase, of_phase in DESCRIPTIONS.items():
        for name, (kind, says) in of_phase.items():
            yield f"| {phase.name} | `{name}` | {CEL_TYPES[kind]} | {cell(says)} |"


def replies_page() -> Iterator[str]:
    yield "# Replies\n"
    yield "What the protocol itself says; what policy says stands with its [rules](rules.md). None names the product."
    yield "\n| reply | when |\n|---|---|"
    for name, reply in named(replies, Reply):
        yield f"| `{reply}` | {name.lower().replace('_', ' ')} |"


def command(name: str, found: Any) -> Iterator[str]:
    """As `--help` has it; of a group, each of its commands."""
    if hasattr(found, "commands"):
        yield f"\n## gatepost {name}\n\n{found.help}"
        for word, inner in found.commands.items():
            yield from command(f"{name} {word}", inner)
        return
    context = found.make_context(name, [], resilient_parsing=True)
    records = [(parameter, parameter.get_help_record(context)) for parameter in found.get_params(context)]
    arguments = [parameter.metavar for parameter, _ in records if parameter.param_type_name == "argument"]
    yield f"\n## gatepost {name}\n"
    yield "    " + " ".join(["gatepost", name, *arguments, "[OPTIONS]"])
    yield "\n" + found.help
    yield "\n| option | |\n|---|---|"
    for parameter, record in records:
        if record is not None and parameter.param_type_name == "option" and parameter.name != "help":
            yield f"| `{cell(record[0])}` | {cell(record[1])} |"
        elif record is not None and parameter.param_type_name == "argument":
            yield f"| {parameter.metavar} | {cell(record[1])} |"


def cli_page() -> Iterator[str]:
    yield "# Commands\n"
    yield "Exit codes: 0 is well, 1 is refused or failed, 2 is wrong usage. Data goes to standard output, all else to"
    yield "standard error; colour only on a terminal, never where `NO_COLOR` is set. `gatepost --install-completion`"
    yield "teaches your shell. Every command has `--help`."
    for name, _ in COMMANDS:
        yield from command(name, real_command(name))


def joined(lines: Callable[[], Iterator[str]]) -> Callable[[], str]:
    return lambda: MADE + "\n".join(lines()) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": joined(cli_page),
    "settings.md": reference.page,
    "checks.md": joined(checks_page),
    "rules.md": joined(rules_page),
    "replies.md": joined(replies_page),
}


def main() -> None:
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        (DIRECTORY / name).write_text(PAGES[name]())
        print(DIRECTORY / name)


if __name__ == "__main__":
    main()
