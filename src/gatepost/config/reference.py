"""Every setting there is, as a page: `python -m gatepost.config.reference` prints docs/reference/settings.md.

Made from the settings models alone, so the page and the program cannot differ; a test compares them.
"""

import re
import sys
from collections.abc import Iterator
from enum import Enum
from itertools import starmap
from pathlib import Path as FilePath

from pydantic_core import PydanticUndefined

from gatepost.config.problems import toml_value
from gatepost.config.profiles import AGGRESSIVE, RECOMMENDED, Profile
from gatepost.config.schema import Model, Place, element, fields, kinds, models, sections, takes
from gatepost.config.settings import settings_model
from gatepost.engine.catalogue import AnyCheck, check_classes, config_class
from gatepost.gateway.listener_settings import LENGTHS
from gatepost.model.check_settings import CheckSettings
from gatepost.model.stage import Role
from gatepost.syntax.units import Duration, Size, duration_text, size_text

ABOUT = re.compile(r"^(?:Section |One )?`[^`]*`(?: of a listener)?[:;.]? ?")

HEAD = """# Settings

<!-- Made by `python -m gatepost.config.reference`. Do not edit: change the descriptions in the settings models. -->

One TOML file, by default `/etc/gatepost/gatepost.toml`. A key that is not on this page is an error. A profile sets
the defaults; what the file says is laid over it. Durations are numbers of seconds or texts such as `"30s"`, `"5m"`,
`"2h"`, `"7d"`; sizes are numbers of octets or texts such as `"256KiB"`, `"35MiB"`, `"10MB"`. Secrets stand in files,
never in this one. `gatepost check -c FILE` reports every mistake and every risky setting with its line.
"""

PROFILES = """## Profiles

`profile = "recommended"` survives what today's senders do. `"aggressive"` has the numbers of the paper "Hardened SMTP
gateway" and drops connections as ISA Server did. `"monitor"` is recommended with every check and rule in shadow; relay
control, limits and the rules of the protocol stay in force. An inbound listener starts from:
"""


def page() -> str:
    """The whole page in Markdown."""
    found = list(sections(settings_model()))
    before = [(name, model) for name, model in found if not name.startswith(("checks", "policy", "log", "journal"))]
    after = [(name, model) for name, model in found if name.startswith(("policy", "log", "journal"))]
    parts = [HEAD, *(section(name, model) for name, model in before)]
    checks = [(name, cls) for name, cls in sorted(check_classes().items()) if not cls.spec.section]
    parts += [every_check(), *(one_check(name, cls) for name, cls in checks)]
    parts += [section(name, model) for name, model in after]
    return "\n".join((*parts, profiles()))


def is_section(place: Place) -> bool:
    return bool(models(place.hint) or models(element(place.hint)))


def section(name: str, model: Model) -> str:
    title = "Top of the file" if not name else f"`{bracketed(name)}`"
    if kinds(model):
        title += f" with `type = {toml_value(kinds(model)[0])}`"
    return "\n".join((f"## {title}\n", *about(model), *table(fields(model)), ""))


def table(rows: dict[str, Place]) -> tuple[str, ...]:
    return ("| key | takes | default | |", "|---|---|---|---|", *(row(key, place) for key, place in rows.items()))


def every_check() -> str:
    text = "Every check has these settings beside its own:\n"
    return "\n".join(("## `[checks.<name>]`\n", text, *table(fields(CheckSettings)), ""))


def one_check(name: str, check: type[AnyCheck]) -> str:
    """What the check asks (its module's first line), and its own settings."""
    model = config_class(check)
    shared = fields(CheckSettings)
    own = {
        key: place
        for key, place in fields(model).items()
        if key not in shared or default(place) != default(shared[key])
    }
    module = sys.modules[check.__module__]
    question = (module.__doc__ or "").strip().partition("\n\n")[0].replace("\n", " ")
    rows = (*table(own), "") if own else ()
    nested = [(where, inner) for where, inner in sections(model, f"checks.{name}") if inner is not model]
    return "\n".join((f"### `[checks.{name}]`\n", question + "\n", *rows, *starmap(inner_table, nested)))


def inner_table(where: str, model: Model) -> str:
    return "\n".join((f"#### `{bracketed(where)}`\n", *about(model), *table(fields(model)), ""))


def bracketed(name: str) -> str:
    """`listeners.<name>.limits` as a header, `policy.rules[]` as the header of an array."""
    plain = name.replace("[]", "")
    return f"[[{plain}]]" if name.endswith("[]") else f"[{plain}]"


def about(model: Model) -> Iterator[str]:
    """What the model's docstring adds to its title."""
    text = (model.__doc__ or "").strip().partition("\n")[0]
    said = ABOUT.sub("", text)
    if said.strip("."):
        yield f"{said[:1].upper()}{said[1:]}\n"


def row(key: str, place: Place) -> str:
    cells = (f"`{key}`", cell(words(place)), cell(default(place)), cell(place.info.description or ""))
    return f"| {' | '.join(cells)} |"


def words(place: Place) -> str:
    if is_section(place):
        return "a section" if models(place.hint) else "sections"
    return takes(place.hint) + bounds(place)


def bounds(place: Place) -> str:
    """The numbers a value must lie between."""
    low, high = limit(place, ("ge", "gt")), limit(place, ("le", "lt"))
    if low and high:
        return f", {low} to {high}"
    return f", {low} or more" if low else f", {high} or less" if high else ""


def limit(place: Place, names: tuple[str, ...]) -> str:
    for constraint in place.info.metadata:
        for name in names:
            value = getattr(constraint, name, None)
            if value:
                return written(value, place.hint).strip('"')
    return ""


def default(place: Place) -> str:
    info = place.info
    if info.is_required():
        return "required"
    if is_section(place):
        return ""
    value = info.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined:
        return ""
    if place.name == "commands":
        return "the profile's"
    return f"`{written(value, place.hint)}`"


def written(value: object, hint: object) -> str:
    """A default as it would stand in the file."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(written(inner, element(hint)) for inner in value)}]"
    if isinstance(value, float | int) and is_unit(hint, Duration):
        return toml_value(duration_text(float(value)))
    if isinstance(value, int) and is_unit(hint, Size):
        return toml_value(size_text(value))
    if isinstance(value, Enum):
        return toml_value(value.value)
    return toml_value(str(value) if isinstance(value, FilePath) else value)


def is_unit(hint: object, unit: object) -> bool:
    return hint == unit or unit in getattr(hint, "__args__", ())


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def profiles() -> str:
    """Where the profiles differ: limits, tar pit, policies and command tables of an inbound listener."""
    tables = [inbound_defaults(RECOMMENDED), inbound_defaults(AGGRESSIVE)]
    keys = [key for key in dict.fromkeys((*tables[0], *tables[1])) if tables[0].get(key) != tables[1].get(key)]
    rows = [f"| `{key}` | {' | '.join(f'`{table[key]}`' for table in tables)} |" for key in keys]
    verbs = [
        f"| {verb} | {' | '.join(length(under, verb) for under in (RECOMMENDED, AGGRESSIVE))} |" for verb in LENGTHS
    ]
    return "\n".join(
        (
            PROFILES,
            "| setting | recommended, monitor | aggressive |",
            "|---|---|---|",
            *rows,
            "\nLongest line of each verb in octets, CRLF included; a verb that is not here is denied:\n",
            "| verb | recommended, monitor | aggressive |",
            "|---|---|---|",
            *verbs,
            "",
        )
    )


def inbound_defaults(under: Profile) -> dict[str, str]:
    """Dotted key → value as it would be written, without commands."""
    found = {f"checks.{name}.{key}": toml_value(v) for name, keys in under.checks.items() for key, v in keys.items()}
    for table in ("limits", "tarpit", "policies"):
        (model,) = models(fields(listener_model())[table].hint)
        given = under.listeners[Role.INBOUND].get(table, {})
        for key, place in fields(model).items():
            value = toml_value(given[key]) if key in given else default(place).strip("`")
            found[f"{table}.{key}"] = value
    for cls in check_classes().values():
        name = cls.spec.settings
        for key, place in fields(config_class(cls)).items():
            found.setdefault(f"checks.{name}.{key}", default(place).strip("`"))
    return found


def listener_model() -> Model:
    return next(model for name, model in sections(settings_model()) if name == "listeners.<name>")


def length(under: Profile, verb: str) -> str:
    setting = under.listeners[Role.INBOUND]["commands"].get(verb)
    return str(setting) if setting else "disabled"


if __name__ == "__main__":
    sys.stdout.write(page())
