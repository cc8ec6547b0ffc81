"""What does the validator's complaint mean for the person who wrote the file?

pydantic says *that* a value is wrong; here it becomes section, key, line, value and what would be right.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gatepost.config.problems import (
    HIDDEN,
    QUOTED,
    Problem,
    child,
    may_be_secret,
    one_of,
    place,
    section_name,
    shown,
    toml_key,
    toml_value,
    value_at,
)
from gatepost.config.schema import (
    Model,
    Place,
    choices,
    element,
    fields,
    find,
    kinds,
    model_at,
    models,
    sections,
    takes,
)
from gatepost.config.source import Path, Source

LATER = frozenset(("console", "sensor"))
"""What documents speak of and this version does not have."""

KEYS_SHOWN = 12
CHOICES_SHOWN = 8
BOUNDS = {
    "greater_than": "is too small: more than {gt}",
    "greater_than_equal": "is too small: at least {ge}",
    "less_than": "is too large: less than {lt}",
    "less_than_equal": "is too large: at most {le}",
    "string_too_short": "is too short: at least {min_length} characters",
    "string_too_long": "is too long: at most {max_length} characters",
    "too_short": "has too few elements: at least {min_length}",
    "too_long": "has too many elements: at most {max_length}",
    "string_pattern_mismatch": "has a character that cannot stand there, or is too long",
}
YES = ("true", "yes", "on", "1")
NO = ("false", "no", "off", "0")

Words = tuple[str, str, str]
"""Rule, message and fix."""


def problems_of(error: ValidationError, root: Model, raw: object, source: Source) -> Iterator[Problem]:
    """One problem for each place that is wrong; a union's several complaints about one value are one."""
    found: dict[Path, ErrorDetails] = {}
    for details in error.errors(include_url=False):
        found.setdefault(path_of(details, raw), details)
    for path, details in found.items():
        if not is_consequence(path, details, found, raw):
            yield problem_of(details, path, root, raw, source)


def is_consequence(path: Path, details: ErrorDetails, found: Mapping[Path, ErrorDetails], raw: object) -> bool:
    """What follows from another mistake is not worth a line: a list is empty because its elements are wrong."""
    match details["type"]:
        case "too_short":
            return any(other[: len(path)] == path != other for other in found)
        case "missing":
            return any(other[:-1] == path[:-1] and is_unquoted_domain(other, raw) for other in found)
        case _:
            return False


def is_unquoted_domain(path: Path, raw: object) -> bool:
    """`[domains.example.com]`, which TOML reads as `com` in `example`."""
    return path[:1] == ("domains",) and len(path) == 3 and isinstance(value_at(raw, path), dict)


def path_of(details: ErrorDetails, raw: object) -> Path:
    """The validator's location without the names of its own branches."""
    path: Path = ()
    here = raw
    for i, key in enumerate(details["loc"]):
        is_named_as_missing = details["type"] == "missing" and i == len(details["loc"]) - 1
        if is_named_as_missing or holds(here, key):
            path = (*path, key)
            here = child(here, key)
    return path


def holds(raw: object, key: str | int) -> bool:
    if isinstance(raw, dict):
        return key in raw
    return isinstance(raw, list) and isinstance(key, int) and key < len(raw)


def problem_of(details: ErrorDetails, path: Path, root: Model, raw: object, source: Source) -> Problem:
    value = value_at(raw, path)
    field = find(root, path, raw)
    match details["type"]:
        case "extra_forbidden":
            rule, message, fix = unknown(path, root, raw)
            value = None
        case "missing":
            return missing(path, field, source)
        case "union_tag_not_found" | "union_tag_invalid":
            rule, message, fix = unknown_type(path, field, value)
        case kind:
            rule, message, fix = wrong_value(kind, details, path, value, field)
    section, key = place(path, raw)
    is_hidden = may_be_secret(path, value)
    if is_hidden:
        message = QUOTED.sub('"…"', message)
    return Problem(
        rule=rule,
        file=source.file,
        line=source.line(path),
        section=section,
        key=key,
        value="" if value is None or isinstance(value, dict) else shown(path, value),
        message=message,
        fix=fix,
    )


def unknown(path: Path, root: Model, raw: object) -> Words:
    """A key or section that nobody knows."""
    name = str(path[-1])
    value = value_at(raw, path)
    if ".".join(map(str, path)) in LATER or (path[0], path[-1]) == ("listeners", "auth"):
        return "key.unknown", "is not part of this version", "Take it out."
    if is_unquoted_domain(path, raw):
        return (
            "key.unknown",
            "the dots of a domain are read as sections",
            f'Quote it: [domains."{unquoted(path, raw)}"].',
        )
    if not isinstance(value, dict) and may_be_secret((name,), value):
        file = toml_key(name.removesuffix("_file"))
        return (
            "secret.value",
            "a secret does not belong in the configuration",
            f'Write it to a file that only the gateway can read and name it: {file}_file = "/etc/gatepost/{file}".',
        )
    model = model_at(root, path[:-1], raw)
    known = list(fields(model)) if model is not None else []
    return "key.unknown", f"unknown {'section' if isinstance(value, dict) else 'key'}", suggestion(name, known, root)


def unquoted(path: Path, raw: object) -> str:
    """The domain whose dots became sections."""
    labels = list(map(str, path[1:]))
    inner = value_at(raw, path)
    while isinstance(inner, dict) and len(inner) == 1 and isinstance(next(iter(inner.values())), dict):
        label, inner = next(iter(inner.items()))
        labels.append(str(label))
    return ".".join(labels)


def suggestion(name: str, known: list[str], root: Model) -> str:
    """The nearest known key, else the section where the name is known, else what is known here."""
    near = get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {toml_key(near[0])}?"
    elsewhere = [section for section, model in sections(root) if section and name in fields(model)]
    if elsewhere:
        return f"{toml_key(name)} belongs in {' or '.join(f'[{s}]' for s in dict.fromkeys(elsewhere))}."
    if len(known) <= KEYS_SHOWN:
        return f"Known here: {', '.join(known)}."
    return (
        f"Known here: {', '.join(known[:KEYS_SHOWN])} and {len(known) - KEYS_SHOWN} more (see the settings reference)."
    )


def missing(path: Path, field: Place | None, source: Source) -> Problem:
    """A key or a section that must be there."""
    key = toml_key(str(path[-1]))
    section = section_name(path[:-1])
    text = field.info.description if field is not None else ""
    if field is not None and (inner := models(field.hint) or models(element(field.hint))):
        section, key = section_name(path), ""
        name = section if models(field.hint) else f"{section}.<name>"
        fix = f"Add a section [{name}] with {' and '.join(required(inner[0]))}."
    elif field is not None and field.info.examples:
        fix = f"Add {key} = {toml_value(field.info.examples[0])}: {text}"
    else:
        fix = f"Add {key} ({takes(field.hint) if field is not None else 'a value'}): {text}"
    return Problem(
        rule="key.missing",
        file=source.file,
        line=source.line(path),
        section=section,
        key=key,
        message="is missing",
        fix=fix,
    )


def required(model: Model) -> list[str]:
    """The keys that a section must have, with an example each."""
    return [
        f"{key} = {toml_value(field.info.examples[0])}" if field.info.examples else key
        for key, field in fields(model).items()
        if field.info.is_required()
    ]


def unknown_type(path: Path, field: Place | None, value: object) -> Words:
    """A table whose `type` says which settings it has."""
    known = [kind for model in models(element(field.hint)) for kind in kinds(model)] if field is not None else []
    given = child(value, "type")
    if given is None:
        return "key.missing", "has no type", f"Add type = {one_of(tuple(known))}."
    return "value", f"type = {toml_value(given)} is not known", choice(given, known)


def wrong_value(kind: str, details: ErrorDetails, path: Path, value: object, field: Place | None) -> Words:
    """A value of the wrong type, out of range, or refused by its own rule."""
    context = details.get("ctx", {})
    about = field.info.description or "" if field is not None else ""
    if isinstance(value, dict) and field is not None and models(field.hint):
        about = ""  # a section's description does not help whoever has contradictory keys in it
    if kind == "value_error":
        return "value", *own_words(str(context.get("error", details["msg"])), about)
    if kind in BOUNDS:
        return "value", f"{shown(path, value)} {BOUNDS[kind].format(**context)}", about
    if kind in ("literal_error", "enum"):
        return "value", f"{shown(path, value)} is not known", choice(value, choices(field.hint) if field else [])
    wanted = takes(field.hint) if field is not None else "something else"
    if path and isinstance(path[-1], int) and field is not None:
        wanted = takes(element(field.hint))
    return "type", f"takes {wanted}, not {described(path, value)}", conversion(path, value, wanted) or about


def own_words(text: str, about: str) -> tuple[str, str]:
    """Our validators say what is wrong, then what to write."""
    message, colon, advice = text.partition(": write ")
    return message, f"Write {advice.removesuffix('.')}." if colon else about


def choice(value: object, known: list[str]) -> str:
    near = nearest(value, known) if any(character.isalpha() for character in str(value)) else ""
    listing = f"It takes {one_of(tuple(known))}." if known and len(known) <= CHOICES_SHOWN else ""
    return f"{near} {listing}".strip()


def nearest(value: object, known: list[str]) -> str:
    near = get_close_matches(str(value).lower(), known, n=1, cutoff=0.6)
    return f"Did you mean {toml_value(near[0])}?" if near else ""


def described(path: Path, value: object) -> str:
    match value:
        case bool():
            return toml_value(value)
        case str():
            return "this string" if shown(path, value) == HIDDEN else f"the string {shown(path, value)}"
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case _:
            return "a table"


def conversion(path: Path, value: object, wanted: str) -> str:
    """The same value as the type that is wanted, where that is plain."""
    key = toml_key(str(path[-1])) if path and isinstance(path[-1], str) else ""
    text = value.lower() if isinstance(value, str) else str(value).lower()
    if not key:
        return ""
    if wanted.startswith("true or false") and text in YES + NO:
        return f"Write {key} = {'true' if text in YES else 'false'}."
    if wanted == "a whole number" and text.isdecimal() and text.isascii():
        return f"Write {key} = {int(text)}."
    if wanted.startswith("a list") and isinstance(value, str):
        return f"Write {key} = [{shown(path, value)}]." if not may_be_secret(path, value) else ""
    if (
        wanted.startswith(("a string", "a file path"))
        and isinstance(value, int | float)
        and not isinstance(value, bool)
    ):
        return f'Write {key} = "{value}".'
    return ""
