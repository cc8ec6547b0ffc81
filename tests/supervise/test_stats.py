"""Claims about what is told of the gateway's state."""

from pathlib import Path

import pytest

from gatepost.model.health import Heartbeat
from gatepost.supervise.stats import FILE, Stats, added, read, total, write

NOW = Stats(
    written=2.0, began=1.0, pid=7, configuration="f", state="serving", generation=1, totals=Heartbeat(), workers=(),
    services=(), alarms={"a": "x"},
)  # fmt: skip


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write(tmp_path, NOW)
    assert read(tmp_path) == NOW


def test_it_is_for_its_owner_only_and_nothing_else_is_left(tmp_path: Path) -> None:
    write(tmp_path, NOW)
    write(tmp_path, NOW)
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_where_nothing_is_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path)


def test_the_dead_count_for_what_they_did_and_not_for_what_they_held() -> None:
    past = added(Heartbeat(accepted=1), Heartbeat(accepted=2, sessions=5, resident=9))
    assert total(past, [Heartbeat(accepted=4, sessions=1, resident=7)]) == Heartbeat(accepted=7, sessions=1, resident=7)
