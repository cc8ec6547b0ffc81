"""Syntax of records (RFC 7208 §5, §6, §12)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.spf.errors import BadRecord
from gatepost.auth.spf.macros import Macro
from gatepost.auth.spf.record import LONGEST_CACHED, cached_record, read_record
from gatepost.auth.spf.result import Spf
from gatepost.auth.spf.terms import All, ClientName, Exchangers, Exists, Hosts, Include, Network, Record

TERMS = (
    "all", "-all", "?ALL", "include:a.example", "include", "a", "a:", "a:b.example", "a/24", "a//64",
    "a:b.example/24//64", "mx", "mx:b.example/0", "ptr", "ptr:b.example", "ip4:192.0.2.0/24", "ip4:192.0.2.1",
    "ip6:2001:db8::/32", "ip6:::1", "exists:%{i}.b.example", "redirect=b.example", "exp=b.example", "x=",
    "x-y.z=%{t}", "v=spf1", "%{d}", "=", "--all",
)  # fmt: skip
RECORDS = st.lists(
    st.sampled_from(TERMS) | st.text(st.sampled_from("a:/.=%{}di124-+ \t~é"), max_size=8), max_size=6
).map(" ".join)


def record(text):
    return read_record(f"v=spf1 {text}".encode("latin-1"))


def one(text):
    (term,) = record(text).terms
    return term


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("all", All), ("include:b.example", Include), ("a", Hosts), ("mx", Exchangers), ("ptr", ClientName),
        ("ip4:192.0.2.1", Network), ("ip6:::1", Network), ("exists:b.example", Exists),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("qualifier", "result"),
    [("", Spf.PASS), ("+", Spf.PASS), ("-", Spf.FAIL), ("~", Spf.SOFTFAIL), ("?", Spf.NEUTRAL)],
)
def test_a_directive_is_a_mechanism_with_a_qualifier(text, kind, qualifier, result):
    for spelling in (text, text.upper()):
        term = one(qualifier + spelling)
        assert (type(term), term.result, term.text) == (kind, result, qualifier + spelling)


@pytest.mark.parametrize(
    ("text", "target", "prefix4", "prefix6"),
    [
        ("a", None, 32, 128),
        ("a/24", None, 24, 128),
        ("a//64", None, 32, 64),
        ("a/24//64", None, 24, 64),
        ("a/0//0", None, 0, 0),
        ("a:B.example", "b.example", 32, 128),
        ("a:b.example/24//64", "b.example", 24, 64),
        ("a:b/c.example/8", "b/c.example", 8, 128),
        ("a:b:c//1.example", "b:c//1.example", 32, 128),
        ("mx:b.example./32//128", "b.example", 32, 128),
    ],
)
def test_a_host_may_have_a_domain_and_two_prefix_lengths(text, target, prefix4, prefix6):
    term = one(text)
    assert (term.target and term.target.constant, term.prefix4, term.prefix6) == (target, prefix4, prefix6)


@pytest.mark.parametrize(
    ("text", "version", "prefix", "top"),
    [
        ("ip4:192.0.2.1", 4, 32, 0xC0000201),
        ("ip4:192.0.2.1/24", 4, 24, 0xC00002),
        ("ip4:192.0.2.1/0", 4, 0, 0),
        ("ip6:2001:db8::1/32", 6, 32, 0x20010DB8),
        ("ip6:::1.1.1.1/128", 6, 128, 0x01010101),
        ("ip6:1:2:3:4:5:6:7:8", 6, 128, 0x00010002000300040005000600070008),
    ],
)
def test_a_network_is_an_address_and_a_prefix_length(text, version, prefix, top):
    term = one(text)
    assert (term.version, term.prefix, term.top) == (version, prefix, top)


@pytest.mark.parametrize(
    "text",
    [
        "moo", "-moo", "all.", "all:a.example", "all/8", "-all=", "a:", "a:/24", "a/33", "a//129", "a/24/64", "a/",
        "a//", "a/024", "a/24//064", "a/x", "a24", "a.b.example", "mx:", "mx/33", "ptr:", "ptr/24", "include",
        "include:", "include/8", "include:b.example/24", "exists", "exists:", "exists:b.example/24", "ip4", "ip4:",
        "ip4:1.2.3", "ip4:1.2.3.4.5", "ip4:1.2.3.256", "ip4:01.2.3.4", "ip4:1.2.3.4/33", "ip4:1.2.3.4/",
        "ip4:1.2.3.4/08", "ip4:1.2.3.4//32", "ip4:1.2.3.4:25", "ip4:b.example", "ip4/24", "ip6", "ip6:",
        "ip6:::1%eth0", "ip6::1:", "ip6:1::2::3", "ip6:::1/129", "ip6:::1//64", "ip6:192.0.2.1", "redirect",
        "redirect:b.example", "redirect=", "redirect=com", "exp=", "exp=-all", "-exp=b.example", "+x=y", "1x=y", "=y",
        "x=%", "x=%{y}", "redirect=b.example redirect=b.example", "exp=b.example EXP=b.example", "exp=%{r}.example",
        "a:%{c}.example", "a,mx", "all\t", "\tall", "all\r\n", "all\x00", "a:b\x00.example", "a:\xe9.example",
        "\xa0all", "ip4:\xb9.2.3.4", "ip4:1.2.3.4/\xb2", "-", "~ all", "- all", "\u017f".encode().decode("latin-1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["{}", "-all {}", "{} +all"])
def test_authn_37_one_mistake_anywhere_spoils_the_record(text, where):
    with pytest.raises(BadRecord) as refused:
        record(where.format(text))
    assert re.fullmatch(r"[ -~]{1,120}", refused.value.args[0])


def test_an_empty_record_says_nothing():
    assert read_record(b"v=spf1") == read_record(b"v=spf1 ") == read_record(b"V=SPF1    ") == Record()


def test_terms_are_set_apart_by_spaces_however_many():
    assert [term.text for term in record("  a   -all  ").terms] == ["a", "-all"]


def test_modifiers_may_stand_anywhere_and_mean_nothing_if_unknown():
    found = record("Redirect=a.example x=y -all EXP=b.example x=y moo.cow-far_out=man:dog/cat z=%{t}%{r} e=")
    assert (found.redirect.constant, found.exp.constant, len(found.terms)) == ("a.example", "b.example", 1)


def test_a_target_may_have_macros():
    assert one("exists:%{ir}._spf.%{d2}").target.pieces == (
        Macro("i", reverse=True, delimiters="."), "._spf.", Macro("d", keep=2, delimiters="."),
    )  # fmt: skip


def test_what_is_shown_of_a_term_is_bounded():
    assert one(f"exists:{'a' * 300}.example").text == f"exists:{'a' * 93}"


def test_a_record_is_read_once_if_it_is_short():
    short = b"v=spf1 ip4:192.0.2.77 -all"
    assert read_record(short) is read_record(bytes(bytearray(short)))
    before = cached_record.cache_info().currsize
    read_record(b"v=spf1 " + b"a " * LONGEST_CACHED)
    assert cached_record.cache_info().currsize == before


@given(RECORDS)
def test_any_record_is_read_or_refused_with_a_printable_reason(text):
    try:
        found = record(text)
    except BadRecord as refused:
        assert re.fullmatch(r"[ -~]{1,120}", refused.args[0])
        return
    assert text.isascii() and "\t" not in text
    words = text.split()
    assert len(found.terms) == sum("=" not in word for word in words)
    said = " ".join([term.text for term in found.terms])
    assert record(said).terms == found.terms
