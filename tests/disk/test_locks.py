"""One at a time; whoever waits too long is told, and whoever dies gives it back."""

import subprocess
import sys

import pytest

from gatepost.disk.locks import locked
from gatepost.ports.unavailable import Unavailable

HOLDER = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print('has it', flush=True); input()"


@pytest.fixture
def held(tmp_path):
    path = tmp_path / "lock"
    path.touch()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "has it\n"
        yield path, holder
        holder.kill()


def test_who_waits_too_long_is_told(held):
    path, _ = held
    with pytest.raises(Unavailable, match="lock: somebody teaches"), locked(path, 0.05, "somebody teaches"):
        raise AssertionError("both have it")


def test_whoever_dies_gives_it_back(held):
    path, holder = held
    holder.kill()
    with locked(path, 10.0):
        pass
    with locked(path, 0.05):
        pass


def test_what_is_not_there_cannot_be_locked(tmp_path):
    with pytest.raises(FileNotFoundError), locked(tmp_path / "none"):
        raise AssertionError("of what?")
