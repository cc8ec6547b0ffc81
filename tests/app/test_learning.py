"""What is learned of traces, by whom it counts, and that mail never suffers from it."""

import asyncio

import pytest

from gatepost.adapters.shared_memory.shared import Shared
from gatepost.app.learning import BATCH, FEW, HEAVY, ROOM, Learning, Reputations, learning, lessons_of
from gatepost.auth.reputation import domain_key, network_key, read
from gatepost.auth.sent_mail import Recall, recall
from gatepost.checks.reputation import PASSED, Config, Reputation
from gatepost.engine.stepping import Done, first_step
from gatepost.model.finding import Findings
from gatepost.model.samples import mail
from gatepost.model.stage import Role
from gatepost.model.trace import End
from gatepost.testing.fakes import FakeClock, FakeJournal, FakeMemory
from gatepost.testing.mailbox import Mailbox
from gatepost.testing.stages import SilentMemory
from tests.auth.test_conduct import refused, trace
from tests.config.texts import loaded
from tests.e2e.one_process import SMALL, Client, settings_in, with_backend

NOW, DAY = 1704103200.0, 86_400.0
AROUND, DOMAIN = network_key("192.0.2.0/24"), domain_key("example.net")
OUTBOUND = {"listeners": {"out": {"bind": ["127.0.0.1:2587"], "role": "submission", "relay": "inside",
                                  "relay_from": ["10.0.0.0/8"]}}}  # fmt: skip


class School:
    """A journal that learns, with what it learns in a memory that can be looked into."""

    def __init__(self, change=None, memory=None):
        self.clock = FakeClock(NOW)
        self.memory = memory or FakeMemory(self.clock)
        self.inner = FakeJournal()
        self.bugs = []
        lessons = lessons_of(loaded(change or OUTBOUND).settings)
        self.journal = Learning(self.inner, self.memory, lessons, lambda *bug: self.bugs.append(bug))

    def sees(self, seen=None, times=FEW, **more):
        """As often as it takes to be written down, unless told otherwise."""
        for _ in range(times):
            self.journal.record(seen or trace(began=NOW, **more))
        assert not self.bugs

    def knows(self, key):
        history = read(self.memory.kept.get(key, (None, 0))[0])
        return round(history.good), round(history.bad)

    async def finds(self, domain=""):
        """The report of the check that reads what was learned, on the next MAIL."""
        check = Reputation(Config(), self.memory)
        report = await check(mail(now=NOW, so_far=PASSED if domain else Findings()))
        return [finding.code for finding in report.findings]


def sent(message_id="<7@example.com>", **more):
    """Something that went out by the submission listener."""
    return trace(**{"listener": "out", "sender": "bob@example.com", "message_id": message_id, "began": NOW, **more})


# ── senders ──────────────────────────────────────────────────────────────────
async def test_what_is_learned_is_what_the_check_finds():
    school = School()
    school.sees(times=6, authenticated=("example.net",))
    assert school.knows(AROUND) == school.knows(DOMAIN) == (6, 0)
    assert await school.finds() == await school.finds(domain="example.net") == ["reputation.good"]
    school.sees(refused("header.nul", began=NOW), times=30)
    assert await school.finds() == ["reputation.bad"]


def test_good_and_bad_are_counted_apart_and_the_rest_is_not():
    school = School()
    school.sees(times=4)
    school.sees(refused("recipient.unknown", began=NOW))
    school.sees(trace(End.DEFERRED, began=NOW), times=9)
    assert school.knows(AROUND) == (4, 2)


def test_who_writes_a_domain_that_nobody_vouches_for_does_not_touch_its_name():
    school = School()
    school.sees(refused("header.nul", began=NOW, sender="ann@example.net"), times=50)
    assert DOMAIN not in school.memory.kept and set(school.memory.kept) == {AROUND}


def test_what_is_refused_at_connect_counts_for_the_network_only():
    school = School()
    school.sees(refused("dnsbl.listed", began=NOW, end=End.DROPPED, sender=None, recipients=()))
    assert set(school.memory.kept) == {AROUND}


def test_a_message_votes_for_few_domains_however_many_signed_it():
    school = School()
    school.sees(authenticated=tuple(f"d{number}.example" for number in range(50)))
    assert len(school.memory.kept) == 4


def test_a_relay_in_front_of_us_has_no_name():
    school = School({"gateway": {"trusted_relays": ["192.0.2.0/24"]}})
    school.sees(authenticated=("example.net",))
    assert set(school.memory.kept) == {DOMAIN}


def test_who_has_logged_in_or_sends_outbound_has_no_name():
    school = School()
    school.sees(user="bob")
    school.sees(listener="out")
    school.sees(listener="one that is gone")
    assert not school.memory.kept


def test_what_is_learned_fades():
    school = School()
    school.sees(times=8)
    school.sees(trace(began=NOW + 14 * DAY))
    assert school.knows(AROUND) == (6, 0)


# ── batches ──────────────────────────────────────────────────────────────────
async def test_who_comes_once_takes_no_room():
    school = School()
    school.sees(times=1)
    assert not school.memory.kept
    school.sees(times=1)
    assert school.knows(AROUND) == (2, 0)


async def test_what_the_memory_did_not_take_is_written_later():
    school = School()
    school.memory.down = True
    school.sees(times=5)
    school.memory.down = False
    school.sees(times=1)
    assert school.knows(AROUND) == (6, 0)


async def test_who_is_well_known_is_written_down_in_batches():
    memory = FakeMemory(FakeClock(NOW))
    reputations = Reputations(memory, 14 * DAY)
    for _ in range(int(HEAVY)):
        await reputations.count("k", True, NOW)
    written = memory.kept["k"]
    for _ in range(BATCH - 1):
        await reputations.count("k", False, NOW)
    assert memory.kept["k"] == written
    await reputations.count("k", False, NOW)
    history = read(memory.kept["k"][0])
    assert (history.good, history.bad) == (HEAVY, BATCH)


async def test_what_waits_is_bounded():
    reputations = Reputations(FakeMemory(FakeClock(NOW)), 14 * DAY)
    for number in range(ROOM + 10):
        await reputations.count(f"k-{number}", True, NOW)
    assert len(reputations.waiting) == ROOM
    assert "k-9" not in reputations.waiting and f"k-{ROOM + 9}" in reputations.waiting


async def test_two_workers_count_for_the_same_sender():
    memory = FakeMemory(FakeClock(NOW))
    one, other = Reputations(memory, DAY), Reputations(memory, DAY)
    for _ in range(6):
        await one.count("k", True, NOW)
        await other.count("k", True, NOW)
    assert 6 <= read(memory.kept["k"][0]).good <= 12


# ── our own mail ─────────────────────────────────────────────────────────────
async def recalled(school, message_id="7@example.com"):
    return await recall(school.memory, (message_id,), ("example.com",), NOW + 8 * DAY, 7 * DAY)


async def fortnight(school, **more):
    for day in range(9):
        school.clock.time = NOW + day * DAY
        school.sees(sent(**{"message_id": f"<{day}@example.com>", "began": NOW + day * DAY, **more}))
    return school


async def test_outbound_mail_is_remembered():
    school = await fortnight(School())
    assert await recalled(school) is Recall.OURS
    assert await recalled(school, "nobody@example.com") is Recall.NOT_OURS


@pytest.mark.parametrize(
    "other",
    [{"listener": "inbound"}, {"sender": "ann@example.net"}, {"sender": ""}, {"sender": None}, {"message_id": "7"},
     {"end": End.REFUSED}],
)  # fmt: skip
async def test_other_mail_is_not(other):
    school = await fortnight(School(), **other)
    assert not [key for key in school.memory.kept if key.startswith("sent:")]


# ── mail does not suffer ─────────────────────────────────────────────────────
def test_the_trace_is_handed_over_first_and_as_it_is():
    school = School()
    seen = trace(began=NOW)
    assert school.journal.record(seen)
    assert school.inner.traces == [seen]


async def test_a_trace_that_has_to_wait_is_learned_once():
    school = School()
    school.inner.full = True
    seen = trace(began=NOW)
    assert not school.journal.record(seen)
    assert school.knows(AROUND) == (0, 0)
    school.inner.full = False
    assert await school.journal.record_later(seen)
    school.sees(times=1)
    assert school.knows(AROUND) == (2, 0)


def test_a_memory_that_is_down_is_no_bug():
    school = School()
    school.memory.down = True
    assert school.journal.record(trace(began=NOW)) and school.journal.record(sent())
    assert not school.bugs


def test_what_is_broken_is_reported_and_the_trace_is_kept():
    school = School()
    school.journal.reputations.memory = None
    assert all([school.journal.record(trace(began=NOW)) for _ in range(FEW)])
    assert [where for where, _ in school.bugs] == ["learning"] and len(school.inner.traces) == FEW


async def test_a_memory_that_does_not_answer_keeps_nobody_waiting():
    school = School(memory=SilentMemory())
    assert all([school.journal.record(trace(began=NOW)) for _ in range(5)])
    assert not school.bugs


class FailsLater:
    """Answers after a while, with what is none."""

    def __init__(self, error):
        self.error = error

    async def get(self, key):
        await soon()
        raise self.error


async def soon():
    waited = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(waited.set_result, None)
    await waited


async def test_what_breaks_later_is_reported_too():
    school = School(memory=FailsLater(ValueError("nonsense")))
    assert all([school.journal.record(trace(began=NOW)) for _ in range(FEW)]) and not school.bugs
    await asyncio.sleep(0.01)
    assert [str(error) for _, error in school.bugs] == ["nonsense"]


def test_with_the_memory_of_the_workers_nothing_waits():
    lessons = lessons_of(loaded(OUTBOUND).settings)
    memory = Shared(1, SMALL).memory
    journal = Learning(FakeJournal(), memory, lessons, lambda *bug: None)
    for _ in range(9):
        assert isinstance(first_step(journal.lesson(trace(began=NOW, authenticated=("example.net",)))), Done)
    assert isinstance(first_step(journal.lesson(sent())), Done)


# ── wiring ───────────────────────────────────────────────────────────────────
def test_who_wants_nothing_learned_has_the_journal_itself():
    off = {"checks": {"reputation": {"enabled": False}, "bounce": {"enabled": False}}}
    journal = FakeJournal()
    assert learning(journal, FakeMemory(), loaded(off).settings, print) is journal
    assert isinstance(learning(journal, FakeMemory(), loaded({}).settings, print), Learning)


def test_settings_say_what_is_learned():
    inbound_only = lessons_of(loaded({"checks": {"reputation": {"half_life": "3d"}}}).settings)
    assert (inbound_only.half_life, inbound_only.lifetime) == (3 * DAY, None)
    both = lessons_of(loaded({**OUTBOUND, "checks": {"bounce": {"lifetime": "3d"}}}).settings)
    assert (both.roles["out"], both.lifetime) == (Role.SUBMISSION, 3 * DAY)
    neither = {"checks": {"reputation": {"enabled": False}, "bounce": {"enabled": False}}}
    assert lessons_of(loaded({**OUTBOUND, **neither}).settings).lifetime is None


async def test_a_worker_learns_from_the_mail_it_delivers(tmp_path):
    server = Mailbox()
    await server.start()
    async with Client(with_backend(settings_in(tmp_path), server.port)) as client:
        content = b"From: ann@sender.test\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\nMessage-ID: <1@x>\r\n\r\nHi.\r\n"
        for _ in range(FEW):
            assert (await client.deliver(["bob@example.test"], content)).startswith("250")
        assert len(client.ledger.of("trace")) == FEW
        history = read(await client.graph.memory.get(AROUND))
        assert (history.good, history.bad) == (FEW, 0)
    await server.stop()
