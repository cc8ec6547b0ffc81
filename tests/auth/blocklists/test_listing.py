"""How a listing is told to the one it is about, and to the operator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gatepost.auth.blocklists.listing import TOLD_LIMIT, Hit, NoAnswer, filled, is_enough, told
from gatepost.auth.blocklists.settings import DEFAULT_TEXT, DnsblSettings, What

HIT = Hit(list="bl", what=What.CLIENT, listed="192.0.2.99", answers="127.0.0.2", points=5.0, text=DEFAULT_TEXT)


def hit(points=5.0, **more):
    return structs.replace(HIT, points=points, **more)


def test_the_default_text_says_who_is_where_and_why():
    assert told([hit(reason="see https://bl.example/?q=1")], "192.0.2.99") == (
        "192.0.2.99 is on the block list bl. see https://bl.example/?q=1"
    )
    assert told([hit()], "192.0.2.99") == "192.0.2.99 is on the block list bl."


def test_the_worst_list_is_told():
    assert told([hit(1.0, list="a"), hit(4.0, list="b"), hit(-9.0, list="c")], "x").endswith("list b.")


def test_a_text_of_ones_own_has_four_placeholders():
    own = hit(text="{client}, {listed}, {list}, {reason}", listed="example.net", reason="spam")
    assert told([own], "192.0.2.99") == "192.0.2.99, example.net, bl, spam"


def test_what_is_filled_in_is_not_filled_in_again():
    assert filled("{reason}!", {"reason": "{client}", "client": "x"}) == "{client}!"


def test_what_stands_for_nothing_stays():
    assert filled("{x} {client}", {"client": "y"}) == "{x} y"


@given(st.text(max_size=400))
def test_whatever_a_list_says_a_refusal_is_one_short_printable_line(reason):
    text = told([hit(reason=reason)], "192.0.2.99")
    assert len(text) <= TOLD_LIMIT and text.isascii() and text.isprintable()


@pytest.mark.parametrize(
    ("points", "refuse_at", "expected"),
    [
        ([5.0], 5.0, True),
        ([4.9], 5.0, False),
        ([3.0, 2.0], 5.0, True),
        ([5.0, -1.0], 5.0, False),
        ([100.0], 0.0, False),
        ([], 5.0, False),
    ],
)
def test_enough_is_the_sum_of_all(points, refuse_at, expected):
    assert is_enough([hit(p) for p in points], DnsblSettings(refuse_at=refuse_at)) is expected


def test_a_trace_says_all_of_it():
    assert hit(reason="spam").detail == "192.0.2.99 on bl: 127.0.0.2 (spam)"
    assert hit().detail == "192.0.2.99 on bl: 127.0.0.2"
    assert str(NoAnswer("bl", "gives no answer")) == "bl gives no answer"
