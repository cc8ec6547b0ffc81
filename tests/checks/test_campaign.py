import pytest

from gatepost.auth.author import Author, Standing
from gatepost.auth.dkim.result import DkimResult, DkimResults, Reason
from gatepost.auth.reputation import History, Repute
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.checks.campaign import (
    BANDS,
    MARKS,
    ROWS,
    SEEN,
    STARTS,
    TAKEN,
    WINDOW,
    WORDS,
    Campaign,
    Config,
    key_of,
    mark_of,
    source,
)
from gatepost.model.address import Address, Domain
from gatepost.model.inspection import Inspection, Text
from gatepost.model.samples import found, message
from gatepost.syntax.mailbox_list import Mailbox
from gatepost.testing.fakes import FakeClock, FakeCounters, FakeMemory

VIRUS = "antivirus.virus"
TO_FOUR = tuple(f"{name}@example.com" for name in ("ann", "bob", "carol", "dave"))


class House:
    """The check with empty counters, and what it finds in one message after the other."""

    def __init__(self, **config):
        self.clock = FakeClock()
        self.counters = FakeCounters(self.clock)
        self.memory = FakeMemory(self.clock)
        self.check = Campaign(Config(**config), self.counters, self.memory)

    async def codes(self, *values, codes=(), seen=SEEN, **at):
        report = self.check(message(so_far=found(*codes, values=(seen, *values)), **at))
        report = report if hasattr(report, "findings") else await report
        return [finding.code for finding in report.findings]

    async def campaign(self, sources, recipients=TO_FOUR, **more):
        """The same text from so many networks; what is found in the last of them."""
        said = []
        for number in range(sources):
            said = await self.codes(client_ip=f"192.0.{number}.1", recipients=recipients, **more)
        return said


def spelt(number):
    """In letters, for words with a digit do not count."""
    return f"{chr(97 + number // 26)}{chr(97 + number % 26)}"


def saying(text):
    return Inspection(texts=(Text(path="1", kind="plain", text=text),))


def spf(domain, **more):
    return SpfResult(result=Spf.PASS, domain=domain, **more)


def dkim(*domains):
    return DkimResults(tuple(DkimResult(reason=Reason.VERIFIED, domain=domain) for domain in domains))


def author(domain):
    return Author(Standing.ONE, (Mailbox("", Address("ann", Domain(domain))),))


async def test_the_same_text_from_many_networks_is_found():
    house = House()
    assert not await house.campaign(5)
    assert await house.campaign(6) == ["campaign.many_sources"]


async def test_few_recipients_are_no_campaign():
    assert not await House().campaign(15, recipients=TO_FOUR[:1])
    assert await House(recipients=15).campaign(15, recipients=TO_FOUR[:1]) == ["campaign.many_sources"]


async def test_one_network_is_one_source_however_many_clients_it_has():
    house = House()
    for number in range(200):
        assert not await house.codes(client_ip=f"192.0.2.{number}", recipients=TO_FOUR)
        assert not await house.codes(client_ip=f"2001:db8::{number:x}", recipients=TO_FOUR)


async def test_one_domain_that_is_vouched_for_is_one_source_wherever_it_sends_from():
    house = House()
    for number in range(50):
        newsletter = spf(f"news{number}.example.net"), author("example.net")
        assert not await house.codes(*newsletter, client_ip=f"192.0.{number}.1", recipients=TO_FOUR)


async def test_many_domains_that_are_vouched_for_are_many_sources():
    house = House()
    said = [await house.codes(spf(f"shop{number}.example"), recipients=TO_FOUR) for number in range(6)]
    assert said[-1] == ["campaign.many_sources"]


async def test_an_hour_later_all_is_forgotten():
    house = House()
    await house.campaign(6)
    house.clock.advance(WINDOW + 1)
    assert not await house.campaign(5)


async def test_who_goes_on_for_hours_is_still_many_sources():
    house = House()
    for _ in range(10):
        house.clock.advance(WINDOW / 3)
        said = await house.campaign(7)
    assert said == ["campaign.many_sources"]


@pytest.mark.parametrize(
    "at",
    [
        {"sender": ""},
        {"user": "ann"},
        {"codes": ("access_client.allowed",)},
        {"codes": ("access_recipient.allowed",)},
        {"seen": Inspection()},
        {"seen": saying("too few words")},
    ],
    ids=str,
)
async def test_what_is_not_asked_about_is_not_counted_either(at):
    house = House()
    assert not await house.campaign(10, **at)
    assert not house.counters.events


async def test_a_text_that_comes_once_takes_a_row_for_each_band_and_no_more():
    house = House()
    await house.codes()
    assert set(house.counters.events) == {TAKEN, *map(key_of, BANDS)}
    assert await house.counters.peek(TAKEN, window=WINDOW) == len(BANDS)


async def test_a_campaign_takes_few_rows_however_many_sources_it_has():
    house = House(sources=5)
    await house.campaign(100)
    assert len(house.counters.events) <= 1 + len(BANDS) * (2 + 5)


async def test_where_many_rows_are_taken_what_keeps_coming_is_found_all_the_same():
    house = House()
    await house.counters.hit(TAKEN, window=WINDOW, amount=STARTS * 3 // 4)
    said = []
    for number in range(60):
        said = await house.codes(client_ip=f"192.0.{number}.1", recipients=TO_FOUR, transaction=f"t-{number}")
    assert said == ["campaign.many_sources"]


async def test_when_no_new_text_is_counted_the_sources_of_known_ones_still_are():
    house = House()
    await house.codes(recipients=TO_FOUR)
    await house.counters.hit(TAKEN, window=WINDOW, amount=STARTS)
    assert await house.campaign(6) == ["campaign.many_sources"]
    kept = len(house.counters.events)
    await house.codes(seen=saying(f"{WORDS[::-1]}"))
    assert len(house.counters.events) == kept


async def test_where_all_rows_are_taken_nothing_new_is_counted():
    house = House()
    await house.counters.hit(TAKEN, window=WINDOW, amount=ROWS)
    assert not await house.campaign(10)
    assert set(house.counters.events) == {TAKEN}


@pytest.mark.parametrize("code", [VIRUS, "antivirus.embedded", "spam_trap_message.reached"])
async def test_what_was_certainly_bad_is_known_again_by_its_text(code):
    house = House()
    assert not await house.codes(codes=(code,))
    assert await house.codes() == ["campaign.known_bad"]
    house.clock.advance(86_401)
    assert not await house.codes()


async def test_what_is_bad_itself_needs_no_likeness():
    house = House()
    for _ in range(3):
        assert not await house.codes(codes=(VIRUS,))


async def test_one_band_in_common_with_a_bad_text_may_be_chance():
    house = House()
    await house.memory.put(mark_of(BANDS[0]), VIRUS, ttl=100)
    assert not await house.codes()
    await house.memory.put(mark_of(BANDS[2]), VIRUS, ttl=100)
    assert await house.codes() == ["campaign.known_bad"]


async def test_nothing_is_remembered_where_that_is_switched_off():
    house = House(remembered=0)
    await house.codes(codes=(VIRUS,))
    assert not house.memory.kept


async def test_a_flood_of_bad_texts_does_not_fill_the_memory():
    house = House()
    texts = [" ".join(f"{word}{spelt(number)}" for word in WORDS.split()) for number in range(2 * MARKS)]
    for text in texts:
        await house.codes(codes=(VIRUS,), seen=saying(text))
    assert len(house.memory.kept) <= 4 * MARKS
    before = len(house.memory.kept)
    await house.codes(codes=(VIRUS,), seen=saying(texts[0]))
    assert len(house.memory.kept) == before


def good(domain):
    return Repute(domain, History(good=50.0))


async def test_a_domain_with_a_good_name_is_not_hurt_by_who_copies_its_newsletter():
    house = House()
    await house.campaign(10, codes=(VIRUS,))
    assert await house.campaign(10) == ["campaign.many_sources", "campaign.known_bad"]
    assert not await house.codes(spf("example.net"), good("example.net"), recipients=TO_FOUR)


async def test_the_good_name_of_a_network_or_of_another_domain_spares_nobody():
    house = House()
    await house.campaign(10)
    for values in ((good("192.0.2.0/24"),), (spf("example.org"), good("example.net"))):
        assert await house.codes(*values, recipients=TO_FOUR) == ["campaign.many_sources"]


async def test_somebody_to_whom_a_recipient_has_written_is_not_hurt_either():
    house = House()
    await house.campaign(6)
    assert await house.codes(spf("example.org"), recipients=TO_FOUR) == ["campaign.many_sources"]
    assert not await house.codes(spf("example.org"), codes=("correspondent.known",), recipients=TO_FOUR)


async def test_a_good_name_does_not_hide_what_is_certainly_bad():
    house = House()
    await house.codes(spf("example.net"), good("example.net"), codes=(VIRUS,))
    assert await house.codes() == ["campaign.known_bad"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), "192.0.2.0/24"),
        ((spf("mail.example.net"),), "example.net"),
        ((spf("example.net", is_weak=True),), "192.0.2.0/24"),
        (
            (spf("bounces.sender.example"), dkim("esp.example", "shop.example.org"), author("example.org")),
            "example.org",
        ),
        ((spf("bounces.sender.example"), dkim("esp.example"), author("nobody.example")), "esp.example"),
    ],
)
def test_the_source_is_who_answers_for_the_message(values, expected):
    assert source(message(so_far=found(values=values), client_ip="192.0.2.99")) == expected
