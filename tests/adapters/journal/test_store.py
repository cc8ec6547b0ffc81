import pytest

from gatepost.adapters.journal.records import JournalRecords
from gatepost.adapters.journal.store import ROWS_AT_ONCE, Received, Store
from gatepost.adapters.journal.summary import summarized
from gatepost.adapters.journal.wire import Origin, encode
from gatepost.adapters.journal.words import SEGMENT_BITS
from gatepost.ports.journal import Search
from tests.adapters.journal.traces import BEGAN, trace

SEGMENT = 1 << SEGMENT_BITS


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.db"


@pytest.fixture
def store(path):
    opened = Store(path)
    yield opened
    opened.close()


def received(*traces):
    return [Received(summarized(trace), encode(trace)) for trace in traces]


def write(store, *traces):
    store.write(received(*traces), (), {}, 0.0)


def written(path):
    return [trace.id for trace in JournalRecords(path).find(Search(limit=10**9))]


def test_nobody_else_may_read_it(store, path):
    write(store, trace())
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_what_is_written_is_there_before_it_is_closed(store, path):
    write(store, trace(1), trace(2))
    assert written(path) == [trace(2).id, trace(1).id]


def test_it_goes_on_where_it_ended(store, path):
    write(store, trace(1))
    store.close()
    again = Store(path)
    write(again, trace(2))
    assert written(path) == [trace(2).id, trace(1).id]


def test_a_batch_may_cross_segments(store, path):
    one = received(trace())
    store.write(one * (SEGMENT - 3), (), {}, 0.0)
    write(store, *(trace(i) for i in range(1, 9)))
    assert written(path)[:8] == [trace(i).id for i in range(8, 0, -1)]


def test_a_batch_is_all_or_nothing(store, path):
    with pytest.raises(OverflowError):
        store.write(received(trace()), [Origin(1, 2**70, 0)], {}, 0.0)
    assert written(path) == []


def test_sources_are_remembered(store):
    store.write((), [Origin(2**64 - 1, 7, 1), Origin(5, 1, 0)], {}, 0.0)
    store.write((), [Origin(5, 2, 3)], {}, 0.0)
    assert store.sources() == {2**64 - 1: Origin(2**64 - 1, 7, 1), 5: Origin(5, 2, 3)}


def test_sources_not_heard_for_long_are_forgotten(store):
    store.write((), [Origin(1, 1, 0)], {}, 0.0)
    store.write((), [Origin(2, 1, 0)], {}, 31 * 86_400.0)
    store.forget_sources(31 * 86_400.0)
    assert set(store.sources()) == {2}


def test_losses_add_up(store, path):
    store.write((), (), {"no_room": 2, "unreadable": 0}, 0.0)
    store.write((), (), {"no_room": 3}, 0.0)
    assert JournalRecords(path).lost() == {"no_room": 5}


def test_what_ended_before_is_deleted_and_nothing_else(store, path):
    write(store, *(trace(i) for i in range(10)))
    assert store.delete_before(BEGAN + 5) == 5
    assert written(path) == [trace(i).id for i in range(9, 4, -1)]


def test_deleting_goes_in_steps(store):
    store.write(received(trace()) * (ROWS_AT_ONCE + 1), (), {}, 0.0)
    assert [store.delete_before(BEGAN + 9) for _ in range(3)] == [ROWS_AT_ONCE, 1, 0]


def test_the_words_go_with_their_segment(store):
    store.write(received(trace()) * (SEGMENT + 1), (), {}, 0.0)
    while store.delete_before(BEGAN + 9):
        pass
    first_of_the_next = 1 << (31 + SEGMENT_BITS)
    assert store.db.execute("SELECT count(*) FROM word WHERE key < ?", (first_of_the_next,)).fetchone() == (0,)


def test_deleted_traces_leave_no_trace_in_searches(store, path):
    write(store, *(trace(i) for i in range(10)))
    store.delete_before(BEGAN + 9)
    assert [t.id for t in JournalRecords(path).find(Search(client="192.0.2.9"))] == [trace(9).id]


def test_free_pages_are_given_back(store):
    store.write(received(*(trace(i, helo=f"{i * 7919:x}" * 90) for i in range(3000))), (), {}, 0.0)
    before = store.octets
    while store.delete_oldest():
        pass
    store.shrink(10_000)
    assert store.octets < before / 2
