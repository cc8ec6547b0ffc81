"""What is held can be found, read and settled, whatever happens to the index, and whenever somebody is killed."""

import os
import sqlite3
from itertools import count

import pytest

from gatepost.adapters.quarantine.holdings import FileHoldings
from gatepost.model.samples import address
from gatepost.ports.quarantine import Fate
from gatepost.ports.unavailable import Unavailable
from tests.adapters.quarantine.warehouse import (
    ANN,
    BOB,
    CAROL,
    CONTENT,
    EVE,
    KEY,
    OTHER_KEY,
    OURS,
    Warehouse,
    dies_at,
)  # fmt: skip


@pytest.fixture(params=[None, KEY], ids=["plain", "sealed"])
def house(request, tmp_path):
    return Warehouse(tmp_path / "quarantine", request.param)


@pytest.fixture
def full(house):
    """Five messages, a second apart."""
    for number, (to, sender, rule) in enumerate(
        [((BOB,), ANN, "virus"), ((EVE, BOB), ANN, "macro"), ((CAROL,), None, "macro"),
         (("Bob@Example.com",), address("x@other.test"), "spam"), ((EVE,), address("Ann@Example.Net"), "spam")]
    ):  # fmt: skip
        house.clock.advance(1)
        house.put(*to, sender=sender, rule=rule, content=b"Subject: %d\r\n\r\n" % number)
    return house


def subjects(found):
    return "".join(held.subject for held in found)


# ── finding ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({}, "432110"),
        ({"recipient": BOB}, "310"),
        ({"recipient": "BOB@example.COM"}, "310"),
        ({"recipient": "@example.org"}, "2"),
        ({"recipient": "bob"}, ""),
        ({"sender": "ann@example.net"}, "4110"),
        ({"sender": "@OTHER.test"}, "3"),
        ({"sender": "<>"}, "2"),
        ({"rule": "macro"}, "211"),
        ({"rule": "macro", "recipient": BOB}, "1"),
        ({"limit": 2}, "43"),
        ({"since": 1704103204.0}, "43"),
        ({"until": 1704103202.0}, "110"),
        ({"fate": None}, "432110"),
        ({"fate": Fate.RELEASED}, ""),
        ({"rule": "' OR 1=1 --"}, ""),
    ],
)
def test_copies_are_found_the_newest_first(full, search, found):
    assert subjects(full.find(**search)) == found


def test_page_after_page_there_is_everything_once(full):
    seen, after = [], ""
    while page := full.find(limit=2, after=after):
        seen += page
        after = page[-1].id
    assert subjects(seen) == "432110" and len({held.id for held in seen}) == 6


def test_one_is_found_by_its_id_or_the_first_of_it_as_people_read_it(full):
    (held,) = full.find(sender="<>")
    for said in (held.id, held.id.lower(), held.id[:6], f" {held.id} ", held.id.replace("0", "O").replace("1", "l")):
        assert full.holdings.get(said) == held
    for said in ("", held.id[:5], held.id + "0", "ZZZZZZ", "%%%%%%", "../../x"):
        assert full.holdings.get(said) is None


def test_where_nothing_was_ever_held_there_is_nothing_and_nothing_is_made(tmp_path):
    holdings = FileHoldings(tmp_path / "q")
    assert holdings.get("AAAAAAAA") is None and holdings.copies("x") == () and holdings.problem() == ""
    assert not (tmp_path / "q").exists()


# ── the index ────────────────────────────────────────────────────────────────
def test_an_index_that_is_lost_is_made_again(full):
    before = full.find()
    for path in full.files("index.db*"):
        path.unlink()
    assert full.find() == before and full.reopened().find() == before


@pytest.mark.parametrize("octets", [b"", b"SQLite format 3\x00" + b"x" * 5000, b"rubbish" * 500])
def test_an_index_that_is_broken_is_made_again(full, octets):
    before = full.find()
    full.holdings.close()
    for path in full.files("index.db*"):
        path.unlink()
    (full.directory / "index.db").write_bytes(octets)
    assert full.reopened().find() == before


def test_two_who_make_it_again_at_once_see_the_same(full):
    before, other = full.find(), full.reopened()
    full.find()
    full.files("index.db")[0].unlink()
    assert other.find() == before == full.find()
    full.clock.advance(1)
    full.put(CAROL, content=b"Subject: 5\r\n\r\n")
    assert subjects(other.find())[0] == subjects(full.find())[0] == "5"


def test_wherever_the_index_is_interrupted_the_next_look_completes_it(house):
    for step in count():
        house.put(BOB, EVE, content=b"Subject: %d\r\n\r\n" % step)
        died = dies_at(step, lambda: house.reopened().find())
        assert len(house.reopened().find(limit=1000)) == 2 * (step + 1)
        if not died:
            break
    assert step >= 4


def test_wherever_its_making_is_interrupted_the_next_look_completes_it(full):
    before = full.find()
    for step in count():
        full.holdings.close()
        for path in full.files("index.db*"):
            path.unlink()
        died = dies_at(step, lambda: full.reopened().find())
        assert full.reopened().find() == before
        if not died:
            break


def test_what_is_written_anew_while_it_is_taken_in_is_taken_in_again(house, monkeypatch):
    house.put(BOB)
    add, held = type(house.holdings.up_to_date()).add, house.find()[0]
    house.put(EVE)
    other = house.reopened()

    def overtaken(index, copies):
        copies = list(copies)
        add(index, copies)
        for copy in copies:
            if str(copy.recipient) == EVE and copy.fate is Fate.HELD:
                with other.holdings.places.locked(copy.message):
                    other.store.places.write(record_of(structs.replace(copy, fate=Fate.DELETED)))

    from msgspec import structs

    from gatepost.adapters.quarantine.record import record_of

    monkeypatch.setattr("gatepost.adapters.quarantine.index.Index.add", overtaken)
    house.find()
    monkeypatch.undo()
    assert house.find() == (held,)


def test_the_index_of_sealed_copies_has_no_address_and_no_subject(tmp_path):
    house = Warehouse(tmp_path / "q", KEY)
    house.put(BOB)
    house.find()
    assert not [path for path in house.files("**/*") if b"example" in path.read_bytes()]
    rows = sqlite3.connect(tmp_path / "q" / "index.db").execute("SELECT * FROM held").fetchall()
    assert len(rows) == 1 and not [word for word in ("bob", "ann", "example", "Offer") if word in str(rows)]


# ── keys ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("key", [None, OTHER_KEY])
def test_without_its_key_it_is_said_what_cannot_be_read_and_why_and_nothing_is_lost(tmp_path, key):
    house = Warehouse(tmp_path / "q", KEY)
    house.put(BOB)
    house.find()
    other = Warehouse(tmp_path / "q", key)
    assert other.find() == () and other.holdings.problem().startswith("1 records cannot be read: ")
    other.upkeep.turn()
    again = house.reopened()
    assert again.recipients() == [BOB] and again.content(again.find()[0]) == OURS + CONTENT
    assert again.holdings.problem() == ""


def test_a_key_that_comes_later_leaves_readable_what_was_there(tmp_path):
    Warehouse(tmp_path / "q").put(BOB)
    house = Warehouse(tmp_path / "q", KEY)
    house.put(EVE)
    assert house.recipients() == [BOB, EVE] and all(house.content(held) == OURS + CONTENT for held in house.find())


# ── content ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("change", [lambda o: o[:-1], lambda o: o + b"x", lambda o: b""])
def test_content_that_is_not_what_it_was_is_an_error(house, change):
    house.put(BOB)
    (path,) = house.files("content/*/*")
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Unavailable):
        house.content(house.find()[0])


def test_content_that_is_gone_is_an_error(house):
    house.put(BOB)
    house.files("content/*/*")[0].unlink()
    with pytest.raises(Unavailable):
        house.content(house.find()[0])


# ── settling ─────────────────────────────────────────────────────────────────
def test_the_octets_are_there_as_long_as_somebodys_copy_is_held(house):
    house.put(BOB, EVE)
    bob, eve = house.find(recipient=BOB)[0], house.find(recipient=EVE)[0]
    house.holdings.settle(bob, Fate.DELETED, now=1.0, by="ann")
    assert house.content(eve) == OURS + CONTENT and house.recipients() == [EVE]
    house.holdings.settle(eve, Fate.RELEASED, now=2.0, by="ann", to=EVE)
    assert not house.files("content/*/*") and house.store.used.octets() == 0


def test_what_was_settled_stays_as_it_was_settled_first(house):
    house.put(BOB)
    held = house.find()[0]
    first = house.holdings.settle(held, Fate.DELETED, now=1.0, by="ann")
    assert (first.fate, first.by, first.decided) == (Fate.DELETED, "ann", 1.0)
    assert house.holdings.settle(held, Fate.DELETED, now=2.0, by="joe") == first
    assert house.holdings.settle(held, Fate.EXPIRED, now=2.0, by="") == first == house.holdings.get(held.id)
    assert house.find(fate=Fate.DELETED) == (first,) and house.find() == ()


def test_that_a_mail_server_has_it_is_kept_whatever_was_decided_meanwhile(house):
    house.put(BOB)
    held = house.find()[0]
    house.holdings.settle(held, Fate.DELETED, now=1.0, by="ann")
    released = house.holdings.settle(held, Fate.RELEASED, now=2.0, by="joe", to=BOB)
    assert (released.fate, released.by) == (Fate.RELEASED, "joe") == (house.holdings.get(held.id).fate, "joe")
    assert house.holdings.settle(held, Fate.DELETED, now=3.0, by="ann") == released


def test_what_was_deleted_is_remembered_without_its_words(house):
    house.put(BOB)
    held = house.holdings.settle(house.find()[0], Fate.DELETED, now=1.0, by="ann")
    assert (held.subject, held.author) == ("", "") and str(held.recipient) == BOB


@pytest.mark.parametrize("fate", [Fate.DELETED, Fate.RELEASED])
@pytest.mark.parametrize("indexed", [True, False])
def test_wherever_who_settles_is_killed_it_is_one_or_the_other_and_the_next_completes_it(house, fate, indexed):
    for step in count():
        content = b"Subject: %d\r\n\r\n" % step
        bob, eve = house.put(BOB, EVE, content=content)
        held = house.holdings.get(bob)
        if not indexed:
            house.files("index.db")[0].unlink()
        died = dies_at(step, lambda: house.reopened().holdings.settle(held, fate, now=1.0, by="a", to=BOB))  # noqa: B023 - done before the next step
        seen = house.reopened()
        assert seen.holdings.get(bob).fate in (Fate.HELD, fate)
        assert seen.content(seen.holdings.get(eve)) == OURS + content
        assert seen.holdings.settle(held, fate, now=2.0, by="b", to=BOB).fate is fate
        assert seen.holdings.get(bob).fate is fate and seen.holdings.get(eve).fate is Fate.HELD
        if not died:
            break
    assert step >= 4


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for others")
def test_what_root_writes_belongs_to_the_owner_of_the_directory(house):
    house.put(BOB, EVE)
    for path in (house.directory, *house.directory.rglob("*")):
        os.chown(path, 12_345, 12_346)
    house.holdings.settle(house.find()[0], Fate.DELETED, now=1.0, by="root")
    house.put(CAROL, content=CONTENT * 2)
    for path in house.directory.rglob("*"):
        assert (path.stat().st_uid, path.stat().st_gid) == (12_345, 12_346), path
