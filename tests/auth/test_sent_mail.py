"""Which messages went out: remembered for their time, bounded, and never claimed where it is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.sent_mail import FULL, ROOM, Recall, hashed, identity, recall, remember, sender_key, slot
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fakes import FakeClock, FakeMemory

DAY = 86_400.0
WEEK = 7 * DAY
OURS, NOT_OURS, UNSURE = Recall.OURS, Recall.NOT_OURS, Recall.UNSURE


class House:
    """A domain that has been sending every half day for a fortnight."""

    def __init__(self, sends_for=14):
        self.clock = FakeClock()
        self.memory = FakeMemory(self.clock)
        self.sends_for = sends_for

    async def lives(self):
        for half_day in range(2 * self.sends_for):
            await self.sends(f"old-{half_day}@example.com")
            self.clock.advance(DAY / 2)
        return self

    async def sends(self, message_id, domain="example.com"):
        await remember(self.memory, message_id, domain, self.clock.now(), WEEK)

    async def recalls(self, *ids, domains=("example.com",)):
        return await recall(self.memory, ids, domains, self.clock.now(), WEEK)


async def test_what_went_out_is_ours_and_what_did_not_is_not():
    house = await House().lives()
    await house.sends("7@example.com")
    assert await house.recalls("7@example.com") is OURS
    assert await house.recalls("8@example.com") is NOT_OURS
    assert await house.recalls("8@example.com", "7@example.com") is OURS
    assert await house.recalls() is NOT_OURS


@pytest.mark.parametrize(("days", "known"), [(0, OURS), (3, OURS), (7, OURS), (9, NOT_OURS)])
async def test_it_is_ours_for_its_lifetime(days, known):
    house = await House().lives()
    await house.sends("7@example.com")
    for _ in range(2 * days):
        house.clock.advance(DAY / 2)
        await house.sends("other@example.com")
    assert await house.recalls("7@example.com") is known


async def test_what_was_sent_late_on_a_day_is_known_a_whole_lifetime_later():
    house = await House().lives()
    house.clock.time = (house.clock.time // DAY) * DAY + DAY - 1
    await house.sends("7@example.com")
    house.clock.advance(WEEK - 1)
    await house.sends("other@example.com")
    assert await house.recalls("7@example.com") is OURS


@pytest.mark.parametrize(("days", "known"), [(3, UNSURE), (6, UNSURE), (8, NOT_OURS)])
async def test_nothing_is_claimed_before_all_mail_of_a_lifetime_has_been_seen(days, known):
    assert await (await House(sends_for=days).lives()).recalls("8@example.com") is known


async def test_nothing_is_claimed_of_a_domain_that_sends_elsewhere():
    house = await House().lives()
    assert await house.recalls("8@example.com", domains=("example.org",)) is UNSURE
    assert await house.recalls("8@example.com", domains=("example.com", "example.org")) is UNSURE


async def test_a_pause_of_a_lifetime_begins_anew():
    house = await House().lives()
    house.clock.advance(WEEK + 1)
    await house.sends("first@example.com")
    assert await house.recalls("8@example.com") is UNSURE


async def test_a_text_that_is_full_says_so_and_then_nothing_is_claimed():
    house = await House().lives()
    for number in range(40_000):
        await remember(house.memory, f"{number}@example.com", "example.com", house.clock.now(), WEEK)
    texts = [text for key, (text, _) in house.memory.kept.items() if key.startswith("sent:1")]
    assert max(map(len, texts)) <= ROOM + len(FULL) and any(text.endswith(FULL) for text in texts)
    assert len(house.memory.kept) < 5000
    assert await house.recalls("never-sent@example.com") is UNSURE
    assert await house.recalls("7@example.com") is OURS


async def test_the_same_message_takes_no_more_room():
    house = House()
    await house.sends("7@example.com")
    kept = dict(house.memory.kept)
    await house.sends("7@example.com")
    assert house.memory.kept == kept


async def test_a_memory_that_does_not_answer_says_so():
    house = House()
    house.memory.down = True
    with pytest.raises(Unavailable):
        await house.recalls("7@example.com")


@pytest.mark.parametrize(
    ("field", "known"),
    [("<7@Example.com>", "7@example.com"), ("(a) <7@x> (b)", "7@x"), ("7@example.com", ""), ("<>", ""), ("< a@b>", ""),
     ("<" * 300 + "a@b>", "a@b"), ("<" + "a" * 251 + ">", "")],
)  # fmt: skip
def test_the_id_in_a_field(field, known):
    assert identity(field) == known


@given(st.text("<>@ab. \t\r\n", max_size=60))
def test_an_id_is_short_and_has_no_brackets(field):
    assert not set(identity(field)) & set("<> \t\r\n") and len(identity(field)) <= 250


@given(st.text())
def test_where_an_id_is_kept_is_bounded(message_id):
    place, token = hashed(message_id)
    assert 0 <= place < 256 and len(token) == 8 and FULL not in token and " " not in token


def test_keys_are_apart():
    assert sender_key("1:2") != slot(1, 2)
