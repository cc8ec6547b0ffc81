"""What may stand at a place of the configuration? Walks the settings models by their type hints."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path as FilePath
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gatepost.adapters.dmarc_reports.settings import MailAddress
from gatepost.adapters.dns.settings import Server
from gatepost.config.problems import child, one_of
from gatepost.config.source import Path
from gatepost.gateway.settings import Bind, Hostname, Mailbox, Network
from gatepost.syntax.units import Duration, Size

Model = type[BaseModel]

NAMED_TYPES: tuple[tuple[object, str], ...] = (
    (Duration, 'a duration such as "30s", "5m" or "2h"'),
    (Size, 'a size such as "256KiB" or "35MiB"'),
    (Network, 'a network such as "10.0.0.0/8"'),
    (Bind, 'an address and port such as "0.0.0.0:25"'),
    (Server, 'an address such as "127.0.0.1" or "10.0.0.1:5353"'),
    (Hostname, 'a host name such as "mx1.example.com"'),
    (Mailbox, 'a mail address such as "postmaster@example.com"'),
    (MailAddress, 'a mail address such as "postmaster@example.com"'),
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a number"),
    (str, "a string"),
    (FilePath, "a file path in a string"),
)


class Place(Struct, frozen=True):
    """One field of a settings model."""

    name: str
    info: FieldInfo
    hint: object


def fields(model: Model) -> dict[str, Place]:
    """The fields by the key that is written in the file."""
    hints = get_type_hints(model, include_extras=True)
    return {info.alias or name: Place(name, info, hints[name]) for name, info in model.model_fields.items()}


def alternatives(hint: object) -> tuple[object, ...]:
    """The members of a union, itself where it is none; `None` is left out."""
    if is_named(hint):
        return (hint,)
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, UnionType):
        return tuple(inner for arg in get_args(hint) if arg is not type(None) for inner in alternatives(arg))
    return (hint,)


def models(hint: object) -> tuple[Model, ...]:
    """The settings models that a hint allows at that very place."""
    return tuple(arg for arg in alternatives(hint) if isinstance(arg, type) and issubclass(arg, BaseModel))


def element(hint: object) -> object | None:
    """What the elements of a list, or the values of a table with free keys, are."""
    for arg in alternatives(hint):
        args: tuple[object, ...] = get_args(arg)
        if get_origin(arg) in (tuple, list, frozenset, set):
            return args[0]
        if get_origin(arg) is dict:
            return args[1]
    return None


def chosen(hint: object, raw: object) -> tuple[Model, ...]:
    """`models`, narrowed by the `type` that `raw` gives where models are told apart by it."""
    candidates = models(hint)
    if len(candidates) > 1 and isinstance(raw, dict):
        wanted = raw.get("type")
        return tuple(m for m in candidates if wanted in kinds(m)) or candidates
    return candidates


def kinds(model: Model) -> tuple[str, ...]:
    """The values of its `type` field."""
    field = model.model_fields.get("type")
    return get_args(field.annotation) if field is not None else ()


def find(root: Model, path: Path, raw: object) -> Place | None:
    """The field at `path`; for an element of a list or table the field that holds it."""
    here: object = root
    found: Place | None = None
    for key in path:
        step = next((fields(m)[key] for m in chosen(here, raw) if isinstance(key, str) and key in fields(m)), None)
        if step is not None:
            found, here = step, step.hint
        else:
            inner = element(here)
            if inner is None:
                return None
            here = inner
        raw = child(raw, key)
    return found


def model_at(root: Model, path: Path, raw: object) -> Model | None:
    """The model of the section at `path`."""
    here: object = root
    for key in path:
        step = next((fields(m)[key].hint for m in chosen(here, raw) if isinstance(key, str) and key in fields(m)), None)
        here = step if step is not None else element(here)
        if here is None:
            return None
        raw = child(raw, key)
    return next(iter(chosen(here, raw)), None)


def takes(hint: object) -> str:
    """In words what a value may be."""
    return " or ".join(dict.fromkeys(takes_one(arg) for arg in alternatives(hint)))


def takes_one(hint: object) -> str:
    for named, words in NAMED_TYPES:
        if hint is named or hint == named:
            return words
    if get_origin(hint) is Literal:
        return one_of(get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return one_of(tuple(member.value for member in hint))
    if get_origin(hint) in (tuple, list, frozenset, set):
        inner = takes(get_args(hint)[0])
        return f"a list, each {inner}"
    return "a table" if is_table(hint) else "a string"


def is_table(hint: object) -> bool:
    return get_origin(hint) is dict or (isinstance(hint, type) and issubclass(hint, BaseModel))


def is_named(hint: object) -> bool:
    return any(hint is named or hint == named for named, _ in NAMED_TYPES)


def sections(root: Model, prefix: str = "") -> Iterator[tuple[str, Model]]:
    """Every section that may be written, its free names as `<name>`, its model; the root first."""
    yield prefix, root
    for key, place in fields(root).items():
        path = f"{prefix}.{key}" if prefix else key
        for model in models(place.hint):
            yield from sections(model, path)
        inner = element(place.hint)
        if inner is not None:
            listed = any(get_origin(arg) in (tuple, list) for arg in alternatives(place.hint))
            for model in models(inner):
                yield from sections(model, f"{path}[]" if listed else f"{path}.<name>")


def choices(hint: object) -> list[str]:
    """The values that an enumeration or a `Literal` has, those of a list's elements included."""
    found: list[str] = []
    for arg in (*alternatives(hint), *alternatives(element(hint))):
        if get_origin(arg) is Literal:
            found += map(str, get_args(arg))
        elif isinstance(arg, type) and issubclass(arg, Enum):
            found += [str(member.value) for member in arg]
    return found
