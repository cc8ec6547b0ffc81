"""Whoever hears that it is held can rely on it, wherever the process is killed."""

import errno
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from gatepost.model.samples import address
from gatepost.ports.quarantine import Fate
from gatepost.ports.unavailable import Unavailable
from tests.adapters.quarantine.warehouse import ANN, BOB, CAROL, CONTENT, DAY, EVE, KEY, OURS, Warehouse, dies_at


@pytest.fixture(params=[None, KEY], ids=["plain", "sealed"])
def house(request, tmp_path):
    return Warehouse(tmp_path / "quarantine", request.param)


def test_each_recipient_has_a_copy_and_the_octets_are_there_once(house):
    ids = house.put(BOB, EVE)
    assert len(set(ids)) == 2 and [held.id for held in house.holdings.copies(house.find()[0].message)] == sorted(ids)
    assert len(house.files("content/*/*")) == 1
    for held, to in ((house.holdings.get(ids[0]), BOB), (house.holdings.get(ids[1]), EVE)):
        assert (str(held.recipient), held.sender, held.rule, held.because) == (to, ANN, "held", ("macro.found",))
        assert (held.backend, held.transaction, held.subject) == ("inside", "T1", "Offer")
        assert house.content(held) == OURS + CONTENT and held.size == len(OURS + CONTENT)


def test_what_the_sender_wants_to_be_told_is_kept_for_each(house):
    """A release has to say it again (RFC 3461 §5)."""
    house.put(BOB, EVE, sender=None, ret="HDRS", envid="one", notify=("NEVER", "FAILURE,DELAY"),
              orcpt=("", "rfc822;b@old.test"))  # fmt: skip
    bob, eve = house.find(recipient=BOB)[0], house.find(recipient=EVE)[0]
    assert (bob.ret, bob.envid, bob.notify, bob.orcpt) == ("HDRS", "one", "NEVER", "")
    assert (eve.notify, eve.orcpt, eve.sender) == ("FAILURE,DELAY", "rfc822;b@old.test", None)


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("again", [(BOB, EVE), (EVE,), (EVE, BOB), (EVE, CAROL), (CAROL, BOB, EVE)])
def test_a_retry_holds_each_copy_once_whoever_else_it_is_for(house, again, indexed):
    first = dict(zip((BOB, EVE), house.put(BOB, EVE), strict=True))
    if indexed:
        house.find()
    second = dict(zip(again, house.put(*again, ours=OURS * 2, transaction="T2"), strict=True))
    assert all(second[to] == identity for to, identity in first.items() if to in second)
    assert house.recipients() == sorted({BOB, EVE, *again}) and len(house.files("content/*/*")) == 1
    assert {held.transaction for held in house.find(recipient=EVE)} == {"T1"}
    assert all(house.content(held).endswith(CONTENT) for held in house.find())


def test_a_large_message_in_pieces_is_held_whole(house):
    content = CONTENT + b"".join(b"%070d\r\n" % number for number in range(10_000))
    house.put(BOB, content=content)
    assert house.content(house.find()[0]) == OURS + content


def test_what_was_released_to_a_recipient_is_not_held_for_him_again(house):
    house.put(BOB)
    held = house.find()[0]
    house.holdings.settle(held, Fate.RELEASED, now=1.0, by="ann", to=BOB)
    assert house.put(BOB) == (held.id,) and house.recipients() == [] and not house.files("content/*/*")
    assert house.put(BOB, EVE)[0] == held.id and house.recipients() == [EVE]


@pytest.mark.parametrize(("fate", "to"), [(Fate.DELETED, ""), (Fate.RELEASED, CAROL)])
def test_what_was_deleted_or_given_to_another_is_held_anew(house, fate, to):
    house.put(BOB)
    house.holdings.settle(house.find()[0], fate, now=1.0, by="ann", to=to)
    house.put(BOB, transaction="T2")
    (held,) = house.find()
    assert held.transaction == "T2" and house.content(held) == OURS + CONTENT


def test_beyond_its_size_nothing_is_promised_and_what_is_there_stays(tmp_path):
    house = Warehouse(tmp_path / "q", size=1024**2)
    large = b"x" * 70 * 1024
    numbers = count()
    with pytest.raises(Unavailable, match="full"):
        for number in numbers:
            house.put(BOB, content=b"%d\r\n" % number + large)
    held = next(numbers) - 1
    assert held == 14 == len(house.find()) == len(house.files("content/*/*"))
    assert house.put(BOB, EVE, content=b"0\r\n" + large), "nothing new is needed for that"
    house.holdings.settle(house.find()[0], Fate.DELETED, now=1.0, by="ann")
    assert house.put(CAROL, content=large)


def test_with_expire_oldest_there_is_a_little_more_until_the_housekeeper_comes(tmp_path):
    house = Warehouse(tmp_path / "q", size=1024**2, when_full="expire-oldest")
    large = b"x" * 60 * 1024
    for number in range(18):
        house.put(BOB, content=b"%d\r\n" % number + large)
        house.clock.advance(1)
    with pytest.raises(Unavailable, match="full"):
        house.put(BOB, content=b"18\r\n" + large)
    assert house.upkeep.turn().given_up == 1 and house.put(BOB, content=b"18\r\n" + large)
    assert len(house.find()) == 18


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_room_that_was_not_used_is_given_back(house, monkeypatch, number):
    house.put(BOB)
    before = house.store.used.octets()

    def failing(*_):
        raise OSError(number, "no")

    monkeypatch.setattr(house.store.places, "write_content", failing)
    with pytest.raises(OSError):
        house.put(BOB, content=CONTENT * 2)
    assert house.store.used.octets() == before > 0


async def test_an_error_of_the_disk_is_unavailable(tmp_path):
    (tmp_path / "q").write_text("a file")
    house = Warehouse(tmp_path / "q")
    from gatepost.gateway.outgoing import Outgoing
    from gatepost.model.samples import Octets
    from gatepost.ports.backend import Envelope
    from gatepost.ports.quarantine import Grounds

    with pytest.raises(Unavailable):
        await house.store.put(
            "T", Envelope(sender=None, recipients=(address(BOB),), size=1), Outgoing(b"", Octets(b"x")), Grounds("r")
        )
    house.store.close()


def test_many_at_once_for_many_recipients_hold_each_copy_once(house):
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: house.put(BOB, *([EVE] if n % 2 else []), transaction=f"T{n}"), range(40)))
    assert house.recipients() == [BOB, EVE] and len({ids[0] for ids in done}) == 1
    assert not house.files("drafts/*")


def test_wherever_a_worker_is_killed_nobody_sees_half_of_it_and_the_retry_completes_it(house):
    house.put(CAROL, content=b"Subject: other\r\n\r\n")  # the directories are made
    kept = {held.id for held in house.find()}
    for step in count():
        content = CONTENT + b"%d\r\n" % step
        died = dies_at(step, lambda: house.put(BOB, EVE, content=content))  # noqa: B023 - done before the next step
        seen = house.reopened()
        for held in seen.find():
            assert held.id in kept or seen.content(held).startswith(OURS)
        ids = seen.put(BOB, EVE, content=content, transaction="T2")
        kept |= set(ids)
        assert {held.id for held in seen.find(limit=1000)} == kept
        assert all(seen.content(seen.holdings.get(identity)) == OURS + content for identity in ids)
        if not died:
            break
    assert step > 10


def test_wherever_the_first_of_all_is_killed_the_next_makes_the_rest(tmp_path):
    for step in range(0, 1100, 53):
        directory = tmp_path / str(step)
        dies_at(step, lambda: Warehouse(directory).put(BOB))  # noqa: B023 - done before the next step
        house = Warehouse(directory)
        house.put(BOB)
        assert house.recipients() == [BOB]


def test_time_stands_in_the_record(house):
    house.clock.advance(DAY)
    house.put(BOB)
    assert house.find()[0].since == house.clock.now()
