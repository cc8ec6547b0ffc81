"""Something is killed between any two network events of a delivery: nothing is lost, and duplicates are counted."""

import asyncio
import json
import os
import signal
import stat
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

import pytest

from gatepost.adapters.journal.records import JournalRecords
from gatepost.testing.mailbox import Offer
from tests.e2e.moments import ONE_BY_ONE, PIPELINED, Count, Moments, Sender, Strike, WatchedMailbox, process_of
from tests.e2e.one_process import held_in_directory
from tests.servers.gateway import PROGRAM, Gateway, Settings
from tests.servers.loopback import wait_until
from tests.servers.postfix import ReceivingPostfix

pytestmark = pytest.mark.servers

WORKERS = 24  # so that no one of them is killed so often that its place is left empty for long
RECIPIENTS = ["a@example.test", "b@example.test"]
SMALL = b"From: ann@sender.test\r\nSubject: %d\r\n\r\nx\r\n"
LARGE = SMALL + b"".join(b"%070d\r\n" % number for number in range(9000))  # more than is spooled in memory
SERVERS = {"pipelined": PIPELINED, "one by one": ONE_BY_ONE}


class House:
    """The gateway and the mail server behind it, for all moments of one test."""

    def __init__(self, gateway: Gateway, server: WatchedMailbox) -> None:
        self.gateway, self.server = gateway, server
        self.numbers = count(1)
        self.count = Count()
        self.accepted: list[str] = []
        self.held_for: frozenset[str] = frozenset()

    async def send(
        self, at: str = "", strike: "Strike | None" = None, message: bytes = SMALL, pieces: int = 1
    ) -> Moments:
        """One message, and what is to happen at which moment; all that is promised is looked at."""
        number = next(self.numbers)
        content = message % number
        self.sender = Sender(self.gateway.port, RECIPIENTS, content, pieces)
        moments = self.server.moments = Moments(at, strike)
        self.accepted.append(await self.sender.deliver(moments))
        self.server.moments = Moments()
        await moments.are_over()
        self.count.struck += moments.struck
        self.count.messages += 1
        for recipient in RECIPIENTS:
            copies = self.copies(b"Subject: %d\r\n" % number, recipient)
            assert all(octets.endswith(b"\r\n" + content) for octets in copies), "a torn message was taken for whole"
            is_first = recipient == RECIPIENTS[0] or bool(self.held_for)  # those who share its fate count once
            self.count.duplicates += max(0, len(copies) - 1) * is_first
            self.count.lost += not copies
        return moments

    def copies(self, token: bytes, recipient: str) -> list[bytes]:
        """His, of the message with that token: at the mail server or in the quarantine, and nowhere else."""
        held = [
            one["octets"]
            for one in held_in_directory(self.gateway.directory / "data")
            if token in one["octets"] and one["recipient"] == recipient
        ]
        got = [m.octets for m in self.server.received if token in m.octets and recipient in m.recipients]
        assert not (got if recipient in self.held_for else held), f"{recipient} is accounted for twice"
        return held if recipient in self.held_for else got

    async def send_at_every_moment(self, strike: Strike, message: bytes = SMALL, pieces: int = 1) -> None:
        names = (await self.send(message=message, pieces=pieces)).names()
        never = {name for name in names if not (await self.send(name, strike, message, pieces)).struck}
        assert not self.count.lost, self.count
        # A connection to the server that is open already has no beginning and no end; content may come with the dot.
        assert not {name for name in never if not name.endswith(("EHLO", "QUIT", "the connection", "content"))}
        assert self.count.struck > 15, names

    async def kill_worker(self) -> None:
        """The one that has the client's connection."""
        _, *pids = await asyncio.to_thread(self.gateway.pids)
        pid = process_of(self.gateway.port, self.sender.own_port, pids) if self.sender.own_port else 0
        if pid:  # none where it is a new worker that asks the server what it offers
            os.kill(pid, signal.SIGKILL)
            await asyncio.to_thread(wait_until, lambda: not is_alive(pid), seconds=60, what="it is dead")

    async def reset_client(self) -> None:
        self.sender.writer.transport.abort()

    async def close_client(self) -> None:
        self.sender.writer.close()

    async def kill_journal(self) -> None:
        """Whether it is in the middle of a batch is chance: what it has read and not written is gone, and counted."""
        pids = [r["id"] for r in self.gateway.records(event="process started", process="journal")]
        with suppress(ProcessLookupError):  # it is dead already and not started again as yet
            os.kill(pids[-1], signal.SIGKILL)

    async def kill_supervisor(self) -> None:
        self.gateway.process.kill()
        await asyncio.to_thread(self.gateway.process.wait)

    def missing_traces(self) -> set[str]:
        """Ids that a client was told in a 250, and the journal does not know; the gateway has ended."""
        records = JournalRecords(self.gateway.directory / "data" / "journal.db")
        return {identity for identity in self.accepted if records.get(identity) is None}


@asynccontextmanager
async def built(offer: Offer, workers: int, settings: Settings | None = None) -> AsyncIterator[House]:
    async with WatchedMailbox(offer) as server:
        gateway = Gateway(backend=server.port, recipients=None, workers=workers, settings=settings)
        try:
            await asyncio.to_thread(gateway.start)
            await asyncio.to_thread(gateway.wait_for_records, event="serving", seconds=60)
            yield House(gateway, server)
        finally:
            print(gateway.said())  # noqa: T201  pytest shows it with a failure
            await asyncio.to_thread(gateway.remove)


@pytest.fixture(params=SERVERS)
async def house(request) -> AsyncIterator[House]:
    async with built(SERVERS[request.param], WORKERS) as house:
        yield house


@pytest.fixture
async def small_house() -> AsyncIterator[House]:
    """With one worker."""
    async with built(PIPELINED, 1) as house:
        yield house


async def test_a_worker_is_killed(house, summary):
    await house.send_at_every_moment(house.kill_worker)
    summary(house.count)
    await asyncio.to_thread(house.gateway.stop)
    assert not house.missing_traces()


async def test_a_worker_is_killed_while_a_large_message_is_in_its_spool_file(house, summary):
    await house.send_at_every_moment(house.kill_worker, LARGE, pieces=3)
    summary(house.count)
    assert not list((house.gateway.directory / "data" / "spool").iterdir()), "a spool file has no name"


async def test_the_mail_server_dies(house, summary):
    await house.send_at_every_moment(house.server.die)
    summary(house.count)


@pytest.mark.parametrize("how", ["reset", "closed"])
async def test_the_clients_connection_ends(house, summary, how):
    await house.send_at_every_moment(house.reset_client if how == "reset" else house.close_client)
    summary(house.count)


async def test_the_journals_writer_is_killed(small_house, summary):
    """Mail goes on; a trace that it had read but not written is missing, and the journal says how many are."""
    house = small_house
    names = (await house.send()).names()
    for name in names[-6:]:
        await house.send(name, house.kill_journal)
    await house.send()  # by whose number the writer sees what it never got
    assert not house.count.lost
    await asyncio.to_thread(house.gateway.stop)
    missing = house.missing_traces()
    counted = JournalRecords(house.gateway.directory / "data" / "journal.db").lost()
    assert len(missing) <= sum(counted.values()), (missing, counted)
    summary(f"{house.count}; {len(missing)} traces missing, {sum(counted.values())} counted as missing")


@pytest.mark.parametrize(
    "moment",
    [
        "before the client says DATA",
        "before the client says the final dot",
        "the server has heard the final dot",
        "before the server says 250 to the final dot",
    ],
)
async def test_the_supervisor_is_killed_and_what_is_under_way_ends_well(small_house, summary, moment):
    """Workers drain, the journal writes what is left, everybody ends, and a new gateway may begin."""
    house = small_house
    pids = await asyncio.to_thread(house.gateway.pids)
    moments = await house.send(moment, house.kill_supervisor)
    assert moments.struck and house.count.duplicates == house.count.lost == 0
    await asyncio.to_thread(wait_until, lambda: not any(map(is_alive, pids)), seconds=60, what="all have ended")
    assert not house.missing_traces()
    await asyncio.to_thread(house.gateway.start)
    await house.send()
    assert not house.count.lost
    summary(house.count)


HOLDING = {"policy": {"rules": [{"name": "all", "phase": "message", "when": "true", "action": "quarantine"}]}}


def for_one(action: str) -> Settings:
    """The first of the recipients gets another verdict than the second."""
    rule = {"name": "one", "phase": "message", "when": "recipient.local == 'a'", "action": action}
    return {"policy": {"rules": [rule]}}


@pytest.mark.parametrize("message", [SMALL, LARGE], ids=["small", "large"])
async def test_a_worker_is_killed_while_it_holds_a_message(summary, message):
    """Between any two things that the client says or hears."""
    async with built(PIPELINED, WORKERS, HOLDING) as house:
        house.held_for = frozenset(RECIPIENTS)
        names = (await house.send(message=message)).names()
        for name in names:
            await house.send(name, house.kill_worker, message)
        assert house.count.duplicates == house.count.lost == 0 and house.count.struck > 8, house.count
        await asyncio.to_thread(house.gateway.stop)
        assert not house.missing_traces()
        summary(house.count)


@pytest.mark.parametrize("action", ["quarantine", "reject"])
async def test_a_worker_is_killed_while_it_holds_a_message_for_some_and_delivers_it_to_others(summary, action):
    """The one is held exactly once, at every moment; the other may get it twice, as ever, and never not at all."""
    async with built(PIPELINED, WORKERS, for_one(action)) as house:
        house.held_for = frozenset(RECIPIENTS[:1])
        await house.send_at_every_moment(house.kill_worker)
        for number in range(1, next(house.numbers)):
            assert len(house.copies(b"Subject: %d\r\n" % number, RECIPIENTS[0])) == 1
        summary(house.count)


async def test_the_mail_server_dies_while_a_message_is_held_for_some(summary):
    async with built(PIPELINED, 1, for_one("quarantine")) as house:
        house.held_for = frozenset(RECIPIENTS[:1])
        await house.send_at_every_moment(house.server.die)
        summary(house.count)


async def test_a_worker_is_killed_while_it_puts_a_message_into_the_quarantine(summary):
    """At any moment from the final dot on; the client comes again, and it is held once and whole for each."""
    async with built(PIPELINED, WORKERS, HOLDING) as house:
        house.held_for = frozenset(RECIPIENTS)
        for step in range(40):

            async def kill_a_little_later(delay: float = step * 0.0003) -> None:
                await asyncio.sleep(delay)
                await house.kill_worker()

            await house.send("after the client says the final dot", kill_a_little_later, LARGE if step % 2 else SMALL)
        assert house.count.duplicates == house.count.lost == 0, house.count
        await asyncio.to_thread(house.gateway.stop)
        assert not list((house.gateway.directory / "data" / "quarantine" / "content").glob("*/*.*"))
        summary(house.count)


async def test_the_housekeeper_is_killed_while_it_brings_the_index_up_to_date(small_house, summary):
    """What is held is in the files; nothing depends on the process that lists it."""
    house = small_house
    house.gateway.settings = {**house.gateway.settings, **HOLDING}
    house.gateway.write()
    await asyncio.to_thread(house.gateway.stop)
    await asyncio.to_thread(house.gateway.start)
    house.held_for = frozenset(RECIPIENTS)
    for _ in range(3):
        await house.send()
        pids = [r["id"] for r in house.gateway.records(event="process started", process="housekeeper")]
        with suppress(ProcessLookupError):
            os.kill(pids[-1], signal.SIGKILL)
        await house.send()
    assert house.count.duplicates == house.count.lost == 0, house.count
    listed = await asyncio.to_thread(quarantined_by_command, house.gateway)
    assert len(listed) == 2 * house.count.messages
    summary(house.count)


def quarantined_by_command(gateway: Gateway) -> list[object]:
    command = [str(PROGRAM), "quarantine", "list", "--json", "-c", str(gateway.file)]
    return list(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))


async def test_postfix_is_killed_under_load_and_so_are_workers(start_postfix, start_gateway, summary):
    """All of it at once, with a mail server that has a disk: what a client was promised is in a mailbox in the end."""
    postfix = await asyncio.to_thread(start_postfix)
    gateway = await asyncio.to_thread(start_gateway, backend=postfix.port, recipients=None, workers=4)
    await asyncio.to_thread(gateway.wait_for_records, event="serving", seconds=60)
    numbers, accepted = count(1), []

    async def client() -> None:
        while len(accepted) < 150:
            number = next(numbers)
            await Sender(gateway.port, RECIPIENTS[:1], SMALL % number).deliver(Moments())
            accepted.append(number)

    clients = [asyncio.ensure_future(client()) for _ in range(5)]
    for wanted in (30, 60, 90):
        while len(accepted) < wanted:  # noqa: ASYNC110  clients have no event for it
            await asyncio.sleep(0.005)
        await asyncio.to_thread(kill_group, postfix.pid())
        os.kill(workers_of(gateway)[0], signal.SIGKILL)
        await asyncio.to_thread(postfix.start)
    await asyncio.gather(*clients)
    await asyncio.to_thread(wait_until, lambda: not queued(postfix), seconds=60, what=lambda: str(queued(postfix)))
    delivered = [int(copy.content.partition(b"Subject: ")[2].split()[0]) for copy in postfix.mailbox.messages()]
    assert set(accepted) <= set(delivered), set(accepted) - set(delivered)
    summary(Count(messages=len(accepted), struck=6, duplicates=len(delivered) - len(set(delivered))))


def kill_group(pid: int) -> None:
    """Postfix and all its processes, as a power cut would."""
    os.killpg(os.getpgid(pid), signal.SIGKILL)
    wait_until(lambda: not is_alive(pid), seconds=30, what="Postfix is dead")


def queued(postfix: ReceivingPostfix) -> list[Path]:
    """Messages that it has taken and not delivered as yet; those it never finished taking are not executable."""
    found = []
    for name in ("maildrop", "incoming", "active", "deferred"):
        for path in (postfix.directory / "spool" / name).rglob("*"):
            with suppress(FileNotFoundError):  # delivered meanwhile
                mode = path.stat().st_mode
                if stat.S_ISREG(mode) and mode & stat.S_IXUSR:
                    found.append(path)
    return found


def workers_of(gateway: Gateway) -> list[int]:
    """Those that live now, the oldest first."""
    started = [r["id"] for r in gateway.records(event="process started") if r["process"].startswith("worker")]
    return [pid for pid in started if is_alive(pid)]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
