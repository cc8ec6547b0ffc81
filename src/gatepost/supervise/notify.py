"""What does the service manager know of us? (sd_notify(3), spoken by ourselves: one datagram a message)"""

import os
import socket
import time
from contextlib import suppress


class Notifier:
    """Tells systemd; does nothing where nobody listens. Never raises.

    Args:
        address: `$NOTIFY_SOCKET`: a path, or `@name` in the abstract namespace; "" for none.
        watchdog: seconds between signs of life it wants; 0 for none.
    """

    def __init__(self, address: str = "", watchdog: float = 0.0) -> None:
        self.address = "\0" + address[1:] if address.startswith("@") else address
        self.every = watchdog / 3  # a third of it: sd_watchdog_enabled(3) recommends half
        self.next_sign = 0.0
        self.status = ""
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if address else None
        if self.line is not None:
            self.line.setblocking(False)

    def send(self, *assignments: str) -> None:
        if self.line is not None:
            with suppress(OSError):
                self.line.sendto("\n".join(assignments).encode(), self.address)

    def ready(self, status: str) -> None:
        self.status = status
        self.send("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        self.send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}", "STATUS=reading the configuration")

    def stopping(self) -> None:
        self.send("STOPPING=1", "STATUS=draining")

    def busy(self, seconds: float) -> None:
        """Starting or stopping goes on, give it so long from now."""
        self.send(f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}")

    def say(self, status: str) -> None:
        """What is being done, if that is news."""
        if status != self.status:
            self.status = status
            self.send(f"STATUS={status}")

    def alive(self, now: float) -> None:
        """The loop turns; call it often."""
        if self.every and now >= self.next_sign:
            self.next_sign = now + self.every
            self.send("WATCHDOG=1")


def notifier() -> Notifier:
    """From the environment, which is cleared so that no child speaks for us."""
    address = os.environ.pop("NOTIFY_SOCKET", "")
    microseconds = os.environ.pop("WATCHDOG_USEC", "")
    whose = os.environ.pop("WATCHDOG_PID", "")
    if not microseconds.isdecimal() or whose not in ("", str(os.getpid())):
        microseconds = "0"
    return Notifier(address if address.startswith(("/", "@")) else "", int(microseconds) / 1_000_000)
