"""Words and links of parts: ATTACKS MIME-32, SPAM-03, SPAM-04; bounds like DOS-10's for HTML."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.encoded.words import INPUT_LIMIT, LINKS, words
from gatepost.model.inspection import Link, Text


def read(octets, media_type="text/html", charset="utf-8"):
    octets = octets.encode("utf-8", "surrogatepass") if isinstance(octets, str) else octets
    found = list(words(octets, media_type, charset, "1"))
    texts = {text.kind: text.text for text in found if isinstance(text, Text)}
    return texts, [link for link in found if isinstance(link, Link)]


def seen(html):
    return read(html)[0]["html"]


def hidden(html):
    return read(html)[0].get("hidden", "")


def only_link(html):
    (found,) = read(html)[1]
    return found


def test_mime_32_text_and_html_that_differ_are_both_given():
    plain = read("Dear friend, see you", "text/plain")[0]
    html = read("<p>Pay here: <a href=http://evil.example>now</a>")[0]
    assert (plain, html) == ({"plain": "Dear friend, see you"}, {"html": "Pay here: now"})


def test_plain_text_gives_its_words_and_its_links_once():
    texts, links = read("Read https://a.example/b, then https://a.example/b or www.c.example.", "text/plain")
    assert texts["plain"].startswith("Read https")
    assert [(link.url, link.host, link.source) for link in links] == [
        ("https://a.example/b", "a.example", "text"),
        ("www.c.example", "www.c.example", "text"),
    ]


def test_spam_04_characters_without_width_and_marks_of_direction_are_dropped():
    assert read("V\u200bi\u200da\u00adg\u202er\ufeffa", "text/plain")[0] == {"plain": "Viagra"}
    assert seen("V&#8203;i&zwnj;a<b></b>g<!-- x -->r<span></span>a") == "Viagra"


@pytest.mark.parametrize(
    "html",
    [
        "a<div style='display:none'>x</div>b",
        "a<span style=font-size:0>x</span>b",
        "a<font color=white>x</font>b",
        "<body bgcolor=#000000 text=#ffffff>a<font color=black>x</font>b",
        "a<p hidden>x</p>b",
        "a<template>x</template>b",
        "<style>.q{display:none}</style>a<i class='p Q'>x</i>b",
        "a<i id=z>x</i>b<STYLE>#z{opacity:0}</STYLE>",
        "a<div style='display:none'><div style='display:block'>x</div></div>b",
        "a<table style='visibility:hidden'><tr><td>x</table>b",
        "a<p style=display:none>x<p>b",
        "<p>a<p style=display:none>x</p><ul><li style=display:none>x<li>b</ul>",
        "<table><tr><td>a<td style=display:none>x<td>b</table>",
        "a<!--[if mso]>x<![endif]-->b",
        "a<font color=white><p>x</font><p>b",
        "<p>a<font color=#fff>x</p><p>x</font>b</p>",
        "a<img alt=x style=display:none>b",
        "a<div style=color:#fff><b>x</b></div><b>b</b>",
    ],
)
def test_spam_04_what_is_not_seen_is_hidden_and_the_rest_is_not(html):
    assert "".join(seen(html).split()) == "ab"
    assert set("".join(hidden(html).split())) == {"x"}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<title>t</title><script>s</script><style>c</style><p>a</p><p>b<br>c", "a\nb\nc"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc"),
        ("a <b>b</b>c\n d", "a bc d"),
        ("<noscript>a<div style=display:none>x</div></noscript>b", "a\nb"),
        ("<iframe srcdoc='<p>a</p>'>x</iframe>b", "a\nb"),
        ("<textarea>a<b></textarea> <input type=submit value=b><input value=x>", "a<b> b"),
        ("<img alt='a b'>", "a b"),
        ("&lt;a&gt;&nbsp;&amp;b", "<a> &b"),
        ("<div style=font-size:0><span style=font-size:12px>a</span></div>", "a"),
        ("</p></td></b>a</body></html>b", "a\nb"),
        ("<![endif]-->a<!-- b -->", "a"),
    ],
)
def test_an_html_text_is_rendered(html, text):
    assert seen(html) == text


HERE = "http://a.example/"


@pytest.mark.parametrize(
    ("html", "shown", "traits"),
    [
        (f"<a href={HERE}>here", "here", ()),
        (f"<a href={HERE}>{HERE}</a>", "", ()),
        (f"<form action={HERE}>", "", ("form",)),
        (f"<button formaction={HERE}>", "", ("form",)),
        (f"<img src={HERE}>", "", ("image",)),
        (f"<img srcset='{HERE} 2x, b 3x'>", "", ("image",)),
        (f"<td background={HERE}>", "", ("image",)),
        (f"<p style='background:url({HERE})'>", "", ("image",)),
        (f"<iframe src={HERE}>", "", ()),
        (f"<map><area href={HERE}></map>", "", ()),
        (f"<svg><a xlink:href={HERE}>x", "x", ()),
        (f"<meta http-equiv=Refresh content='0;URL={HERE}'>", "", ("refresh",)),
        (f"<a href={HERE} style=display:none>x</a>", "", ("hidden",)),
        (f"<noscript><a href={HERE}>x</a></noscript>", "x", ()),
        (f"<!--[if mso]><v:roundrect href={HERE}><![endif]-->", "", ()),
        (f"go to {HERE}", "", ()),
        (f"<a href={HERE}><!--[if mso]><i>y</i><![endif]--><img alt='b &amp; c'></a>", "b & c", ()),
    ],
)
def test_spam_03_every_place_of_a_url_is_found(html, shown, traits):
    assert only_link(html) == Link(url=HERE, host="a.example", source="html", shown=shown, traits=traits)


def test_spam_03_a_url_that_is_not_written_as_it_is_read_is_found():
    found = only_link("<A HREF='jav&#x09;ascript:x()'>go")
    assert (found.url, found.shown, found.traits) == ("jav\ufffdascript:x()", "go", ("odd-scheme", "obfuscated"))
    assert only_link("<base href=http://a.example/b/><a href=c>x</a>").host == "a.example"
    assert only_link("<a href=www.a.example>x</a>").host == "www.a.example"
    assert only_link("<form action=//a.example/>").host == "a.example"


@pytest.mark.parametrize(
    ("shown", "is_other"),
    [
        ("https://www.bank.example/login", True),
        ("www.bank.example", True),
        ("bank.com", True),
        ("Visit https://bank.example now", True),
        ("www.sub.evil.example", False),
        ("Read more", False),
        ("ASP.NET course", False),
        ("support@bank.example", False),
        ("v1.2.3", False),
    ],
)
def test_spam_03_a_link_that_shows_somebody_elses_url_is_said(shown, is_other):
    found = only_link(f"<a href=https://evil.example/x>{shown}</a>")
    assert ("text-differs" in found.traits) is is_other


def test_what_a_link_shows_is_bounded():
    found = only_link("<a href=http://a.example/>" + "<b>word</b> " * 10_000)
    assert len(found.shown) <= 200


def test_a_part_without_a_charset_is_read_as_its_meta_says():
    html = "<meta charset=windows-1251><p>\u043f\u0440\u0438\u0432\u0435\u0442".encode("cp1251")
    assert read(html, charset="")[0]["html"] == "\u043f\u0440\u0438\u0432\u0435\u0442"
    assert read("a\u00e9".encode("utf-16"), "text/plain", "utf-16")[0] == {"plain": "a\u00e9"}


def test_no_more_than_a_bounded_piece_is_read():
    assert len(read(b"a" * (INPUT_LIMIT + 10), "text/plain")[0]["plain"]) == INPUT_LIMIT
    assert len(read("".join(f"<a href=http://a{n}.example/>" for n in range(5000)))[1]) == LINKS
    assert len(read("".join(f"http://a{n}.example/ " for n in range(5000)), "text/plain")[1]) == LINKS


def repeated(piece):
    return piece * (INPUT_LIMIT // len(piece))


@pytest.mark.parametrize(
    "html",
    [
        *map(
            repeated,
            ["<div>", "<b>", "<b style=color:red>", "<a href=x><b>", "<font color=red><p>", "<", "&amp;", "<!--",
             "<!--[if x]>",
             "<!--[if x]>a<![endif]-->", "<table>", "<table><tr><td>x", "<select><option>", "<p>", "<ul><li>",
             "<dl><dt><dd>",
             "<a href=http://u@xn--a.example:8/>x.example</a>", "<noscript>x</noscript>",
             "<iframe srcdoc='<b>x'></iframe>",
             "<style>a{color:red}</style>", "<a b=c d=e f=g h=i j=k l=m>", "</p></br>", "\u200b",
             "http://a.example/ "],
        ),
        "".join(f"<font color=#{n:06x}><table>" for n in range(12_000)),
        "".join(f"<html a{n}=1><body b{n}=1>" for n in range(10_000)),
        "<a href='" + "x" * 1_000_000 + "'>y",
        "<a style='" + "color:red;" * 100_000 + "'>y",
        "<a " + " ".join(f"a{n}=1" for n in range(40_000)) + ">",
        "<style>" + "a{" * 100_000,
        "<x><table>" + "<span>" * 190 + repeated("</x>"),
        "<b style=color:red>" + "<div style=color:#0f0>" * 198 + repeated("</b><b style=color:red>"),
        "<style>" + "".join(f".a{n}{{color:#{n:06x}}}" for n in range(3000)) + "</style>" + "<p class='a1 b'>" * 9000,
    ],
)  # fmt: skip
def test_dos_10_no_html_takes_more_than_a_second(html):
    started = time.process_time()
    found = list(words(html.encode(), "text/html", "utf-8", "1"))
    assert time.process_time() - started < 1
    assert sum(len(text.text) for text in found if isinstance(text, Text)) <= 2 * INPUT_LIMIT


PIECES = st.lists(
    st.sampled_from(
        ["<div>", "</div>", "<p", ">", "<a href=", "'", '"', "http://a.example/", "javascript:", " style=",
         "display:none", "font-size:0",
         "color:#fff", "<font color=white>", "</font>", "<b>", "</b>", "<!--", "-->", "<!--[if mso]>",
         "<![endif]-->", "<table><tr><td>",
         "</td>", "<style>", "</style>", ".a{display:none}", " class=a", "<noscript>", "</noscript>", "<script>",
         "</script>", "<iframe srcdoc=",
         "&#x09;", "&lt;", "\u200b", "\0", "x", " ", "\n", "<base href=", "<img alt=", "<svg>", "<template>", "</p>",
         "<li>", "\ud800"]
    ),
    max_size=16,
).map("".join)  # fmt: skip


@given(PIECES)
def test_spam_04_whatever_html_is_made_of_it_is_read_without_a_crash(html):
    texts, links = read(html)
    assert "html" in texts
    assert all(link.url.isprintable() and len(link.shown) <= 200 for link in links)


@given(
    st.lists(
        st.sampled_from(["a", "b", "<b>", "</b>", "<p>", "</p>", "<div>", "</div>", "<td>", "<i>", "</i>"]), max_size=12
    )
)
def test_spam_04_text_in_no_style_is_all_seen_and_text_in_a_hidden_box_is_not(pieces):
    html = "".join(pieces)
    assert len([c for c in seen(html) if c in "ab"]) == len([piece for piece in pieces if piece in ("a", "b")])
    boxed = f"<div style=display:none>{html.replace('</div>', '').replace('<td>', '')}"
    assert not seen(boxed)
