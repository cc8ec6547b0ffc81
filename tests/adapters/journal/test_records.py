import time

import pytest

from gatepost.adapters.journal.records import JournalRecords
from gatepost.adapters.journal.store import Received, Store
from gatepost.adapters.journal.summary import summarized
from gatepost.adapters.journal.wire import encode
from gatepost.adapters.journal.words import SEGMENT_BITS
from gatepost.ports.journal import Search
from gatepost.ports.unavailable import Unavailable
from tests.adapters.journal.traces import BEGAN, refused, trace

SEGMENT = 1 << SEGMENT_BITS


def write(store, traces):
    store.write([Received(summarized(t), encode(t)) for t in traces], (), {}, 0.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.db"


@pytest.fixture
def store(path):
    opened = Store(path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """Three segments: one in a hundred refused, senders of seven domains."""
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    store = Store(path)
    everything = [
        refused(i, f"user{i}@example.com") if i % 100 == 0 else trace(i, sender=f"s{i}@d{i % 7}.example")
        for i in range(2 * SEGMENT + 500)
    ]
    for start in range(0, len(everything), 500):
        write(store, everything[start : start + 500])
    yield JournalRecords(path), everything
    store.close()


def ids(found):
    return [t.id for t in found]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({}, lambda i, t: True),
        ({"end": "refused"}, lambda i, t: i % 100 == 0),
        ({"finding": "recipient.unknown"}, lambda i, t: i % 100 == 0),
        ({"rule": "recipient.unknown"}, lambda i, t: i % 100 == 0),
        ({"sender": "@d3.example"}, lambda i, t: i % 100 and i % 7 == 3),
        ({"recipient": "user4200@example.com"}, lambda i, t: i == 4200),
        ({"message_id": "<4201@example.net>"}, lambda i, t: i == 4201),
        ({"client": "192.0.2.9", "end": "refused", "sender": "ann@example.net"}, lambda i, t: i % 100 == 0),
        ({"since": BEGAN + 4090, "until": BEGAN + 4110}, lambda i, t: 4090 <= i <= 4110),
        ({"since": BEGAN + 4090, "end": "refused"}, lambda i, t: i >= 4090 and i % 100 == 0),
        ({"text": "USER100@"}, lambda i, t: i == 100),
        ({"client": "203.0.113.1"}, lambda i, t: False),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_search_finds_what_matches_newest_first(big, search, expected):
    records, everything = big
    wanted = [t.id for i, t in enumerate(everything) if expected(i, t)]
    assert ids(records.find(Search(**search, limit=10**6))) == wanted[::-1]


def test_a_limit_holds(big):
    assert ids(big[0].find(Search(limit=3))) == ids(big[1][:-4:-1])


def test_a_search_with_words_is_quick(big):
    """Not by the clock, but by what it reads."""
    records, _ = big
    before = time.process_time()
    assert len(list(records.find(Search(recipient="user0@example.com", limit=10)))) == 1
    fast = time.process_time() - before
    before = time.process_time()
    assert len(list(records.find(Search(text="user0@example.com", limit=10)))) == 1
    assert fast < (time.process_time() - before) / 4


def test_a_trace_is_found_whole_by_its_id(big):
    records, everything = big
    assert records.get(everything[5000].id) == everything[5000]


def test_a_prefix_is_enough_where_only_one_has_it(store, path):
    write(store, [trace(id="ABCDEF111"), trace(id="ABCDEF222"), trace(id="ABCDEX333")])
    records = JournalRecords(path)
    assert records.get("ABCDEX").id == "ABCDEX333"
    assert records.get("ABCDEF") is None
    assert records.get("ABCDEF2").id == "ABCDEF222"
    assert records.get("ABCDE") is None
    assert records.get("ZZZZZZZZ") is None


def test_an_id_that_is_the_beginning_of_another_is_itself(store, path):
    write(store, [trace(id="ABCDEF"), trace(id="ABCDEF2")])
    assert JournalRecords(path).get("ABCDEF").id == "ABCDEF"


@pytest.mark.parametrize("text", ["%", "_______", "'; DROP TABLE trace; --", "\x00\x00\x00\x00\x00\x00"])
def test_an_id_is_no_pattern(big, text):
    assert big[0].get(text) is None


def test_readers_see_what_is_written_meanwhile(store, path):
    records = JournalRecords(path)
    write(store, [trace(1)])
    assert len(list(records.find(Search()))) == 1
    write(store, [trace(2)])
    assert len(list(records.find(Search()))) == 2


def test_a_reader_in_the_middle_of_a_search_holds_nothing_back(store, path):
    write(store, [trace(i) for i in range(500)])
    half = JournalRecords(path).find(Search(limit=500))
    next(half)
    write(store, [trace(i) for i in range(500, 1000)])
    busy, *_ = store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not busy and len(list(half)) == 499


def test_readers_follow_to_a_journal_that_was_begun_anew(store, path):
    records = JournalRecords(path)
    write(store, [trace(1)])
    list(records.find(Search()))
    store.close()
    for file in path.parent.iterdir():
        file.rename(file.with_name(file.name + ".old"))
    again = Store(path)
    write(again, [trace(2)])
    assert ids(records.find(Search())) == [trace(2).id]
    again.close()


def test_no_journal_is_no_empty_journal(tmp_path):
    with pytest.raises(Unavailable):
        list(JournalRecords(tmp_path / "journal.db").find(Search()))


def test_readers_change_nothing(store, path):
    records = JournalRecords(path)
    with pytest.raises(Unavailable):
        records.read("DELETE FROM trace")
