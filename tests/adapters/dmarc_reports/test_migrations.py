import sqlite3

import pytest

from gatepost.adapters.dmarc_reports.migrations import TooNew, migrate, migrations


def test_the_numbers_have_no_gap():
    assert sorted(migrations()) == list(range(1, len(migrations()) + 1))


def test_a_second_start_changes_nothing():
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    before = db.execute("SELECT sql FROM sqlite_master").fetchall()
    migrate(db)
    assert db.execute("SELECT sql FROM sqlite_master").fetchall() == before


def test_tables_of_a_later_version_are_left_alone():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("PRAGMA user_version = 999")
    with pytest.raises(TooNew):
        migrate(db)
