"""Who waits for spam engines, how many ask one at once, until when, and what they are shown."""

import asyncio
import os

import pytest
from msgspec import structs

from gatepost.adapters.engines.opinion_desk import OpinionDesk
from gatepost.adapters.engines.opinion_settings import SpamdSettings
from gatepost.adapters.engines.opinions import Opinions
from gatepost.adapters.engines.turns import Failed
from gatepost.engine.stepping import first_step
from gatepost.gateway.clock import SystemClock
from gatepost.model.samples import message
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion
from gatepost.ports.unavailable import Unavailable
from tests.adapters.backend.delivering import soon


class Engine:
    """Answers once `gate` is open; keeps what it was shown."""

    def __init__(self, name="e", *, is_open=True):
        self.name = name
        self.gate = asyncio.Event()
        if is_open:
            self.gate.set()
        self.shown = []
        self.samples = []
        self.now = self.most = 0
        self.fault = None

    async def ask(self, address, sample, arrival):
        self.now += 1
        self.most = max(self.most, self.now)
        self.samples.append(sample)
        try:
            await self.gate.wait()
            if self.fault:
                raise self.fault
            self.shown.append(b"".join(sample.chunks()))
            return SecondOpinion(engine=self.name, score=1.0, threshold=5.0)
        finally:
            self.now -= 1


def opinions(tmp_path, *engines, **settings):
    made_with = SpamdSettings(address="unix:/run/x", **settings)
    desks = {e.name: OpinionDesk(e, made_with.places, made_with, SystemClock()) for e in engines}
    return Opinions(desks, tmp_path)


class InFile:
    """Content of a message that lies in a file."""

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_RDWR)
        self.size = os.fstat(self.descriptor).st_size

    def chunks(self):
        yield os.pread(self.descriptor, self.size, 0)


async def test_all_are_asked_at_once_and_answer_in_order(tmp_path):
    slow, quick = Engine("slow", is_open=False), Engine("quick")
    asked = asyncio.ensure_future(opinions(tmp_path, slow, quick).ask(message(), ("slow", "quick")))
    await soon(lambda: quick.shown)
    slow.gate.set()
    assert [answer.engine for answer in await asked] == ["slow", "quick"]


async def test_an_engine_sees_the_message_as_its_recipient_will(tmp_path):
    engine = Engine()
    at = message(body=b"..two dots\r\n.\x2e.\r\nno.dot\r\n")
    await opinions(tmp_path, engine).ask(at, ("e",))
    assert engine.shown[0].endswith(b"\r\n\r\n.two dots\r\n..\r\nno.dot\r\n")


async def test_of_a_message_that_is_too_large_nobody_is_asked(tmp_path):
    engine = Engine()
    assert await opinions(tmp_path, engine, max_size=1024).ask(message(body=b"x" * 1024), ("e",)) == ()
    assert not engine.samples


async def test_an_engine_without_an_answer_is_told_of_and_remembered(tmp_path):
    engine = Engine()
    engine.fault = Failed("down")
    desks = opinions(tmp_path, engine)
    assert await desks.ask(message(), ("e",)) == (NoOpinion(engine="e", reason="e: unix:/run/x: down"),)
    assert desks.by_name["e"].problem == "e: unix:/run/x: down"
    engine.fault = None
    await desks.ask(message(), ("e",))
    assert desks.by_name["e"].problem == ""


async def test_no_more_than_allowed_ask_it_at_once(tmp_path):
    engine = Engine(is_open=False)
    desks = opinions(tmp_path, engine, concurrency=2)
    asked = [asyncio.ensure_future(desks.ask(message(), ("e",))) for _ in range(6)]
    await soon(lambda: engine.now == 2)
    engine.gate.set()
    await asyncio.gather(*asked)
    assert engine.most == 2 and len(engine.shown) == 6


async def test_the_wait_for_a_turn_is_within_the_time(tmp_path):
    desks = opinions(tmp_path, Engine(), concurrency=1, timeout=0.2)
    slots = desks.by_name["e"].slots
    await slots.acquire()  # as by a message that takes long
    (answer,) = await desks.ask(message(), ("e",))
    assert answer.reason == "e: no turn within 0.2 s"
    slots.release()
    assert isinstance((await desks.ask(message(), ("e",)))[0], SecondOpinion)


async def test_who_was_given_no_answer_gives_his_turn_back(tmp_path):
    engine = Engine(is_open=False)
    desks = opinions(tmp_path, engine, concurrency=1, timeout=0.05)
    (answer,) = await desks.ask(message(), ("e",))
    assert "no answer within 0.05 s" in answer.reason
    engine.gate.set()
    assert isinstance((await desks.ask(message(), ("e",)))[0], SecondOpinion)


async def test_who_fails_again_and_again_is_not_waited_for(tmp_path):
    engine = Engine(is_open=False)
    desks = opinions(tmp_path, engine, timeout=0.05)
    for _ in range(5):
        await desks.ask(message(), ("e",))
    assert len(engine.samples) == 3


async def test_who_leaves_takes_the_question_back_and_the_file_is_closed(tmp_path):
    file = tmp_path / "message"
    file.write_bytes(b"a: b\r\n\r\nhello\r\n")
    engine = Engine(is_open=False)
    desks = opinions(tmp_path, engine)
    at = message()
    at = structs.replace(at, message=structs.replace(at.message, content=InFile(file)))
    asked = asyncio.ensure_future(desks.ask(at, ("e",)))
    await soon(lambda: engine.samples)
    assert engine.samples[0].file >= 0
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await soon(lambda: not desks.tasks)
    assert engine.samples[0].file == -1 and engine.now == 0


async def test_it_may_be_stepped_outside_any_task(tmp_path):
    engine = Engine()
    told = asyncio.get_running_loop().create_future()
    pending = first_step(opinions(tmp_path, engine).ask(message(), ("e",)))
    pending.then(lambda result, error: told.set_exception(error) if error else told.set_result(result))
    assert (await told)[0].score == 1.0


async def test_there_must_be_such_an_engine(tmp_path):
    with pytest.raises(Unavailable, match="no engine x"):
        await opinions(tmp_path).ask(message(), ("x",))


async def test_a_message_that_cannot_be_read_is_nobodys_opinion(tmp_path):
    engine = Engine()
    engine.fault = OSError(5, "Input/output error")
    (answer,) = await opinions(tmp_path, engine).ask(message(), ("e",))
    assert isinstance(answer, NoOpinion) and "cannot be read" in answer.reason


async def test_at_the_end_nobody_asks_any_more(tmp_path):
    engine = Engine(is_open=False)
    desks = opinions(tmp_path, engine)
    asked = asyncio.ensure_future(desks.ask(message(), ("e",)))
    await soon(lambda: engine.now)
    desks.close()
    await asyncio.wait([asked], timeout=5)
    assert asked.cancelled() and engine.now == 0
