"""Which answers of a list count, and which cannot be answers."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.blocklists.answers import BadPattern, answer_pattern, fault_in


@pytest.mark.parametrize(
    ("text", "matching", "others"),
    [
        ("127.0.0.2", ["127.0.0.2"], ["127.0.0.3", "127.0.1.2", "127.1.0.2"]),
        ("127.0.0.4-7", ["127.0.0.4", "127.0.0.7"], ["127.0.0.3", "127.0.0.8"]),
        ("127.0.*.3", ["127.0.0.3", "127.0.255.3"], ["127.0.5.2", "127.1.5.3"]),
        ("127.0.0.&24", ["127.0.0.8", "127.0.0.16", "127.0.0.88"], ["127.0.0.4", "127.0.0.64", "127.0.1.8"]),
        ("127.*.*.*", ["127.0.0.0", "127.255.255.255"], ["128.0.0.2"]),
        ("127.0.2-3.&1", ["127.0.2.1", "127.0.3.255"], ["127.0.4.1", "127.0.2.2"]),
    ],
)
def test_an_answer_counts_if_each_octet_does(text, matching, others):
    pattern = answer_pattern(text)
    assert all(pattern.matches(IPv4Address(answer)) for answer in matching)
    assert not any(pattern.matches(IPv4Address(answer)) for answer in others)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no answer"),
        ("127.0.0", "has not four octets"),
        ("127.0.0.2.3", "has not four octets"),
        ("128.0.0.2", "begin with 127"),
        ("*.0.0.2", "begin with 127"),
        ("127.0.0.256", "from 0 to 255"),
        ("127.0.0.7-4", "a range rises"),
        ("127.0.0.&0", "a mask is a number from 1"),
        ("127.0.0.&256", "a mask is a number from 1"),
        ("127.0.&1.2", "only the last octet"),
        ("&127.0.0.2", "only the last octet"),
        ("127.0.0.2 ", "is no answer"),
        ("127.0.0.-2", "is no answer"),
        ("127.0.0.٢", "is no answer"),
    ],
)
def test_what_is_no_pattern_is_told(text, why):
    with pytest.raises(BadPattern, match=why):
        answer_pattern(text)


NUMBER = st.integers(0, 255)
PLAIN = st.one_of(
    NUMBER.map(lambda n: (str(n), {n})),
    st.just(("*", set(range(256)))),
    st.tuples(NUMBER, NUMBER).map(sorted).map(lambda r: (f"{r[0]}-{r[1]}", set(range(r[0], r[1] + 1)))),
)
MASK = st.integers(1, 255).map(lambda mask: (f"&{mask}", {n for n in range(256) if n & mask}))


@given(PLAIN, PLAIN, st.one_of(PLAIN, MASK), st.tuples(NUMBER, NUMBER, NUMBER))
def test_a_pattern_matches_what_its_octets_say(second, third, fourth, octets):
    parts = (second, third, fourth)
    pattern = answer_pattern(".".join(["127", *(text for text, _ in parts)]))
    expected = all(octet in allowed for octet, (_, allowed) in zip(octets, parts, strict=True))
    assert pattern.matches(IPv4Address(bytes((127, *octets)))) is expected


@given(st.lists(st.sampled_from(["127", "0", ".", "-", "&", "*", "2", "999", "²", " ", "x"]), max_size=12).map("".join))
def test_any_text_is_a_pattern_or_told_to_be_none(text):
    try:
        pattern = answer_pattern(text)
    except BadPattern as error:
        assert text in str(error)
    else:
        assert len(pattern.octets) == 4 and text.count(".") == 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("127.0.0.2", ""),
        ("127.0.1.255", ""),
        ("127.255.254.1", ""),
        ("127.255.255.252", "answers 127.255.255.252, an error (no such zone)"),
        ("127.255.255.254", "answers 127.255.255.254, an error (it does not answer public resolvers)"),
        ("127.255.255.255", "answers 127.255.255.255, an error (too many queries)"),
        ("127.255.255.7", "answers 127.255.255.7, an error (of a sort not known here)"),
        ("127.0.0.1", "answers 127.0.0.1, an error (it does not answer you)"),
        ("192.0.2.80", "answers 192.0.2.80, which no list does: somebody else may own it by now"),
    ],
)
def test_an_answer_that_is_none_is_told(answer, why):
    assert fault_in([IPv4Address("127.0.0.2"), IPv4Address(answer)]) == why


def test_an_allow_list_says_so_too_when_it_does_not_answer_one():
    answer = [IPv4Address("127.0.0.255")]
    assert fault_in(answer) == ""
    assert "does not answer you" in fault_in(answer, vouching=True)


def test_no_answer_has_no_fault():
    assert fault_in(()) == ""
