"""What of a day's mail ends up in which row of which report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dmarc import tally as limits
from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.record import Alignment, Policy
from gatepost.auth.dmarc.report import Disposition, Override, OverrideReason
from gatepost.auth.dmarc.tally import Tally
from gatepost.model.authentication import Authentication, DkimFound, DmarcFound
from gatepost.model.trace import End
from tests.adapters.journal.traces import trace
from tests.cli.dmarc_traces import DAY, evaluated, failed

NEXT_DAY = DAY + 86_400


def counted(*traces, **more):
    tally = Tally(DAY, NEXT_DAY, **more)
    for each in traces:
        tally.add(each)
    return list(tally.seen())


def only_row(*traces):
    (seen,) = counted(*traces)
    (row,) = seen.rows
    return row


def test_messages_that_went_the_same_way_share_a_row():
    (seen,) = counted(evaluated(1), evaluated(2), failed(3))
    assert [(row.count, row.disposition) for row in seen.rows] == [(2, Disposition.PASS), (1, Disposition.REJECT)]
    assert seen.messages == 3


def test_each_policy_domain_has_a_report_of_its_own():
    assert [seen.published.domain for seen in counted(evaluated(1), evaluated(2, domain="example.org"))] == [
        "example.net",
        "example.org",
    ]


def test_a_subdomain_is_a_row_in_the_report_of_the_domain_that_has_the_record():
    (seen,) = counted(evaluated(1), evaluated(2, domain="a.example.net", record_domain="example.net"))
    assert {row.header_from for row in seen.rows} == {"example.net", "a.example.net"}


def test_a_policy_that_changes_in_the_day_makes_two_reports():
    assert [seen.published.p for seen in counted(evaluated(1), evaluated(2, p="none"))] == [Policy.NONE, Policy.REJECT]


def test_what_the_record_left_out_is_told_with_its_default():
    (seen,) = counted(evaluated(np="quarantine", aspf="s", testing=True))
    published = seen.published
    assert (published.sp, published.np, published.fo) == (None, Policy.QUARANTINE, "0")
    assert (published.adkim, published.aspf, published.testing) == (Alignment.RELAXED, Alignment.STRICT, True)
    assert published.discovery is Discovery.TREE_WALK


def test_every_author_of_a_message_counts():
    ours = evaluated(1)
    two = DmarcFound(author="example.org", result="fail", record_domain="example.org", p="none")
    known = Authentication(dmarc=(*ours.authentication.dmarc, two))
    assert len(counted(trace(began=DAY, authentication=known))) == 2


@pytest.mark.parametrize(
    "trace_",
    [
        evaluated(began=DAY - 1),
        evaluated(began=NEXT_DAY - 0.1),
        evaluated(end=End.DEFERRED),
        evaluated(end=End.ABANDONED),
        evaluated(result="temperror"),
        evaluated(result="none", record_domain="", p=""),
        evaluated(result="permerror", p=""),
        trace(began=DAY),
    ],
    ids=[
        "the day before",
        "ended the day after",
        "comes again",
        "went away",
        "temperror",
        "none",
        "permerror",
        "not looked at",
    ],
)
def test_what_does_not_count(trace_):
    assert not counted(trace_)


def test_a_message_counts_on_the_day_on_which_it_ended():
    assert counted(evaluated(began=DAY - 0.4))


def test_an_excluded_domain_gets_none():
    assert [s.published.domain for s in counted(evaluated(1), evaluated(2, domain="a.test"), excluded=("a.test",))] == [
        "example.net"
    ]


@pytest.mark.parametrize(
    ("asked", "end", "disposition", "reasons"),
    [
        ("reject", End.REFUSED, Disposition.REJECT, ()),
        ("reject", End.DROPPED, Disposition.REJECT, ()),
        ("reject", End.QUARANTINED, Disposition.QUARANTINE, (OverrideReason.LOCAL_POLICY,)),
        ("reject", End.DELIVERED, Disposition.NONE, (OverrideReason.LOCAL_POLICY,)),
        ("quarantine", End.REFUSED, Disposition.QUARANTINE, ()),
        ("quarantine", End.DELIVERED, Disposition.NONE, (OverrideReason.LOCAL_POLICY,)),
        ("none", End.REFUSED, Disposition.NONE, ()),
        ("none", End.DELIVERED, Disposition.NONE, ()),
    ],
)
def test_no_more_is_told_than_was_asked_for_and_less_has_a_reason(asked, end, disposition, reasons):
    row = only_row(failed(asked=asked, p=asked, end=end))
    assert row.disposition is disposition
    assert tuple(override.reason for override in row.overrides) == reasons


def test_a_tag_because_of_dmarc_is_what_quarantine_asks_for():
    tagged = {"asked": "quarantine", "p": "quarantine", "end": End.DELIVERED, "action": "tag"}
    assert only_row(failed(because=("dmarc.quarantine",), **tagged)).disposition is Disposition.QUARANTINE
    assert only_row(failed(because=("spam.words",), **tagged)).disposition is Disposition.NONE


def test_what_was_overridden_and_then_refused_for_something_else_was_not_refused_by_dmarc():
    row = only_row(failed(overrides=("mailing_list: comes from lists.example",), end=End.REFUSED))
    assert row.disposition is Disposition.NONE
    assert row.overrides == (Override(OverrideReason.MAILING_LIST, "comes from lists.example"),)


def test_a_reason_that_nobody_knows_is_told_as_it_is():
    assert only_row(failed(overrides=("moon",))).overrides == (Override(OverrideReason.OTHER, "moon"),)


def test_test_mode_is_a_reason():
    row = only_row(failed(testing=True, p="reject", asked="quarantine", end=End.QUARANTINED))
    assert row.disposition is Disposition.QUARANTINE
    assert [override.reason for override in row.overrides] == [OverrideReason.POLICY_TEST_MODE]


def test_test_mode_of_a_policy_that_asks_for_nothing_is_none():
    assert only_row(failed(testing=True, p="none", asked="none")).overrides == ()


def test_only_the_domain_of_the_sender_is_told():
    assert only_row(evaluated(sender="Ann.Smith@Example.NET")).envelope_from == "example.net"
    assert only_row(evaluated(sender="")).envelope_from == ""
    assert only_row(evaluated()).envelope_to is None


def test_signatures_that_say_most_about_the_domain_come_first():
    others = [("other.test", "pass"), ("example.net", "fail"), ("a.example.net", "pass"), ("example.net", "pass")]
    one = evaluated()
    known = Authentication(
        dkim=tuple(DkimFound(domain, "s", result) for domain, result in others), dmarc=one.authentication.dmarc
    )
    row = only_row(trace(began=DAY, authentication=known))
    assert [(entry.domain, entry.result) for entry in row.dkim] == [
        ("example.net", "pass"), ("a.example.net", "pass"), ("other.test", "pass"), ("example.net", "fail"),
    ]  # fmt: skip


def test_a_sender_who_makes_many_rows_fills_his_own_report_only(monkeypatch):
    monkeypatch.setattr(limits, "ROWS_OF_ONE_LIMIT", 3)
    flood = [evaluated(n, domain="flood.test", client_ip=f"203.0.113.{n}") for n in range(5)]
    flooded, other = sorted(counted(*flood, evaluated(9)), key=lambda seen: -seen.messages)
    assert (len(flooded.rows), flooded.left_out, flooded.messages) == (3, 2, 5)
    assert (len(other.rows), other.left_out) == (1, 0)


def test_there_is_a_limit_to_all_of_it(monkeypatch):
    monkeypatch.setattr(limits, "ROWS_LIMIT", 2)
    tally = Tally(DAY, NEXT_DAY)
    for number in range(4):
        tally.add(evaluated(number, domain=f"d{number}.test"))
    assert (len(list(tally.seen())), tally.unheard) == (2, 2)


@given(st.lists(st.sampled_from([evaluated(1), evaluated(2), failed(3), failed(4, asked="none", p="none")])))
def test_every_message_is_counted_once(traces):
    assert sum(seen.messages for seen in counted(*traces)) == len(traces)
