"""The last minute, counted."""

from msgspec.structs import replace

from gatepost.cli.board import Board, Count
from gatepost.model.trace import End
from tests.cli.journal_cli import ALL, NOBODY


def at(trace, ended):
    return replace(trace, began=ended, elapsed=0.0)


def test_ends_are_counted_each():
    board = Board()
    board.add(at(t, 100.0) for t in ALL)
    counted = board.frame(101.0).per_minute
    assert {end: count for end, count in counted.items() if count} == {"delivered": 1, "refused": 2, "deferred": 1}
    assert set(counted) == {end.value for end in End}


def test_what_is_older_than_a_minute_is_forgotten():
    board = Board()
    board.add([at(NOBODY, 100.0), at(NOBODY, 150.0)])
    assert board.frame(161.0).per_minute["refused"] == 1
    assert board.frame(999.0).per_minute["refused"] == 0


def test_rules_and_clients_are_counted_where_mail_was_not_delivered():
    board = Board()
    board.add(at(t, 100.0) for t in (*ALL, NOBODY))
    frame = board.frame(100.0)
    assert frame.rules == (Count("unknown-recipient", 2), Count("header-nul", 1))
    assert frame.clients == (Count("192.0.2.9", 4),)


def test_octets_are_those_of_delivered_messages():
    board = Board()
    board.add(at(t, 100.0) for t in ALL)
    assert board.frame(100.0).octets == 4096


def test_lists_are_short():
    board = Board()
    board.add(at(replace(NOBODY, client_ip=f"192.0.2.{i}"), 100.0) for i in range(100))
    assert len(board.frame(100.0).clients) == 8
