"""How much room is taken up, over all workers? A number in a file that whoever adds to it locks.

It is taken before something is written and given back if that fails; a process that is killed in between leaves it too
high until the housekeeper has counted again. It never has to be exact to the octet.
"""

import os
from collections.abc import Callable
from pathlib import Path

from gatepost.disk.durable import give
from gatepost.disk.locks import wait_for

OCTETS = 8


class Used:
    """The file at `path`, made when it is first changed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def octets(self) -> int:
        """0 where nothing was ever held."""
        try:
            return int.from_bytes(self.path.read_bytes()[:OCTETS], "little")
        except FileNotFoundError:
            return 0

    def take(self, octets: int, most: int) -> bool:
        """False, and nothing is taken, where there would be more than `most`."""
        before, after = self.change(lambda now: now + octets if now + octets <= most else now)
        return after != before or not octets

    def give_back(self, octets: int) -> None:
        self.change(lambda now: max(0, now - octets))

    def recount(self, octets: int) -> None:
        self.change(lambda _: octets)

    def change(self, to: Callable[[int], int]) -> tuple[int, int]:
        """The number before and after. Raises OSError, `Unavailable`."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            give(descriptor, str(self.path.parent))
            wait_for(descriptor, str(self.path))
            before = int.from_bytes(os.pread(descriptor, OCTETS, 0), "little")
            after = to(before)
            if after != before:
                os.pwrite(descriptor, after.to_bytes(OCTETS, "little"), 0)
            return before, after
        finally:
            os.close(descriptor)
