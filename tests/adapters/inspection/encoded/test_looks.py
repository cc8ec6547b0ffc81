"""What is seen: ATTACKS SPAM-04."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.encoded.colours import (
    TRANSPARENT,
    UNKNOWN,
    alike,
    colour,
)
from gatepost.adapters.inspection.encoded.looks import PAGE, changed
from gatepost.adapters.inspection.encoded.style_sheets import declarations, rules


def is_seen(*styles):
    look = PAGE
    for style in styles:
        look = changed(look, declarations(style))
    return look.is_seen


@pytest.mark.parametrize(
    "style",
    [
        "display:none", "DISPLAY : None !important", "dis/* x */play:none", r"d\69splay:none", "visibility:hidden",
        "visibility:collapse", "opacity:0", "opacity:0%", "opacity:.01", "font-size:0", "font-size:0px",
        "font-size:1px",
        "font-size:.05em", "font:0/0 a", "font:italic 1px/1 Arial", "max-height:0;overflow:hidden",
        "width:0;overflow:hidden",
        "height:1px;overflow-y:hidden", "text-indent:-9999px", "position:absolute;left:-9999px",
        "position:absolute;top:-200em",
        "color:#fff", "color:#FFFFFF", "color:white", "color:rgb(255,255,255)", "color:rgba(0,0,0,0)",
        "color:transparent",
        "color:rgb(100% 100% 100%)", "color:#fefefe", "color:hsl(0,0%,100%)", "background:#000",
        "background-color:black",
        "color:#123456;background:no-repeat #123457", "clip:rect(0,0,0,0)", "clip-path:inset(100%)",
        "transform:scale(0)",
    ],
)  # fmt: skip
def test_spam_04_hidden_text_is_not_seen(style):
    assert not is_seen(style)
    assert not is_seen(style, "margin:0")


@pytest.mark.parametrize(
    "style",
    ["", "display:block", "font-size:12px", "font-size:70%", "font:bold 12px/1.5 Arial", "height:0",
     "max-height:100px;overflow:hidden",
     "width:100%;overflow:hidden", "opacity:.5", "color:#333", "color:var(--x)", "color:inherit", "left:-10px",
     "nonsense", "color:",
     "background:url(x.png) #000", "background:linear-gradient(#000,#000)", "color:#fff;background:#1155cc", ":;:",
     "font-size:x-small"],
)  # fmt: skip
def test_text_in_an_honest_style_is_seen(style):
    assert is_seen(style)


def test_spam_04_what_is_inside_can_undo_some_of_it_but_not_all():
    assert is_seen("font-size:0", "font-size:14px")
    assert is_seen("visibility:hidden", "visibility:visible")
    assert is_seen("background:#000", "color:#fff")
    assert is_seen("color:#fff", "background:navy")
    assert not is_seen("display:none", "display:block")
    assert not is_seen("opacity:0", "opacity:1")


@pytest.mark.parametrize(
    ("text", "found"),
    [("#abc", 0xAABBCC), ("abcdef", 0xABCDEF), ("#12345600", TRANSPARENT), ("#0000", TRANSPARENT), ("rgb(1,2,300)",
     0x0102FF),
     ("red", 0xFF0000), ("nosuch", UNKNOWN), ("rgb()", UNKNOWN), ("rgb(.,.,.)", UNKNOWN), ("#" + "a" * 1000,
     UNKNOWN)],
)  # fmt: skip
def test_colours_are_read(text, found):
    assert colour(text) == found


def test_near_colours_are_alike_and_unknown_ones_never():
    assert alike(0xFFFFFF, 0xF5F5F5) and not alike(0xFFFFFF, 0xD3D3D3)
    assert not alike(UNKNOWN, UNKNOWN)


def test_spam_04_rules_of_a_sheet_that_hold_are_read():
    sheet = """<!-- .a, P.b , #C { display: none } /* } */ @import url(x); .d{color:#fff}
    @media only screen and (max-width:600px) { .e { display:none } .f{display:none} } @media all { .g { opacity:0 } }
    div .h { display:none } .i:hover { display:none } @font-face { font-family:x } .j{visibility:hidden"""
    assert rules(sheet) == {
        ".a": {"display": "none"},
        "p.b": {"display": "none"},
        "#c": {"display": "none"},
        ".d": {"color": "#fff"},
        ".g": {"opacity": "0"},
    }


STYLES = st.lists(
    st.sampled_from(["display", "color", "font-size", "overflow", "width", ":", ";", "none", "0", "-", ".", "px",
                     "em", "%", "#fff", "rgb(", ")",
                     ",", "/*", "*/", "\\", "\\6e ", "{", "}", "@media", ".a", " ", "hidden", "url(", "\ud800",
                     "\U0010ffff"]),
    max_size=14,
).map("".join)  # fmt: skip


@given(STYLES, STYLES)
def test_any_style_and_any_sheet_is_read_without_a_crash(style, sheet):
    assert isinstance(is_seen(style), bool)
    assert all(rules(sheet).values())
