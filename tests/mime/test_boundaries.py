"""Boundaries that a header names."""

import pytest

from gatepost.mime.boundaries import boundaries, plain_boundary
from gatepost.mime.parameters import parameters
from gatepost.mime.type_readings import type_text


@pytest.mark.parametrize(
    ("text", "plain", "others"),
    [
        (b"; boundary=b", b"b", {b"b"}),
        (b'; boundary="b c "', b"b c", {b"b c ", b"b c", b"b"}),
        (b"; boundary=a; boundary=b", b"a", {b"a", b"b"}),
        (b"; boundary*0=a; boundary*1=b", b"ab", {b"ab"}),
        (b"; boundary*=x''a%62", b"ab", {b"ab", b"x''a%62"}),
        (b'; boundary="a"b', b"a", {b"a", b"ab", b'"a"'}),
        (b"; x boundary=a", None, {b"a"}),
        (b'; boundary="=?utf-8?q?a?="', b"=?utf-8?q?a?=", {b"a"}),
        (b"; boundary=a\x00b", b"a\x00b", {b"a", b"ab"}),
        (b"; x=y", None, set()),
    ],
)
def test_each_is_found_and_the_plain_one_is_the_first_parameter(text, plain, others):
    found, _ = parameters(text, 9)
    assert plain_boundary(found) == plain
    read = {boundary for _, boundary in boundaries(found, text, 9)}
    assert others <= read and bool(read) is bool(others)


@pytest.mark.parametrize(
    ("text", "media_type", "declared", "more"),
    [
        (b"text/HTML; a=b", "text/html", "text/html", ()),
        (b"text / html", "text/html", "text/html", ()),
        (b"text", "", "text", ()),
        (b"", "", "", ()),
        (b"text/html, text/plain", "text/html", "text/html", ("text/plain",)),
        (b"multipart; boundary=b", "", "multipart", ("multipart/mixed",)),
        (b'a/b; name="text/html"', "a/b", "a/b", ()),
    ],
)
def test_a_type_is_read_and_others_in_the_same_field(text, media_type, declared, more):
    read = type_text("", text, 9)
    assert (read.media_type, read.declared, read.more_types) == (media_type, declared, more)
