"""Domains that look like protected ones: ATTACKS AUTHN-29."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.lookalike import Likeness, Lookalike, ProtectedDomains, is_one_edit, lookalike
from gatepost.syntax.domain import domain

PROTECTED = ProtectedDomains(
    ["example.com", "mail.contoso.co.uk", "paypal.com", "learn.example.org", "abc.de", domain("b\u00fccher.example")]
)


@pytest.mark.parametrize(
    ("name", "protected", "likeness"),
    [
        ("exarnple.com", "example.com", Likeness.HOMOGRAPH),
        ("examp1e.net", "example.com", Likeness.HOMOGRAPH),
        (domain("\u0440aypal.com"), "paypal.com", Likeness.HOMOGRAPH),
        (domain("\u0440\u0430\u0443\u0440\u0430\u04cf.com"), "paypal.com", Likeness.HOMOGRAPH),
        ("bucher.example", domain("b\u00fccher.example"), Likeness.HOMOGRAPH),
        ("mail.exarnple.com", "example.com", Likeness.HOMOGRAPH),
        ("example.net", "example.com", Likeness.OTHER_SUFFIX),
        ("contoso.com", "contoso.co.uk", Likeness.OTHER_SUFFIX),
        ("exmaple.com", "example.com", Likeness.TYPO),
        ("exampl.com", "example.com", Likeness.TYPO),
        ("examplee.com", "example.com", Likeness.TYPO),
        ("exanple.com", "example.com", Likeness.TYPO),
        ("paypai.com", "paypal.com", Likeness.TYPO),
        ("example.com.evil.net", "example.com", Likeness.EMBEDDED),
        ("mail.contoso.co.uk.evil.net", "contoso.co.uk", Likeness.EMBEDDED),
        ("example-com.net", "example.com", Likeness.HYPHENATED),
        ("login-example-com.net", "example.com", Likeness.HYPHENATED),
        ("a.contoso-co-uk.evil.net", "contoso.co.uk", Likeness.HYPHENATED),
        ("examplecom.net", "example.com", Likeness.HYPHENATED),
        ("example-login.net", "example.com", Likeness.COMBINED),
        ("secure-paypa1.net", "paypal.com", Likeness.COMBINED),
    ],
)
def test_AUTHN_29_a_domain_that_looks_like_a_protected_one_is_found(name, protected, likeness):
    assert lookalike(name, PROTECTED) == Lookalike(name, protected, likeness)


@pytest.mark.parametrize(
    "name",
    ["example.com", "mail.example.com", "a.b.contoso.co.uk", "gmail.com", "com", "", "localhost", "[192.0.2.1]",
     "abd.de", "unrelated-words.net", "exmpel.com", "xn--99999999.com", "co.uk", "evil.net"],
)  # fmt: skip
def test_a_protected_domain_all_below_it_and_strangers_look_like_none(name):
    assert lookalike(name, PROTECTED) is None


def test_nothing_protected_is_looked_like_by_nothing():
    assert lookalike("example.com", ProtectedDomains([])) is None


def test_a_letter_moved_far_is_no_typo():
    assert lookalike("bcdefa.com", ProtectedDomains(["abcdef.com"])) is None


def test_a_short_name_has_no_typos():
    assert lookalike("abcd.com", ProtectedDomains(["abc.de"])) is None


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("abc", "abc", False), ("abc", "abd", True), ("abc", "ab", True), ("abc", "abcd", True), ("abc", "acb", True),
        ("abc", "cba", False), ("abcd", "bcda", False), ("abc", "", False), ("a", "", True), ("ab", "ba", True),
        ("aab", "ab", True), ("abcd", "abdd", True), ("abcd", "badc", False),
    ],
)  # fmt: skip
def test_one_edit_is_one(one, other, near):
    assert is_one_edit(one, other) == is_one_edit(other, one) == near


WORDS = st.text(st.sampled_from("abfgxz"), min_size=6, max_size=10)


@given(WORDS, st.integers(0, 9), st.sampled_from("abfgxzy"), st.sampled_from(["less", "more", "other", "swapped"]))
def test_every_single_edit_of_a_label_is_found(word, at, letter, edit):
    at %= len(word) - 1
    edited = {
        "less": word[:at] + word[at + 1 :],
        "more": word[:at] + letter + word[at:],
        "other": word[:at] + letter + word[at + 1 :],
        "swapped": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }[edit]
    found = lookalike(f"{edited}.com", ProtectedDomains([f"{word}.com"]))
    assert found == (None if edited == word else Lookalike(f"{edited}.com", f"{word}.com", Likeness.TYPO))


@given(
    st.lists(st.sampled_from(["example", "com", "-", ".", "co", "uk", "xn--", "contoso", "a", "rn", "1"]), max_size=12)
)
def test_any_domain_is_compared(pieces):
    found = lookalike("".join(pieces), PROTECTED)
    assert found is None or found.protected in PROTECTED.names
