"""What expires goes, what was left lying goes, and nothing that is held goes before its time."""

import os
import time
from itertools import count

import pytest

from gatepost.adapters.quarantine.places import SHARDS
from gatepost.adapters.quarantine.upkeep import ABANDONED, RECOUNT, REMEMBERED
from gatepost.ports.quarantine import Fate
from tests.adapters.quarantine.warehouse import BOB, CONTENT, DAY, EVE, KEY, OURS, Warehouse, dies_at


@pytest.fixture(params=[None, KEY], ids=["plain", "sealed"])
def house(request, tmp_path):
    return Warehouse(tmp_path / "quarantine", request.param, retention="10d")


def test_where_nothing_was_ever_held_there_is_nothing_to_do(house):
    assert house.upkeep.turn().expired == 0 and not house.directory.exists()


def test_what_is_older_than_its_time_expires_and_what_is_younger_stays(house):
    house.put(BOB, EVE)
    house.clock.advance(9 * DAY)
    house.put(BOB, content=CONTENT * 2)
    assert house.upkeep.turn().expired == 0 and len(house.find()) == 3
    house.clock.advance(DAY + 1)
    assert house.upkeep.turn().expired == 2
    (held,) = house.find()
    assert house.content(held) == OURS + CONTENT * 2 and len(house.files("content/*/*")) == 1


def test_who_asks_for_what_has_expired_is_told_so_for_a_while(house):
    (identity,) = house.put(BOB)
    house.clock.advance(10 * DAY + 1)
    house.upkeep.turn()
    held = house.holdings.get(identity)
    assert (held.fate, held.transaction, held.rule) == (Fate.EXPIRED, "T1", "held")
    assert house.find(fate=Fate.EXPIRED) == (held,) and house.find() == ()
    house.clock.advance(REMEMBERED + 1)
    house.upkeep.turn()
    assert house.holdings.get(identity) is None


def test_what_was_settled_is_remembered_for_a_week(house):
    house.put(BOB)
    held = house.holdings.settle(house.find()[0], Fate.RELEASED, now=house.clock.now(), by="ann", to=BOB)
    house.clock.advance(REMEMBERED - 1)
    house.upkeep.turn()
    assert house.holdings.get(held.id) == held
    house.clock.advance(2)
    house.upkeep.turn()
    assert house.holdings.get(held.id) is None and not house.files("entries/*/*") and not house.files("new/*/*")


def test_what_was_held_anew_since_somebody_looked_stays(house):
    """A client comes again between the look for what is to go and its going."""
    house.put(BOB)
    old = house.holdings.rows(lambda index: index.oldest(10))
    house.holdings.settle(house.find()[0], Fate.DELETED, now=house.clock.now(), by="ann")
    settled = house.holdings.rows(lambda index: index.settled(10, 1e12))
    house.clock.advance(1)
    house.put(BOB)
    assert house.holdings.expire(old, house.clock.now()) == 0
    house.holdings.forget(settled)
    for change in (lambda index: index.expire(old, 1.0), lambda index: index.forget(settled)):
        house.holdings.asked(change, None)
    (held,) = house.find()
    assert house.content(held) == OURS + CONTENT


def test_the_oldest_go_first_where_room_is_wanted(tmp_path):
    house = Warehouse(tmp_path / "q", size=1024**2, when_full="expire-oldest")
    for number in range(17):
        house.put(BOB, content=b"Subject: %d\r\n\r\n" % number + b"x" * 62 * 1024)
        house.clock.advance(1)
    turn = house.upkeep.turn()
    assert turn.given_up == 1 and turn.used <= 1024**2
    assert [held.subject for held in house.find()] == [str(n) for n in range(16, 0, -1)]


def test_nothing_is_given_up_for_a_number_that_is_too_high(tmp_path):
    house = Warehouse(tmp_path / "q", size=1024**2, when_full="expire-oldest")
    house.put(BOB)
    house.store.used.recount(5 * 1024**2)
    assert house.upkeep.turn().given_up == 0 and len(house.find()) == 1
    assert house.store.used.octets() < 2000


def test_with_defer_nothing_is_given_up(tmp_path):
    house = Warehouse(tmp_path / "q", size=1024**2)
    house.put(BOB, content=b"x" * 1000 * 1024)
    house.store.used.recount(5 * 1024**2)
    assert house.upkeep.turn().given_up == 0 and len(house.find()) == 1


def test_room_is_counted_again_now_and_then(house):
    house.put(BOB, EVE)
    used = house.store.used.octets()
    house.upkeep.turn()
    house.store.used.take(777, 10**9)
    assert house.upkeep.turn().used == used + 777
    house.clock.advance(RECOUNT)
    assert house.upkeep.turn().used == used


def test_wherever_expiry_is_interrupted_the_next_turn_completes_it(house):
    for step in count():
        house.put(BOB, EVE, content=b"Subject: %d\r\n\r\n" % step)
        house.clock.advance(10 * DAY + 1)
        (kept,) = house.put(BOB, content=b"kept %d\r\n\r\n" % step)
        died = dies_at(step, lambda: house.reopened().upkeep.turn())
        seen = house.reopened()
        assert seen.content(seen.holdings.get(kept)).startswith(OURS)
        seen.upkeep.turn()
        swept(seen)
        assert [held.id for held in seen.find()] == [kept] and len(seen.files("content/*/*")) == 1
        if not died:
            break
    assert step > 5


def swept(house):
    """Turns for every shard in which there is anything."""
    found = 0
    for shard in sorted({path.parent.name for path in house.files("content/*/*")}):
        house.upkeep.shard = SHARDS.index(shard)
        found += house.upkeep.turn().swept
    return found


def test_turn_after_turn_every_shard_is_swept(house):
    house.put(BOB)
    assert {house.upkeep.turn() and house.upkeep.shard for _ in SHARDS} == set(range(len(SHARDS)))


def test_content_that_belongs_to_nobody_is_swept_away_and_other_is_not(house):
    house.put(BOB)
    house.put(EVE, content=CONTENT * 2)
    orphans = [house.directory / "content" / name[:2] / name for name in ("00" * 16, "ff" * 16)]
    for path in orphans:
        path.write_bytes(b"x")
    assert swept(house) == 2 and not [path for path in orphans if path.exists()]
    assert [house.content(held)[:9] for held in house.find()] == [OURS[:9]] * 2


def test_content_whose_record_cannot_be_read_is_not_swept_away(house):
    house.put(BOB)
    house.find()
    house.files("entries/*/*")[0].write_bytes(b"broken")
    house.holdings.close()
    house.files("index.db")[0].unlink()
    assert swept(house) == 0 and len(house.files("content/*/*")) == 1
    assert house.upkeep.turn().problem.startswith("1 records cannot be read")


def test_drafts_of_a_killed_process_are_cleared_away_and_those_at_work_are_not(house):
    house.put(BOB)
    for name, age in (("old", ABANDONED + 100), ("new", ABANDONED - 100)):
        path = house.directory / "drafts" / name
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age,) * 2)
    house.upkeep.turn()
    assert [path.name for path in house.files("drafts/*")] == ["new"]
