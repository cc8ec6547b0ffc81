"""Names of clients: ATTACKS PROTO-01 to PROTO-04."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.helo import helo_name


@pytest.mark.parametrize(
    "text",
    ["mail.example.com", "MAIL.example.COM", "localhost", "WIN-1A2B3C", "my_host.example", "192.0.2.1", "[192.0.2.1]",
     "[IPv6:2001:db8::1]", "xn--bcher-kva.example", "a" * 63],
)  # fmt: skip
def test_a_name_that_real_senders_have_is_returned_as_sent(text):
    assert helo_name(text) == text


def test_one_dot_at_the_end_is_taken_off():
    assert helo_name("mail.example.com.") == "mail.example.com"


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a..", " ", "a b", "a\tb", "a\x00b", "[1.2.3]", "[IPv6:zz]", "[1.2.3.4", "bücher.example",
     "-a.example", "a-.example", "a" * 64, ".".join(["a" * 50] * 6), "a" * 100_000, "[" + "1" * 100_000 + "]",
     "%s%n", "$(id)", "`id`", "a'b", 'a"b', "a;b", "a|b", "a&b", "<a>", "a\\b", "a/b", "a@b", "{{a}}"],
)  # fmt: skip
def test_what_is_no_host_name_is_refused(text):
    with pytest.raises(BadSyntax):
        helo_name(text)


@given(st.text(st.sampled_from("a0-_.[]:IPv6 %$;é\x00"), max_size=24))
def test_a_name_that_passes_is_harmless_anywhere(text):
    try:
        name = helo_name(text)
    except BadSyntax:
        return
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:[]")
