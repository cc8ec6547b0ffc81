"""From the refusal to the release, as an operator goes, beside a gateway that runs; and what if he is cut off."""

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.moments import PIPELINED, Moments, Sender, WatchedMailbox
from tests.servers.gateway import PROGRAM, Gateway

pytestmark = pytest.mark.servers

HOLDING = {"policy": {"rules": [{"name": "all", "phase": "message", "when": "true", "action": "quarantine"}]}}
TO = "a@example.test"
MESSAGE = b"From: ann@sender.test\r\nSubject: %d\r\n\r\nx\r\n"


class Place:
    """A gateway that holds everything, and the mail server behind it."""

    def __init__(self, gateway: Gateway, server: WatchedMailbox) -> None:
        self.gateway, self.server = gateway, server

    async def send(self, number: int, *recipients: str) -> str:
        """Its transaction."""
        return await Sender(self.gateway.port, list(recipients or (TO,)), MESSAGE % number).deliver(Moments())

    async def command(self, *words: str) -> tuple[int, str]:
        """Exit code and output."""
        process = await self.started(*words)
        out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    async def started(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            str(PROGRAM), *words, "-c", str(self.gateway.file), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    async def listed(self, *words: str) -> list[dict[str, object]]:
        _, out = await self.command("quarantine", "list", "--json", *words)
        return list(json.loads(out))


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with WatchedMailbox(PIPELINED) as server:
        gateway = Gateway(backend=server.port, recipients=None, settings=HOLDING)
        try:
            await asyncio.to_thread(gateway.start)
            yield Place(gateway, server)
        finally:
            await asyncio.to_thread(gateway.remove)


async def test_explain_names_the_copy_that_is_held_and_show_names_the_transaction(place):
    transaction = await place.send(1, TO, "b@example.test")
    for _ in range(50):  # the journal has it a moment later
        code, explained = await place.command("explain", transaction)
        if code == 0:
            break
        await asyncio.sleep(0.1)
    for held in await place.listed():
        assert f"gatepost quarantine show {held['id']}" in explained
        _, shown = await place.command("quarantine", "show", str(held["id"]))
        assert f"gatepost explain {transaction}" in shown and "Subject: 1" in shown
    assert len(await place.listed("--recipient", TO)) == 1


async def test_what_is_released_beside_a_running_gateway_is_not_held_again_when_the_client_comes_again(place):
    await place.send(1)
    (held,) = await place.listed()
    code, _ = await place.command("quarantine", "release", str(held["id"]))
    assert code == 0 and len(place.server.received) == 1
    await place.send(1)
    assert await place.listed() == [] and len(place.server.received) == 1
    await asyncio.to_thread(place.gateway.stop)
    (released,) = await place.listed("--state", "released")
    assert released["id"] == held["id"] and released["to"] == TO


async def test_whenever_a_release_is_killed_the_next_one_completes_it(place):
    """Killed before the mail server has it, once; between its 250 and the note of it, twice; never not at all."""
    await place.send(0)
    (held,) = await place.listed()
    place.server.moments = moments = Moments()
    assert (await place.command("quarantine", "release", str(held["id"])))[0] == 0
    assert len(moments.names()) > 10
    for number, name in enumerate(moments.names(), 1):
        await place.send(number)
        (held,) = await place.listed()
        running = await place.started("quarantine", "release", str(held["id"]))

        async def kill(process: asyncio.subprocess.Process = running) -> None:
            process.send_signal(signal.SIGKILL)
            await process.wait()

        place.server.moments = Moments(name, kill)
        await running.wait()
        await place.server.moments.are_over()
        place.server.moments = Moments()
        assert (await place.command("quarantine", "release", str(held["id"])))[0] == 0
        copies = place.server.copies(b"Subject: %d\r\n" % number)
        assert 1 <= len(copies) <= 2 and await place.listed() == []
    assert contents(place.gateway) == []


def contents(gateway: Gateway) -> list[Path]:
    return list((gateway.directory / "data" / "quarantine" / "content").glob("*/*"))
