"""`gatepost top`: one look."""

import json
import time

import pytest
from msgspec.structs import replace

from gatepost.adapters.journal.store import Received, Store
from gatepost.adapters.journal.summary import summarized
from gatepost.adapters.journal.wire import encode
from gatepost.app.records import open_records
from gatepost.cli.top import Watch
from gatepost.config.load import load
from gatepost.model.health import Heartbeat
from gatepost.supervise.stats import Stats, write
from tests.cli.journal_cli import ALL, NOBODY, call, configured, journal_of


def now(trace, number=0):
    return replace(trace, began=time.time() - trace.elapsed, id=f"{trace.id}{number}")


@pytest.fixture
def file(tmp_path):
    return configured(tmp_path, tuple(map(now, ALL)))


def gateway(folder, **more):
    stats = Stats(
        written=time.time(), began=0.0, pid=1, configuration="c", state="serving", generation=1,
        totals=Heartbeat(sessions=12, tarpitted=3, connections=99, accepted=40, refused=50, resident=2**26),
        workers=(), services=(), alarms={"backend.down": "inside does not answer"},
    )  # fmt: skip
    write(folder, replace(stats, **more))


def test_one_look(file, tmp_path, capsys):
    gateway(tmp_path / "data")
    assert call("top", "-c", file, "--once") == 0
    out = capsys.readouterr().out
    assert "serving: 12 sessions, 3 of them in the tar pit" in out
    assert "delivered 1   quarantined 0   refused 2   deferred 1" in out
    assert "1  unknown-recipient" in out and "3  192.0.2.9" in out
    assert "! inside does not answer" in out


def test_one_look_as_json(file, tmp_path, capsys):
    gateway(tmp_path / "data")
    assert call("top", "-c", file, "--once", "--json") == 0
    look = json.loads(capsys.readouterr().out)
    assert look["frame"]["per_minute"]["refused"] == 2
    assert look["frame"]["rules"][0] == {"name": "unknown-recipient", "count": 1}
    assert look["gateway"]["totals"]["sessions"] == 12


@pytest.mark.parametrize("change", [None, {"written": 0.0}])
def test_a_gateway_that_does_not_run_is_said_to_be_none(file, tmp_path, capsys, change):
    if change:
        gateway(tmp_path / "data", **change)
    assert call("top", "-c", file, "--once") == 0
    assert "No gateway runs" in capsys.readouterr().out


def test_missing_records_are_said(tmp_path, capsys):
    call("top", "-c", configured(tmp_path, losses={"no_room": 3}), "--once")
    assert "Records missing in the journal: 3 no_room" in capsys.readouterr().out


def test_each_look_counts_what_is_new_once(file, tmp_path):
    settings = load(file)
    watch = Watch(open_records(settings), settings.gateway.data_dir)
    assert watch.look().frame.per_minute["refused"] == 2
    store = Store(journal_of(file))
    new = now(NOBODY, 1)
    store.write([Received(summarized(new), encode(new))], (), {}, 0.0)
    assert [watch.look().frame.per_minute["refused"] for _ in range(2)] == [3, 3]
    store.close()


def test_no_journal_ends_with_1(tmp_path, capsys):
    file = configured(tmp_path)
    journal_of(file).unlink()
    assert call("top", "-c", file, "--once") == 1
    assert "there is no journal yet" in capsys.readouterr().err
