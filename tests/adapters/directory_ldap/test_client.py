"""The worker's side, against the real process and real servers, and against a process that misbehaves."""

import asyncio
import os
import signal
import time

import pytest

from gatepost.adapters.directory_ldap.client import LINES, LdapDirectory
from gatepost.adapters.directory_ldap.wire import HEAD, Answer, Failed, Find, Health, frame, requests
from gatepost.engine.breaker import FAILURES
from gatepost.engine.stepping import Done, first_step
from gatepost.gateway.clock import SystemClock
from gatepost.gateway.directory_cache import CachedDirectory
from gatepost.model.address import Address, Domain
from gatepost.ports.directory import Found
from gatepost.ports.unavailable import Unavailable

TEST = Domain("example.test")
ANN = Address("ann", TEST)


def client(path, timeout=2.0):
    return LdapDirectory(path, timeout, SystemClock())


class Pretender:
    """Listens as the directory's process would; `answer` makes the octets that go back, or None for silence."""

    def __init__(self, path, answer):
        self.path, self.answer = path, answer
        self.questions = []

    async def __aenter__(self):
        self.server = await asyncio.start_unix_server(self.attend, str(self.path))
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def attend(self, reader, writer):
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(HEAD), "big")
                self.questions.append(requests.decode(await reader.readexactly(size)))
                octets = self.answer(self.questions[-1])
                if octets is None:
                    continue
                writer.write(octets)
                if not octets:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@pytest.fixture
def pretend(tmp_path):
    return lambda answer: Pretender(tmp_path / "pretender.sock", answer)


def echo(question):
    return frame(Answer(Found(f"{question.local}@{question.domain}")))


@pytest.mark.servers
class TestWithSlapd:
    async def test_it_finds_whom_the_directory_has(self, slapd, settings, serve):
        directory = client(serve(settings(slapd.tls_url)).path)
        assert await directory.find(ANN) == Found("ann@example.test", ("Sales",), listed=True)

    async def test_nobody_is_the_directorys_word(self, slapd, settings, serve):
        assert await client(serve(settings(slapd.tls_url)).path).find(Address("nobody", TEST)) is None

    async def test_a_hundred_at_once_for_one_address_are_one_search(self, slapd, settings, serve):
        source = client(serve(settings(slapd.tls_url)).path)
        directory = CachedDirectory(
            source, SystemClock(), positive_ttl=60, negative_ttl=60, keep_when_down=0, size=1000
        )
        crowd = Address(f"crowd-{time.monotonic_ns()}", TEST)
        found = await asyncio.gather(*(directory.find(crowd) for _ in range(100)))
        assert found == [None] * 100
        assert sum(f"(mail={crowd})" in search for search in slapd.searches()) == 1

    async def test_a_hundred_addresses_at_once_are_all_answered(self, slapd, settings, serve):
        directory = client(serve(settings(slapd.tls_url)).path)
        addresses = [Address(f"m{n}", Domain("many.test")) for n in range(100)]
        found = await asyncio.gather(*map(directory.find, addresses))
        assert [one.primary for one in found] == [str(address) for address in addresses]

    async def test_a_process_killed_and_started_again_is_found_again(self, slapd, settings, serve):
        served = serve(settings(slapd.tls_url))
        directory = client(served.path)
        await directory.find(ANN)
        served.kill()
        served.start()
        assert await directory.find(ANN) is not None

    async def test_a_question_that_a_killed_process_left_is_answered_by_the_next(self, slapd, settings, serve):
        served = serve(settings(slapd.tls_url))
        directory = client(served.path, 5.0)
        await directory.find(ANN)
        os.kill(served.process.pid, signal.SIGSTOP)
        asked = asyncio.create_task(directory.find(ANN))
        await asyncio.sleep(0.05)
        served.kill()
        served.start()
        assert await asked is not None

    async def test_a_directory_that_is_down_is_no_answer_and_says_why(self, start_slapd, settings, serve):
        server = start_slapd()
        server.stop()
        directory = client(serve(settings(server.url, allow_plaintext=True)).path)
        with pytest.raises(Unavailable, match="cannot connect"):
            await directory.find(ANN)
        assert "cannot connect" in directory.problem

    async def test_a_stopped_process_is_no_answer_in_time(self, slapd, settings, serve):
        served = serve(settings(slapd.tls_url))
        os.kill(served.process.pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(Unavailable, match="in time"):
            await client(served.path, 0.3).find(ANN)
        assert time.monotonic() - began < 2


async def test_without_a_process_there_is_no_answer(tmp_path):
    with pytest.raises(Unavailable, match="cannot be reached: No such file"):
        await client(tmp_path / "none.sock").find(ANN)


async def test_a_process_that_ends_twice_under_a_question_is_no_answer(pretend):
    async with pretend(lambda question: b"") as process:
        with pytest.raises(Unavailable, match="has gone"):
            await client(process.path).find(ANN)
        assert len(process.questions) == 2


@pytest.mark.parametrize(
    "octets",
    [b"\xff\xff\xff\xff", b"\0\0\0\1\xc1", frame(Answer(None)) * 2, b"\0\0\0\5hello"],
    ids=["too long", "no MessagePack", "two answers", "another type"],
)
async def test_an_answer_that_is_none_is_no_answer(pretend, octets):
    async with pretend(lambda question: octets) as process:
        directory = client(process.path)
        with pytest.raises(Unavailable):
            await directory.find(ANN)
        assert not any(line.is_open for line in directory.idle)


async def test_an_answer_to_another_question_is_no_answer(pretend):
    async with pretend(lambda question: frame(Health(0.0, ()))) as process:
        with pytest.raises(Unavailable, match="another question"):
            await client(process.path).find(ANN)


async def test_one_connection_serves_question_after_question(pretend):
    async with pretend(echo) as process:
        directory = client(process.path)
        for n in range(20):
            assert (await directory.find(Address(f"u{n}", TEST))).primary == f"u{n}@example.test"
        assert len(directory.idle) == 1


async def test_more_questions_than_lines_wait_their_turn(pretend):
    async with pretend(echo) as process:
        directory = client(process.path)
        found = await asyncio.gather(*(directory.find(Address(f"u{n}", TEST)) for n in range(5 * LINES)))
        assert [one.primary for one in found] == [f"u{n}@example.test" for n in range(5 * LINES)]
        assert len(directory.idle) <= LINES and directory.open == 0


async def test_who_waits_for_his_turn_waits_no_longer_than_the_timeout(pretend):
    async with pretend(lambda question: None) as process:
        directory = client(process.path, 0.2)
        asked = [directory.find(Address(f"u{n}", TEST)) for n in range(3 * LINES)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, Unavailable) for one in found)
        assert directory.open == 0 and not directory.waiting


async def test_who_gives_up_leaves_his_answer_to_nobody_else(pretend):
    silent = True
    async with pretend(lambda question: None if silent else echo(question)) as process:
        directory = client(process.path)
        impatient = asyncio.create_task(directory.find(ANN))
        await asyncio.sleep(0.05)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
        silent = False
        assert (await directory.find(Address("bob", TEST))).primary == "bob@example.test"
        assert directory.open == 0


async def test_who_gives_up_while_waiting_takes_no_place(pretend):
    async with pretend(lambda question: None) as process:
        directory = client(process.path, 0.5)
        tasks = [asyncio.create_task(directory.find(Address(f"u{n}", TEST))) for n in range(2 * LINES)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert directory.open == 0 and not directory.waiting


async def test_failures_in_a_row_end_the_waiting(pretend):
    async with pretend(lambda question: frame(Failed("all servers are down"))) as process:
        directory = client(process.path)
        for _ in range(3 * FAILURES):
            with pytest.raises(Unavailable, match="all servers are down"):
                await directory.find(ANN)
        assert len(process.questions) == FAILURES


async def test_a_question_that_cannot_be_answered_spoils_no_other(pretend):
    def answer(question):
        return frame(Failed("bad value", only_this=True)) if question.local == "evil" else echo(question)

    async with pretend(answer) as process:
        directory = client(process.path)
        for _ in range(3 * FAILURES):
            with pytest.raises(Unavailable, match="bad value"):
                await directory.find(Address("evil", TEST))
        assert await directory.find(ANN) is not None


async def test_a_look_up_may_begin_outside_any_task(pretend):
    async with pretend(echo) as process:
        step = first_step(client(process.path).find(ANN))
        assert not isinstance(step, Done)
        found = asyncio.get_running_loop().create_future()
        step.then(lambda result, error: found.set_result(result))
        assert (await found).primary == "ann@example.test"


async def test_the_address_is_asked_for_as_it_is(pretend):
    async with pretend(echo) as process:
        await client(process.path).find(Address("Ann+tag", TEST))
        assert process.questions == [Find("Ann+tag", "example.test")]


async def test_closing_ends_its_connections(pretend):
    async with pretend(echo) as process:
        directory = client(process.path)
        await directory.find(ANN)
        (line,) = directory.idle
        directory.close()
        assert not line.is_open
