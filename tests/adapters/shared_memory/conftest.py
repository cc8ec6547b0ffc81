"""Real processes for tests of shared memory: forked, and gone when the test is."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

Fork = Callable[[Callable[[], None]], int]
KillAt = Callable[[str, int, Callable[[], None]], bool]


@pytest.fixture
def fork() -> Iterator[Fork]:
    """Runs a function in a child; its pid. Children still there when the test ends are killed."""
    children: list[int] = []

    def start(run: Callable[[], None]) -> int:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                run()
                code = 0
            finally:
                os._exit(code)
        children.append(pid)
        return pid

    yield start
    for pid in children:
        try:
            if os.waitpid(pid, os.WNOHANG) == (0, 0):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        except ChildProcessError:
            pass


@pytest.fixture
def killed_at(fork: Fork) -> KillAt:
    """Runs a function in a child that gets SIGKILL before its n-th line in a file; False: it ended before that."""

    def start(file: str, line: int, run: Callable[[], None]) -> bool:
        def traced() -> None:
            left = line

            def trace(frame: FrameType, event: str, _: object) -> object:
                nonlocal left
                if not frame.f_code.co_filename.endswith(file):
                    return None
                if event == "line":
                    if left == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                    left -= 1
                return trace

            sys.settrace(trace)  # type: ignore[arg-type]  # returns itself
            run()

        code = os.waitstatus_to_exitcode(os.waitpid(fork(traced), 0)[1])
        assert code in (0, -signal.SIGKILL)
        return code != 0

    return start
