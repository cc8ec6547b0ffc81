import pycares
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycares import CNAMERecordData, DNSRecord, DNSResult, SOARecordData, TXTRecordData

from gatepost.adapters.dns import records
from gatepost.adapters.dns.outcome import Told
from gatepost.adapters.dns.reply import ALIASES, LONGEST_TTL, RECORDS, BadAnswer, Reply, read

NAME = "x.test"


def text(name, octets, ttl=300, of_class=pycares.QUERY_CLASS_IN):
    return DNSRecord(name, pycares.QUERY_TYPE_TXT, of_class, ttl, TXTRecordData(octets))


def alias(name, target, ttl=300):
    return DNSRecord(name, pycares.QUERY_TYPE_CNAME, pycares.QUERY_CLASS_IN, ttl, CNAMERecordData(target))


def of(*rows, name=NAME):
    return read(Told(DNSResult(list(rows), [], [])), name, records.TXT)


def test_records_come_in_the_order_of_the_answer_and_hold_as_long_as_the_shortest():
    assert of(text(NAME, b"b", 20), text(NAME, b"a", 10)) == Reply((b"b", b"a"), 10)


def test_names_are_compared_without_regard_to_case():
    assert of(text("X.Test", b"a"), name="x.TEST").records == (b"a",)


def test_records_of_others_do_not_count():
    soa = DNSRecord(NAME, 6, 1, 5, SOARecordData("a", "b", 1, 2, 3, 4, 5))
    chaos = text(NAME, b"chaos", of_class=pycares.QUERY_CLASS_CHAOS)
    assert of(text("y.test", b"other", 5), soa, chaos, text(NAME, b"a")) == Reply((b"a",), 300)


def test_aliases_are_followed_in_any_order_and_their_ttl_counts():
    rows = (text("Z.test", b"a", 60), alias("Y.test", "z.test", 20), alias(NAME, "y.TEST", 30))
    assert of(*rows) == Reply((b"a",), 20)


def test_where_an_alias_leads_to_nothing_there_is_none():
    assert of(alias(NAME, "y.test", 30)) == Reply((), 30)
    assert of() == Reply((), LONGEST_TTL)


@pytest.mark.parametrize("count", [ALIASES, ALIASES + 1])
def test_there_are_only_so_many_aliases(count):
    rows = [alias(f"n{i}.test", f"n{i + 1}.test") for i in range(count)] + [text(f"n{count}.test", b"a")]
    if count > ALIASES:
        with pytest.raises(BadAnswer, match="CNAMEs"):
            of(*rows, name="n0.test")
    else:
        assert of(*rows, name="n0.test").records == (b"a",)


def test_a_loop_of_aliases_is_a_bad_answer():
    with pytest.raises(BadAnswer):
        of(alias(NAME, "y.test"), alias("y.test", NAME))


def test_there_are_only_so_many_records():
    assert len(of(*[text(NAME, b"a")] * RECORDS).records) == RECORDS
    for count in (RECORDS + 1, 60_000):
        with pytest.raises(BadAnswer, match="records"):
            of(*[text(NAME, b"a")] * count)


def test_a_ttl_with_the_highest_bit_is_none():
    assert of(text(NAME, b"a", LONGEST_TTL)).ttl == LONGEST_TTL
    assert of(text(NAME, b"a", LONGEST_TTL + 1)).ttl == 0


TARGETS = st.sampled_from([NAME, "y.test", r"y\.test", "", ".", "\\"])
ROWS = st.builds(text, TARGETS, st.binary(max_size=3), st.integers(0, 2**32 - 1)) | st.builds(alias, TARGETS, TARGETS)


@given(st.lists(ROWS, max_size=30))
def test_NET_10_whatever_stands_in_an_answer_it_is_read_or_bad(rows):
    try:
        reply = of(*rows)
    except BadAnswer:
        return
    assert 0 <= reply.ttl <= LONGEST_TTL
    assert len(reply.records) <= len(rows)
