"""How is a process started so that it has what it needs and nothing of ours? And who has died?

A child closes every socket of the supervisor but those it is given: otherwise one worker would keep another's
control line alive, and nobody would notice the supervisor's death. It dies with the supervisor.
"""

import faulthandler
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from typing import NoReturn

import structlog

from gatepost.supervise import signals
from gatepost.supervise.child import Child
from gatepost.supervise.privileges import end_with_parent, no_core_files

Run = Callable[[socket.socket], int]
"""What a child does with its end of the control line; its exit code."""

FAILED = 70  # EX_SOFTWARE: a bug


class Crew:
    """All children; owned by the supervisor.

    Args:
        own: the supervisor's sockets just now, which children close.
    """

    def __init__(self, own: Callable[[], set[socket.socket]]) -> None:
        self.children: dict[int, Child] = {}
        self.own = own
        self.last_words: Callable[[Child], None] = lambda child: None  # what is still on the line of one who died

    def start(
        self,
        name: str,
        run: Run,
        *,
        ended: Callable[[Child, int], None],
        keep: Iterable[socket.socket] = (),
        orphaned: signal.Signals = signal.SIGTERM,
    ) -> Child:
        """Raises OSError where the system has no room for another process.

        Args:
            keep: the supervisor's sockets that it may use.
            orphaned: what the kernel sends it when the supervisor dies.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent = os.getpid()
        foreign = {ours, *self.own(), *(child.line for child in self.children.values())} - set(keep)
        flush()
        try:
            with signals.held():
                pid = os.fork()
                if pid == 0:
                    self.be_born(run, theirs, foreign, parent, orphaned)
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        child = self.children[pid] = Child(pid, name, ours, time.monotonic(), ended)
        return child

    def be_born(
        self,
        run: Run,
        line: socket.socket,
        foreign: Iterable[socket.socket],
        parent: int,
        orphaned: signal.Signals,
    ) -> NoReturn:
        """In the child; nothing of the supervisor's frames above runs again."""
        code = FAILED
        try:
            end_with_parent(parent, orphaned)
            no_core_files()
            faulthandler.enable(all_threads=True)  # SIGABRT of the watchdog shows where it was stuck
            for opened in foreign:
                opened.close()
            self.children.clear()
            signals.forget_all()
            code = run(line)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else FAILED
        except BaseException:  # ours are bugs; said here, since nothing is above
            structlog.get_logger().exception("process failed", pid=os.getpid())
        finally:
            flush()
            os._exit(code)

    def bury(self) -> None:
        """Everybody who died, also orphans that came to us as process 1 of a container: no zombies."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self.children.pop(pid, None)
            if child is not None:
                self.last_words(child)
                child.ended(child, os.waitstatus_to_exitcode(status))
                child.line.close()


def flush() -> None:
    """Nothing that is still in a buffer may be written twice, or not at all."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def how(code: int) -> str:
    """An exit code in words."""
    return f"killed by {signals.name_of(-code)}" if code < 0 else f"ended with {code}"
