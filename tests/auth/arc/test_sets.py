"""Sets of ARC fields in a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.arc.chain import ArcReason, BrokenChain
from gatepost.auth.arc.sets import newest, sets_of
from gatepost.auth.dkim.signed_fields import Header
from gatepost.syntax.header import read_header
from tests.auth.arc.relays import PLAIN, relayed

SEAL = b"ARC-Seal: i=%b; a=rsa-sha256; d=example.com; s=s1; t=1; cv=%b; b=YWJj\r\n"
MESSAGE = b"ARC-Message-Signature: i=%b; a=rsa-sha256; d=example.com; s=s1; h=from; bh=YWJj; b=YWJj\r\n"
RESULTS = b"ARC-Authentication-Results: i=%b; mx.example.com; spf=pass\r\n"
FIRST = SEAL % (b"1", b"none") + MESSAGE % b"1" + RESULTS % b"1"
SECOND = SEAL % (b"2", b"pass") + MESSAGE % b"2" + RESULTS % b"2"
PIECES = st.lists(
    st.sampled_from([
        SEAL % (b"1", b"none"), MESSAGE % b"1", RESULTS % b"1", SEAL % (b"2", b"pass"), MESSAGE % b"2", RESULTS % b"2",
        SEAL % (b"3", b"fail"), RESULTS % b"0", MESSAGE % b"51", SEAL % (b"x", b"none"), b"ARC-Seal:\r\n", b"\x00",
        b"ARC-Authentication-Results: i=1\r\n", b"ARC-Message-Signature: i=2; h=arc-seal\r\n", b"arc-seal: i=1\r\n",
    ]),
    max_size=9,
).map(b"".join)  # fmt: skip


def header(octets):
    return Header(read_header(octets + b"\r\n")[0])


def broken(octets):
    with pytest.raises(BrokenChain) as raised:
        sets_of(header(octets))
    return raised.value.reason


def test_a_header_without_arc_fields_has_no_sets():
    assert sets_of(header(b"From: a\r\n")) == ()


def test_sets_are_in_the_order_of_their_instances():
    for octets in (SECOND + FIRST, FIRST + SECOND):
        sets = sets_of(header(octets))
        assert [(one.instance, one.message.domain, one.seal.selector) for one in sets] == [
            (1, "example.com", "s1"),
            (2, "example.com", "s1"),
        ]
        assert sets[0].results == b"mx.example.com; spf=pass"


def test_results_are_unfolded_behind_their_instance():
    folded = RESULTS.replace(b": i=%b; ", b":\r\n i = \r\n\t%b ;\r\n\t").replace(b"spf", b"\r\n spf") % b"1"
    (one,) = sets_of(header(SEAL % (b"1", b"none") + MESSAGE % b"1" + folded))
    assert one.results.split() == [b"mx.example.com;", b"spf=pass"]


@pytest.mark.parametrize("missing", [SEAL % (b"1", b"none"), MESSAGE % b"1", RESULTS % b"1"])
def test_a_set_has_three_fields(missing):
    assert broken(FIRST.replace(missing, b"")) is ArcReason.INCOMPLETE
    assert broken(SECOND + FIRST.replace(missing, b"")) is ArcReason.INCOMPLETE
    assert broken(missing) is ArcReason.INCOMPLETE


@pytest.mark.parametrize("again", [SEAL % (b"1", b"none"), MESSAGE % b"1", RESULTS % b"1"])
def test_a_set_has_no_field_twice(again):
    assert broken(again + FIRST) is ArcReason.REPEATED
    assert broken(again.replace(b"i=1", b"i=01") + FIRST) is ArcReason.REPEATED


@pytest.mark.parametrize("instance", [b"", b"0", b"00", b"51", b"100", b"-1", b"+1", b"1.0", b"x", b"\xd9\xa1", b"1 1"])
@pytest.mark.parametrize("kind", [SEAL, MESSAGE, RESULTS])
def test_an_instance_is_a_number_from_1_to_50(kind, instance):
    field = kind % ((instance, b"none") if kind is SEAL else instance)
    assert broken(field + FIRST) is ArcReason.INSTANCE


def test_an_instance_comes_first_in_results():
    for text in (b"mx.example.com; i=1; spf=pass", b"i=1 mx.example.com", b"i=1", b"", b"; i=1;"):
        field = b"ARC-Authentication-Results: " + text + b"\r\n"
        assert broken(FIRST.replace(RESULTS % b"1", field)) is ArcReason.INSTANCE


@pytest.mark.parametrize("status", [b"pass", b"fail", b"", b"None", b"x"])
def test_the_first_seal_has_found_none(status):
    assert broken(FIRST.replace(b"cv=none", b"cv=" + status)) is ArcReason.STATUS


@pytest.mark.parametrize("status", [b"none", b"fail", b"", b"Pass"])
def test_a_later_seal_has_found_a_pass(status):
    assert broken(SECOND.replace(b"cv=pass", b"cv=" + status) + FIRST) is ArcReason.STATUS


def test_a_seal_names_no_fields_and_is_not_named():
    assert broken(FIRST.replace(b"cv=none", b"cv=none; h=from")) is ArcReason.SEAL_NAMES
    assert broken(FIRST.replace(b"h=from", b"h=from:ARC-Seal")) is ArcReason.SEAL_SIGNED


@pytest.mark.parametrize(
    "tag", [b" a=rsa-sha256;", b" d=example.com;", b" s=s1;", b"; b=YWJj", b" h=from;", b" bh=YWJj;"]
)
def test_a_field_has_its_tags(tag):
    for field in (SEAL % (b"1", b"none"), MESSAGE % b"1"):
        if tag in field:
            assert broken(FIRST.replace(field, field.replace(tag, b""))) is ArcReason.FIELD


def test_a_field_that_is_no_list_of_tags_breaks_the_chain():
    assert broken(FIRST.replace(b"cv=none", b"cv=none;;")) is ArcReason.FIELD


def test_authn_53_there_are_50_sets_at_most():
    fields = [relayed(PLAIN, 0)[: -len(PLAIN)].replace(b"i=1;", b"i=%d;" % number) for number in range(1, 101)]
    assert broken(b"".join(fields)) is ArcReason.MANY_SETS
    assert broken(RESULTS % b"1" * 51) is ArcReason.MANY_SETS


@pytest.mark.parametrize(
    ("octets", "found"),
    [
        (b"From: a\r\n", (0, False)),
        (FIRST, (1, False)),
        (SECOND + FIRST, (2, False)),
        (SEAL % (b"3", b"fail") + SECOND + FIRST, (3, True)),
        (SEAL % (b"3", b"fail") + RESULTS % b"4", (4, False)),
        (SEAL % (b"x", b"fail") + b"ARC-Seal: ;\r\n" + FIRST, (1, False)),
        (MESSAGE.replace(b"h=from", b"cv=fail; h=from") % b"9", (9, False)),
    ],
)
def test_of_a_broken_chain_the_newest_is_still_known(octets, found):
    assert newest(header(octets)) == found


@given(PIECES)
def test_whatever_comes_is_sets_or_a_broken_chain(octets):
    fields = header(octets)
    highest, has_ended = newest(fields)
    assert 0 <= highest <= 50 and (highest or not has_ended)
    try:
        sets = sets_of(fields)
    except BrokenChain:
        return
    assert [one.instance for one in sets] == list(range(1, highest + 1)) and not has_ended
