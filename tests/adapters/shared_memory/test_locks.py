"""Claims about locks that the kernel keeps."""

import os
import signal
from collections.abc import Callable

from gatepost.adapters.shared_memory.locks import SHARDS, Locks, lock_file

Fork = Callable[[Callable[[], None]], int]


def test_a_lock_excludes_other_processes_until_it_is_given(fork: Fork) -> None:
    locks = Locks(lock_file(), 0)
    locks.take(5)
    pid = fork(lambda: locks.take(5))
    assert os.waitpid(pid, os.WNOHANG) == (0, 0)
    locks.give(5)
    assert os.waitpid(pid, 0)[1] == 0


def test_locks_of_other_shards_and_tables_are_others(fork: Fork) -> None:
    file = lock_file()
    Locks(file, 0).take(0, SHARDS)
    assert os.waitpid(fork(lambda: Locks(file, SHARDS).take(0, SHARDS)), 0)[1] == 0


def test_a_child_does_not_hold_what_its_parent_held(fork: Fork) -> None:
    locks = Locks(lock_file(), 0)
    heard, said = os.pipe()

    def hold_and_fork() -> None:
        locks.take(0)
        if os.fork() == 0:
            os.write(said, os.getpid().to_bytes(4, "little"))
            signal.pause()
        signal.pause()

    holder = fork(hold_and_fork)
    child = int.from_bytes(os.read(heard, 4), "little")
    try:
        os.kill(holder, signal.SIGKILL)
        locks.take(0)
    finally:
        os.kill(child, signal.SIGKILL)
