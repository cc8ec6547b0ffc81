"""Regular messages are read back as written, and at once; hostile ones within limits."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gatepost.mime.decode import decodings
from gatepost.mime.part import Limits
from gatepost.mime.reader import read, read_inside
from tests.mime.sample import AS_BASE64, BASE64, FILE, NAMED, PROGRAM, TYPE, WORDS, mail, opens, parted, with_part

MIXED = b'Content-Type: multipart/mixed; boundary="b"\r\n'


def leaves(octets: bytes) -> list[tuple[str, str, bytes]]:
    view = read(octets)
    return [
        (part.path, part.media_type, decodings(octets, part)[0].octets) for part in view.parts if not part.holds_parts
    ]


def test_a_message_of_one_part_is_its_part_1():
    octets = mail(b"Content-Type: text/html; charset=ISO-8859-1\r\n\r\n<p>\r\n")
    (part,) = read(octets).parts
    assert (part.path, part.media_type, part.charset, part.declared) == ("1", "text/html", "iso-8859-1", "text/html")
    assert octets[part.start : part.end] == b"<p>\r\n" and part.header[0].name == "From"


def test_parts_are_numbered_as_in_imap():
    nested = parted(WORDS, b"Content-Type: message/rfc822\r\n\r\n" + mail(b"\r\nwords\r\n"))
    octets = parted(
        WORDS, b"Content-Type: message/rfc822\r\n\r\n" + nested, boundary=b"a", declared=b"multipart/x; boundary=a"
    )
    assert [(part.path, part.holds_parts) for part in read(octets).parts] == [
        ("", True), ("1", False), ("2", True), ("2", True), ("2.1", False), ("2.2", True), ("2.2.1", False),
    ]  # fmt: skip


def test_the_path_of_the_part_that_a_message_was_in_goes_before():
    assert [part.path for part in read(mail(b"\r\nwords\r\n"), path="3").parts] == ["3.1"]
    assert [part.path for part in read(parted(WORDS, WORDS), path="3").parts] == ["3", "3.1", "3.2"]


def test_parts_of_a_digest_are_messages():
    octets = parted(b"\r\n" + mail(b"\r\nwords\r\n"), declared=b"multipart/digest; boundary=b")
    assert [part.media_type for part in read(octets).parts] == ["multipart/digest", "message/rfc822", "text/plain"]


def test_a_leaf_that_is_an_encoded_multipart_is_read_once_it_is_decoded():
    inside = base64.encodebytes(b"--b\r\n" + FILE + b"--b--\r\n").replace(b"\n", b"\r\n")
    octets = mail(MIXED + BASE64 + b"\r\n" + inside)
    (leaf,) = read(octets).parts
    (decoding,) = decodings(octets, leaf)
    inner = read_inside(decoding.octets, leaf).parts
    assert [part.path for part in inner] == ["1", "1.1"] and inner[1].names == ("run.exe",)


def test_a_message_that_was_kept_on_unix_reads_the_same():
    octets = with_part(TYPE + BASE64 + NAMED)
    unix = octets.replace(b"\r\n", b"\n")
    assert [content.rstrip() for *_, content in leaves(unix)] == [content.rstrip() for *_, content in leaves(octets)]
    assert not read(unix).ambiguities


@pytest.mark.parametrize(
    "octets",
    [
        mail(b"\r\nAnn wrote:\r\n> words\r\n-- \r\nBob\r\n--\r\n---------- Forwarded message\r\n--b\r\n\r\n"),
        parted(WORDS, WORDS).replace(b"\r\n\r\n--b", b"\r\n\r\nThis is a multi-part message in MIME format.\r\n--b", 1),
        parted(WORDS, WORDS) + b"\r\n",
        parted(WORDS, WORDS) + b"_______________\r\nUnsubscribe at http://list.example.com/\r\n",
        parted(WORDS, WORDS).replace(b"--b\r\n", b"--b  \t\r\n"),
        parted(WORDS, WORDS)[: -len(b"--b--\r\n")],
        mail(
            b'Content-Type: multipart/mixed;\r\n\tboundary="----=_Part_1(2).3"\r\n\r\n------=_Part_1(2).3\r\n' + WORDS
        ),
        mail(b"Content-Type: TEXT/PLAIN; charset=windows-1252; format=flowed; delsp=yes\r\n\r\nwords\r\n"),
        mail(b"Content-Type: text/plain; charset = utf-8 ;\r\nContent-Transfer-Encoding: 8-bit\r\n\r\nwords\r\n"),
        mail(b"Content-Type: text/plain; charset=utf-8 (ours)\r\n\r\nwords\r\n"),
        with_part(b"Content-Type: application/pdf; name=a(1).pdf\r\nContent-Transfer-Encoding: base64\r\n"),
        with_part(b'Content-Type: application/pdf;\r\n name="=?utf-8?q?a=C3=A4?=\r\n =?utf-8?q?b.pdf?="\r\n' + BASE64),
        parted(WORDS, WORDS, boundary=b"b", declared=b'multipart/mixed; boundary="b"; type="text/html"'),
        parted(b"Content-Type: multipart/related; boundary=b-1\r\n\r\n--b-1\r\n" + WORDS + b"--b-1--\r\n", WORDS),
    ],
)
def test_what_real_mail_has_is_no_ambiguity(octets):
    view = read(octets)
    assert not view.ambiguities and not view.over


def test_a_preamble_worth_reading_is_a_text():
    octets = mail(MIXED + b"\r\n" + b"a line of words\r\n" * 30 + b"--b\r\n" + WORDS + b"--b--\r\n")
    (text,) = [part for part in read(octets).parts if part.reading == "preamble"]
    assert octets[text.start : text.end].startswith(b"a line") and not read(octets).ambiguities


def test_other_readings_come_after_the_plain_one():
    octets = with_part(TYPE + b"Content-Transfer-Encoding: 7bit\r\n" + BASE64 + NAMED)
    assert [(part.path, part.reading, part.encoding) for part in read(octets).parts] == [
        ("", "", ""), ("1", "", ""), ("2", "", "7bit"), ("2", "two-encodings", "base64"),
    ]  # fmt: skip


NAMES = st.sampled_from(["a.txt", "orders 1.pdf", "x.zip"])
TEXTS = st.binary(max_size=200).map(lambda octets: octets.replace(b"-", b"").replace(b"\r", b"").replace(b"\n", b""))
LEAVES = st.tuples(st.sampled_from(["base64", "quoted-printable", "7bit"]), NAMES, TEXTS)
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=8)


def written(tree, depth: int = 0) -> tuple[bytes, list[tuple[str, str, bytes]]]:
    """The part, and what must be read of it: encoding, name, content."""
    if isinstance(tree, tuple):
        encoding, name, content = tree
        if encoding == "7bit":
            content = content.replace(b"\x00", b"")
        body = {
            "base64": lambda: base64.encodebytes(content).replace(b"\n", b"\r\n"),
            "quoted-printable": lambda: b"=\r\n".join(
                b"".join(b"=%02X" % octet for octet in content[at : at + 20]) for at in range(0, len(content), 20)
            ),
            "7bit": lambda: content,
        }[encoding]()
        header = f'Content-Type: application/x-any; name="{name}"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
        return header.encode() + body, [(encoding, name, content)]
    boundary = b"=_%d_b" % depth
    parts = [written(each, depth + 1) for each in tree]
    lines = b"".join(b"\r\n--" + boundary + b"\r\n" + part for part, _ in parts)
    header = b"Content-Type: multipart/mixed;\r\n boundary=" + b'"' + boundary + b'"\r\n'
    return header + lines + b"\r\n--" + boundary + b"--\r\n", [leaf for _, expected in parts for leaf in expected]


@given(TREES)
def test_a_message_written_is_read_back(tree):
    part, expected = written(tree)
    octets = mail(part)
    view = read(octets)
    assert not view.ambiguities and not view.over and not [part for part in view.parts if part.reading]
    assert [
        (part.encoding, part.names[0], decodings(octets, part)[0].octets) for part in view.parts if not part.holds_parts
    ] == expected


PIECES = (
    b"Content-Type: ", b"content-transfer-encoding:", b"Content-Disposition: attachment", b"multipart/mixed", b"base64",
    b"; boundary=", b"boundary*0*=", b'"', b"b", b"c", b"--b", b"--c", b"--b--", b"--", b"\r\n", b"\r\n\r\n",
    b"\r", b"\n", b"\r\n ", b" ", b"\t", b":", b";", b"=", b"(", b")", b"\\", b"\x00", b"=?utf-8?q?", b"?=",
    b"message/rfc822", b"text/html", b"quoted-printable", b"name=a.exe", b"QUJD", b"=41", b"\xff", b"text/plain",
    b"multipart/digest", b",",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
def test_any_octets_are_read(octets):
    limits = Limits(parts=30, depth=4, readings=6)
    view = read(octets, limits)
    assert len(view.parts) <= limits.parts and view.parts[0].reading == ""
    for part in view.parts:
        assert 0 <= part.start <= part.end <= len(octets)
        decodings(octets, part)
    assert set(view.over) <= {"header", "parts", "depth", "parameters", "readings"}
    assert len(view.ambiguities) <= 2 * limits.readings
    assert len({(each.code, each.detail) for each in view.ambiguities}) == len(view.ambiguities)


def nested(times: int) -> bytes:
    return b"".join(
        b'Content-Type: multipart/mixed; boundary="=%d="\r\n\r\n--=%d=\r\n' % (number, number)
        for number in range(times)
    )


MANY_PARAMETERS = b"".join(b"; a%d=b" % number for number in range(20_000))
PIECES_OF_NAME = b"".join(b"; name*%d=b" % number for number in range(20_000))


@pytest.mark.parametrize(
    ("octets", "over"),
    [
        (mail(b"X-A: b\r\n" * 50_000 + b"\r\nwords"), "header"),
        (mail(b"X-A: " + b"a" * 1_000_000 + b"\r\n\r\nwords"), "header"),
        (mail(b"Content-Type: text/plain" + MANY_PARAMETERS + b"\r\n\r\nwords"), "parameters"),
        (mail(b"Content-Type: text/plain" + PIECES_OF_NAME + b"\r\n\r\nwords"), "parameters"),
        (mail(b"".join(b"Content-Type: text/a%d\r\n" % number for number in range(5000)) + b"\r\n"), "readings"),
    ],
)
def test_dos_08_and_15_a_header_is_read_up_to_its_limits(octets, over):
    began = time.process_time()
    assert over in read(octets).over
    assert time.process_time() - began < 1


def test_dos_08_a_high_number_of_a_piece_and_a_long_boundary_cost_nothing():
    assert read(mail(b"Content-Type: text/plain; name*999999999=b; name*0=a\r\n\r\n")).parts[0].names == ("a",)
    long = b"b" * 70_000
    assert len(read(parted(WORDS, FILE, boundary=long, declared=b"multipart/mixed; boundary=" + long)).parts) == 3


@pytest.mark.parametrize(
    ("octets", "over"),
    [
        (mail(MIXED + b"\r\n" + b"--b\r\n\r\nx\r\n" * 50_000), "parts"),
        (mail(nested(3000) + FILE), "depth"),
        (mail(MIXED + b"\r\n--b\r\n" + (MIXED + b"\r\n--b\r\n") * 3000 + FILE), "parts"),
        (mail(b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"words"), "depth"),
    ],
)
def test_dos_09_many_parts_and_deep_ones_are_read_up_to_their_limits(octets, over):
    began = time.process_time()
    view = read(octets)
    assert over in view.over and len(view.parts) <= 1000
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "value",
    [b"(" * 60_000, b"(" * 30_000 + b")" * 30_000, b"; (x) a(b)=c" * 5000, b";" * 60_000, b'"' * 60_000, b"\\" * 60_000,
     b'; name="' + b"\\" * 60_000, b"; boundary=a" * 5000, b" " * 60_000, b"=?utf-8?q?a?= " * 4000, b"\r\n " * 20_000],
)  # fmt: skip
def test_dos_11_comments_and_quotes_that_never_end_take_linear_time(value):
    began = time.process_time()
    read(mail(b"Content-Type: multipart/mixed" + value + b"\r\n\r\nwords\r\n"))
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "line",
    [b"--b", b"--bx\r\n", b" --b\r\n", b"\n--b\r", b"\r\n--\r\n", b"\r\n", b"\n\r", b"--b--\r\n",
     b"--b\r\nContent-Type: \r\n", b"Content-Type: text/html\r\n\r\n", b"--c\r\nContent-Type: text/html\r\n\r\n",
     b"a\r\n", b" \r\n", b"Content-Type : a\n"],
)  # fmt: skip
def test_a_body_of_three_million_octets_of_anything_is_read_in_linear_time(line):
    began = time.process_time()
    read(mail(MIXED + b"\r\n--b\r\n" + line * (3_000_000 // len(line))))
    assert time.process_time() - began < 3


def test_parts_that_are_not_closed_are_not_sought_in_all_that_follows_again_and_again():
    one = b'--b\r\nContent-Type: multipart/mixed; boundary="c"\r\n\r\n--c\r\n\r\nx\r\n'
    began = time.process_time()
    assert "readings" in read(mail(MIXED + b"\r\n" + one * 900 + b"a" * 10_000_000)).over
    assert time.process_time() - began < 3


def test_readings_that_differ_are_followed_up_to_their_limit():
    part = TYPE + b"Content-Transfer-Encoding: 7bit\r\n" + BASE64 + b"\r\n" + AS_BASE64
    view = read(parted(*[part] * 40), Limits(readings=16))
    assert len(view.ambiguities) == 16 and "readings" in view.over


@pytest.mark.parametrize("seed", range(40))
def test_mime_33_torn_messages_are_read(seed):
    """Cuts, doublings and swaps of a message with everything in it."""
    octets = parted(WORDS, FILE, b"Content-Type: message/rfc822\r\n\r\n" + with_part(TYPE + BASE64 + NAMED))
    at, to = sorted(((seed * 7919) % len(octets), (seed * 104_729) % len(octets)))
    for torn in (
        octets[:at],
        octets[at:],
        octets[:at] + octets[to:],
        octets[:to] + octets[at:],
        octets[to:] + octets[:to],
    ):
        began = time.process_time()
        for part in read(torn).parts:
            decodings(torn, part)
        assert time.process_time() - began < 0.5


def test_limits_are_those_asked_for():
    octets = parted(*[WORDS] * 5)
    assert [part.path for part in read(octets, Limits(parts=3)).parts] == ["", "1", "2"]
    assert read(octets, structs.replace(Limits(), depth=0)).over == ("depth",)
    assert not opens(octets) and PROGRAM not in octets
