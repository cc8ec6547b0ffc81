"""MIME-01 to MIME-28: wherever one program reads a message otherwise than another, what either would open is found.

Where the plain reading does not hold the program, the readings differ in what they open.
"""

import base64
import quopri

import pytest

from gatepost.mime.reader import read
from tests.mime.sample import (
    AS_BASE64,
    AS_QUOTED,
    BASE64,
    FILE,
    NAMED,
    PROGRAM,
    TYPE,
    WORDS,
    codes,
    encoded,
    holds_program,
    mail,
    of_type,
    opens,
    parted,
    plainly_holds_program,
    with_part,
)

MIXED = b'Content-Type: multipart/mixed; boundary="b"\r\n'
CTE = b"Content-Transfer-Encoding: "
INSIDE = b"--b\r\n" + FILE + b"--b--\r\n"
HEADER = TYPE + BASE64 + NAMED
LINE = AS_BASE64.replace(b"\r\n", b"")


def found(octets: bytes) -> None:
    assert holds_program(octets)
    assert plainly_holds_program(octets) or opens(octets), codes(octets)


def top(header: bytes) -> bytes:
    return mail(header + b"\r\n" + INSIDE)


@pytest.mark.parametrize(
    "others",
    [
        (b"base64", b"7bit"),
        (b"7bit", b"base64"),
        (b"8bit", b"quoted-printable", b"base64"),
        (b"xx", b"base64"),
        (b"base64", b"xx"),
    ],
)
def test_mime_01_of_several_encodings_each_is_read(others):
    octets = encoded(others[0], *[CTE + other + b"\r\n" for other in others[1:]])
    found(octets)
    assert "two-encodings" in codes(octets) and opens(octets)


def test_mime_01_the_same_encoding_twice_is_no_ambiguity():
    octets = encoded(b"base64", CTE + b"BASE64\r\n")
    assert plainly_holds_program(octets) and not codes(octets)


@pytest.mark.parametrize(
    "value",
    [b"base64, quoted-printable", b"quoted-printable, base64", b'"7bit", base64', b"7bit base64", b"7bit;base64"],
)
def test_mime_02_of_two_encodings_in_one_field_each_is_read(value):
    found(encoded(value))
    assert opens(encoded(value))


@pytest.mark.parametrize(
    "header",
    [
        MIXED + b"Content-Type: text/plain\r\n",
        b"Content-Type: text/plain\r\n" + MIXED,
        b"Content-Type: text/plain, multipart/mixed; boundary=b\r\n",
        b"Content-Type: text/plain multipart/mixed; boundary=b\r\n",
    ],
)
def test_mime_03_of_two_types_each_is_read(header):
    found(top(header))
    assert opens(top(header))


def test_mime_03_a_part_with_two_types_is_both():
    octets = with_part(b"Content-Type: text/plain\r\nContent-Type: text/html\r\n" + BASE64)
    assert {part.media_type for part in read(octets).parts if not part.holds_parts} == {"text/plain", "text/html"}
    assert opens(octets)


@pytest.mark.parametrize("name", [b" %s:", b"\x00%s:", b"%s :", b"%s\t:", b"%s\x00:", b"\t%s:", b"%s(x):", b"%s (x):"])
def test_mime_04_and_18_a_field_with_an_odd_name_is_read_and_is_not(name):
    found(with_part(TYPE + name % b"Content-Transfer-Encoding" + b" base64\r\n" + NAMED))
    found(with_part(name % b"Content-Transfer-Encoding" + b" base64\r\n" + TYPE + NAMED))
    found(top(name % b"Content-Type" + b" multipart/mixed; boundary=b\r\n"))


def test_mime_04_what_dkim_signs_is_no_field():
    names = (
        b"DKIM-Signature: v=1; h=From:\r\n\tContent-Type:Subject:\r\n Content-Transfer-Encoding:To; bh=base/uuU=\r\n"
    )
    assert not codes(mail(names + b"Content-Type: text/plain\r\n\r\nwords\r\n"))


@pytest.mark.parametrize(
    "value",
    [
        b"BaSe64", b"bas\x00e64", b"base64\x00", b"base64\x00x", b"base-64", b"base645", b"base64base64", b"\x01base64",
        b"-base64", b"base64.", b'"base64"', b"'base64",
    ],
)  # fmt: skip
def test_mime_05_an_encoding_misspelt_is_what_it_looks_like(value):
    found(encoded(value))


@pytest.mark.parametrize(
    "value",
    [
        b"MultiPart/MIXED", b"multi\x00part/mixed", b"multipart/mixed\x00", b"multipart-/mixed", b"multipart / mixed",
        b"multipart/mixedmultipart/mixed", b"\x00multipart/mixed", b"multipart", b"multipart/", b"x-multipart/mixed",
    ],
)  # fmt: skip
def test_mime_05_a_type_misspelt_is_what_it_looks_like(value):
    found(top(b"Content-Type: " + value + b"; boundary=b\r\n"))


@pytest.mark.parametrize(
    "field",
    [
        b"Content-Transfer-Encoding: bas\r\n e64",
        b"Content-Transfer-Encoding: \r\n\tba\r\n\tse64",
        b"Content-Transfer-Encoding:\r\n base64",
        b"Content-Transfer-Encoding\r\n : base64",
        b"Content-Transfer-\r\n Encoding: base64",
        b"Content-Transfer-Encoding: base64\r\n ",
        b"Content-Transfer-Encoding:\r base64",
        b"Content-Transfer-Encoding:\n base64",
        b"Content-Transfer-Encoding: base64\r x",
        b"Content-Transfer-Encoding: base64\n x",
    ],
)
def test_mime_06_and_09_a_fold_is_a_blank_and_is_nothing(field):
    found(with_part(TYPE + field + b"\r\n" + NAMED))


@pytest.mark.parametrize("value", [b"multi\r\n part/mixed; boundary=b", b"multipart/mixed; bound\r\n ary=b"])
def test_mime_06_a_type_may_be_folded_anywhere(value):
    found(of_type(value))


def test_mime_07_a_field_without_a_name_is_read_as_what_it_says():
    found(with_part(TYPE + b": base64\r\n" + NAMED))
    found(top(b": multipart/mixed; boundary=b\r\n"))


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\n\r", b"\r\r\n", b"\r\n\n", b"\r\n\x00\r\n", b"\x0b", b"\x0c"])
def test_mime_08_any_line_end_ends_a_field(end):
    found(with_part(TYPE.rstrip() + end + BASE64 + NAMED))


@pytest.mark.parametrize(
    "value",
    [
        b"multipart/mixed; boundary=a; boundary=b",
        b"multipart/mixed; boundary=b; boundary=a",
        b"multipart/mixed; boundary=a, boundary=b",
        b"multipart/mixed; boundary=a,b",
        b"multipart/mixed; boundary=b,a",
        b"multipart/mixed; boundary=a\r\nContent-Type: multipart/mixed; boundary=b",
        b"multipart/mixed; boundary=a, multipart/mixed; boundary=b",
    ],
)
def test_mime_10_each_of_two_boundaries_divides(value):
    found(of_type(value))


def test_mime_10_parts_behind_either_boundary_are_there():
    body = b"--a\r\nContent-Type: text/html\r\n\r\n<p>\r\n--a--\r\n" + INSIDE
    octets = mail(b"Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n" + body)
    found(octets)
    assert "two-boundaries" in codes(octets)


@pytest.mark.parametrize(
    ("written", "used"),
    [
        (b'" b"', b"b"), (b'" b"', b" b"), (b'"b c"', b"b"), (b"b c", b"b"), (b'"b "', b"b"), (b'"b\x00c"', b"b"),
        (b'"b\x00c"', b"bc"), (b'"b\x00c"', b"b\x00c"), (b'"b;c"', b"b;c"), (b'"b;c"', b"b"), (b'"b;c"', b'"b'),
        (b'"b"c', b"b"), (b'"b"c', b"bc"), (b'"b"c', b'"b"c'), (b'b"c"', b'b"c"'), (b'b"c"', b"bc"), (b'""', b""),
        (b"", b""), (b'"', b""), (b'"b', b"b"), (b"'b'", b"b"), (b"'b'", b"'b'"), (b'"b\r\n c"', b"b c"),
        (b'"b\r\n c"', b"bc"), (b'"b\\c"', b"bc"), (b'"b\\c"', b"b\\c"), (b'"b\\"c"', b'b"c'),
    ],
)  # fmt: skip
def test_mime_11_a_boundary_written_oddly_divides_however_it_is_read(written, used):
    found(of_type(b"multipart/mixed; boundary=" + written, used))


@pytest.mark.parametrize(
    "value",
    [
        b"multipart/mixed boundary=b", b"multipart/mixed, boundary=b", b"multipart/mixed; bound=b", b"multipart/mixed",
        b"multipart/mixed; boundary =b", b"multipart/mixed; boundary= b", b"multipart/mixed; boundary\x00=b",
        b"multipart/mixed; boundary:b", b"multipart/mixed; boundary=other",
    ],
)  # fmt: skip
def test_mime_12_and_14_a_boundary_not_found_is_told_by_the_lines_that_look_like_delimiters(value):
    found(of_type(value))


@pytest.mark.parametrize(
    "header", [b"Content-Type: text/plain; boundary=b\r\n", b"", b"Content-Type: /mixed; boundary=b\r\n"]
)
def test_mime_12_and_20_the_source_of_a_message_in_a_text_is_looked_into_and_is_no_ambiguity(header):
    assert holds_program(top(header)) and not codes(top(header))


@pytest.mark.parametrize(
    ("first", "second", "last"),
    [
        (b"--b\r\n", b" --b\r\n", b"--b--\r\n"),
        (b"--b\r\n", b"\t--b\r\n", b"--b--\r\n"),
        (b"--b\r\n", b"\x00--b\r\n", b"--b--\r\n"),
        (b"--b\r\n", b"--b \t\r\n", b"--b--\r\n"),
        (b"--b\r\n", b"\r\n--bx\r\n", b"--b--\r\n"),
        (b"--b\r\n", b"\r\n--b\r\n", b"--b\r\n"),
        (b"--b\r\n", b"\r\n--b\r\n", b""),
        (b"--b\r\n", b"\r--b\r\n", b"--b--\r\n"),
        (b"--b\r\n", b"\n--b\r\n", b"--b--\r\n"),
        (b"--b\r\n", b"\r\n--b\r", b"--b--\r\n"),
        (b"--b\r\n", b"\r\n--b\n", b"--b--\r\n"),
        (b"--b\r\n", b"\r\n--b--\r\n--b\r\n", b"--b--\r\n"),
        (b" --b\r\n", b"\r\n --b\r\n", b" --b--\r\n"),
        (b"--b\r", b"\r--b\r", b"\r--b--\r"),
    ],
)
def test_mime_13_a_delimiter_that_only_some_see_divides(first, second, last):
    found(mail(MIXED + b"\r\n" + first + WORDS + second + FILE + last))


@pytest.mark.parametrize(
    "body",
    [
        FILE + b"\r\n--b\r\n" + WORDS + b"--b--\r\n",
        b"words\r\n" + FILE + b"\r\n--b\r\n" + WORDS + b"--b--\r\n",
        b"--b\r\n" + WORDS + b"--b--\r\n" + FILE,
        b"--b\r\n" + WORDS + b"--b--\r\n" + INSIDE,
        b"--b\r\n" + WORDS + b"--b--\r\n--c\r\n" + FILE + b"--c--\r\n",
        b"--c\r\n" + FILE + b"--c--\r\n--b\r\n" + WORDS + b"--b--\r\n",
    ],
)
def test_mime_15_a_file_before_or_behind_the_parts_is_found(body):
    found(mail(MIXED + b"\r\n" + body))


@pytest.mark.parametrize(
    ("inner", "rest"),
    [
        (b"b", b"--b\r\n" + WORDS + b"\r\n" + INSIDE + b"--b--\r\n"),
        (b"b", b"--b\r\n" + WORDS + b"--b--\r\n" + INSIDE),
        (b"bb", b"--bb\r\n" + WORDS + b"\r\n--bb\r\n" + FILE + b"--bb--\r\n--b--\r\n"),
        (b"c", b"--c\r\n" + WORDS + b"\r\n--b--\r\n--c\r\n" + FILE + b"--c--\r\n"),
        (b"c", b"--c\r\n" + WORDS + b"\r\n--b\r\n--c\r\n" + FILE + b"--c--\r\n--b--\r\n"),
        (b"c", INSIDE),
    ],
)
def test_mime_16_an_inner_multipart_may_reuse_extend_or_lack_the_outer_boundary(inner, rest):
    begin = b"--b\r\n" + WORDS + b"\r\n--b\r\nContent-Type: multipart/mixed; boundary=" + inner + b"\r\n\r\n"
    found(mail(MIXED + b"\r\n" + begin + rest))


@pytest.mark.parametrize(
    "between",
    [
        b"\r\n\r", b"\r\n\n", b"\r\r", b"\n\n", b"\n\r", b"\r\n\r\n\r\n", b"\r\nsome text\r\n", b"\r\n", b"\r\n \r\n",
        b"\r\n\t\r\n", b"\r\r\n", b"\n\r\n", b"\r\n\x00\r\n", b"\n\n\n",
    ],
)  # fmt: skip
def test_mime_17_a_header_ends_where_any_program_sees_its_end(between):
    found(parted(WORDS, HEADER.rstrip() + between + AS_BASE64))


@pytest.mark.parametrize(
    "part",
    [b"\r\n" + FILE, b"\r\n\r\n" + FILE, TYPE + NAMED + b"\r\n" + BASE64 + b"\r\n" + AS_BASE64],
)
def test_mime_17_a_header_may_go_on_behind_an_empty_line(part):
    found(parted(WORDS, part))
    assert "late-field" in codes(parted(WORDS, part))


def test_mime_17_a_message_may_begin_with_an_empty_line():
    found(b"\r\n" + top(MIXED))


@pytest.mark.parametrize(
    "value",
    [
        b"base64 (x)", b"(x) base64", b"base64(x)", b"bas(x)e64", b"(x(y))base64", b"(base64", b"base64 (",
        b"(7bit) base64", b"7bit (base64)", b"(\\)) base64",
    ],
)  # fmt: skip
def test_mime_18_comments_in_an_encoding_are_taken_out_and_kept(value):
    found(encoded(value))


@pytest.mark.parametrize(
    ("value", "used"),
    [
        (b"multipart/mixed (x); boundary=b", b"b"),
        (b"multipart/mixed; (x) boundary=b", b"b"),
        (b"multipart/mixed; boundary=(x)b", b"b"),
        (b"multipart/mixed; boundary=b(x)", b"b"),
        (b"multipart/mixed; boundary=b(x)", b"b(x)"),
        (b"multipart/mixed; boundary (x)=b", b"b"),
        (b"multipart(x)/mixed; boundary=b", b"b"),
        (b"multipart/mixed (; boundary=b", b"b"),
        (b"multipart/mixed; (boundary=a;) boundary=b", b"b"),
        (b"multipart/mixed; (boundary=a;) boundary=b", b"a"),
    ],
)
def test_mime_18_comments_in_a_type_are_taken_out_and_kept(value, used):
    found(of_type(value, used))


@pytest.mark.parametrize("value", [b"=?utf-8?q?base64?=", b"=?utf-8?b?YmFzZTY0?=", b"base=?utf-8?q?64?="])
def test_mime_19_an_encoding_in_encoded_words_is_read_and_is_not(value):
    found(encoded(value))


@pytest.mark.parametrize(
    ("value", "used"),
    [
        (b"multipart/mixed; boundary==?utf-8?q?b?=", b"b"),
        (b'multipart/mixed; boundary="=?utf-8?q?b?="', b"b"),
        (b'multipart/mixed; boundary="=?utf-8?q?b?="', b"=?utf-8?q?b?="),
        (b'multipart/mixed; boundary="=?utf-8?b?Yg==?="', b"b"),
        (b"=?utf-8?q?multipart/mixed?=; boundary=b", b"b"),
    ],
)
def test_mime_19_a_type_in_encoded_words_is_read_and_is_not(value, used):
    found(of_type(value, used))


@pytest.mark.parametrize("header", [TYPE + BASE64, BASE64 + NAMED, BASE64])
def test_mime_20_a_part_with_few_fields_is_a_part(header):
    found(with_part(header))


@pytest.mark.parametrize("version", [b"", b"MIME-Version: 2.0\r\n", b"MIME-Version: (x) 1.0\r\n"])
def test_mime_20_the_version_changes_nothing(version):
    octets = top(MIXED).replace(b"MIME-Version: 1.0\r\n", version)
    assert plainly_holds_program(octets) and not codes(octets)


@pytest.mark.parametrize(
    ("value", "used"),
    [
        (b"multipart/mixed\r\nContent-Disposition: inline; boundary=b", b"b"),
        (b"multipart/mixed\r\nContent-Disposition: inline; boundary*0=b; boundary*1=c", b"bc"),
        (b"multipart/mixed; boundary*0=b; boundary*1=c", b"bc"),
        (b"multipart/mixed; boundary*1=c; boundary*0=b", b"bc"),
        (b"multipart/mixed; boundary*0=b; boundary*0=c", b"b"),
        (b"multipart/mixed; boundary*0=b; boundary*0=c", b"c"),
        (b"multipart/mixed; boundary*0=b; boundary*2=c", b"b"),
        (b"multipart/mixed; boundary*0=b; boundary*2=c", b"bc"),
        (b"multipart/mixed; boundary*=utf-8''b%63", b"bc"),
        (b"multipart/mixed; boundary*0*=utf-8''b%63; boundary*1=d", b"bcd"),
        (b"multipart/mixed; boundary=a; boundary*0=b", b"b"),
        (b"multipart/mixed; boundary*0=b; boundary=a", b"a"),
    ],
)
def test_mime_21_a_boundary_in_pieces_or_in_the_disposition_divides(value, used):
    found(of_type(value, used))


@pytest.mark.parametrize(
    "value",
    [
        b"multipart/mixed; x; boundary=b", b"multipart/mixed; =x; boundary=b", b'multipart/mixed; x="a; boundary=b',
        b'multipart/mixed; x="a"b; boundary=b', b"multipart/mixed; @@@=1; boundary=b", b"multipart/mixed;;; boundary=b",
        b'multipart/mixed; x=a"b; boundary=b; y="c', b"multipart/mixed; x y=z; boundary=b",
    ],
)  # fmt: skip
def test_mime_22_an_invalid_parameter_hides_none(value):
    found(of_type(value))


@pytest.mark.parametrize(
    "value", [b"multipart/mixed; boundary=a; boundary(x)=b", b"multipart/mixed; boundary(x)=a; boundary=b"]
)
def test_mime_23_a_comment_in_a_parameter_s_name_hides_no_second_one(value):
    found(of_type(value))
    assert "two-boundaries" in codes(of_type(value))


def lines(width: int) -> bytes:
    return b"\r\n".join(LINE[at : at + width] for at in range(0, len(LINE), width)) + b"\r\n"


@pytest.mark.parametrize(
    "body",
    [
        lines(6), lines(1), lines(2), lines(5), AS_BASE64 + b"some text\r\n", b"!!" + AS_BASE64, LINE.rstrip(b"="),
        *[mark.join((LINE[:8], LINE[8:])) for mark in (b".", b"-", b"#", b" ", b"=", b"\x00")],
        b"=".join((LINE[:9], LINE[9:])), b"==".join((LINE[:10], LINE[10:])), b"====" + AS_BASE64,
        base64.urlsafe_b64encode(PROGRAM), base64.b64encode(PROGRAM[:10]) + b"\r\n" + base64.b64encode(PROGRAM[10:]),
        base64.b64encode(PROGRAM[:1]) + base64.b64encode(PROGRAM[1:]), b"text: " + b"\r\n" + AS_BASE64,
    ],
)  # fmt: skip
def test_mime_24_base64_is_decoded_in_each_way(body):
    assert holds_program(with_part(HEADER, body))


@pytest.mark.parametrize(
    "body",
    [
        AS_QUOTED.lower(), AS_QUOTED + b"=", b"=zz" + AS_QUOTED, AS_QUOTED.replace(b"=0F", b"=F"),
        AS_QUOTED.replace(b"=4D", b"=4D=", 1), AS_QUOTED.replace(b"=\r\n", b""), b"=@" + AS_QUOTED, b"=e " + AS_QUOTED,
        *[AS_QUOTED.replace(b"=\r\n", b"=" + end) for end in (b" \r\n", b"\n", b"\r", b"\r\r\n", b"\r\n\n", b"\t\r\n")],
    ],
)  # fmt: skip
def test_mime_25_quoted_printable_is_decoded_in_each_way(body):
    assert holds_program(with_part(TYPE + b"Content-Transfer-Encoding: quoted-printable\r\n" + NAMED, body))


NESTED = with_part(HEADER)
QUOTED = quopri.encodestring(NESTED.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"base64", base64.encodebytes(NESTED).replace(b"\n", b"\r\n")),
        (b"quoted-printable", QUOTED),
        (b"base64", NESTED),
        (b"7bit", NESTED),
    ],
)
def test_mime_27_a_message_that_is_encoded_or_only_says_so_is_read(encoding, body):
    found(mail(b"Content-Type: message/rfc822\r\n" + CTE + encoding + b"\r\n\r\n" + body))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"base64", base64.encodebytes(INSIDE).replace(b"\n", b"\r\n")),
        (b"quoted-printable", b"=2D-b\r\n" + INSIDE[5:]),
        (b"base64", INSIDE),
        (b"8bit", INSIDE),
    ],
)
def test_mime_27_a_multipart_that_is_encoded_or_only_says_so_is_read(encoding, body):
    found(mail(MIXED + CTE + encoding + b"\r\n\r\n" + body))


@pytest.mark.parametrize("kind", [b"message/partial; number=1; total=2; id=a", b"message/external-body; access-type=x"])
def test_mime_28_a_piece_and_a_reference_are_leaves_and_their_bodies_no_ambiguity(kind):
    view = read(mail(b"Content-Type: " + kind + b"\r\n\r\nContent-Type: text/html\r\n\r\n"))
    assert [part.media_type for part in view.parts] == [kind.partition(b";")[0].decode()]
    assert not view.ambiguities
