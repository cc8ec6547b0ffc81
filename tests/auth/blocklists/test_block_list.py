"""One list is asked: which answers count, and when nothing it says does."""

import asyncio

import pytest

from gatepost.auth.blocklists.block_list import HURRY, BlockList, try_out
from gatepost.auth.blocklists.health import SILENCE_REST, SILENCES, TEST_AGAIN
from gatepost.auth.blocklists.listing import Hit, NoAnswer
from gatepost.auth.blocklists.settings import DnsblSettings, ListSettings, What
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_dns import FakeDns
from gatepost.testing.fakes import FakeAlarms, FakeClock
from gatepost.testing.stages import SilentDns

ZONE = "bl.example"
GOOD = {"2.0.0.127": ["127.0.0.2"]}
NOBODY, SOMEBODY = "98.2.0.192", "99.2.0.192"


class Case:
    """A list, its zone (answers by name), and what the operator hears."""

    def __init__(self, said=None, **settings):
        self.dns, self.clock, self.alarms = FakeDns(), FakeClock(), FakeAlarms()
        self.settings = ListSettings(zone=ZONE, **settings)
        self.say(GOOD | (said or {}))
        self.list = BlockList(self.settings, DnsblSettings(), self.dns, self.clock, self.alarms)

    def say(self, said, texts=()):
        self.dns.names = {f"{name}.{ZONE}": {"A": answers} for name, answers in said.items()}
        for name, text in dict(texts).items():
            self.dns.names[f"{name}.{ZONE}"] = {**self.dns.names[f"{name}.{ZONE}"], "TXT": [text]}

    def silence(self, *names):
        for name in names:
            self.dns.names[f"{name}.{ZONE}"] = None

    async def ask(self, *names, what=What.CLIENT):
        return await self.list.ask(what, "192.0.2.99", names or (SOMEBODY,))

    @property
    def asked(self):
        return [name.removesuffix(f".{ZONE}") for kind, name in self.dns.asked if kind == "A"]


async def points(case):
    said = await case.ask()
    return said.points if isinstance(said, Hit) else said


async def test_who_is_on_it_and_who_is_not():
    case = Case({SOMEBODY: ["127.0.0.2"]}, weight=3.5)
    found = await case.ask()
    assert (found.list, found.listed, found.answers, found.points) == (ZONE, "192.0.2.99", "127.0.0.2", 3.5)
    assert found.what is What.CLIENT
    assert await case.ask(NOBODY) is None


async def test_an_answer_that_is_not_named_does_not_count():
    case = Case({SOMEBODY: ["127.0.0.10"]}, codes=[{"answer": "127.0.0.2-9"}])
    assert await case.ask() is None


async def test_the_weightiest_of_the_answers_that_count_does():
    codes = [{"answer": "127.0.0.2", "weight": 1}, {"answer": "127.0.0.4-7", "weight": 4, "reason": "proxy"}]
    case = Case({SOMEBODY: ["127.0.0.2", "127.0.0.4", "127.0.0.10"]}, codes=codes)
    found = await case.ask()
    assert (found.points, found.reason, found.answers) == (4.0, "proxy", "127.0.0.2, 127.0.0.4, 127.0.0.10")


async def test_an_answer_without_weight_of_its_own_has_that_of_the_list():
    case = Case({SOMEBODY: ["127.0.0.8"]}, weight=2, codes=[{"answer": "127.0.0.&8"}])
    assert await points(case) == 2.0


async def test_an_allow_list_takes_points_away():
    codes = [{"answer": "127.0.*.1", "weight": 1}, {"answer": "127.0.*.2-3", "weight": 4, "exempt": True}]
    low, high = Case({SOMEBODY: ["127.0.5.1"]}, kind="allow", codes=codes), None
    assert ((await low.ask()).points, (await low.ask()).exempt) == (-1.0, False)
    high = Case({SOMEBODY: ["127.0.5.3"]}, kind="allow", codes=codes)
    assert ((await high.ask()).points, (await high.ask()).exempt) == (-4.0, True)


async def test_any_of_several_names_is_enough():
    case = Case({"example.net": ["127.0.1.2"], "test": ["127.0.1.2"]}, what=["helo"])
    assert isinstance(await case.ask("mx.example.net", "example.net"), Hit)


async def test_it_is_called_by_its_name_or_else_by_its_zone_without_a_key():
    assert Case(name="Ours").list.name == "Ours"
    keyed = ListSettings(zone="0123456789abcdef0123.bl.example")
    assert BlockList(keyed, DnsblSettings(), FakeDns(), FakeClock(), FakeAlarms()).name == ZONE


# ── why ──────────────────────────────────────────────────────────────────────
async def test_the_reason_is_the_lists_own_where_the_settings_give_none():
    case = Case({SOMEBODY: ["127.0.0.2"]})
    case.say(GOOD | {SOMEBODY: ["127.0.0.2"]}, {SOMEBODY: "See https://bl.example/\r\n\xe9" + "x" * 300})
    reason = (await case.ask()).reason
    assert reason.startswith("See https://bl.example/??") and len(reason) == 150 and reason.isprintable()


async def test_no_reason_is_asked_for_that_nobody_will_read():
    for settings in ({"text": "No."}, {"codes": [{"answer": "127.0.0.2", "reason": "own"}]}, {"kind": "allow"}):
        case = Case({SOMEBODY: ["127.0.0.2"]}, **settings)
        assert isinstance(await case.ask(), Hit)
        assert "TXT" not in [kind for kind, _ in case.dns.asked]


async def test_without_a_reason_a_listing_counts_all_the_same():
    case = Case({SOMEBODY: ["127.0.0.2"]})
    original = case.dns.txt

    async def unavailable(name):
        await original(name)
        raise Unavailable(name)

    case.dns.txt = unavailable
    assert (await case.ask()).reason == ""


async def test_after_a_slow_answer_nobody_waits_for_the_reason():
    case = Case({SOMEBODY: ["127.0.0.2"]})
    original = case.dns.a

    async def slow(name):
        case.clock.advance(HURRY + 0.1)
        return await original(name)

    case.dns.a = slow
    assert isinstance(await case.ask(), Hit)
    assert "TXT" not in [kind for kind, _ in case.dns.asked]


# ── whether it can be believed ───────────────────────────────────────────────
async def test_before_its_first_word_counts_it_is_tested_and_then_once_an_hour():
    case = Case()
    await case.ask(NOBODY)
    assert case.asked == [NOBODY, "2.0.0.127", "1.0.0.127"]
    case.clock.advance(3599)
    await case.ask(NOBODY)
    assert len(case.asked) == 4
    case.clock.advance(1)
    await case.ask(NOBODY)
    assert case.asked[4:] == [NOBODY, "2.0.0.127", "1.0.0.127"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["2.0.0.127", "1.0.0.127"]),
        ({"addresses": "ipv4"}, ["2.0.0.127", "1.0.0.127"]),
        ({"what": ["sender"]}, ["test", "invalid"]),
        ({"what": ["sender"], "test_entry": "dbltest.example"}, ["dbltest.example", "invalid"]),
        ({"test_entry": "127.0.0.3"}, ["3.0.0.127", "1.0.0.127"]),
        ({"addresses": "ipv6"}, [f"{n}.0.0.0.0.0.f.7.f.f.f.f{'.0' * 20}" for n in (2, 1)]),
    ],
)
async def test_each_sort_of_list_has_its_test_entries(settings, expected):
    case = Case(**settings)
    await case.ask(NOBODY)
    assert case.asked[1:] == expected


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({SOMEBODY: ["127.255.255.254"]}, "an error (it does not answer public resolvers)"),
        ({SOMEBODY: ["127.0.0.1"]}, "an error (it does not answer you)"),
        ({SOMEBODY: ["203.0.113.80"]}, "which no list does"),
        ({SOMEBODY: ["127.0.0.2", "203.0.113.80"]}, "which no list does"),
        ({SOMEBODY: ["127.0.0.2"], "1.0.0.127": ["127.0.0.2"]}, "has 127.0.0.1, which no list may have"),
        ({SOMEBODY: ["127.0.0.2"], "2.0.0.127": []}, "does not have 127.0.0.2, its test entry"),
        ({SOMEBODY: ["127.0.0.2"], "2.0.0.127": ["127.255.255.255"]}, "an error (too many queries)"),
    ],
)
async def test_a_list_that_cannot_be_believed_says_nothing_and_is_left_alone_with_an_alarm(said, why):
    case = Case(said)
    first = await case.ask()
    assert isinstance(first, NoAnswer) and first.is_fault and why in first.why
    assert why in case.alarms.up[f"dnsbl.{ZONE}"]
    before = list(case.asked)
    case.clock.advance(899)
    assert await case.ask() == first
    assert case.asked == before


async def test_it_is_believed_again_when_it_has_passed_its_test():
    case = Case({SOMEBODY: ["127.255.255.254"], "2.0.0.127": ["127.255.255.254"]})
    assert isinstance(await case.ask(), NoAnswer)
    case.clock.advance(900)
    assert isinstance(await case.ask(), NoAnswer)
    case.say(GOOD | {SOMEBODY: ["127.0.0.2"]})
    case.clock.advance(900)
    assert isinstance(await case.ask(), Hit)
    assert not case.alarms.up


async def test_a_list_that_begins_to_say_yes_to_everything_is_found_out_at_the_next_test():
    case = Case()
    await case.ask(NOBODY)
    case.say(GOOD | {SOMEBODY: ["127.0.0.2"], NOBODY: ["127.0.0.2"], "1.0.0.127": ["127.0.0.2"]})
    case.clock.advance(3600)
    assert isinstance(await case.ask(NOBODY), NoAnswer)


async def test_a_domain_list_may_not_have_the_name_invalid():
    case = Case({"test": ["127.0.1.2"], "invalid": ["127.0.1.2"]}, what=["helo"])
    assert "has invalid" in (await case.ask("example.net")).why


# ── without an answer ────────────────────────────────────────────────────────
async def test_no_answer_is_no_listing_and_after_some_the_list_is_left_alone_for_a_minute():
    case = Case()
    case.silence(SOMEBODY)
    for _ in range(SILENCES):
        assert await case.ask() == NoAnswer(ZONE, "gives no answer")
    before = len(case.asked)
    assert await case.ask() == NoAnswer(ZONE, "gives no answer")
    assert len(case.asked) == before
    case.clock.advance(SILENCE_REST)
    assert await case.ask(NOBODY) is None
    assert not case.alarms.up


async def test_what_was_never_tested_does_not_count():
    case = Case({SOMEBODY: ["127.0.0.2"]})
    case.silence("2.0.0.127")
    assert await case.ask() == NoAnswer(ZONE, "gives no answer")


async def test_a_test_without_answer_does_not_undo_an_earlier_one():
    case = Case({SOMEBODY: ["127.0.0.2"]})
    await case.ask(NOBODY)
    case.silence("2.0.0.127")
    case.clock.advance(3600)
    assert isinstance(await case.ask(), Hit)
    case.say(GOOD | {SOMEBODY: ["127.0.0.2"], "1.0.0.127": ["127.0.0.2"]})
    case.clock.advance(TEST_AGAIN)
    assert isinstance(await case.ask(), NoAnswer)


async def test_one_of_two_names_without_answer_is_no_answer():
    case = Case({"test": ["127.0.1.2"]}, what=["helo"])
    case.silence("mx.example.net")
    assert isinstance(await case.ask("mx.example.net", "example.net"), NoAnswer)


async def test_who_gives_up_waiting_counts_as_silence():
    case = Case()
    case.list.dns = SilentDns()
    for _ in range(SILENCES):
        task = asyncio.create_task(case.ask())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await case.ask() == NoAnswer(ZONE, "gives no answer")


# ── trying out ───────────────────────────────────────────────────────────────
async def test_trying_a_list_out_says_what_is_wrong():
    assert await try_out(Case().settings, Case().dns) == ""
    broken = Case({"2.0.0.127": []})
    assert (await try_out(broken.settings, broken.dns)).startswith("does not have 127.0.0.2")
    refusing = Case({"1.0.0.127": ["127.0.0.255"]}, kind="allow")
    assert "an error" in await try_out(refusing.settings, refusing.dns)
    broken.dns.down = True
    with pytest.raises(Unavailable):
        await try_out(broken.settings, broken.dns)
