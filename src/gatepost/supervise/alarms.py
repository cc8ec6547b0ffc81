"""How does an alarm get out? De-duplicated, into the log, and to the operator by a child that may take its time."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from signal import SIGKILL

import structlog

from gatepost.model.health import Notice
from gatepost.supervise.alarm_book import AlarmBook
from gatepost.supervise.child import Child
from gatepost.supervise.crew import Crew, how

log = structlog.get_logger()

WAITING = 100  # notices at most; more are only in the log
AT_ONCE = 10  # notices told by one child
PATIENCE = 120.0  # seconds that child may take

Tell = Callable[[Notice], Sequence[str]]


class AlarmDesk:
    """`ports.alarms.Alarms` of the whole gateway; owned by the supervisor. `tell` changes with the configuration."""

    def __init__(self, crew: Crew, patience: float, tell: Tell) -> None:
        self.crew = crew
        self.book = AlarmBook(patience)
        self.tell = tell
        self.waiting: deque[Notice] = deque()
        self.messenger: Child | None = None

    def raise_alarm(self, key: str, text: str) -> None:
        self.pass_on(self.book.raised(key, text, time.time()))

    def all_clear(self, key: str, text: str = "") -> None:
        self.pass_on(self.book.over(key, text, time.time()))

    def pass_on(self, notice: Notice | None) -> None:
        if notice is None:
            return
        if notice.over:
            log.info("alarm over", key=notice.key, text=notice.text)
        else:
            log.warning("alarm", key=notice.key, text=notice.text, repeats=notice.repeats)
        if len(self.waiting) < WAITING:
            self.waiting.append(notice)

    @property
    def is_idle(self) -> bool:
        return self.messenger is None and not self.waiting

    def tend(self, now: float) -> None:
        """Sends a messenger if there is something to tell and none is under way."""
        for notice in self.book.overdue(time.time()):
            self.pass_on(notice)
        if self.messenger is not None or not self.waiting:
            return
        batch = [self.waiting.popleft() for _ in range(min(AT_ONCE, len(self.waiting)))]
        try:
            self.messenger = self.crew.start(
                "alarm", lambda line: deliver(self.tell, batch), ended=self.returned, orphaned=SIGKILL
            )
        except OSError as error:
            log.warning("alarm not told", reason=error.strerror, keys=[notice.key for notice in batch])
        else:
            self.messenger.part([(now + PATIENCE, SIGKILL)])

    def returned(self, child: Child, code: int) -> None:
        self.messenger = None
        if code:
            log.warning("alarm not told", reason=how(code))


def deliver(tell: Tell, batch: Sequence[Notice]) -> int:
    """In the messenger."""
    for notice in batch:
        for problem in tell(notice):
            log.warning("alarm not told", key=notice.key, reason=problem)
    return 0
