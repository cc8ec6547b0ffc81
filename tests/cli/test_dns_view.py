"""A domain's survey as a person sees it."""

import pytest

from gatepost.auth.published.line import Line, Standing
from gatepost.auth.published.site import Host, Site
from gatepost.cli.dns_view import SHOWN, as_text, summary

SITE = Site(domain="example.com", hosts=(Host(name="mx1.example.com"),))


def line(**more):
    given = {"name": "example.com", "type": "TXT", "wanted": ("wanted",), "why": "It matters.", "published": ("there",)}
    return Line(**{**given, **more})


def shown(width=80, **more):
    return as_text(SITE, [line(**more)], width).partition("\n\nThe policy file")[0].splitlines()


def test_of_what_is_right_only_what_is_published_is_shown():
    assert shown(standing=Standing.OK) == [
        "ok       example.com TXT", "         published  there", "         It matters.",
    ]  # fmt: skip


def test_of_what_differs_both_are_shown():
    assert shown(standing=Standing.DIFFERS, note="Look.")[1:] == [
        "         wanted     wanted", "         published  there", "         It matters.", "         Look.",
    ]  # fmt: skip


def test_what_is_missing_is_said():
    assert shown(standing=Standing.MISSING, published=())[2] == "         published  nothing"


def test_what_only_the_owner_can_say_is_left_to_him():
    assert shown(standing=Standing.UNKNOWN, wanted=(), published=())[1] == "         wanted     (yours to say)"


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    lines = shown(width, standing=Standing.DIFFERS, wanted=("x" * 500,), note="word " * 60)
    assert max(map(len, lines)) <= width
    assert "".join(text.split()[-1] for text in lines if "xx" in text) == "x" * 500


def test_what_strangers_published_does_not_move_the_cursor():
    text = "\n".join(shown(standing=Standing.DIFFERS, published=("a\x1b[2J\nb\u202e",)))
    assert "\x1b" not in text and "\u202e" not in text and "\\x1b[2J\\nb" in text


def test_of_very_many_values_some_are_shown():
    lines = shown(standing=Standing.DIFFERS, published=tuple(map(str, range(100))))
    assert any("and 80 more" in text for text in lines) and len(lines) < SHOWN + 10


def test_the_summary_counts_what_there_is():
    found = [line(standing=Standing.OK), line(standing=Standing.OK), line(standing=Standing.MISSING)]
    assert summary(found) == "2 ok, 1 missing"
