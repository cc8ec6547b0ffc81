"""What became of a header."""

from gatepost.cli.header_changes import Change, Line, changes, shown

SENT = b"X-A: 1\r\nB: 2\r\n folded\r\n\r\nbody\r\n"


def test_added_fields_come_first_and_removed_ones_where_they_were():
    assert changes(SENT, b"New: 0\r\nB: 2\r\n folded\r\n\r\nbody\r\n") == (
        Line(Change.ADDED, "New: 0"),
        Line(Change.REMOVED, "X-A: 1"),
        Line(Change.KEPT, "B: 2\r\n folded"),
    )


def test_nothing_changed_is_all_kept():
    assert {line.change for line in changes(SENT, SENT)} == {Change.KEPT}


def test_one_of_two_equal_fields_that_is_gone_is_missed():
    lines = changes(b"A: 1\r\nA: 1\r\n\r\n", b"A: 1\r\n\r\n")
    assert [line.change for line in lines] == [Change.REMOVED, Change.KEPT]


def test_every_line_of_a_field_has_its_mark():
    assert list(shown([Line(Change.ADDED, "B: 2\r\n\tfolded")])) == ["  + B: 2", "  +     folded"]


def test_what_a_field_holds_does_not_reach_the_terminal_raw():
    assert list(shown([Line(Change.KEPT, "B: \x1b[2J")])) == ["    B: \\x1b[2J"]
