"""A quarantine in a test's hand: the worker's side, the people's side and the housekeeper's over one directory."""

import os
from collections.abc import Callable
from pathlib import Path

from gatepost.adapters.quarantine.files import FileQuarantine
from gatepost.adapters.quarantine.holdings import FileHoldings
from gatepost.adapters.quarantine.settings import QuarantineSettings
from gatepost.adapters.quarantine.upkeep import Upkeep
from gatepost.gateway.outgoing import Outgoing
from gatepost.model.samples import Octets, address
from gatepost.ports.backend import Envelope
from gatepost.ports.quarantine import Grounds, HeldSearch
from gatepost.testing.fakes import FakeClock

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
OURS = b"X-Gateway-External: yes\r\nReceived: from a by b; date\r\n"
CONTENT = b"From: Ann <ann@example.net>\r\nSubject: Offer\r\n\r\nBuy\r\n..now\r\n"
ANN = address("ann@example.net")
BOB, EVE, CAROL = "bob@example.com", "eve@example.com", "carol@example.org"
DAY = 86_400.0
STEPS = ("fsync", "rename", "link", "unlink", "open", "pwrite")


class Warehouse:
    """Args: settings as in the file."""

    def __init__(self, directory: Path, key: bytes | None = None, **settings):
        self.directory, self.key = directory, key
        self.settings = QuarantineSettings.model_validate(settings)
        self.clock = FakeClock()
        self.store = FileQuarantine(directory, self.settings, self.clock, key)
        self.holdings = FileHoldings(directory, key)
        self.upkeep = Upkeep(self.holdings, self.settings, self.clock)

    def put(self, *recipients: str, content: bytes = CONTENT, rule: str = "held", sender=ANN, ours: bytes = OURS,
            transaction: str = "T1", **envelope) -> tuple[str, ...]:  # fmt: skip
        said = Envelope(sender=sender, recipients=tuple(map(address, recipients)), size=len(content), **envelope)
        payload = Outgoing(ours, Octets(content))
        return self.store.store(transaction, said, payload, Grounds(rule, ("macro.found",), "inside"))

    def find(self, **search):
        return self.holdings.find(HeldSearch(**search))

    def recipients(self, **search) -> list[str]:
        return sorted(str(held.recipient) for held in self.find(**search))

    def content(self, held) -> bytes:
        return b"".join(self.holdings.content(held))

    def files(self, pattern: str) -> list[Path]:
        return sorted(path for path in self.directory.glob(pattern) if path.is_file())

    def reopened(self) -> "Warehouse":
        """As another process sees it."""
        self.holdings.close()
        other = Warehouse(self.directory, self.key)
        other.settings, other.clock = self.settings, self.clock
        other.store = FileQuarantine(self.directory, self.settings, self.clock, self.key)
        other.upkeep = Upkeep(other.holdings, self.settings, self.clock)
        return other


def dies_at(step: int, deed: Callable[[], object]) -> bool:
    """Do it in a process of its own that is gone, as by SIGKILL, just before its nth call of one of `STEPS`.

    False if it came to its end before that.
    """
    pid = os.fork()
    if pid == 0:
        try:
            left = [step]
            for name in STEPS:
                setattr(os, name, counted(getattr(os, name), left))
            deed()
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9), "it failed by itself"
    return code == 9


def counted(call, left):
    def called(*arguments, **others):
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)
        return call(*arguments, **others)

    return called
