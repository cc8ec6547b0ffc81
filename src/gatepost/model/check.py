"""The contract between a check and the engine (ARCHITECTURE §3)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar

from msgspec import Struct

from gatepost.model.finding import Finding, Kind
from gatepost.model.stage import ConnectStage

S = TypeVar("S", bound=ConnectStage)


class FailMode(Enum):
    """What to make of a check that gave no answer: the default of a policy rule, not an `except`."""

    OPEN = "open"  # carry on as if it had found nothing
    TEMPFAIL = "tempfail"  # 451: let the client come back
    CLOSED = "closed"  # 550: no answer is a bad answer


class Cache(Struct, frozen=True):
    """Remember a check's report under `key(stage)` for `ttl` seconds."""

    key: Callable[[Any], str]
    ttl: float


class Spec(Struct, frozen=True, kw_only=True):
    """All that the engine needs to know of a check, declared as data.

    Args:
        name: the prefix of its finding codes, and its section of the configuration unless `section` says otherwise.
        section: of another check whose settings it shares; it is switched on and off with that.
        kinds: every finding it can make.
        after: names of checks of the same phase whose results it reads.
        timeout: seconds; the phase's own deadline still applies.
        cache: only for checks that write nothing.
        if_unavailable: how policy treats a time-out or an error, unless configured otherwise.
        records: it writes (counters, greylist): never cached, skipped by offline commands and replay.
        hard: a resource limit: the `monitor` profile does not put its rules in shadow (PRODUCT, Configuration).
        roles: listener roles it runs on, by `Role` value.
        of_client: it asks about the client's address or name, and is left out where a relay of ours stands before it.
    """

    name: str
    kinds: tuple[Kind, ...]
    after: tuple[str, ...] = ()
    timeout: float = 5.0
    cache: Cache | None = None
    if_unavailable: FailMode = FailMode.OPEN
    records: bool = False
    hard: bool = False
    roles: tuple[str, ...] = ("inbound",)
    section: str = ""
    of_client: bool = False

    @property
    def settings(self) -> str:
        """Name of its section."""
        return self.section or self.name


class Report(Struct, frozen=True):
    """What a check hands back: findings, and at most one typed value for later checks."""

    findings: tuple[Finding, ...] = ()
    value: object | None = None


NOTHING_FOUND = Report()


class Example(Struct, frozen=True, kw_only=True):
    """A worked case: run as a test, printed in the check's documentation page.

    Args:
        says: one sentence, present tense.
        at: what the check is shown.
        world: what the fakes answer, by port name (`{"directory": {...}}`).
        finds: codes of the findings expected, in order.
        config: the check's section; {} for its defaults.
    """

    says: str
    at: ConnectStage
    finds: tuple[str, ...]
    world: Mapping[str, Any] = {}
    config: Mapping[str, Any] = {}


class Wish(Struct, frozen=True, kw_only=True):
    """What the operator wants done about some findings, as the check's own settings say it; a rule is made of it.

    Args:
        codes: the check's own.
        outcome: "refused", "held", "stripped" or "marked"; ends the rule's name.
        text: what a refused client is told; `{detail}` stands for what was seen.
    """

    codes: tuple[str, ...]
    outcome: str
    text: str = ""


class Check(ABC, Generic[S]):
    """Base of every check.

    The constructor lists what the check may touch (its `config` and ports, by type); the stage that
    `__call__` asks for says when it runs. `__call__` is a plain `def` where nothing waits.
    """

    spec: ClassVar[Spec]
    examples: ClassVar[tuple[Example, ...]] = ()

    @abstractmethod
    def __call__(self, at: S) -> Report | Coroutine[Any, Any, Report]:
        """What it finds at this stage."""

    @classmethod
    def wishes(cls, config: Any) -> tuple[Wish, ...]:
        """What its section, a `Config` of its module, wants done about what it finds; the harshest first."""
        return ()

    def is_idle(self) -> bool:
        """Its settings leave it nothing to look for: who builds the plan may leave it out."""
        return False
