"""What is in this message? At once where it is a small text; elsewhere in a process that can do no harm."""

from collections.abc import Awaitable
from functools import partial
from pathlib import Path

from gatepost.adapters.inspection.embedded_rules import EmbeddedRules
from gatepost.adapters.inspection.plain import inspect_plain
from gatepost.adapters.inspection.pool import Pool
from gatepost.adapters.inspection.sandbox.confine import Confinement
from gatepost.adapters.inspection.settings import InspectionSettings
from gatepost.model.inspection import Inspection, Item, Trait
from gatepost.model.message import Message
from gatepost.model.traits import OVER_BUDGET
from gatepost.syntax.printable import printable

LONGEST_TYPE = 100  # characters


class ContentInspector:
    """An `Inspector`. Owned by one worker; its processes are started by the first message that needs them.

    Args:
        rules: directories with rules of the operator's.

    Raises:
        BadRules: one of them is wrong.
        OSError: one of them cannot be read.
    """

    def __init__(self, settings: InspectionSettings, rules: tuple[Path, ...] = ()) -> None:
        self.orders = settings.orders(tuple(str(place) for place in rules))
        self.rules = EmbeddedRules(rules)
        self.pool = Pool(
            self.orders, processes=settings.most_processes(), waiting=settings.waiting, seconds=settings.time,
            patience=settings.patience,
        )  # fmt: skip

    def inspect(self, message: Message) -> Inspection | Awaitable[Inspection]:
        """Raises `Unavailable`, as may what is awaited."""
        plain = inspect_plain(message, self.orders.limits, self.rules.matches)
        if plain is not None:
            return plain
        return self.pool.inspect(message.content, partial(spent, message))

    @property
    def confinement(self) -> Confinement:
        """What holds the processes; nothing is known before the first was started."""
        return self.pool.confinement

    def close(self) -> None:
        """What is under way hears `Unavailable`."""
        self.pool.close()
        self.rules.close()


def spent(message: Message, budget: str) -> Inspection:
    """What can be said of a message that was too much: its type, as its header has it."""
    types = message.fields("content-type")
    declared = types[0].value.partition(b";")[0].decode("ascii", "replace").strip().lower() if types else ""
    item = Item(
        path="", declared=printable(declared, LONGEST_TYPE), size=message.size, traits=(Trait(OVER_BUDGET, budget),)
    )
    return Inspection(items=(item,), unscannable=(f"message: {OVER_BUDGET} ({budget})",), over=(budget,))
