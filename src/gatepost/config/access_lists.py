"""Can every list of every check be read? Asked of the checks themselves: only they know what their lists may hold."""

import os
from collections.abc import Iterator, Mapping

from gatepost.adapters.lists import FileLists
from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.engine.catalogue import build, check_classes
from gatepost.gateway.clock import SystemClock
from gatepost.model.check_settings import CheckSettings
from gatepost.ports.clock import Clock
from gatepost.ports.lists import AccessList, BadList, Entries, Lists
from gatepost.ports.own_names import OwnNames


class TriedLists:
    """`ports.lists.Lists` that remembers what could not be read, and goes on with an empty list.

    A file that is not there or not readable is left to `gatepost.config.files`.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.failed: list[tuple[str, str]] = []

    def open(self, entries: tuple[str, ...], path: str | None, takes: Entries = Entries.ANY) -> AccessList:
        lists = FileLists(self.clock)
        self.failed += ((why, entry) for entry in entries if (why := reason(lists, (entry,), None, takes)))
        if (
            path is not None
            and os.access(path, os.R_OK, effective_ids=True)
            and (why := reason(lists, (), path, takes))
        ):
            self.failed.append((why, path))
        return lists.open((), None)


def reason(lists: FileLists, entries: tuple[str, ...], path: str | None, takes: Entries) -> str:
    """Why it cannot be read; "" if it can."""
    try:
        lists.open(entries, path, takes)
    except BadList as error:
        return str(error)
    return ""


class InertPorts(dict[type, object]):
    """A check that is only made, and never asked, calls none of its ports but its lists."""

    def __contains__(self, port: object) -> bool:
        return True

    def __missing__(self, port: type) -> object:
        return self


def lint_access_lists(loaded: Loaded) -> Iterator[Problem]:
    gateway = loaded.settings.gateway
    own = OwnNames(gateway.hostname, frozenset(loaded.settings.domains), frozenset())
    for name, section in loaded.settings.checks.sections().items():
        if not section.enabled:
            continue
        tried = TriedLists(SystemClock())
        for cls in check_classes().values():
            if cls.spec.settings == name:
                build(cls, section, InertPorts({Lists: tried, OwnNames: own}))
        for why, entry in dict.fromkeys(tried.failed):
            message, _, advice = why.partition(": write ")
            message += "" if ": " in message else " cannot stand in this list"
            path = ("checks", name, *key_of(section, entry))
            fix = f"Write {advice}." if advice else "The gateway does not start with such a list."
            yield finding(loaded, "list.entry", path, message, fix, Severity.ERROR)


def key_of(section: CheckSettings, entry: object) -> tuple[str | int, ...]:
    """Where in the section the entry or the file's name stands."""
    values: Mapping[str, object] = {key: getattr(section, key) for key in type(section).model_fields}
    for key, value in values.items():
        if value == entry:
            return (key,)
        if isinstance(value, tuple) and entry in value:
            return (key, value.index(entry))
    return ("",)
