"""However much is found, an inspection is bounded and printable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.listing import MOST_TEXT, Draft, Listing, shown, step
from gatepost.model.inspection import Ambiguity, FileClass, Item, Link, Text, Trait
from gatepost.model.traits import ENCRYPTED, INCONSISTENT, MACRO


@given(st.text(max_size=200), st.integers(5, 50))
def test_what_is_shown_is_bounded_and_printable(text, limit):
    seen = shown(text, limit)
    assert len(seen) <= limit and seen.isprintable()
    assert len(text) > limit or len(seen) == len(text)


def test_of_a_long_name_the_beginning_and_the_extension_are_shown():
    assert shown("invoice" + "x" * 3000 + ".exe", 21) == "invoicexxx…xxxxxx.exe"


def test_a_path_can_be_taken_apart():
    assert step("2.1", "a!b.zip") == "2.1!a?b.zip"


@pytest.mark.parametrize(
    ("code", "kind"), [(ENCRYPTED, FileClass.ENCRYPTED), (MACRO, FileClass.OFFICE_MACRO), (INCONSISTENT, None)]
)
def test_what_is_found_in_a_thing_is_a_class_of_it(code, kind):
    draft = Draft("1", "", (), "")
    draft.add_inner(Trait(code))
    assert draft.item().classes == ((kind,) if kind else ())


def test_traits_are_bounded_and_no_code_is_lost():
    draft = Draft("1", "", (), "")
    for number in range(500):
        draft.add_inner(Trait(INCONSISTENT, str(number)))
    draft.add_inner(Trait(MACRO, "late"))
    assert len(draft.item().traits) < 50
    assert Trait(MACRO, "late") in draft.item().traits


def test_a_listing_is_bounded():
    listing = Listing()
    for number in range(3000):
        listing.draft(f"{number}", "", (), "")
        listing.add_link(Link(url=f"https://host{number}.test/" + "x" * 5000))
        listing.add_text(Text(path="1", kind="plain", text="x" * 1000))
        listing.ambiguous([Ambiguity("code", f"{number}\n")], "1")
    seen = listing.inspection(0.5)
    assert (len(seen.items), len(seen.links), len(seen.ambiguities)) == (2000, 200, 200)
    assert sum(len(text.text) for text in seen.texts) == MOST_TEXT
    assert all(len(link.url) <= 2000 for link in seen.links)
    assert (seen.over, seen.elapsed) == (("members",), 0.5)


def test_beyond_the_bound_what_is_found_counts_for_the_last():
    listing = Listing()
    for number in range(2000):
        listing.draft(f"{number}", "", (), "")
    beyond = listing.draft("beyond", "", (), "")
    beyond.add_inner(Trait(MACRO))
    beyond.engines["rule"] = None
    last = listing.inspection(0.0).items[-1]
    assert isinstance(last, Item)
    assert (last.traits, last.engines) == ((Trait(MACRO),), ("rule",))
