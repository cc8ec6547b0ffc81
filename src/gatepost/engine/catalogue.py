"""Which checks are there? Adding one is adding a file to `checks/`, or an entry point of a third party."""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any, get_type_hints

from pydantic import BaseModel

import gatepost.checks
from gatepost.model.check import Check

AnyCheck = Check[Any]
ENTRY_POINTS = "gatepost.checks"


class DuplicateCheck(ValueError):
    """Two checks have the same name."""


def modules() -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(gatepost.checks.__path__):
        yield importlib.import_module(f"gatepost.checks.{info.name}")
    for entry in entry_points(group=ENTRY_POINTS):
        yield importlib.import_module(entry.module)


@lru_cache(maxsize=1)
def check_classes() -> Mapping[str, type[AnyCheck]]:
    """Every check by name. Raises `DuplicateCheck`."""
    found: dict[str, type[AnyCheck]] = {}
    for module in modules():
        for _, cls in inspect.getmembers(module, inspect.isclass):
            if issubclass(cls, Check) and cls.__module__ == module.__name__:
                if cls.spec.name in found:
                    raise DuplicateCheck(f"two checks are named {cls.spec.name!r}")
                found[cls.spec.name] = cls
    return found


def config_class(cls: type[AnyCheck]) -> type[BaseModel]:
    """The settings model that stands beside the check: `Config` in its module."""
    config = sys.modules[cls.__module__].__dict__["Config"]
    if not (inspect.isclass(config) and issubclass(config, BaseModel)):
        raise TypeError(f"{cls.spec.name}: Config must be a pydantic model")
    return config


def asking(port: type) -> frozenset[str]:
    """Sections of the checks whose constructors name that port."""
    return frozenset(
        cls.spec.settings for cls in check_classes().values() if port in get_type_hints(cls.__init__).values()
    )


def build(cls: type[AnyCheck], config: BaseModel, ports: Mapping[type, object]) -> AnyCheck:
    """Give the constructor its configuration and the ports it names, by type.

    Raises:
        LookupError: it names a port that this process does not have.
    """
    wanted = get_type_hints(cls.__init__)
    wanted.pop("return", None)
    wanted.pop("config", None)
    missing = [port.__name__ for port in wanted.values() if port not in ports]
    if missing:
        raise LookupError(f"{cls.spec.name}: no {', '.join(missing)} here")
    make: Callable[..., AnyCheck] = cls
    return make(config=config, **{name: ports[port] for name, port in wanted.items()})
