"""HTML and SVG: scripts, and files that are built in the browser."""

import base64
import gzip
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.identify import identify
from gatepost.model import traits
from gatepost.model.inspection import FileClass
from tests.adapters.inspection.documents.opening import opened
from tests.adapters.inspection.documents.samples import PROGRAM, zipped

ZIP = zipped({"a.exe": PROGRAM})
B64 = base64.b64encode(ZIP).decode()
LONG = base64.b64encode(PROGRAM * 9).decode()
XORED = base64.b64encode(bytes(octet ^ 0x55 for octet in PROGRAM * 9)).decode()
PAGE = base64.b64encode(b"<html><script>x</script></html>").decode()
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(900)).decode()
SAVES = "a.href=URL.createObjectURL(b);a.download='x.zip';a.click()"
SMUGGLED = {
    "blob": f"<script>var b=new Blob([atob('{B64}')]);{SAVES}</script>",
    "old Edge": f"<script>navigator.msSaveOrOpenBlob(new Blob([atob('{B64}')]),'x.zip')</script>",
    "hidden by xor": f"<script>f=new File([x(atob('{XORED}'))],'x.iso');location=URL.createObjectURL(f)</script>",
    "numbers": f"<script>var a=[{','.join(str(octet) for octet in PROGRAM * 3)}];</script>",
    "numbers in hexadecimal": f"<script>a([{', '.join(hex(octet) for octet in PROGRAM * 3)}])</script>",
    "only a literal": f'<script>var payload = "{LONG}";</script>',
    "link with data": f'<a download="x.zip" href="data:application/zip;base64,{B64}">order</a>',
    "link with data, other way": f"<a href='data:application/octet-stream;base64,{B64}' download>order</a>",
    "frame with a page": f"<iframe src='data:text/html;base64,{PAGE}'>",
    "object with a program": f"<embed src='data:application/x-msdownload;base64,{LONG}'>",
    "refresh": "<meta http-equiv=refresh content='0;url=data:text/html,<script>x</script>'>",
    "page out of a string": f"<script>eval(atob('{XORED}'))</script>",
    "page out of percents": f"<script>document.write(unescape('{'%3c%68%31' * 400}'))</script>",
    "event": f"<body onload=\"go(new Blob([atob('{B64}')]))\">",
}


@pytest.mark.parametrize("name", SMUGGLED)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_attach_15_html_that_builds_a_file_is_found(name, charset):
    found = opened(f"<html><body>{SMUGGLED[name]}</body></html>".encode(charset), "order.html", "text/html")
    assert traits.SMUGGLING in found.traits


@pytest.mark.parametrize("name", ["blob", "link with data", "numbers", "only a literal", "object with a program"])
def test_attach_15_what_is_smuggled_is_given(name):
    found = opened(f"<html>{SMUGGLED[name]}</html>".encode(), "order.html", "text/html")
    assert {member.octets[:2] for member in found.members} & {b"PK", b"MZ"}


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><p onclick>hello</p> on load = 3</body></html>",
        "<html><script type='application/ld+json'>{\"a\":1}</script></html>",
        f"<html><img src='data:image/png;base64,{PICTURE}'></html>",
        "<html>How to use atob() and new Blob() and createObjectURL in a page</html>",
        "<a href='https://example.com/?download=data:'>x</a>",
        "<style>@font-face{src:url(data:font/woff2;base64,d09GMgABAAAAAA==)}</style><p>x</p>",
        "<p>the javascript: scheme is old</p>",
    ],
)
def test_an_honest_page_is_neither(page):
    found = opened(page.encode(), "letter.html", "text/html")
    assert not found.traits & {traits.SMUGGLING, traits.SCRIPTED}


@pytest.mark.parametrize(
    "page",
    [
        "<script src=https://example.com/a.js></script>",
        "<a href='javascript:alert(1)'>x</a>",
        "<img src=x onerror=alert(1)>",
        "<body onload='x()'>",
        "<svg/onload=alert(1)>",
        "<SCRIPT>x</SCRIPT>",
    ],
)
def test_a_page_with_a_script_is_said_to_have_one(page):
    found = opened(f"<html>{page}</html>".encode(), "letter.html", "text/html")
    assert traits.SCRIPTED in found.traits
    assert traits.SMUGGLING not in found.traits


SVG = "<svg xmlns='http://www.w3.org/2000/svg'>{}</svg>"


@pytest.mark.parametrize(
    "inner",
    [
        "<script>x</script>",
        "<circle onload='x()'/>",
        "<a href='javascript:x'>x</a>",
        "<foreignObject><body/></foreignObject>",
        "<animate onbegin='x()'/>",
        "<set attributeName='href' to='javascript:x'/>",
        "<s:script xmlns:s='http://www.w3.org/2000/svg'>x</s:script>",
    ],
)
def test_attach_15_a_picture_that_runs_is_found(inner):
    assert traits.SCRIPTED in opened(SVG.format(inner).encode(), "logo.svg", "image/svg+xml").traits
    assert traits.SCRIPTED in opened(SVG.format(inner).encode(), "logo.png", "image/png").traits


def test_attach_15_a_compressed_picture_is_named_for_what_unpacks_it():
    found = identify(gzip.compress(SVG.encode()), ("logo.svgz",), "image/svg+xml")
    assert "gzip" in found.formats


def test_a_picture_with_entities_is_said_to_have_them():
    octets = b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.format("&a;").encode()
    assert traits.ENTITIES in opened(octets, "logo.svg", "image/svg+xml").traits
    assert not opened(SVG.format("<circle r='4'/>").encode(), "logo.svg", "image/svg+xml").traits


def test_a_file_in_a_page_is_classed_by_what_it_is():
    assert FileClass.EXECUTABLE in opened(f"<html>{SMUGGLED['only a literal']}</html>".encode(), "a.html").classes


@pytest.mark.parametrize(
    "written", ["&#100;ata:", "&#x64;ata&colon;", "da\tta:", "da\r\nta:", "d&Tab;ata:", " data:", "DATA:"]
)
def test_attach_15_an_address_is_what_a_browser_takes_it_for(written):
    page = f'<a href="{written}application/octet-stream;base64,{LONG}" download="a.exe">x</a>'
    assert traits.SMUGGLING in opened(page.encode(), "a.html").traits


def test_attach_15_a_page_in_an_attribute_is_one():
    inner = "&lt;script&gt;URL.createObjectURL(new Blob([atob(&quot;x&quot;)]))&lt;/script&gt;"
    assert traits.SMUGGLING in opened(f'<iframe srcdoc="{inner}"></iframe>'.encode(), "a.html").traits
    assert traits.SMUGGLING not in opened(f"<pre>{inner}</pre>".encode(), "a.html").traits


@pytest.mark.parametrize("name", ["types.xml", "logo.svg"])
def test_a_word_in_an_attribute_is_no_tag(name):
    octets = b"<types><magic><match value='&lt;script' offset='0:64'/><match value='&#60;html'/></magic></types>"
    assert traits.SCRIPTED not in opened(octets, name).traits


@pytest.mark.parametrize(
    "many", ['<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', f"<script>a='{'A' * 120}'</script>"]
)
@pytest.mark.parametrize("place", ["<script>b='{}'</script>", '<img src="data:image/gif;base64,{}">'])
def test_attach_15_a_file_behind_many_others_is_found(many, place):
    page = many * 200
    assert traits.SMUGGLING not in opened(page.encode(), "a.html").traits
    assert traits.SMUGGLING in opened((page + place.format(LONG)).encode(), "a.html").traits


def test_dos_time_is_linear():
    began = perf_counter()
    for piece in (
        "<a ",
        "data:",
        "<script ",
        "<meta http-equiv url",
        " onload",
        "['",
        "1,",
        "eval(",
        "<!ENTITY",
        "<svg ",
        '"A',
        "%41",
    ):
        opened(("<html><script>" + piece * (1_000_000 // len(piece))).encode(), "a.html", "text/html")
    assert perf_counter() - began < 15


PIECES = st.lists(
    st.sampled_from(
        [
            "<script>",
            "</script>",
            "<a ",
            "href=",
            "data:",
            "text/html",
            ";base64",
            ",",
            "'",
            '"',
            "atob(",
            "QUFB" * 60,
            "[",
            "77,90," * 40,
            ">",
            "<svg",
            "\0",
        ]
    ),
    max_size=30,
)


@given(PIECES, st.sampled_from(["a.html", "a.svg", "a.hta"]))
def test_whatever_the_text_it_is_opened(pieces, name):
    opened("".join(pieces).encode(), name)
