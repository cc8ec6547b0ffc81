"""Messages that programs read differently: whatever a reader could open is looked into, or the message is refused.

Each hides the same program from who reads by the book, or from who does not. It must not reach the mail server; that
the same letters without the program do is what `test_mime_20` and the false-positive tests are for.
"""

import base64
import quopri

import pytest

from tests.attacks.mail import PROGRAM, SAID, TEXT, attached, joined, lines, mail, multipart, part

EXE = lines(PROGRAM)
QP = quopri.encodestring(PROGRAM).replace(b"\n", b"\r\n")
B64, TYPE = b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: application/octet-stream\r\n"
NAMED = b'Content-Disposition: attachment; filename="order.exe"\r\n'


def within(fields, body=EXE):
    """A letter whose second part has this header."""
    return multipart(SAID, part(body, fields=fields))


def encoded(*encodings, body=EXE):
    said = b"".join(b"Content-Transfer-Encoding: " + each + b"\r\n" for each in encodings)
    return within(TYPE + said + NAMED, body)


CASES = {
    # two Content-Transfer-Encoding fields
    "mime_01 right first": encoded(b"base64", b"7bit"),
    "mime_01 right last": encoded(b"quoted-printable", b"base64"),
    "mime_01 three": encoded(b"7bit", b"base64", b"8bit"),
    "mime_01 unknown first": encoded(b"x-none", b"base64"),
    "mime_01 unknown last": encoded(b"base64", b"x-none"),
    # one with two values
    "mime_02 comma": encoded(b"base64, quoted-printable"),
    "mime_02 last": encoded(b"7bit, base64"),
    "mime_02 quoted": encoded(b'"base64", 7bit'),
    "mime_02 semicolon": encoded(b"base64; x=7bit"),
    # two Content-Type fields
    "mime_03 part": within(b"Content-Type: text/plain\r\n" + TYPE + B64 + NAMED),
    "mime_03 top first": mail(
        b"Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b1\r\n", joined(SAID, part())
    ),
    "mime_03 top last": mail(
        b"Content-Type: multipart/mixed; boundary=b1\r\nContent-Type: text/plain\r\n", joined(SAID, part())
    ),
    "mime_03 one field": mail(
        b"Content-Type: text/plain, multipart/mixed; boundary=b1\r\n", joined(SAID, part())
    ),
    # fields that are none
    "mime_04 space before the colon": within(TYPE + b"Content-Transfer-Encoding : base64\r\n" + NAMED),
    "mime_04 type with space before the colon": mail(
        b"Content-Type : multipart/mixed; boundary=b1\r\n", joined(SAID, part())
    ),
    "mime_04 indented first": multipart(SAID, b" " + part()),
    "mime_04 indented encoding": within(TYPE + b" " + B64 + NAMED),
    # values that are none
    "mime_05 case": encoded(b"bAsE64"),
    "mime_05 dash": encoded(b"base-64"),
    "mime_05 longer": encoded(b"base645"),
    "mime_05 doubled": encoded(b"base64base64"),
    "mime_05 type": mail(b"Content-Type: multipart/mixedx; boundary=b1\r\n", joined(SAID, part())),
    # values that are folded
    "mime_06 in the token": encoded(b"base\r\n 64"),
    "mime_06 after the colon": encoded(b"\r\n base64"),
    "mime_06 type": mail(b"Content-Type: multi\r\n part/mixed; boundary=b1\r\n", joined(SAID, part())),
    "mime_07 no name": within(b": application/octet-stream\r\n" + B64 + NAMED),
    # several boundaries
    "mime_10 two parameters": mail(
        b"Content-Type: multipart/mixed; boundary=b1; boundary=b2\r\n",
        joined(SAID, boundary=b"b1") + joined(SAID, part(), boundary=b"b2"),
    ),
    "mime_10 two parameters the other way": mail(
        b"Content-Type: multipart/mixed; boundary=b2; boundary=b1\r\n",
        joined(SAID, boundary=b"b1") + joined(SAID, part(), boundary=b"b2"),
    ),
    "mime_10 two fields": mail(
        b"Content-Type: multipart/mixed; boundary=b1\r\nContent-Type: multipart/mixed; boundary=b2\r\n",
        joined(SAID, boundary=b"b1") + joined(SAID, part(), boundary=b"b2"),
    ),
    "mime_10 comma": mail(
        b"Content-Type: multipart/mixed; boundary=b1,b2\r\n", joined(SAID, part(), boundary=b"b1")
    ),
    # odd boundaries
    "mime_11 leading blank": mail(b'Content-Type: multipart/mixed; boundary=" b1"\r\n', joined(SAID, part())),
    "mime_11 trailing blank": mail(b'Content-Type: multipart/mixed; boundary="b1 "\r\n', joined(SAID, part())),
    "mime_11 semicolon": mail(
        b'Content-Type: multipart/mixed; boundary="b1;x"\r\n', joined(SAID, part(), boundary=b"b1")
    ),
    "mime_11 quote in part": mail(
        b'Content-Type: multipart/mixed; boundary=b"1"\r\n', joined(SAID, part(), boundary=b"b1")
    ),
    "mime_11 empty": mail(b'Content-Type: multipart/mixed; boundary=""\r\n', joined(SAID, part(), boundary=b"")),
    "mime_11 lone quote": mail(b'Content-Type: multipart/mixed; boundary="b1\r\n', joined(SAID, part())),
    "mime_11 folded": mail(b'Content-Type: multipart/mixed; boundary="b\r\n 1"\r\n', joined(SAID, part())),
    # parameters that are none
    "mime_12 no semicolon": mail(b"Content-Type: multipart/mixed boundary=b1\r\n", joined(SAID, part())),
    "mime_12 misspelt": mail(b"Content-Type: multipart/mixed; bondary=b1\r\n", joined(SAID, part())),
    "mime_12 space before =": mail(b"Content-Type: multipart/mixed; boundary =b1\r\n", joined(SAID, part())),
    "mime_12 on a single part": mail(b"Content-Type: text/plain; boundary=b1\r\n", joined(SAID, part())),
    # delimiter lines
    "mime_13 indented": mail(
        b"Content-Type: multipart/mixed; boundary=b1\r\n", joined(SAID, part()).replace(b"--b1\r\nC", b" --b1\r\nC")
    ),
    "mime_13 trailing blank": mail(
        b"Content-Type: multipart/mixed; boundary=b1\r\n", joined(SAID, part()).replace(b"--b1\r\n", b"--b1 \t\r\n")
    ),
    "mime_13 with more behind it": mail(
        b"Content-Type: multipart/mixed; boundary=b1\r\n", joined(SAID, part()).replace(b"--b1\r\n", b"--b1x\r\n")
    ),
    "mime_13 no end": mail(
        b"Content-Type: multipart/mixed; boundary=b1\r\n", joined(SAID, part()).replace(b"--b1--\r\n", b"")
    ),
    "mime_13 behind the end": mail(
        b"Content-Type: multipart/mixed; boundary=b1\r\n", joined(SAID) + joined(part())
    ),
    "mime_14 another is used": mail(
        b"Content-Type: multipart/mixed; boundary=b1\r\n", joined(SAID, part(), boundary=b"b2")
    ),
    "mime_15 before the parts": multipart(SAID, before=part() + b"\r\n"),
    "mime_15 behind the parts": multipart(SAID, after=part()),
    "mime_15 a whole multipart before the parts": multipart(SAID, before=joined(part(), boundary=b"b2")),
    # multiparts within multiparts
    "mime_16 the same boundary": multipart(
        SAID, b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n" + joined(SAID, part())
    ),
    "mime_16 one that begins with it": multipart(
        SAID, b"Content-Type: multipart/mixed; boundary=b1x\r\n\r\n" + joined(SAID, part(), boundary=b"b1x")
    ),
    "mime_16 none": multipart(SAID, b"Content-Type: multipart/mixed\r\n\r\n" + joined(SAID, part(), boundary=b"b2")),
    "mime_16 ends early": multipart(
        SAID, b"Content-Type: multipart/mixed; boundary=b2\r\n\r\n" + joined(SAID, boundary=b"b2") + part()
    ),
    # comments
    "mime_18 in the encoding": encoded(b"(7bit) base64"),
    "mime_18 behind it": encoded(b"base64 (7bit)"),
    "mime_18 unclosed": encoded(b"base64 (7bit"),
    "mime_18 nested": encoded(b"(a(b)c)base64"),
    "mime_18 in the type": mail(b"Content-Type: multipart(x)/mixed; boundary=b1\r\n", joined(SAID, part())),
    "mime_18 in the boundary": mail(b"Content-Type: multipart/mixed; boundary=b1(x)\r\n", joined(SAID, part())),
    "mime_18 a boundary in a comment": mail(
        b"Content-Type: multipart/mixed; (boundary=b2) boundary=b1\r\n", joined(SAID, part())
    ),
    # encoded words
    "mime_19 encoding": encoded(b"=?us-ascii?q?base64?="),
    "mime_19 boundary": mail(
        b'Content-Type: multipart/mixed; boundary="=?us-ascii?q?b1?="\r\n', joined(SAID, part())
    ),
    # nothing said
    "mime_20 no MIME-Version": mail(b"Content-Type: multipart/mixed; boundary=b1\r\n", joined(SAID, part())).replace(
        b"MIME-Version: 1.0\r\n", b""
    ),
    "mime_20 version 2": mail(b"Content-Type: multipart/mixed; boundary=b1\r\n", joined(SAID, part())).replace(
        b"MIME-Version: 1.0\r\n", b"MIME-Version: 2.0\r\n"
    ),
    "mime_20 no Content-Disposition": within(b"Content-Type: application/octet-stream; name=order.exe\r\n" + B64),
    "mime_20 no Content-Type": within(B64 + NAMED),
    "mime_20 no name": within(TYPE + B64),
    # boundaries elsewhere
    "mime_21 in Content-Disposition": mail(
        b"Content-Type: multipart/mixed\r\nContent-Disposition: inline; boundary=b1\r\n", joined(SAID, part())
    ),
    "mime_21 in pieces": mail(
        b"Content-Type: multipart/mixed; boundary*0=b; boundary*1=1\r\n", joined(SAID, part())
    ),
    "mime_21 a piece twice": mail(
        b"Content-Type: multipart/mixed; boundary*0=b; boundary*1=2; boundary*1=1\r\n", joined(SAID, part())
    ),
    "mime_21 extended": mail(b"Content-Type: multipart/mixed; boundary*=us-ascii''b%31\r\n", joined(SAID, part())),
    # parameters behind invalid ones
    "mime_22 no value": mail(b"Content-Type: multipart/mixed; x; boundary=b1\r\n", joined(SAID, part())),
    "mime_22 no name": mail(b"Content-Type: multipart/mixed; =x; boundary=b1\r\n", joined(SAID, part())),
    "mime_22 odd quotes": mail(b'Content-Type: multipart/mixed; x="a"b"; boundary=b1\r\n', joined(SAID, part())),
    "mime_23 a comment in the name": mail(
        b"Content-Type: multipart/mixed; bound(x)ary=b2; boundary=b1\r\n", joined(SAID, part())
    ),
    # base64
    "mime_24 six a line": encoded(b"base64", body=lines(PROGRAM, 6)),
    "mime_24 dots": encoded(b"base64", body=EXE.replace(b"A", b"A.", 50)),
    "mime_24 dashes and signs": encoded(b"base64", body=EXE[:8] + b"#-(" + EXE[8:]),
    "mime_24 spaces": encoded(b"base64", body=EXE.replace(b"AA", b"A A", 50)),
    "mime_24 early =": encoded(b"base64", body=base64.b64encode(b"Hello") + b"\r\n" + EXE),
    "mime_24 = in between": encoded(b"base64", body=EXE[:5] + b"=" + EXE[5:]),
    "mime_24 several": encoded(b"base64", body=base64.b64encode(PROGRAM[:100]) + b"\r\n" + lines(PROGRAM[100:])),
    "mime_24 an octet at a time": encoded(
        b"base64", body=b"\r\n".join(base64.b64encode(PROGRAM[at : at + 1]) for at in range(len(PROGRAM))) + b"\r\n"
    ),
    # quoted-printable
    "mime_25 plain": encoded(b"quoted-printable", body=QP),
    "mime_25 lower case": encoded(b"quoted-printable", body=QP.replace(b"=50", b"=50").lower().replace(b"mz", b"MZ")),
    "mime_25 blanks before breaks": encoded(b"quoted-printable", body=QP.replace(b"=\r\n", b"= \t\r\n")),
    "mime_25 illegal": encoded(b"quoted-printable", body=b"M=5A" + QP[2:] + b"=0x=@=\r\n"),
    "mime_25 every octet": encoded(b"quoted-printable", body=b"".join(b"=%02X" % o for o in PROGRAM[:20]) + QP[2:]),
    # encodings of containers
    "mime_27 message": within(
        b"Content-Type: message/rfc822\r\n" + B64, lines(attached(b"order.exe", PROGRAM))
    ),
    "mime_27 multipart": within(
        b"Content-Type: multipart/mixed; boundary=b2\r\n" + B64, lines(joined(SAID, part(), boundary=b"b2"))
    ),
    # content that is elsewhere
    "mime_28 partial": mail(
        b'Content-Type: message/partial; id="1@sender.test"; number=1; total=2\r\n', b"x\r\n" * 9
    ),
    "mime_28 external": mail(
        b'Content-Type: message/external-body; access-type=url; URL="http://sender.test/order.exe"\r\n',
        b"Content-Type: application/octet-stream\r\n\r\n",
    ),
    # alternatives
    "mime_32 within alternatives": multipart(
        SAID, part(), kind=b"multipart/alternative; boundary=b1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("content", CASES.values(), ids=CASES)
def test_a_hidden_program_does_not_pass(inspecting, content):
    inspecting.assert_not_delivered(content)


HARMLESS = {
    "mime_20 plain": mail(b"", TEXT),
    "mime_20 no MIME at all": mail(b"", TEXT).replace(b"MIME-Version: 1.0\r\n", b""),
    "a text and a picture": attached(b"a.png", b"\x89PNG\r\n\x1a\n" + bytes(40), b"image/png"),
    "a preamble and an epilogue": multipart(SAID, before=b"This is a MIME message.\r\n", after=b"\r\n"),
    "lines that look like delimiters": mail(
        b"Content-Type: text/plain\r\n", b"--\r\nAnn\r\n-- \r\n--b1\r\n----- a\r\n"
    ),
    "a folded parameter": mail(b"Content-Type: multipart/mixed;\r\n\tboundary=b1\r\n", joined(SAID, SAID)),
    "mime_32 alternatives that differ": multipart(
        SAID,
        part(b"<p>Hi</p>\r\n", kind=b"text/html", encoding=b"", name=b""),
        kind=b"multipart/alternative; boundary=b1",
    ),
    "a message within": multipart(SAID, b"Content-Type: message/rfc822\r\n\r\n" + mail(b"", TEXT)),
}


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_a_letter_without_it_passes(inspecting, content):
    inspecting.assert_delivered(content)
