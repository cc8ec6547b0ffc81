"""What does a program of the operator's find? By its exit code; no shell, and not for long.

It gets the message on its standard input, or in a file that only we can read and that is gone afterwards. No word of
the message is among its arguments.
"""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gatepost.adapters.engines.sample import write_all
from gatepost.adapters.engines.settings import FILE, CommandSettings
from gatepost.ports.scanner import Sample, Scanned, Version
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.printable import printable
from gatepost.syntax.units import size_text

OUTPUT_LIMIT = 16 * 1024  # octets that it may print, of which the first line counts
NAME_LIMIT = 200  # characters
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
UNNAMED = "unnamed"


class CommandScanner:
    """A `Scanner`.

    Args:
        name: of its section.
        directory: where its files are made.
    """

    def __init__(self, name: str, settings: CommandSettings, directory: Path) -> None:
        self.name = name
        self.settings, self.directory = settings, directory

    async def scan(self, sample: Sample) -> Scanned:
        settings = self.settings
        if sample.size > settings.max_size:
            return Scanned(engine=self.name, unscannable=f"larger than {size_text(settings.max_size)}")
        try:
            with self.arranged(sample) as (arguments, stdin):
                code, line = await self.run(arguments, stdin)
        except OSError as error:
            raise Unavailable(f"{self.name}: {error.strerror or error}") from error
        if code == 0:
            return Scanned(engine=self.name)
        if code in settings.infected:
            return Scanned(engine=self.name, infected=(line or UNNAMED,))
        if code in settings.unscannable:
            return Scanned(engine=self.name, unscannable=line or f"exit code {code}")
        raise Unavailable(f"{self.name}: {f'ended by signal {-code}' if code < 0 else f'exit code {code}'}")

    async def version(self) -> Version:
        """It is not asked for one."""
        return Version()

    @contextmanager
    def arranged(self, sample: Sample) -> Iterator[tuple[list[str], int]]:
        """Its arguments, and what it reads from."""
        with (
            named_file(sample, self.directory) if FILE in self.settings.command else nameless_file(sample) as (
                path,
                file,
            )
        ):
            yield [path if argument == FILE else argument for argument in self.settings.command], file

    async def run(self, arguments: list[str], stdin: int) -> tuple[int, str]:
        """Exit code and first line. It is killed with all it has started once it takes too long or says too much."""
        loop = asyncio.get_running_loop()
        transport, program = await loop.subprocess_exec(
            lambda: Program(loop), *arguments, stdin=stdin, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, env=ENVIRONMENT, cwd="/", start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self.settings.timeout):
                await program.ended
        except TimeoutError:
            raise Unavailable(f"{self.name}: took longer than {self.settings.timeout:g} s") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(transport.get_pid(), signal.SIGKILL)
            await program.exited
            transport.close()
        return transport.get_returncode() or 0, first_line(program.said)


class Program(asyncio.SubprocessProtocol):
    """What it prints, and when it has ended and closed its output."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.said = b""
        self.ended: asyncio.Future[None] = loop.create_future()
        self.exited: asyncio.Future[None] = loop.create_future()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.said += data[: OUTPUT_LIMIT + 1 - len(self.said)]
        if len(self.said) > OUTPUT_LIMIT and not self.ended.done():
            self.ended.set_exception(Unavailable("the program prints too much"))

    def process_exited(self) -> None:
        if not self.exited.done():
            self.exited.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


def first_line(said: bytes) -> str:
    return printable(said.partition(b"\n")[0].strip().decode("latin-1"), NAME_LIMIT)


@contextmanager
def named_file(sample: Sample, directory: Path) -> Iterator[tuple[str, int]]:
    """A file with the sample, and nothing to read from."""
    file, path = tempfile.mkstemp(prefix="scan-", dir=directory)
    try:
        try:
            for chunk in sample.chunks():
                write_all(file, chunk)
        finally:
            os.close(file)
        yield path, asyncio.subprocess.DEVNULL
    finally:
        os.unlink(path)


@contextmanager
def nameless_file(sample: Sample) -> Iterator[tuple[str, int]]:
    """The sample to read from, from its beginning, and no path."""
    file = os.open(f"/proc/self/fd/{sample.descriptor()}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield "", file
    finally:
        os.close(file)
