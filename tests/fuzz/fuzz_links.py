"""URLs, URLs in texts, HTML, calendars."""

from gatepost.adapters.inspection.encoded.url_hosts import host_of
from gatepost.adapters.inspection.encoded.url_spans import spans
from gatepost.adapters.inspection.encoded.urls import URL_LIMIT, link, within
from gatepost.adapters.inspection.encoded.words import words
from gatepost.model.inspection import Link, Text

SEEDS = (
    b"http://user@0x7f.1:8080/?u=https%3a%2f%2fb.example",
    b"see hxxp://evil[.]example/x, www.c.example. (https://b.example/y_(z)) \\\\srv\\share mailto:a@b.example d.com/e",
    b"<base href=http://a.example/><p style='display:none;font-size:0'>x<p>y<a href='jav&#x09;ascript:x'>www.b.com</a>",
    b"<style>.a{color:#fff} @media all{.b{display:none}}</style><font color=white class=a><table><td>x<td>y</font>z",
    b"<!--[if mso]><v:rect href=//c.example><![endif]--><noscript><img srcset='http://d.example/ 2x' alt=e></noscript>",
    b"BEGIN:VCALENDAR\r\nATTACH;ENCODING=BASE64:TVo=\r\nURL:http://a.exam\r\n ple/\r\nX-ALT-DESC:<p>a\\nb\r\n",
    "http://xn--a.example \u0440aypal.com/x 127\u30020.0.1/ \u0130".encode(),
)
PIECES = (
    b"http", b"://", b":", b"@", b"/", b"\\", b"?", b"#", b"%41", b"0x7f.1", b"[::1]", b"[.]", b"www.", b"xn--",
    b"a.example",
    b"javascript:", b"data:", b"<a href=", b"<p style=", b"<font color=white>", b"<table>", b"<td>", b"</", b">",
    b"<!--[if",
    b"]>", b"<![endif]-->", b"display:none", b"font-size:0", b"rgb(1,2,3)", b"url(", b"<style>", b"</style>", b"{",
    b"}",
    b"&#x09;", b"\t", b"\n ", b"ATTACH;ENCODING=BASE64:", b"X-ALT-DESC:", "\u200b".encode(), "\u0440".encode(),
)  # fmt: skip
TYPES = ("text/plain", "text/html", "text/calendar")


def TestOneInput(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    end = 0
    for span in spans(text):
        assert span.start >= end and text[span.start : span.end] == span.url
        end = span.end
    for found in (link(text, source="x"), link(text, source="x", assumed="http")):
        if found:
            holds(found)
            within(text)
    for media_type in TYPES:
        for item in words(data, media_type, "", "1"):
            assert isinstance(item, Text) or holds(item)


def holds(found: Link) -> bool:
    assert found.url.isprintable() and len(found.url) <= URL_LIMIT and len(found.shown) <= URL_LIMIT
    assert len(set(found.traits)) == len(found.traits)
    if found.host and ":" not in found.host:
        assert host_of(found.host).name == found.host
    return True
