import os
import time
from pathlib import Path

import pytest

from gatepost.adapters.engines.command import CommandScanner
from gatepost.adapters.engines.sample import in_memory
from gatepost.adapters.engines.settings import CommandSettings
from gatepost.ports.scanner import Scanned, Version
from gatepost.ports.unavailable import Unavailable
from tests.servers.loopback import wait_until


@pytest.fixture
def program(tmp_path):
    """Writes a shell script; gives its path."""

    def write(text):
        path = tmp_path / "program"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    return write


async def scanned(tmp_path, *command, content=b"hello", **settings):
    files = tmp_path / "files"
    files.mkdir(exist_ok=True)
    scanner = CommandScanner("own", CommandSettings(command=command, **settings), files)
    try:
        return await scanner.scan(in_memory(content))
    finally:
        assert not list(files.iterdir())


async def test_the_exit_code_0_is_clean(tmp_path, program):
    assert await scanned(tmp_path, program("exit 0")) == Scanned(engine="own")


async def test_an_exit_code_means_malware_and_the_first_line_is_its_name(tmp_path, program):
    found = await scanned(tmp_path, program("echo Own.Name; echo more; exit 1"))
    assert found == Scanned(engine="own", infected=("Own.Name",))


async def test_without_a_line_it_has_no_name(tmp_path, program):
    assert (await scanned(tmp_path, program("exit 7"), infected=(7, 8))).infected == ("unnamed",)


async def test_a_name_does_no_harm(tmp_path, program):
    found = await scanned(tmp_path, program(r"printf '\033[2J%0300d\n' 1; exit 1"))
    assert found.infected[0].startswith("?[2J") and len(found.infected[0]) == 200


async def test_an_exit_code_may_mean_unscannable(tmp_path, program):
    assert (await scanned(tmp_path, program("exit 3"), unscannable=(3,))).unscannable == "exit code 3"


@pytest.mark.parametrize("how", ["exit 2", "exit 127", "kill -9 $$", "kill -11 $$"])
async def test_every_other_end_is_no_answer(tmp_path, program, how):
    with pytest.raises(Unavailable, match="own: "):
        await scanned(tmp_path, program(how))


async def test_it_reads_the_sample(tmp_path, program):
    text = '[ "$(cat)" = "hello" ] && [ "$#" = 0 ] && [ "$(pwd)" = / ] && exit 0; exit 2'
    assert await scanned(tmp_path, program(text)) == Scanned(engine="own")


async def test_or_a_file_with_it_that_only_we_can_read(tmp_path, program):
    text = '[ "$(cat "$2")" = "hello" ] && [ "$1" = -x ] && [ "$(stat -c %a "$2")" = 600 ] && [ -z "$(cat)" ] && exit 0'
    assert await scanned(tmp_path, program(text), "-x", "{file}") == Scanned(engine="own")


async def test_no_shell_sees_its_arguments(tmp_path, program):
    mark = tmp_path / "mark"
    text = "[ \"$1\" = '; touch $2' ] && exit 0; exit 2"
    assert await scanned(tmp_path, program(text), "; touch $2", str(mark)) == Scanned(engine="own")
    assert not mark.exists()


async def test_it_sees_nothing_of_our_environment(tmp_path, program, monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    assert await scanned(tmp_path, program('[ -z "$SECRET" ] && exit 0; exit 2')) == Scanned(engine="own")


async def test_one_that_takes_too_long_is_killed_with_all_it_has_started(tmp_path, program):
    pids = tmp_path / "pids"
    begun = time.monotonic()
    with pytest.raises(Unavailable, match=r"longer than 0\.5 s"):
        await scanned(tmp_path, program(f"sleep 60 & echo $! $$ > {pids}; sleep 60"), timeout=0.5)
    assert time.monotonic() - begun < 5
    both = pids.read_text().split()
    wait_until(lambda: not any(map(is_running, both)), seconds=5, what="both are gone")


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


async def test_one_that_prints_without_end_is_stopped(tmp_path, program):
    with pytest.raises(Unavailable, match="prints too much"):
        await scanned(tmp_path, program("yes"))


async def test_one_that_does_not_read_ends_all_the_same(tmp_path, program):
    assert await scanned(tmp_path, program("exit 0"), content=os.urandom(2**20)) == Scanned(engine="own")


async def test_one_that_is_not_there_is_no_answer(tmp_path):
    with pytest.raises(Unavailable, match="No such file"):
        await scanned(tmp_path, str(tmp_path / "none"))


async def test_what_is_too_large_is_not_given_to_it(tmp_path, program):
    found = await scanned(tmp_path, program("exit 2"), content=b"x" * 2000, max_size=1024)
    assert found.unscannable == "larger than 1KiB"


async def test_it_has_no_version(tmp_path):
    scanner = CommandScanner("own", CommandSettings(command=("/bin/true",)), tmp_path)
    assert await scanner.version() == Version()
