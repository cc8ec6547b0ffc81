"""Which numbered SQL files has a store not seen yet? (`PRAGMA user_version` is the last one it has)"""

import sqlite3
from importlib.resources import files


class TooNew(Exception):
    """A newer Gatepost wrote it; this one does not know its tables."""


def migrate(db: sqlite3.Connection, package: str) -> None:
    """Bring the tables up to date, one transaction a file. Raises `TooNew`, sqlite3.Error.

    Args:
        package: that has the files in its folder `migrations`.
    """
    have = int(db.execute("PRAGMA user_version").fetchone()[0])
    scripts = migrations(package)
    if have > max(scripts):
        raise TooNew(f"tables of version {have}; this program knows {max(scripts)}")
    for number in range(have + 1, max(scripts) + 1):
        db.executescript(f"BEGIN IMMEDIATE;\n{scripts[number]}\nPRAGMA user_version = {number};\nCOMMIT;")


def migrations(package: str) -> dict[int, str]:
    """The SQL of each, by number; `0001_traces.sql` is 1."""
    folder = files(package) / "migrations"
    return {int(file.name[:4]): file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".sql")}
