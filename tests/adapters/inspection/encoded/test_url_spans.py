"""URLs in text: ATTACKS SPAM-03."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.encoded.url_spans import spans


def urls(text):
    return [(span.url, span.assumed) for span in spans(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see http://a.example/x, and", [("http://a.example/x", "")]),
        ("(https://b.example/y_(z))", [("https://b.example/y_(z)", "")]),
        ("<http://k.example/?a=b&c=d>", [("http://k.example/?a=b&c=d", "")]),
        ("www.c.example. WWW.D.example", [("www.c.example", "http"), ("WWW.D.example", "http")]),
        ("at d.com/path and d.com", [("d.com/path", "http")]),
        ("and/or 1.5/2 node.js/x e.g./i.e. 24.12.2024/x", []),
        ("evil[.]com", [("evil[.]com", "http")]),
        ("hxxps://f[.]example[.]net/q", [("hxxps://f[.]example[.]net/q", "")]),
        ("hxxp[:]//j.example", [("hxxp[:]//j.example", "")]),
        ("http:\\\\g.example\\x", [("http:\\\\g.example\\x", "")]),
        ("\\\\srv.example\\share C:\\\\x", [("\\\\srv.example\\share", "")]),
        ("[mailto:x@y.example]On", [("mailto:x@y.example", "")]),
        ("x@y.example[mailto:x@y.example?subject=a]", [("mailto:x@y.example?subject=a", "")]),
        ("[http://a.example/b]Then (https://c.example)then", [("http://a.example/b", ""), ("https://c.example", "")]),
        ("seehttp://a.example 1.2-https://b.example", [("http://a.example", ""), ("https://b.example", "")]),
        (r"HKLM\\Software\\x \\a\\b", []),
        ("user@www.i.example", []),
        ("\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444/x",
        [("\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444/x", "http")]),
        ("\u0130 WWW.l.example www.m.example", [("www.m.example", "http")]),
        ("http://", []),
        ("://x", []),
        ("http://a.example/http://b.example/", [("http://a.example/http://b.example/", "")]),
    ],
)  # fmt: skip
def test_spam_03_what_a_mail_program_makes_a_link_of_is_found(text, found):
    assert urls(text) == found


@pytest.mark.parametrize(
    "piece",
    ["://", "a://", "http://", "/", "a.b/", "www.", "[.]", "\\\\", "(", "http://a/((((",
     "http://" + ")" * 2000 + " ", "mailto:",
     "a" * 255 + "/", "[.]a", "a." * 120 + "/", "a!", "@", "h", "\u0130/"],
)  # fmt: skip
def test_dos_14_a_text_of_many_candidates_takes_linear_time(piece):
    text = piece * (262_144 // len(piece))
    started = time.process_time()
    found = list(spans(text))
    assert time.process_time() - started < 2.5
    assert len(found) < 50_000


PIECES = st.lists(
    st.sampled_from(["http://", "www.", "a", ".com", "/", "\\\\", "[.]", "[:]", " ", "(", ")", ".", ",", "\u0130",
                     "\u00fc", "mailto:", "@", "<", "\n"]),
    max_size=12,
).map("".join)  # fmt: skip


@given(PIECES)
def test_spam_03_spans_are_where_they_say_in_order_and_apart(text):
    end = 0
    for span in spans(text):
        assert span.start >= end and text[span.start : span.end] == span.url and span.url.split() == [span.url]
        end = span.end
