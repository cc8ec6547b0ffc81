"""Paths of MAIL and RCPT: ATTACKS PROTO-09 to PROTO-16, DOS-13."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.address import Address, Domain
from gatepost.syntax import path as module
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.path import forward_path, reverse_path

WORDS = ("a", "b.c", "example.com", "[192.0.2.1]", "IPv6:", "::1", "\u202e", "ü", "postmaster", "a" * 30, "=?q?=41?=")
PIECES = st.lists(st.sampled_from((*'<>@."\\[]:,() aé-_', *WORDS)), max_size=14).map("".join)


def said(address):
    return f"<{address}>"


@pytest.mark.parametrize(
    ("text", "local", "domain"),
    [
        ("<john@example.com>", "john", "example.com"),
        ("<John.Smith@EXAMPLE.com>", "John.Smith", "example.com"),
        ("<a@b>", "a", "b"),
        ("<!#$%&'*+-/=?^_`{|}~@example.com>", "!#$%&'*+-/=?^_`{|}~", "example.com"),
        ('<"a b"@example.com>', '"a b"', "example.com"),
        ('<"a\\"b"@example.com>', '"a\\"b"', "example.com"),
        ('<"a@b"@example.com>', '"a@b"', "example.com"),
        ('<"a>b"@example.com>', '"a>b"', "example.com"),
        ('<"<a@b> SIZE=1"@example.com>', '"<a@b> SIZE=1"', "example.com"),
        ('<""@example.com>', '""', "example.com"),
        ("<=?utf-8?q?=41=42?=@example.com>", "=?utf-8?q?=41=42?=", "example.com"),
        ("<user%other.example@example.com>", "user%other.example", "example.com"),
        ("<other.example!user@example.com>", "other.example!user", "example.com"),
        ("<jörg@example.com>", "jörg", "example.com"),
        ('<"jörg"@example.com>', '"jörg"', "example.com"),
        ("<a@bücher.example>", "a", "xn--bcher-kva.example"),
        ("<a@xn--BCHER-kva.example>", "a", "xn--bcher-kva.example"),
        ("<a@[192.0.2.1]>", "a", "[192.0.2.1]"),
        ("<a@[ipv6:2001:DB8:0::1]>", "a", "[IPv6:2001:db8::1]"),
        ("<www-data@web_01.example.com>", "www-data", "web_01.example.com"),
    ],
)
def test_a_path_is_read_exactly(text, local, domain):
    assert reverse_path(text) == forward_path(text) == (Address(local, Domain(domain)), "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no angle bracket before the address"),
        ("a@b.example", "no angle bracket before the address"),
        ("<a@b.example", "no angle bracket after the address"),
        ('<"a>@b.example>', "quoted local part too long or without end"),
        ("<pepe>", "no domain"),
        ("<@>", "source routes are not accepted"),
        ("<@a.example,@b.example:c@d.example>", "source routes are not accepted"),
        ("<a@>", "no domain"),
        ("<a@b@c>", "bad character in domain"),
        ('<"a"b@c>', "characters after a quoted local part"),
        ('<"a""b"@c>', "characters after a quoted local part"),
        ('<"a".b@c>', "characters after a quoted local part"),
        ('<a"b"@c>', "bad character in local part"),
        ("<a b@c>", "bad character in local part"),
        ("< a@c>", "bad character in local part"),
        ("<(comment)a@c>", "bad character in local part"),
        ("<a@c(comment)>", "bad character in domain"),
        ("<a,b@c>", "bad character in local part"),
        ("<.a@c>", "misplaced dot in local part"),
        ("<a.@c>", "misplaced dot in local part"),
        ("<a..b@c>", "misplaced dot in local part"),
        ("<a@b.>", "misplaced dot in domain"),
        ("<a@.b>", "misplaced dot in domain"),
        ("<a@b..c>", "misplaced dot in domain"),
        ("<a@-b>", "misplaced hyphen in domain"),
        ("<a@b-.c>", "misplaced hyphen in domain"),
        ("<a@b\\>", "bad character in domain"),
        ("<a@[192.0.2]>", "bad address literal"),
        ("<a@[tag:content]>", "bad address literal"),
        ("<a@b>x", "no space after the address"),
        ("<a@b>\tSIZE=1", "no space after the address"),
        ("<a@b>>", "no space after the address"),
        ("<<a@b>", "bad character in local part"),
        ('<"a\tb"@c>', "control character in local part"),
        ('<"a\\é"@c>', "bad character after a backslash"),
        ("<a\x00@c>", "bad character in local part"),
        ("<a\x7f@c>", "bad character in local part"),
        ("<é\x85@c>", "control or unassigned character in local part"),
        ("<é\ud800@c>", "control or unassigned character in local part"),
        ("<é\u202e@c>", "control or unassigned character in local part"),
        ("<é\u200f@c>", "control or unassigned character in local part"),
        ("<é\u2069@c>", "control or unassigned character in local part"),
        ("<é\u061c@c>", "control or unassigned character in local part"),
        ("<é\u2028@c>", "control or unassigned character in local part"),
        ("<\uffff@c>", "control or unassigned character in local part"),
        ("<\U000e0080@c>", "control or unassigned character in local part"),
        ("<a@é\u202e.example>", "bad internationalized domain"),
        ("<a@é\ud800.example>", "bad internationalized domain"),
    ],
)
def test_what_is_no_path_is_refused_with_the_reason(text, reason):
    with pytest.raises(BadSyntax) as refused:
        forward_path(text)
    assert refused.value.reason == reason


def test_the_null_sender_is_a_reverse_path_and_no_forward_path():
    assert reverse_path("<>") == (None, "")
    assert reverse_path("<> SIZE=5") == (None, " SIZE=5")
    with pytest.raises(BadSyntax):
        forward_path("<>")


def test_nothing_but_a_space_may_follow_the_null_sender():
    with pytest.raises(BadSyntax):
        reverse_path("<>SIZE=5")


@pytest.mark.parametrize("local", ["postmaster", "Postmaster", "POSTMASTER"])
def test_postmaster_needs_no_domain_as_a_recipient(local):
    assert forward_path(f"<{local}> NOTIFY=NEVER") == (Address(local, Domain("")), " NOTIFY=NEVER")


def test_postmaster_needs_a_domain_as_a_sender():
    with pytest.raises(BadSyntax, match="no domain"):
        reverse_path("<postmaster>")


@pytest.mark.parametrize("text", ["<a@b>", '<"a>b"@b>', "<a@[192.0.2.1]>", "<é@b>"])
def test_parameters_are_what_follows_with_their_space(text):
    assert reverse_path(text + " SIZE=5 BODY=8BITMIME")[1] == " SIZE=5 BODY=8BITMIME"


@pytest.mark.parametrize(
    ("fits", "too_long"),
    [
        (f"<{'l' * 64}@b>", f"<{'l' * 65}@b>"),
        (f"<{'é' * 32}@b>", f"<{'é' * 33}@b>"),
        (f'<"{"l" * 62}"@b>', f'<"{"l" * 63}"@b>'),
        (f"<a@{'d' * 63}.e>", f"<a@{'d' * 64}.e>"),
        (f"<a@{'d' * 63}.{'e' * 63}.{'f' * 63}.{'g' * 60}>", f"<a@{'d' * 63}.{'e' * 63}.{'f' * 63}.{'g' * 61}>"),
        (f"<a@{'ü' * 50}.e>", f"<a@{'ü' * 64}.e>"),
    ],
)
def test_a_part_that_is_too_long_by_one_is_refused(fits, too_long):
    assert forward_path(fits)[1] == ""
    with pytest.raises(BadSyntax):
        forward_path(too_long)


def test_a_path_counts_as_it_will_be_said_to_the_next_host():
    domain = ".".join(["ü"] * 30)  # 89 octets as sent, 239 as "xn--tda.xn--tda..."
    assert len(str(forward_path(f"<{'l' * 14}@{domain}>")[0])) == 254
    with pytest.raises(BadSyntax, match="longer than 256"):
        forward_path(f"<{'l' * 15}@{domain}>")


@pytest.mark.parametrize("label", ["ü" * 100_000, "a" * 100_000, "ü.", "\u0660" * 200_000, "xn--" + "a" * 200_000])
def test_a_giant_domain_is_refused_before_it_is_looked_into(label, monkeypatch):
    monkeypatch.setattr("gatepost.syntax.domain.idna.encode", None)
    with pytest.raises(BadSyntax, match=r"longer than|misplaced dot"):
        forward_path(f"<a@{label * (1 if len(label) > 9 else 1000)}>")


@given(PIECES)
def test_a_path_is_refused_or_read_to_a_value_that_is_said_back_the_same(pieces):
    text = "<" + pieces
    try:
        address, rest = reverse_path(text)
    except BadSyntax as refused:
        assert refused.reason.isascii() and refused.reason.isprintable()
        return
    assert text.endswith(rest)
    if address is not None:
        assert reverse_path(said(address) + rest) == forward_path(said(address) + rest) == (address, rest)


@given(PIECES)
def test_the_quick_way_and_the_whole_grammar_agree(pieces):
    quick = module.common("<" + pieces + ">")
    if quick is not None:
        assert quick == module.path("<" + pieces + ">")


@given(PIECES)
def test_the_value_says_exactly_the_octets_that_were_sent(pieces):
    """Nothing within quotes or behind them is read as anything else."""
    try:
        address, rest = forward_path("<" + pieces)
    except BadSyntax:
        return
    if address.domain and pieces.isascii() and not address.domain.startswith("["):
        assert f"{address.local}@{address.domain}>{rest}".lower() == pieces.lower()


QTEXT = st.text(st.sampled_from("<>@.[]:,() aé\u00fc-"), max_size=9)
QUOTED = st.lists(QTEXT | st.sampled_from(['\\"', "\\\\", "\\ ", "\\>"]), max_size=4).map(
    lambda parts: f'"{"".join(parts)}"'
)
DOTTED = st.lists(st.text(st.sampled_from("abé+=!%"), min_size=1, max_size=4), min_size=1, max_size=4).map(".".join)
DOMAINS = st.lists(st.text(st.sampled_from("abc019"), min_size=1, max_size=8), min_size=1, max_size=4).map(".".join)


@given(QUOTED | DOTTED, DOMAINS | st.sampled_from(["[192.0.2.1]", "[IPv6:::1]"]), st.sampled_from(["", " A=B", " >"]))
def test_every_well_formed_mailbox_is_read(local, domain, rest):
    if len(local.encode()) <= 64:
        assert forward_path(f"<{local}@{domain}>{rest}") == (Address(local, Domain(domain)), rest)
