"""Whenever the client saw 250, the mail server behind said 250, or the quarantine holds the message.

In one process, so that every step of the dialogue with the mail server can go wrong in every way (ARCHITECTURE
§5 rules 5–7 and 10). What happens when processes are killed is in `test_killed`.
"""

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from msgspec import Struct

from gatepost.config.settings import Settings
from gatepost.model.trace import End
from gatepost.testing.scripted import EHLO, NO_PIPELINING, Act, Endless, Pause, ScriptedServer, Step, dialogue
from tests.e2e.one_process import Client, Ledger, held_in, settings_in, with_backend

MESSAGE = b"From: ann@sender.test\r\nSubject: x\r\n\r\n..dots\r\n"
PATIENT = dict.fromkeys(("command_timeout", "data_timeout", "final_timeout", "connect_timeout"), 60.0)
UNEXPECTED = {b"220": b"250 2.0.0 Hello\r\n", b"354": b"250 2.0.0 Ok\r\n"}


def right(step: Step) -> bytes:
    assert isinstance(step, bytes)
    return step


def unexpected(step: Step) -> bytes:
    """A 2xx that has no meaning here."""
    return UNEXPECTED.get(right(step)[:3], b"252 2.0.0 Perhaps\r\n")


FAULTS = {
    "closes": lambda steps, at: Act.CLOSE,
    "resets": lambda steps, at: Act.RESET,
    "silent": lambda steps, at: Act.SILENCE,
    "4xx": lambda steps, at: b"451 4.3.0 Not now\r\n",
    "421": lambda steps, at: (b"421 4.3.2 Going down\r\n", Act.CLOSE),
    "5xx": lambda steps, at: b"554 5.7.1 No\r\n",
    "rubbish": lambda steps, at: b"\0\xff 250 \r\n",
    "unexpected 2xx": lambda steps, at: unexpected(steps[at]),
    "answers twice": lambda steps, at: right(steps[at]) * 2,
    "answers ahead": lambda steps, at: right(steps[at]) + right((*steps, b"250 2.0.0 Ok\r\n")[at + 1]),
    "half an answer": lambda steps, at: (right(steps[at])[:6], Act.CLOSE),
    "answers and closes": lambda steps, at: (steps[at], Act.CLOSE),
    "never ends": lambda steps, at: Endless(),
}
RECIPIENTS = {
    "one": ("a@example.test",),
    "two": ("a@example.test", "b@example.test"),
    "one of them held": ("a@example.test", "held@example.test"),
    "held": ("held@example.test",),
}


class Case(Struct, frozen=True):
    """One run: what the backend says, who gets the message, and whether the quarantine works."""

    name: str
    script: tuple[Step, ...]
    recipients: tuple[str, ...]
    holds: bool


def cases(fault: str) -> Iterator[Case]:
    for (who, recipients), ehlo, holds in itertools.product(RECIPIENTS.items(), (EHLO, NO_PIPELINING), (True, False)):
        told = [r for r in recipients if not r.startswith("held")]
        steps = tuple(dialogue(len(told), ehlo))
        for at in range(len(steps)):
            script = (*steps[:at], FAULTS[fault](steps, at), *steps[at + 1 :])
            pipelined = "pipelined" if ehlo is EHLO else "one by one"
            name = f"{who}, {pipelined}, quarantine {'works' if holds else 'fails'}, {fault} at {at}"
            yield Case(name, script, recipients, holds)


def taken_by(server: ScriptedServer, script: Sequence[Step]) -> set[str]:
    """Recipients of messages to which the server said 250, as it sees its own dialogue."""
    found: set[str] = set()
    for commands in server.commands:
        said = [(command, octets_of(script[at])) for at, command in enumerate(commands, 1) if at < len(script)]
        if any(command == b"." and reply.startswith(b"250") for command, reply in said):
            found |= {
                command.partition(b"<")[2].partition(b">")[0].decode()
                for command, reply in said
                if command.startswith(b"RCPT") and reply.startswith(b"250")
            }
    return found


def octets_of(step: Step) -> bytes:
    pieces = step if isinstance(step, tuple) else (step,)
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


async def outcome(case: Case, settings: Settings) -> tuple[str, list[str]]:
    """The reply to the final dot, and what is wrong with it."""
    async with ScriptedServer(case.script) as server, Client(with_backend(settings, server.port)) as client:
        reply = await client.deliver(case.recipients, MESSAGE)
        answered_for = taken_by(server, case.script) | client.quarantined()
        wrong = []
        if reply[:3] not in ("250", "451", "554", "452"):
            wrong.append(f"{case.name}: answered {reply!r}")
        if reply.startswith("250") and not answered_for >= set(case.recipients):
            wrong.append(f"{case.name}: {reply!r}, but only {answered_for or 'nobody'} has it")
        wrong += out_of_order(case.name, client.ledger, reply)
        await server.stop()  # so that nobody waits for a silent server to say good-bye
    return reply, wrong


def out_of_order(name: str, ledger: Ledger, reply: str) -> list[str]:
    """The trace has to be with the journal before the reply is on its way, and say the same."""
    kinds = [kind for kind, _ in ledger.entries if kind != "alarm"]
    traces = ledger.of("trace")
    if kinds[-2:] != ["trace", "wrote"] or len(traces) != 1:
        return [f"{name}: the trace was not recorded before the reply: {kinds}"]
    heard = reply.removesuffix(f" [{traces[0].id}]")  # a refusal has the reference with it
    if traces[0].reply != heard:
        return [f"{name}: the trace says {traces[0].reply!r}, the client heard {reply!r}"]
    return []


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("data"))


def in_own_directory(settings: Settings, directory: Path, *, holds: bool) -> Settings:
    """With a data directory of its own, in which the quarantine works or, a file being in its place, does not."""
    directory.mkdir()
    if not holds:
        (directory / "quarantine").touch()
    return settings.model_copy(update={"gateway": settings.gateway.model_copy(update={"data_dir": directory})})


@pytest.mark.parametrize("fault", FAULTS)
async def test_250_means_that_somebody_has_it_whatever_goes_wrong_at_whichever_step(fault, settings, tmp_path):
    places = ((case, tmp_path / str(number)) for number, case in enumerate(cases(fault)))
    runs = [outcome(case, in_own_directory(settings, place, holds=case.holds)) for case, place in places]
    results = await asyncio.gather(*runs)
    assert not [line for _, wrong in results for line in wrong]
    assert len(results) > 50


@pytest.mark.parametrize("who", RECIPIENTS)
@pytest.mark.parametrize("ehlo", [EHLO, NO_PIPELINING])
async def test_when_nothing_goes_wrong_it_is_250_and_everybody_is_served(who, ehlo, settings, tmp_path):
    told = [r for r in RECIPIENTS[who] if not r.startswith("held")]
    script = tuple(dialogue(len(told), ehlo))
    async with ScriptedServer(script) as server:
        patient = with_backend(in_own_directory(settings, tmp_path / "data", holds=True), server.port, **PATIENT)
        async with Client(patient) as client:
            assert (await client.deliver(RECIPIENTS[who], MESSAGE)).startswith("250 2.0.0 ")
            assert taken_by(server, script) | client.quarantined() == set(RECIPIENTS[who])
            assert server.dots == (1 if told else 0)
            await server.stop()


async def test_the_reply_waits_until_the_journal_has_room_for_the_trace(settings):
    ledger = Ledger(full=True)
    async with (
        ScriptedServer(dialogue()) as server,
        Client(with_backend(settings, server.port, **PATIENT), ledger=ledger) as client,
    ):
        await client.begin(RECIPIENTS["one"])
        client.send(MESSAGE + b".\r\n")
        await until(lambda: server.dots)
        for _ in range(100):
            await asyncio.sleep(0)
        assert client.octets.endswith(b"354 End data with <CR><LF>.<CR><LF>\r\n") and not ledger.of("trace")
        ledger.room.set()
        assert (await client.reply()).startswith("250")
        assert [kind for kind, _ in ledger.entries[-2:]] == ["trace", "wrote"]
        await server.stop()


async def test_a_message_whose_client_has_gone_is_not_handed_over(settings, tmp_path):
    """Nobody would hear the 250; he will come again, and then it would be there twice."""
    script = dialogue()
    async with ScriptedServer(script) as server:
        mine = in_own_directory(settings, tmp_path / "data", holds=True)
        async with Client(with_backend(mine, server.port, **PATIENT)) as client:
            await client.begin(RECIPIENTS["one of them held"])
            client.send(MESSAGE + b".\r\n")  # the quarantine is at work, in a thread
            client.line.close()
            await until(lambda: client.ledger.of("trace"))
            assert not server.dots and held_in(mine)
            assert client.ledger.of("trace")[0].reply.startswith("451")
            await server.stop()


async def test_a_client_that_goes_while_the_mail_server_thinks_may_cause_a_duplicate_and_the_trace_says_delivered(
    settings,
):
    script = [*dialogue()[:-1], (Pause(0.05), b"250 2.0.0 Ok\r\n")]
    async with ScriptedServer(script) as server, Client(with_backend(settings, server.port, **PATIENT)) as client:
        await client.begin(RECIPIENTS["one"])
        client.send(MESSAGE + b".\r\n")
        await until(lambda: server.dots)
        client.line.close()
        await until(lambda: client.ledger.of("trace"))
        assert client.ledger.of("trace")[0].end is End.DELIVERED
        await server.stop()


async def until(holds: Callable[[], object]) -> None:
    """pytest's own time limit is the bound."""
    while not holds():  # noqa: ASYNC110  nobody sets an event when this comes true
        await asyncio.sleep(0.001)
