"""Tables of a store are brought up to date once, and never taken back."""

import sqlite3

import pytest

from gatepost.disk.migrations import TooNew, migrate, migrations

STORES = ("gatepost.adapters.journal", "gatepost.adapters.dmarc_reports")
of_each = pytest.mark.parametrize("store", STORES)


@of_each
def test_the_numbers_have_no_gap(store):
    assert sorted(migrations(store)) == list(range(1, len(migrations(store)) + 1))


@of_each
def test_a_second_start_changes_nothing(store):
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db, store)
    before = db.execute("SELECT sql FROM sqlite_master").fetchall()
    migrate(db, store)
    assert db.execute("SELECT sql FROM sqlite_master").fetchall() == before


@of_each
def test_tables_of_a_later_version_are_left_alone(store):
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("PRAGMA user_version = 999")
    with pytest.raises(TooNew):
        migrate(db, store)
