"""Address literals: ATTACKS PROTO-02."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.address_literal import address_literal
from gatepost.syntax.bad_syntax import BadSyntax


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("[IPv6:2001:DB8:0:0:0:0:0:1]", "[IPv6:2001:db8::1]"),
        ("[ipv6:::1]", "[IPv6:::1]"),
    ],
)
def test_a_literal_has_one_spelling(text, canonical):
    assert address_literal(text) == canonical


def test_an_ipv4_tail_is_another_spelling_of_the_same_literal():
    assert address_literal("[IPv6:::ffff:192.0.2.1]") == address_literal("[IPv6:::ffff:c000:201]")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[1.2.3]",
        "[1.2.3.4",
        "1.2.3.4]",
        "[1.2.3.4]]",
        "[1.2.3.04]",
        "[1.2.3.256]",
        "[0x1.2.3.4]",
        "[ 1.2.3.4]",
        "[1.2.3.4/32]",
        "[\u0661.2.3.4]",
        "[2001:db8::1]",
        "[IPv6:zz]",
        "[IPv6:]",
        "[IPv6:1.2.3.4]",
        "[IPv6:fe80::1%eth0]",
        "[IPv6:1:2:3:4:5:6::8]",
        "[IPv4:1.2.3.4]",
        "[tag:content]",
        "[" + "1" * 100_000 + "]",
    ],
)
def test_what_is_no_literal_is_refused(text):
    with pytest.raises(BadSyntax):
        address_literal(text)


@given(st.lists(st.sampled_from(["IPv6:", "1", "ff", ":", "::", ".", "255", "0", "%"]), max_size=12).map("".join))
def test_a_literal_is_refused_or_canonical(inside):
    try:
        literal = address_literal(f"[{inside}]")
    except BadSyntax:
        return
    assert address_literal(literal) == literal
