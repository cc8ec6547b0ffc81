"""How does a worker or a service speak with its supervisor? JSON packets on a SOCK_SEQPACKET pair.

What is sent never waits: a heartbeat that finds no room is forgotten, an alarm is tried again with the
next heartbeat. The same alarm is passed on at most every ten seconds; the supervisor counts and
de-duplicates over all processes. An end of file on the line means that the supervisor is gone.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from socket import MSG_DONTWAIT, MSG_PEEK, socket

import msgspec

from gatepost.model.health import Alarm, Heartbeat

AGAIN = 10.0  # seconds before the same alarm is passed on again
KEYS = 256  # alarms remembered at once
TEXT_LIMIT = 2000  # characters of an alarm


class ControlLine:
    """The lower end; owned by one process. It is `ports.alarms.Alarms`.

    Args:
        line: this process's end of the pair, or one that several services share.
        service: name of the service, "" for a worker.
    """

    def __init__(self, line: socket, service: str = "", now: Callable[[], float] = time.monotonic) -> None:
        self.line = line
        self.service = service
        self.now = now
        self.passed_on: dict[str, tuple[bool, float]] = {}
        self.waiting: dict[str, Alarm] = {}

    def fileno(self) -> int:
        """Readable when the supervisor is gone (it never writes)."""
        return self.line.fileno()

    def beat(self, heartbeat: Heartbeat) -> bool:
        """I am alive; False if there was no room, or nobody to hear it."""
        for alarm in list(self.waiting.values()):
            if not self._send(alarm):
                break
            del self.waiting[alarm.key]
        return self._send(msgspec.structs.replace(heartbeat, service=self.service))

    def raise_alarm(self, key: str, text: str) -> None:
        over, passed_on = self.passed_on.get(key, (True, 0.0))
        if over or self.now() - passed_on >= AGAIN:
            self._pass_on(Alarm(key=key, text=speakable(text)))

    def all_clear(self, key: str, text: str = "") -> None:
        over, _ = self.passed_on.get(key, (False, 0.0))  # once even if never raised here: who raised it may be dead
        if not over:
            self._pass_on(Alarm(key=key, text=speakable(text), over=True))

    def supervisor_is_gone(self) -> bool:
        try:
            return not self.line.recv(1, MSG_PEEK | MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _pass_on(self, alarm: Alarm) -> None:
        if len(self.passed_on) >= KEYS and alarm.key not in self.passed_on:
            del self.passed_on[next(iter(self.passed_on))]
        self.passed_on[alarm.key] = (alarm.over, self.now())
        if self._send(alarm):
            self.waiting.pop(alarm.key, None)
        elif len(self.waiting) < KEYS:
            self.waiting[alarm.key] = alarm

    def _send(self, message: Heartbeat | Alarm) -> bool:
        with suppress(OSError):
            return self.line.send(msgspec.json.encode(message), MSG_DONTWAIT) > 0
        return False


def speakable(text: str) -> str:
    """Bounded, and without the lone surrogates that UTF-8 cannot say."""
    return text[:TEXT_LIMIT].encode("utf-8", "backslashreplace").decode()
