"""May one more connection be served? Who makes room?"""

import pytest

from gatepost.gateway.admission import NO_DESCRIPTORS, TOO_MANY, TOO_MANY_OF_YOURS, Room, room_for
from tests.gateway.house import House

TOTAL, PIT = "connections:inbound", "tarpit:inbound"


class Idler:
    """May be told to go; `active` as of a connection."""

    def __init__(self, active=0.0, willing=True):
        self.active, self.willing, self.is_gone = active, willing, False

    def evict(self):
        self.is_gone = self.willing
        return self.willing


def house(**limits):
    return House(limits=limits, room=limits.pop("room", 1000))


def queue(admission, *idlers):
    for idler in idlers:
        admission.idle[idler] = idler.active


def test_below_every_cap_a_client_comes_in_and_is_counted():
    here = house()
    assert here.admission.enter("192.0.2.1", exempt=False) is None
    assert (here.level(TOTAL), here.level("client:inbound:192.0.2.1"), here.room.taken) == (1, 1, 1)
    assert here.tally.connections == 1


def test_what_was_counted_in_is_counted_out():
    here = house()
    here.admission.enter("192.0.2.1", exempt=False)
    here.admission.leave("192.0.2.1", served=True, in_tarpit=False)
    assert not any(here.gauges.levels.values()) and not here.room.taken


def test_a_client_over_his_cap_is_sent_away_and_others_are_not():
    admission = house(connections_per_client=2).admission
    answers = [admission.enter("192.0.2.1", exempt=False) for _ in range(3)]
    assert answers == [None, None, TOO_MANY_OF_YOURS]
    assert admission.enter("192.0.2.2", exempt=False) is None


def test_a_relay_of_ours_has_no_cap_of_its_own():
    admission = house(connections_per_client=1).admission
    assert [admission.enter("192.0.2.1", exempt=True) for _ in range(3)] == [None] * 3


def test_who_is_sent_away_for_his_own_cap_takes_nobodys_place():
    admission = house(connections=3, connections_per_client=2).admission
    for _ in range(9):
        admission.enter("192.0.2.1", exempt=False)
    idler = Idler()
    queue(admission, idler)
    assert admission.enter("192.0.2.2", exempt=False) is None and not idler.is_gone


def test_without_descriptors_nobody_comes_in():
    admission = house(room=1).admission
    assert [admission.enter(f"192.0.2.{n}", exempt=True) for n in range(2)] == [None, NO_DESCRIPTORS]


def test_above_the_cap_and_with_nobody_idle_the_newcomer_is_sent_away():
    admission = house(connections=1).admission
    assert [admission.enter(f"192.0.2.{n}", exempt=False) for n in range(2)] == [None, TOO_MANY]


def full(**limits):
    admission = house(connections=1, **limits).admission
    admission.enter("192.0.2.1", exempt=False)
    return admission


def test_above_the_cap_the_longest_idle_makes_room():
    admission, idlers = full(), [Idler(1.0), Idler(2.0), Idler(3.0)]
    queue(admission, *idlers)
    assert admission.enter("192.0.2.2", exempt=False) is None
    assert [idler.is_gone for idler in idlers] == [True, False, False]


def test_who_has_spoken_since_he_was_queued_is_not_the_longest_idle():
    admission, idlers = full(), [Idler(1.0), Idler(2.0)]
    queue(admission, *idlers)
    idlers[0].active = 5.0
    admission.enter("192.0.2.2", exempt=False)
    assert [idler.is_gone for idler in idlers] == [False, True]
    admission.enter("192.0.2.3", exempt=False)
    assert idlers[0].is_gone  # queued anew, and now he is


def test_who_waits_for_an_answer_of_ours_is_passed_over():
    admission, idlers = full(), [Idler(1.0, willing=False), Idler(2.0)]
    queue(admission, *idlers)
    assert admission.enter("192.0.2.2", exempt=False) is None and idlers[1].is_gone
    assert admission.enter("192.0.2.3", exempt=False) is TOO_MANY
    assert list(admission.idle) == [idlers[0]]  # asked each time and kept


# ── the tar pit ──────────────────────────────────────────────────────────────


def test_who_waits_in_the_tarpit_is_not_counted_among_the_served():
    here = house()
    here.admission.enter("192.0.2.1", exempt=False)
    assert here.admission.enter_tarpit()
    assert (here.level(TOTAL), here.level(PIT), here.tally.tarpitted) == (0, 1, 1)
    here.admission.leave_tarpit()
    assert (here.level(TOTAL), here.level(PIT), here.tally.tarpitted) == (1, 0, 0)


def test_who_goes_away_out_of_the_tarpit_leaves_it():
    here = house()
    here.admission.enter("192.0.2.1", exempt=False)
    here.admission.enter_tarpit()
    here.admission.leave("192.0.2.1", served=True, in_tarpit=True)
    assert not any(here.gauges.levels.values()) and not here.tally.tarpitted


def test_a_full_tarpit_takes_nobody_and_he_stays_counted_among_the_served():
    here = house(tarpitted=0)
    here.admission.enter("192.0.2.1", exempt=False)
    assert not here.admission.enter_tarpit()
    assert (here.level(TOTAL), here.level(PIT), here.tally.tarpitted) == (1, 0, 0)


# ── room ─────────────────────────────────────────────────────────────────────


def test_the_last_to_leave_is_told_of():
    room, told = Room(10), []
    room.taken = 2
    room.on_empty = lambda: told.append(room.taken)
    room.leave()
    assert not told
    room.leave()
    assert told == [0]


def test_an_empty_room_tells_nobody_who_does_not_ask():
    room = Room(10)
    room.taken = 1
    room.leave()
    assert not room.taken


@pytest.mark.parametrize(("descriptors", "connections"), [(65536, 57344), (1024, 896), (100, 36), (10, 16)])
def test_backends_and_files_keep_an_eighth_of_the_descriptors(descriptors, connections):
    assert room_for(descriptors) == connections
