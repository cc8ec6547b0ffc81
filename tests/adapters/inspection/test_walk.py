"""Through a message: ATTACKS ATTACH-06, ATTACH-08, ATTACH-10, ATTACH-16, ATTACH-17, DOS-09, MIME-27, MIME-28."""

import gzip
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.budget import OverBudget
from gatepost.adapters.inspection.embedded_rules import TooSlow
from gatepost.adapters.inspection.opened import Member
from gatepost.mime.part import Limits
from gatepost.model.inspection import FileClass, Link, Text, Trait
from gatepost.model.traits import (
    DECRYPTED,
    ENCRYPTED,
    ESCAPES,
    INCONSISTENT,
    MACRO,
    OVER_BUDGET,
    PARTIAL,
    POLYGLOT,
    REMOTE,
    UNREADABLE,
)
from tests.adapters.inspection.mails import EICAR, LETTER, base64_lines, codes, found, items, mail, walked, zipped

FAST = 5.0  # seconds


def test_a_letter_has_one_item_its_words_and_its_links():
    seen = walked(LETTER.replace(b"order.\r\n", b"order: https://sender.test/x .\r\n"))
    assert [(item.path, item.media_type, item.classes) for item in seen.items] == [
        ("1", "text/plain", (FileClass.TEXT,))
    ]
    assert "Dear sir" in seen.texts[0].text
    assert [link.host for link in seen.links] == ["sender.test"]
    assert (seen.unscannable, seen.over) == ((), ())


def test_a_member_is_an_item_with_path_name_and_digest():
    seen = items(walked(mail(("orders.zip", zipped(order_exe=b"MZ" + bytes(80))))))
    assert set(seen) == {"1", "2", "2!order.exe"}
    assert seen["2"].names == ("orders.zip",)
    inner = seen["2!order.exe"]
    assert (inner.names, inner.size, len(inner.digest)) == (("order.exe",), 82, 64)
    assert FileClass.EXECUTABLE in inner.classes


# ATTACH-17


def encoded(encoding, octets):
    return b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n" + octets


@pytest.mark.parametrize(
    "part",
    [encoded(b"7bit", EICAR), encoded(b"base64", base64_lines(EICAR)),
     encoded(b"quoted-printable", b"".join(b"=%02X" % octet for octet in EICAR[:20]) + EICAR[20:])],
    ids=["plain", "base64", "quoted-printable"],
)  # fmt: skip
def test_attach_17_it_is_found_in_a_part(part):
    assert found(walked(mail(b"Content-Type: application/x\r\n" + part))) == ["2"]


def test_attach_17_it_is_found_in_an_archive_in_an_archive_in_an_archive():
    deep = zipped(a_zip=zipped(b_zip=zipped(c_com=EICAR)))
    assert found(walked(mail(("x.zip", deep)))) == ["2!a.zip!b.zip!c.com"]


@pytest.mark.parametrize("depth", [1, 8])
def test_attach_17_it_is_found_in_messages_in_messages(depth):
    inner = mail(("x.com", EICAR))
    for _ in range(depth):
        inner = b"Subject: forwarded\r\nContent-Type: message/rfc822\r\n\r\n" + inner
    assert len(found(walked(inner))) == 1


@pytest.mark.parametrize("depth", [1, 3])
def test_attach_17_it_is_found_in_messages_that_are_encoded(depth):
    inner = mail(("x.com", EICAR))
    for _ in range(depth):
        head = b"Subject: forwarded\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        inner = head + base64_lines(inner)
    assert len(found(walked(inner))) >= 1


def test_attach_17_500_messages_in_each_other_are_too_deep_and_take_little_time():
    inner = b"Subject: forwarded\r\nContent-Type: message/rfc822\r\n\r\n" * 500 + mail(("x.com", EICAR))
    began = time.process_time()
    seen = walked(inner)
    assert ("depth" in seen.over, time.process_time() - began < FAST) == (True, True)


def test_attach_17_500_archives_in_each_other_are_too_deep():
    deep = EICAR
    for _ in range(500):
        deep = gzip.compress(deep, 1)
    seen = walked(mail(("x.gz", deep)))
    assert ("depth" in seen.over, OVER_BUDGET in codes(seen), bool(seen.unscannable)) == (True, True, True)


def test_dos_09_3000_multiparts_in_each_other_end_well():
    octets = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number) for number in range(3000)
    )
    began = time.process_time()
    seen = walked(octets + b"\r\n" + EICAR)
    assert ("depth" in seen.over, time.process_time() - began < FAST) == (True, True)


def test_dos_09_50000_parts_end_well():
    octets = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 50_000
    began = time.process_time()
    seen = walked(octets)
    assert ("parts" in seen.over, len(seen.items) <= 2000, time.process_time() - began < FAST) == (True, True, True)


def test_mime_27_a_multipart_is_honest_that_says_quoted_printable_and_means_its_parts():
    """Some mailers do. Who takes it off loses the delimiter behind the padding of a base64 part, and finds no more."""
    picture = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAA=\r\n"
    page = b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>a=3Db</p>\r\n"
    octets = (
        b'Content-Type: multipart/related; boundary="=_57"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        b"--=_57\r\n" + page + b"--=_57\r\n" + picture + b"--=_57\r\n" + picture + b"--=_57--\r\n"
    )
    assert not [each for each in walked(octets).ambiguities if each.opens]


def test_mime_27_an_encoded_multipart_is_split():
    inner = b"--in\r\nContent-Type: application/x; name=x.com\r\n\r\n" + EICAR + b"\r\n--in--\r\n"
    head = b"Content-Type: multipart/mixed; boundary=in\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    seen = walked(head + base64_lines(inner))
    assert any(item.names == ("x.com",) and item.engines for item in seen.items)


def test_mime_11_a_multipart_without_a_boundary_may_be_a_message_to_who_opens_the_file():
    head = b"Content-Type: multipart/related; name=a.mht\r\n"
    for encoding, body in ((b"", mail(("x.com", EICAR))), (b"base64", base64_lines(mail(("x.com", EICAR))))):
        said = b"Content-Transfer-Encoding: " + encoding + b"\r\n" if encoding else b""
        seen = walked(head + said + b"\r\n" + body)
        assert any(item.names == ("x.com",) and item.engines for item in seen.items)


def test_an_attached_file_with_a_message_is_read_as_one():
    seen = walked(mail(("mail.eml", mail(("x.com", EICAR)))))
    assert any(item.names == ("x.com",) and item.engines for item in seen.items)


def test_mime_28_a_partial_message_and_one_that_is_elsewhere_are_not_to_be_seen():
    partial = b"Content-Type: message/partial; id=a; number=1; total=2\r\n\r\nSubject: x\r\n\r\nhalf"
    remote = b"Content-Type: message/external-body; access-type=url; URL=https://x.test\r\n\r\n\r\n"
    seen = walked(mail(partial, remote))
    assert {PARTIAL, REMOTE} <= codes(seen)
    assert [FileClass.FRAGMENT in item.classes for item in seen.items if item.path in ("2", "3")] == [True, True]
    assert len(seen.unscannable) >= 2


# ATTACH-06


def locked_by(word):
    """A zip of one stored entry by ZipCrypto."""
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        with open(f"{place}/x.com", "wb") as file:
            file.write(EICAR)
        subprocess.run(["zip", "-q", "-P", word, "x.zip", "x.com"], cwd=place, check=True)
        with open(f"{place}/x.zip", "rb") as file:
            return file.read()


@pytest.mark.parametrize(
    ("text", "subject"),
    [(b"The password is: s3cret!", b"order"), (b"Passwort \"s3cret!\".", b"order"), (b"see above", b"pw s3cret!")],
)  # fmt: skip
def test_attach_06_a_password_in_body_or_subject_opens_it(text, subject):
    seen = walked(mail(("x.zip", locked_by("s3cret!")), text=text, subject=subject))
    assert (found(seen), DECRYPTED in codes(seen), seen.unscannable) == (["2!x.com"], True, ())


def test_attach_06_a_password_that_comes_after_opens_it_too():
    late = b"Content-Type: text/plain\r\n\r\nthe password: s3cret!\r\n"
    assert found(walked(mail(("x.zip", locked_by("s3cret!")), late))) == ["2!x.com"]


def test_attach_06_without_the_password_the_name_is_seen_and_no_more():
    seen = walked(mail(("x.zip", locked_by("s3cret!"))))
    inner = items(seen)["2!x.com"]
    assert (inner.names, inner.digest, seen.engines if hasattr(seen, "engines") else ()) == (("x.com",), "", ())
    assert {FileClass.ENCRYPTED, FileClass.EXECUTABLE} <= set(inner.classes)
    assert [line for line in seen.unscannable if ENCRYPTED in line]


# ATTACH-10, ATTACH-16


def test_attach_10_what_cannot_be_read_is_unscannable():
    seen = walked(mail(("x.7z", b"7z\xbc\xaf\x27\x1c" + os.urandom(200)), ("x.vhdx", b"vhdxfile" + bytes(600))))
    unread = {item.path for item in seen.items if any(trait.code == UNREADABLE for trait in item.traits)}
    assert unread == {"2", "3"}
    assert len(seen.unscannable) == 2


def test_attach_16_a_picture_that_is_an_archive_is_both():
    gif = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;" + zipped(x_com=EICAR)
    seen = walked(mail(("photo.gif", gif)))
    assert found(seen) == ["2!x.com"]
    assert {POLYGLOT, INCONSISTENT} <= codes(seen)


def test_attach_09_a_name_that_leads_out_is_told_and_its_path_is_printable():
    seen = walked(mail(("x.tar.gz", gzip.compress(tar_of("../../\x1b[2Jx.sh")))))
    assert ESCAPES in codes(seen)
    assert all(item.path.isprintable() and all(map(str.isprintable, item.names)) for item in seen.items)


def tar_of(name):
    import io
    import tarfile

    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as into:
        into.addfile(tarfile.TarInfo(name))
    return made.getvalue()


# Budgets and errors


def test_of_a_message_that_is_too_much_the_rest_is_looked_into():
    bomb = gzip.compress(bytes(50_000_000), 1)
    seen = walked(mail(("bomb.gz", bomb), ("x.com", EICAR)), free=1024)
    assert (seen.over, found(seen)) == (("ratio",), ["3"])
    assert [line for line in seen.unscannable if line.startswith("2: over-budget")]


@pytest.mark.parametrize("allowance", [{"members": 3}, {"octets": 1000}, {"depth": 1}])
def test_each_budget_is_named(allowance):
    many = zipped(**{f"f{number}_txt": b"x" * 300 for number in range(10)})
    seen = walked(mail(("x.zip", many)), **allowance)
    assert seen.over == ({"members": "members", "octets": "size", "depth": "depth"}[next(iter(allowance))],)


def test_without_time_everything_is_listed_and_nothing_opened():
    seen = walked(mail(("x.zip", zipped(x_com=EICAR))), seconds=0.0)
    assert (seen.over, [item.path for item in seen.items]) == (("time",), ["1", "2"])


def raising(error):
    def opener(octets, hints, budget):
        yield Member("before.com", EICAR)
        yield Trait(MACRO)
        raise error

    return {"zip": opener}


@pytest.mark.parametrize(
    ("error", "code", "over"),
    [(ValueError("odd"), UNREADABLE, ()), (RecursionError(), UNREADABLE, ()), (MemoryError(), OVER_BUDGET, ("memory",)),
     (OverBudget("ratio"), OVER_BUDGET, ("ratio",))],
)  # fmt: skip
def test_whatever_an_opener_raises_is_noted_and_what_it_gave_counts(error, code, over):
    seen = walked(mail(("x.zip", zipped(a=b"x")), ("y.com", EICAR)), openers=raising(error))
    assert found(seen) == ["2!before.com", "3"]
    assert ({MACRO, code} <= codes(seen), seen.over) == (True, over)
    assert FileClass.OFFICE_MACRO in items(seen)["2"].classes


def test_rules_that_take_too_long_leave_it_unscannable():
    def slow(octets):
        raise TooSlow("5 s")

    seen = walked(LETTER, match=slow)
    assert (seen.over, len(seen.unscannable)) == (("time",), 1)


def test_what_is_alike_is_matched_and_its_traits_are_the_containers():
    def opener(octets, hints, budget):
        yield Member("stream", EICAR, traits=(Trait(MACRO, "of the stream"),), alike=True)
        yield Text(path="2", kind="plain", text="words")
        yield Link(url="https://x.test/", host="x.test")

    seen = walked(mail(("x.zip", zipped(a=b"x"))), openers={"zip": opener})
    assert (found(seen), set(items(seen))) == (["2"], {"1", "2"})
    assert Trait(MACRO, "of the stream") in items(seen)["2"].traits
    assert (seen.texts[-1].text, seen.links[-1].host) == ("words", "x.test")


def test_the_same_octets_are_opened_once_and_listed_twice():
    opened_times = []

    def opener(octets, hints, budget):
        opened_times.append(hints.names)
        yield Member("x.com", EICAR)
        yield Trait(MACRO)

    same = zipped(a=b"x")
    seen = walked(mail(("one.zip", same), ("two.zip", same)), openers={"zip": opener})
    assert (len(opened_times), set(items(seen))) == (1, {"1", "2", "2!x.com", "3"})
    assert Trait(MACRO) in items(seen)["3"].traits


def test_an_archive_that_holds_itself_ends():
    whole = zipped(a=b"x")

    def quine(octets, hints, budget):
        yield Member("again.zip", octets)

    assert len(walked(mail(("x.zip", whole)), openers={"zip": quine}).items) == 3


def test_ambiguities_and_limits_of_the_message_are_told():
    two = b"Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + base64_lines(EICAR)
    seen = walked(mail(b"Content-Type: application/x\r\n" + two))
    assert seen.ambiguities
    assert found(seen)
    cut = walked(mail(*[("a", b"x")] * 20), limits=Limits(parts=5))
    assert "parts" in cut.over


def test_an_inspection_is_bounded_and_printable():
    names = {f"{'x' * 3000}\u202e{number}_exe": b"x" * 10 for number in range(2500)}
    text = b"https://host%d.test/ " * 500 % tuple(range(500)) + b"word " * 50_000
    seen = walked(mail(("x.zip", zipped(**names)), text=text))
    assert (len(seen.items), len(seen.links)) == (2000, 200)
    assert sum(len(text.text) for text in seen.texts) <= 64 * 1024
    assert all(len(item.path) <= 400 and item.path.isprintable() for item in seen.items)
    assert all(len(name) <= 255 and name.isprintable() for item in seen.items for name in item.names)
    assert all(name.endswith(".exe") for item in seen.items[2:] for name in item.names), "the extension is kept"


PIECES = st.sampled_from([
    b"--cut\r\n", b"--cut--\r\n", b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Type: multipart/mixed; boundary=cut\r\n", b"\r\n", base64_lines(zipped(x_com=EICAR)), EICAR,
    b"Content-Disposition: attachment; filename=x.zip\r\n", b"begin 644 x.com\r\n", zipped(a=b"x"), b"<html>",
    b"%PDF-1.4\r\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", gzip.compress(b"x"),
])  # fmt: skip


@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_however_a_message_is_put_together_the_walk_ends(octets):
    seen = walked(octets)
    if EICAR in octets:
        assert seen.items


def test_a_multipart_that_is_empty_is_looked_into_once():
    """Its only leaf is itself again: without a memory of that the walk would run until the depth ends it."""
    inner = b"Content-Type: multipart/mixed; boundary=b2\r\nSubject: x\r\n"
    whole = (
        b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\nContent-Type: message/rfc822\r\n\r\n\r\n"
        + b"Subject: y\r\n" + inner + b"--b1--\r\n"
    )  # fmt: skip
    assert walked(whole).over == ()


def test_a_script_in_a_page_is_nothing_odd_and_in_a_picture_it_is():
    page = walked(mail(("a.html", b"<html><body><script>var a = 1;</script>Hi</body></html>")))
    picture = walked(mail(("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>a()</script></svg>')))
    assert not [item for item in page.items if FileClass.HTML_ACTIVE in item.classes]
    assert [item for item in picture.items if FileClass.HTML_ACTIVE in item.classes]


@pytest.mark.parametrize(
    ("name", "octets", "expected"),
    [
        ("x.xml", b"<?xml version='1.0'?><r><!-- <office:document -->%b</r>", FileClass.HTML_ACTIVE),
        ("form.xdp", b"<?xml version='1.0'?><xdp:xdp>%b</xdp:xdp>", FileClass.PDF_ACTIVE),
    ],
)
def test_attach_15_a_script_is_told_whatever_else_the_file_says_it_is(name, octets, expected):
    script = b"<h:script xmlns:h='http://www.w3.org/1999/xhtml'>alert(1)</h:script>"
    script += b"<script contentType='application/x-javascript'>app.alert(1)</script>"
    assert expected in walked(mail((name, octets % script))).items[1].classes


def test_a_file_whose_name_is_but_an_extension_is_read():
    seen = walked(mail(("b64", b"begin 644 a.exe\r\n#35H \r\n`\r\nend\r\n")))
    assert not seen.unscannable and "2!a.exe" in items(seen)


# ── decodings ────────────────────────────────────────────────────────────────
def in_base64(octets, declared=b"application/octet-stream"):
    return b"Content-Type: " + declared + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + octets


def decoded_in_two_ways(part):
    return [(each.code, each.opens) for each in walked(mail(part)).ambiguities]


ONE_SIGN_TOO_MANY = b"Q\r\n" + base64_lines(b"MZ" + bytes(200))


def test_what_is_a_program_for_who_decodes_line_by_line_is_told():
    hidden = ONE_SIGN_TOO_MANY
    assert decoded_in_two_ways(in_base64(hidden)) == [("two-decodings", True)]


def test_what_is_no_text_and_decodes_to_different_octets_is_told():
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
    broken = base64_lines(picture).replace(b"\r\n", b"\r\n!A", 1)
    assert decoded_in_two_ways(in_base64(broken, b"image/png")) == [("two-decodings", False)]


def test_text_that_differs_in_its_wording_is_nothing_special():
    words = base64_lines(b"Dear sir, here is the order. " * 8) + b"--\r\nyour list\r\n"
    assert decoded_in_two_ways(in_base64(words, b"text/plain; charset=utf-8")) == []
    page = b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>a = b =3D c</p>  \r\n"
    assert decoded_in_two_ways(page) == []


def test_what_all_decode_alike_is_no_ambiguity():
    assert decoded_in_two_ways(in_base64(base64_lines(bytes(range(256)) * 4))) == []


def test_a_part_within_a_part_is_not_taken_for_the_plain_one():
    inner = mail(("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50))).replace(b"cut", b"inner")
    outer = b"Content-Type: message/rfc822\r\n\r\n" + inner
    found = walked(mail(outer, in_base64(ONE_SIGN_TOO_MANY))).ambiguities
    assert [(each.code, each.detail, each.opens) for each in found] == [("two-decodings", "part 3", True)]
