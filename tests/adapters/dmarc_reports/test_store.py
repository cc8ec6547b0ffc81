"""Reports of others: kept once, added up."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gatepost.adapters.dmarc_reports.store import COUNT_LIMIT, KEPT, ReportStore
from gatepost.auth.dmarc.report import Disposition, DkimEntry
from gatepost.ports.unavailable import Unavailable
from tests.auth.dmarc.reports import FULL, REPORTS, ROW

NOW = FULL.end + 86_400.0


@pytest.fixture
def store(tmp_path):
    made = ReportStore(tmp_path / "dmarc.db")
    yield made
    made.close()


def counts(store, **more):
    return {(sender.source, sender.count) for sender in store.senders(since=0, **more)}


def test_what_was_added_is_there(store):
    assert store.add(FULL, NOW)
    senders = {sender.source: sender for sender in store.senders(since=0)}
    first = senders["192.0.2.123"]
    assert (first.domain, first.header_from, first.count) == ("example.com", "example.com", 123)
    assert (first.disposition, first.spf_aligned, first.dkim_aligned) == (Disposition.PASS, False, True)
    assert (first.spf_domain, first.dkim_domain) == ("example.com", "example.com")
    assert (first.reporters, first.first, first.last) == (1, FULL.begin, FULL.end)
    assert senders["2001:db8::1"].header_from == "sub.example.com"
    assert store.reports(since=0) == 1


def test_the_same_report_counts_once(store):
    assert store.add(FULL, NOW)
    assert not store.add(FULL, NOW + 1)
    assert ("192.0.2.123", 123) in counts(store) and store.reports(since=0) == 1


def test_the_same_identity_of_somebody_else_is_another_report(store):
    store.add(FULL, NOW)
    assert store.add(replace(FULL, organization="Somebody else"), NOW)
    (sender,) = [each for each in store.senders(since=0) if each.source == "192.0.2.123"]
    assert (sender.count, sender.reporters) == (246, 2)


def test_reports_without_an_identity_are_told_apart_by_their_day(store):
    assert store.add(replace(FULL, identity=""), NOW)
    assert store.add(replace(FULL, identity="", begin=FULL.begin + 86_400, end=FULL.end + 86_400), NOW)
    assert not store.add(replace(FULL, identity=""), NOW)


def test_it_is_there_after_a_restart(tmp_path):
    for _ in range(2):
        store = ReportStore(tmp_path / "dmarc.db")
        store.add(FULL, NOW)
        store.close()
    store = ReportStore(tmp_path / "dmarc.db")
    assert store.reports(since=0) == 1
    store.close()


def test_days_and_domains_are_chosen(store):
    store.add(FULL, NOW)
    other = replace(FULL, identity="2", published=replace(FULL.published, domain="example.org"), rows=(ROW,))
    store.add(replace(other, begin=FULL.begin + 864_000, end=FULL.end + 864_000), NOW)
    assert store.reports(since=FULL.end + 1) == 1 and store.reports(since=0, domain="example.com") == 1
    assert {sender.domain for sender in store.senders(since=FULL.end + 1)} == {"example.org"}
    assert {sender.domain for sender in store.senders(since=0, domain="example.com")} == {"example.com"}
    assert not list(store.senders(since=0, domain="nobody.test"))


def test_what_came_with_one_import_is_told(store):
    store.add(FULL, NOW)
    store.add(replace(FULL, identity="2", rows=(replace(ROW, source="192.0.2.1"),)), NOW + 5)
    assert counts(store, imported=NOW + 5) == {("192.0.2.1", 123)}


def test_reports_go_when_they_have_been_there_for_long(store):
    store.add(FULL, NOW)
    store.add(replace(FULL, identity="2"), NOW + KEPT + 1)
    assert store.reports(since=0) == 1 and all(sender.count <= 123 for sender in store.senders(since=0))


def test_a_count_without_sense_does_not_spoil_the_sum(store):
    rows = tuple(replace(ROW, count=2**40, envelope_to=str(n)) for n in range(100))
    for number in range(5):
        store.add(replace(FULL, identity=str(number), rows=rows), NOW)
    assert counts(store) == {("192.0.2.123", 500 * COUNT_LIMIT)}


def test_a_report_of_nothing_is_kept(store):
    assert store.add(replace(FULL, rows=()), NOW)
    assert store.reports(since=0) == 1


def test_a_domain_of_blanks_makes_no_second_word(store):
    row = replace(ROW, dkim=(DkimEntry("a b=c", "s", "pass"),), spf=())
    store.add(replace(FULL, rows=(row,)), NOW)
    (sender,) = store.senders(since=0)
    assert (sender.dkim_domain, sender.spf_domain) == ("ab", "")


def test_nobody_else_may_read_it(tmp_path, store):
    assert stat.S_IMODE((tmp_path / "dmarc.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("octets", [b"", b"no database" * 100], ids=["empty", "nonsense"])
def test_what_is_no_database_is_said(tmp_path, octets):
    path = tmp_path / "dmarc.db"
    path.write_bytes(octets)
    if not octets:
        ReportStore(path).close()
        return
    with pytest.raises(Unavailable, match=str(path)):
        ReportStore(path)


def test_a_place_that_is_not_there_is_said(tmp_path):
    with pytest.raises(Unavailable, match="nowhere is not there yet: `gatepost run` makes it"):
        ReportStore(tmp_path / "nowhere" / "dmarc.db")


def test_a_store_of_a_later_version_is_left_alone(tmp_path):
    store = ReportStore(tmp_path / "dmarc.db")
    store.db.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(Unavailable, match="version 99"):
        ReportStore(tmp_path / "dmarc.db")


@given(st.lists(REPORTS, max_size=3))
def test_whatever_a_report_says_can_be_kept_and_read(tmp_path_factory, reports):
    store = ReportStore(tmp_path_factory.mktemp("store") / "dmarc.db")
    added = [report for report in reports if store.add(report, 0.0)]
    total = sum(min(row.count, COUNT_LIMIT) for report in added for row in report.rows)
    assert sum(sender.count for sender in store.senders(since=0)) == total
    store.close()
