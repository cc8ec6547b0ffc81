"""URLs: ATTACKS SPAM-03."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.encoded.urls import (
    DATA_LIMIT,
    URL_LIMIT,
    link,
    within,
)
from gatepost.model.inspection import Link
from tests.adapters.inspection.encoded.test_url_hosts import is_canonical


@pytest.mark.parametrize(
    ("url", "host", "traits"),
    [
        ("https://www.example.com/a?b=c#d", "www.example.com", ()),
        ("HTTPS://WWW.example.com", "www.example.com", ()),
        ("http://user:word@evil.example/", "evil.example", ("userinfo",)),
        ("http://www.bank.example@evil.example", "evil.example", ("userinfo",)),
        ("http://evil.example#@www.bank.example", "evil.example", ()),
        ("http://evil.example\\@www.bank.example", "evil.example", ("obfuscated",)),
        ("http:\\\\evil.example\\x", "evil.example", ("obfuscated",)),
        ("https:/evil.example", "evil.example", ("obfuscated",)),
        ("https:evil.example", "evil.example", ("obfuscated",)),
        ("https:////evil.example", "evil.example", ("obfuscated",)),
        ("http://3232235777:8080/", "192.168.1.1", ("port", "ip-host", "obfuscated")),
        ("https://evil.example:443/", "evil.example", ()),
        ("http://evil.example:port/", "evil.example", ()),
        ("jav\tascript:alert(1)", "", ("odd-scheme", "obfuscated")),
        ("\x01 JavaScript:void(0)", "", ("odd-scheme",)),
        ("vbscript:x", "", ("odd-scheme",)),
        ("data:text/html;base64,AAAA", "", ("odd-scheme", "data")),
        ("ht\ntp://evil.example", "evil.example", ("obfuscated",)),
        ("http://evil.example/a\n b?c=d", "evil.example", ()),
        ("git://a.example/b", "a.example", ()),
        ("nosuch://a.example/b", "a.example", ("odd-scheme",)),
        ("hxxps://evil[.]example/x", "evil.example", ("obfuscated",)),
        ("h**p[:]//evil.example", "evil.example", ("obfuscated",)),
        ("http://xn--bcher-kva.example/", "xn--bcher-kva.example", ("idn",)),
        ("https://a.example/?u=https%3A%2F%2Fevil.example", "a.example", ("redirect",)),
        ("https://a.example/https://evil.example", "a.example", ("redirect",)),
        ("//evil.example/x", "evil.example", ()),
        ("\\\\192.0.2.1\\share\\x.lnk", "192.0.2.1", ("odd-scheme", "ip-host")),
        ("file:////evil.example/share", "evil.example", ("odd-scheme",)),
        ("file:///c:/windows", "", ("odd-scheme",)),
        ("search-ms:query=x&crumb=location:\\\\evil.example\\s", "evil.example", ("odd-scheme",)),
        ("ms-word:ofe|u|https://evil.example/x.docm", "", ("odd-scheme", "redirect")),
        ("smb://evil.example/x", "evil.example", ("odd-scheme",)),
        ("mailto:a@Example.com?subject=x@y", "example.com", ()),
        ("tel:+1-555-0100", "", ()),
        ("cid:image001@example", "", ()),
    ],
)
def test_spam_03_every_way_to_write_a_url_is_read(url, host, traits):
    found = link(url, source="html")
    assert (found.host, found.traits) == (host, traits)


def test_spam_03_a_host_named_before_the_path_is_no_host_of_it():
    assert link("https://evil.example/www.bank.example/login", source="text").host == "evil.example"


@pytest.mark.parametrize(
    "url", ["http://" + "a" * 9000 + "@evil.example/", "\t" * 9000 + "ht" + "\n" * 9000 + "tp://evil.example"]
)
def test_spam_03_a_long_beginning_hides_no_host(url):
    assert link(url, source="html").host == "evil.example"


@pytest.mark.parametrize("url", ["#top", "page.html", "/x", "", "?a=b"])
def test_a_url_within_the_message_is_none(url):
    assert link(url, source="html") is None


@pytest.mark.parametrize(
    ("url", "host"),
    [("page.html", "a.example"), ("/x", "a.example"), ("//b.example/", "b.example"), ("\\\\b.example\\", "b.example")],
)
def test_a_relative_url_leads_where_the_base_says(url, host):
    assert link(url, source="html", base="https://a.example/b/").host == host


def test_in_plain_text_a_scheme_that_nobody_knows_is_not_odd():
    assert link("tcp://a.example/", source="text").traits == ()
    assert link("search-ms:query=x", source="text").traits == ("odd-scheme",)


def test_a_url_without_a_scheme_gets_the_one_that_is_assumed():
    assert link("www.example.com:8080/x", source="text", assumed="http") == Link(
        url="www.example.com:8080/x", host="www.example.com", traits=("port",)
    )


def test_what_is_kept_of_a_url_is_bounded_and_printable():
    assert len(link("https://a.example/" + "x" * 10_000, source="text").url) == URL_LIMIT
    assert len(link("data:text/html," + "x" * 10_000, source="text").url) == DATA_LIMIT
    assert link("http://a.example/\x00\u202e\ud800", source="text").url == "http://a.example/\ufffd\ufffd\ufffd"


@pytest.mark.parametrize(
    ("url", "inner"),
    [
        ("https://a.example/?u=https%3A%2F%2Fb.example%2Fc&d=e", "https://b.example/c"),
        ("https://a.example/https://b.example/x?y=z&d", "https://b.example/x?y=z&d"),
        ("https://a.example/", ""),
    ],
)
def test_spam_03_the_url_within_is_given(url, inner):
    assert within(url) == inner


@pytest.mark.parametrize(
    "url",
    ["http://" + "abc." * 20 + "!", "http://" + "a-" * 900, "http://" + "@" * 2000, "a" * 2000 + ":",
     "http:" + "/" * 2000,
     "http://a.example/" + "http%3a%2f" * 200, "\t" * 100_000],
)  # fmt: skip
def test_dos_14_no_url_takes_long(url):
    started = time.process_time()
    link(url, source="text")
    within(url)
    assert time.process_time() - started < 0.05


PIECES = st.lists(
    st.sampled_from(
        ["http", "https:", "hxxp", "://", ":", "/", "\\", "@", "#", "?", "a", "b.example", "%41", "\t", "\n", " ",
         "1", "0x7f",
         "[::1]", "[.]", ":80", ":8080", "javascript:", "data:", "mailto:", "file:", "\u0440", "\u3002", "\u200b",
         "\ud800", "=https%3a%2f%2f"]
    ),
    max_size=10,
).map("".join)  # fmt: skip


@given(PIECES, st.sampled_from(["", "http"]), st.sampled_from(["", "https://c.example/d/"]))
def test_spam_03_whatever_a_url_is_made_of_it_is_read_and_its_host_is_canonical(url, assumed, base):
    found = link(url, source="html", assumed=assumed, base=base)
    if found:
        assert not found.host or is_canonical(found.host)
        assert found.url.isprintable() and len(set(found.traits)) == len(found.traits)
        within(url)
