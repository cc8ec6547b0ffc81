"""Is this alarm news? Pure: the time is given.

One key is told when it rises, again at most every `patience` seconds while it keeps rising, and when it is
over, if its beginning was told. An alarm that flaps is therefore told once, and so is its end.
"""

from msgspec import Struct

from gatepost.model.health import Notice

KEYS = 1000  # alarms remembered at once


class Entry(Struct):
    """One key; mutable, owned by the book.

    Args:
        told: Unix time of the last notice that it had risen.
        repeats: times it rose since then.
        is_told: the operator knows that it is up.
    """

    text: str
    began: float
    told: float = float("-inf")
    repeats: int = 0
    is_up: bool = True
    is_told: bool = False


class AlarmBook:
    """All alarms of one gateway; owned by the supervisor."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.entries: dict[str, Entry] = {}

    def raised(self, key: str, text: str, now: float) -> Notice | None:
        """What to tell, None if it is no news."""
        entry = self.entries.get(key)
        if entry is None:
            self.make_room()
            entry = self.entries[key] = Entry(text, now)
        elif not entry.is_up:
            entry.is_up, entry.began = True, now
        entry.text = text
        if now - entry.told >= self.patience:
            return self.tell(key, entry, now)
        entry.repeats += 1
        return None

    def over(self, key: str, text: str, now: float) -> Notice | None:
        entry = self.entries.get(key)
        if entry is None or not entry.is_up:
            return None
        entry.is_up = False
        if not entry.is_told:
            return None
        entry.is_told = False
        return Notice(key=key, text=text or entry.text, over=True, began=entry.began, repeats=entry.repeats)

    def overdue(self, now: float) -> list[Notice]:
        """Alarms that rose while they could not be told, and are still up."""
        return [
            self.tell(key, entry, now)
            for key, entry in self.entries.items()
            if entry.is_up and not entry.is_told and now - entry.told >= self.patience
        ]

    def up(self) -> dict[str, str]:
        """Text by key of what is wrong now."""
        return {key: entry.text for key, entry in self.entries.items() if entry.is_up}

    def tell(self, key: str, entry: Entry, now: float) -> Notice:
        notice = Notice(key=key, text=entry.text, over=False, began=entry.began, repeats=entry.repeats)
        entry.told, entry.repeats, entry.is_told = now, 0, True
        return notice

    def make_room(self) -> None:
        """The oldest that is over goes; if none is, the oldest."""
        if len(self.entries) >= KEYS:
            idle = (key for key, entry in self.entries.items() if not entry.is_up)
            del self.entries[next(idle, next(iter(self.entries)))]
