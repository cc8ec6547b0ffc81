"""Files that some program opens though they do not look it: refused or held, never with the mail server."""

import base64
import lzma

import pytest

from tests.attacks.mail import PROGRAM, SAID, attached, joined, lines, mail, multipart, part
from tests.attacks.test_attach import PACKAGE, pdf

SCRIPT = b"var a = 1;\r\nalert(a);\r\n"
DIGITS = base64.b64encode(PROGRAM)
ACTIVE = pdf(b"<</Type/Catalog/OpenAction 2 0 R>>", b"<</S/JavaScript/JS(app.alert\\(1\\))>>")
SCRIPTED_PART = part(lines(SCRIPT), name=b"order.js")
PAGE = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b1\r\n\r\n" + joined(SAID, SCRIPTED_PART)
RAW, NULS = b"\x80\x07\xfe" * 99, b"\x80\x00\xfe" * 99
XDP = (
    b'<?xml version="1.0"?><xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><pdf><document><chunk>'
    + base64.b64encode(ACTIVE)
    + b"</chunk></document></pdf></xdp:xdp>"
)
X = b"X-A: b\r\n"
CALENDAR = (
    b"BEGIN:VCALENDAR\r\n%bATTACH;ENCODING=BASE64;%b=order.js:" + base64.b64encode(SCRIPT) + b"\r\nEND:VCALENDAR\r\n"
)
PICTURES = b'<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">' * 100


def page(inside: bytes) -> bytes:
    return attached(b"a.html", b"<html><body>" + inside + b"</body></html>", b"text/html")


def typed(kind: bytes, name: bytes = b"") -> bytes:
    return multipart(SAID, part(lines(SCRIPT), kind=kind, name=name))


ODD_LZMA = lzma.compress(PROGRAM, lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "lc": 0, "lp": 0, "pb": 0}])
CASES = {
    # what names a file where no name does
    **{
        f"attach_03 {kind}": typed(kind.encode())
        for kind in """
            application/x-bat text/x-vbscript text/scriptlet application/x-java-jnlp-file application/appinstaller
            application/x-cd-image application/internet-shortcut application/winhlp
            application/vnd.ms-excel.sheet.macroEnabled.12
        """.split()
    },
    "attach_03 a name without an end": typed(b"text/vbscript", b"order"),
    **{
        f"attach_03 {ending}": attached(b"order." + ending.encode(), b"x")
        for ending in "ppkg terminal mobileconfig osdx contact msrcincident oxt".split()
    },
    # archives that nothing here reads
    **{
        f"attach_10 {ending}": attached(b"a." + ending.encode(), content)
        for ending, content in zip("alz egg arc zoo sit br kgb z".split(), [RAW, NULS] * 4, strict=True)
    },
    "attach_10 lzma of an odd kind": attached(b"a.lzma", ODD_LZMA),
    "attach_04 base64 as a file": attached(b"order.exe.b64", lines(PROGRAM)),
    # documents
    "attach_12 rtf behind blanks": attached(b"a.rtf", b"\r\n {\\rtf1{\\object\\objemb" + PACKAGE + b"}}"),
    "attach_12 page in a PDF": attached(b"a.doc", b"%PDF-1.7\r\n1 0 obj\r\n<<>>\r\nendobj\r\n" + PAGE),
    "attach_12 page behind words": attached(b"a.doc", b"Hello.\r\n\r\n" + PAGE),
    "attach_12 page as a multipart without a boundary": multipart(
        SAID, b"Content-Type: multipart/related; name=a.mht\r\n\r\n" + mail(SCRIPTED_PART, b"")
    ),
    "attach_12 card with a program": attached(
        b"a.vcf", b"BEGIN:VCARD\r\nPHOTO;ENCODING=b;TYPE=JPEG:" + DIGITS + b"\r\nEND:VCARD\r\n"
    ),
    "attach_14 no header": attached(b"a.pdf", ACTIVE[9:], b"application/pdf"),
    "attach_14 header far behind": attached(b"a.pdf", b"x" * 5000 + ACTIVE, b"application/pdf"),
    "attach_14 within XML": attached(b"a.xdp", XDP),
    # pages
    "attach_15 a reference in the scheme": page(
        b'<a href="&#100;ata:application/octet-stream;base64,' + DIGITS + b'" download="order.exe">x</a>'
    ),
    "attach_15 a tab in the scheme": page(
        b'<a href="da\tta:application/octet-stream;base64,' + DIGITS + b'" download="order.exe">x</a>'
    ),
    "attach_15 a page within an attribute": page(
        b"<iframe srcdoc=\"&lt;script&gt;var b=atob('" + DIGITS + b"');location=URL.createObjectURL(new Blob([b]))"
        b'&lt;/script&gt;"></iframe>'
    ),
    "attach_15 behind many pictures": page(
        PICTURES + b"<script>x='data:application/octet-stream;base64," + DIGITS + b"'</script>"
    ),
    "attach_15 one of many pictures": page(PICTURES + b'<img src="data:image/gif;base64,' + DIGITS + b'">'),
    "attach_15 behind many literals": page(
        b"<script>" + (b"a='" + b"A" * 120 + b"';") * 60 + b"b='" + DIGITS + b"'</script>"
    ),
    "attach_15 scripts with a prefix in XML": attached(
        b"a.xml", b'<?xml version="1.0"?><x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>b=atob("' + DIGITS + b'")'
        b";location=URL.createObjectURL(new Blob([b]))</h:script></x>"
    ),
    "attach_15 an event behind many words": attached(
        b"a.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g> onload= </g>" * 300 + b"<g id='>'onload='x()'/></svg>",
    ),
    **{
        f"attach_03 a file in a calendar, {named}": attached(b"a.ics", CALENDAR % (X * lines_before, named.encode()))
        for named, lines_before in (("X-APPLE-FILENAME", 0), ("LABEL", 0), ("FILENAME", 25_000))
    },
    # delimiters
    "mime_13 behind a form feed": mail(
        b"Content-Type: multipart/mixed; boundary=b1\r\n",
        joined(SAID, SCRIPTED_PART).replace(b"--b1\r\nContent-Type: app", b"\x0c--b1\r\nContent-Type: app"),
    ),
    "mime_12 on a page": mail(b"Content-Type: text/html; boundary=b1\r\n", joined(SAID, SCRIPTED_PART)),
    "mime_30 not to be read": attached(b"winmail.dat", RAW, b"application/ms-tnef"),
}  # fmt: skip


@pytest.mark.parametrize("content", CASES.values(), ids=CASES)
def test_it_is_refused_or_held(inspecting, content):
    inspecting.assert_not_delivered(content)


HARMLESS = {
    "attach_15 a page that shows a page's source": page(
        b"<pre>&lt;script&gt;URL.createObjectURL(new Blob([new Uint8Array(9)]))&lt;/script&gt;</pre>"
    ),
    "attach_15 references in addresses": page(b'<a href="http://sender.test/?a=1&amp;b=2&#35;c">data: &#8217;</a>'),
    "attach_12 a card": attached(b"a.vcf", b"BEGIN:VCARD\r\nFN:Ann\r\nEND:VCARD\r\n", b"text/vcard"),
    "attach_10 an archive that is a text": attached(b"a.arc", b"Hello.\r\n"),
    "attach_03 a name without an end": typed(b"text/x-patch", b"0001-order"),
}  # fmt: skip


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_what_is_harmless_passes(inspecting, content):
    inspecting.assert_delivered(content)
