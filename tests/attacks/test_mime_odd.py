"""Programs that a mail program takes out of what it shows as text, or names by another field: not with the mail server.

What each hides is a script that is known by its name alone, so that who does not find the name finds nothing.
"""

import binascii

import pytest

from tests.attacks.mail import LETTER, SAID, lines, mail, multipart

SCRIPT = b"var a = 1;\r\nalert(a);\r\n"
TYPE, B64 = b"Content-Type: application/octet-stream\r\n", b"Content-Transfer-Encoding: base64\r\n"


def folded(begin: bytes = b"begin 644 order.js") -> bytes:
    return begin + b"\r\n" + binascii.b2a_uu(SCRIPT).replace(b"\n", b"\r\n") + b"`\r\nend\r\n"


def beside(fields: bytes) -> bytes:
    """A letter with an attachment that has these fields."""
    return multipart(SAID, fields + B64 + b"\r\n" + lines(SCRIPT))


ATTACHED = b"Content-Disposition: attachment"
CASES = {
    # files within texts
    **{
        f"mime_26 uuencode behind {start!r}": mail(b"Content-Type: text/plain\r\n", start + b"\r\n\r\n" + folded())
        for start in (b"GIF89a", b"%PDF-1.4", b"{\\rtf", b"\x01", b"\x7f", b"BEGIN:VCALENDAR", b"<svg>", b"ID;P")
    },
    "mime_26 no type, behind a sign": LETTER + b"\r\nGIF89a\r\n" + folded(),
    "mime_26 no mode": mail(b"", folded(b"begin order.js")),
    "mime_26 no mode, two blanks": mail(b"", folded(b"begin  order.js")),
    "mime_26 a tab": mail(b"", folded(b"begin\t644 order.js")),
    "mime_26 words below": mail(b"", folded().replace(b".js\r\n", b".js\r\nX-Archive: no\r\n\r\n")),
    # names that other fields give, or that are read in other ways
    "attach_02 words that touch": beside(TYPE + ATTACHED + b'; filename="order." "js"\r\n'),
    "attach_02 a semicolon without quotes": beside(TYPE + ATTACHED + b"; filename=a;b.js\r\n"),
    "attach_02 an encoded word in an encoded word": beside(
        TYPE + ATTACHED + b'; filename="=?utf-8?q?=3D=3Futf-8=3Fq=3Forder=2Ejs=3F=3D?="\r\n'
    ),
    "attach_02 signs that no name may hold": beside(TYPE + ATTACHED + b'; filename="order.js?*"\r\n'),
    "attach_02 a location with a query": beside(TYPE + b"Content-Location: http://sender.test/order.js?a=1\r\n"),
    "attach_02 a location in quotes": beside(TYPE + b'Content-Location: "order.js"\r\n'),
    "attach_02 a location with percent signs": beside(TYPE + b"Content-Location: order%2Ejs\r\n"),
    "attach_02 a description in quotes": beside(TYPE + b'Content-Description: "order.js"\r\n'),
    "attach_02 a long extension": beside(TYPE + b"Content-Description: order.settingcontent-ms\r\n"),
    "attach_02 a text that is attached": beside(
        b"Content-Type: text/plain\r\n" + ATTACHED + b"\r\nContent-Description: order.js\r\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("content", CASES.values(), ids=CASES)
def test_a_hidden_script_does_not_pass(inspecting, content):
    inspecting.assert_not_delivered(content)


HARMLESS = {
    "mime_26 sentences": mail(b"", b"begin 2024 we start\r\nwith this, and\r\nbegin the meeting\r\n\r\nAGENDA\r\n"),
    "mime_26 a file that is none": mail(b"", b"begin transaction\r\nINSERT INTO X\r\nend\r\n"),
    **{
        f"attach_02 {name}": beside(TYPE + ATTACHED + b'; filename="' + name.encode(charset) + b'"\r\n')
        for name, charset in (("отчёт.pdf", "utf-8"), ("合同.pdf", "utf-8"), ("注文.pdf", "cp932"))
    },
    "attach_02 a location of a page": beside(
        b"Content-Type: image/gif\r\nContent-Location: http://sender.test/space.gif?of=a.exe\r\n"
    ),
    "attach_02 a description": beside(TYPE + b"Content-Description: Mr. Smith's letter\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_a_letter_that_only_looks_so_passes(inspecting, content):
    inspecting.assert_delivered(content)
