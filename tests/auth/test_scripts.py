"""Mixed scripts and whole-script look-alikes: UTS #39 §5; ATTACKS AUTHN-29."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.scripts import Deception, deception, shown_label
from gatepost.syntax.domain import domain


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("example.com", None),
        ("\u0440aypal.com", Deception.MIXED),  # Cyrillic er
        ("g\u03bfogle.com", Deception.MIXED),  # Greek omicron
        ("www.\u0440aypal.com", Deception.MIXED),
        ("\u0430\u0440\u0440\u04cf\u0435.com", Deception.WHOLE),  # all Cyrillic
        ("\u0430\u0440\u0440\u04cf\u0435.\u0440\u0444", None),  # under a Cyrillic top-level domain
        ("\u043f\u0440\u0438\u043c\u0435\u0440.com", None),  # a Russian word that looks like none of ours
        ("b\u00fccher.de", None),
        ("\u4f8b\u3048abc.jp", None),  # Han, Hiragana and Latin go together
        ("\ud55c\uad6d-abc.kr", None),
        ("\u03b5\u03bb\u03bb\u03ac\u03c2.gr", None),
    ],
)
def test_AUTHN_29_letters_that_can_only_deceive_are_found(name, found):
    assert deception(domain(name)) is found


@pytest.mark.parametrize(
    ("label", "shown"),
    [("example", "example"), ("xn--bcher-kva", "b\u00fccher"), ("xn--\u00fc", "xn--\u00fc"), ("xn--99999999", None)],
)
def test_a_label_is_shown_as_people_see_it(label, shown):
    assert shown_label(label) == (label if shown is None else shown)


@given(st.text(st.sampled_from("abz019-"), max_size=70))
def test_any_label_is_shown_somehow(rest):
    assert isinstance(shown_label(f"xn--{rest}"), str)
    deception(f"xn--{rest}.example")
