"""Openers of what is folded into other things: ATTACKS MIME-26, MIME-30, MIME-31, SPAM-05."""

import base64
import bz2
import io
import time
import zlib
from datetime import UTC, datetime

import pytest
import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from PIL import Image

from gatepost.adapters.inspection.budget import Allowance, Budget, OverBudget
from gatepost.adapters.inspection.encoded.table import OPENERS
from gatepost.adapters.inspection.opened import Hints, Member
from gatepost.mime import applefile, mapi
from gatepost.mime.cms import CONTENT_TYPES, DATA, PKCS7, BadCms
from gatepost.mime.openpgp import BadOpenPgp
from gatepost.mime.tnef import BadTnef
from gatepost.model import traits
from gatepost.model.inspection import Link, Trait
from tests.mime import writers
from tests.mime.test_cms import signed

ENTITY = b"Content-Type: text/plain\r\n\r\nwords\r\n"


def opened(name, content, **allowance):
    return list(OPENERS[name](content, Hints(), Budget(Allowance(**allowance), time.process_time)))


# --- text --------------------
def test_mime_26_a_name_that_says_what_it_is_suffices():
    digits = writers.binhex(b"a.exe", b"one").partition(b":")[2]
    for octets, name in ((b":" + digits, "a.hqx"), (base64.encodebytes(b"one"), "a.exe.b64")):
        hints = Hints(names=(name,))
        found = list(OPENERS["text-encodings"](octets, hints, Budget(Allowance(), time.process_time)))
        assert found == [Member("a.exe", b"one")]


def test_a_sample_of_armour_is_no_finding():
    assert (
        opened("text-encodings", b"words\n-----BEGIN PGP MESSAGE-----\n\naaaaaaaa\n-----END PGP MESSAGE-----\n") == []
    )


def test_mime_26_files_of_every_kind_in_one_text_are_found():
    text = b"Hello\r\n" + writers.uu(b"a.exe", b"one") + writers.yenc(b"b.exe", b"two", "part=1 total=2 ")
    text += writers.binhex(b"c.exe", b"three", b"fork") + b"bye\r\n"
    assert opened("text-encodings", text) == [
        Member("a.exe", b"one"),
        Member("b.exe", b"two", traits=(Trait(traits.PARTIAL, "one part of several"),)),
        Member("c.exe", b"three"),
        Member("c.exe", b"fork", alike=True),
    ]


def test_mime_26_a_file_that_is_cut_short_says_so():
    (found,) = opened("text-encodings", b"begin 644 a.exe\n" + writers.uu(b"x", b"evil").split(b"\n")[1])
    assert found == Member("a.exe", b"evil", traits=(Trait(traits.UNREADABLE, "cut short"),))


def test_mime_26_a_bomb_in_binhex_stops_at_the_budget():
    bomb = writers.binhex(b"a", bytes(2_000_000))
    assert len(bomb) < 50_000
    with pytest.raises(OverBudget):
        opened("text-encodings", bomb, free=100_000, ratio=10)
    assert opened("text-encodings", bomb, octets=100_000) == [Trait(traits.UNREADABLE, "BinHex: larger than it may be")]


def test_mime_26_ordinary_text_costs_next_to_nothing():
    text = b"Some words of an ordinary letter, which has no such thing in it.\r\n" * 64
    started = time.perf_counter()
    for _ in range(1000):
        assert not opened("text-encodings", text)
    assert time.perf_counter() - started < 0.1


def test_mime_31_an_encrypted_message_in_a_text_is_said():
    armour = (
        b"-----BEGIN PGP MESSAGE-----\n\n"
        + base64.encodebytes(writers.packet(1, b"x"))
        + b"-----END PGP MESSAGE-----\n"
    )
    assert opened("text-encodings", b"Hello,\n" + armour) == [Trait(traits.ENCRYPTED, "OpenPGP")]


# --- TNEF --------------------


def test_mime_30_files_messages_and_bodies_are_given():
    inner = writers.stream(writers.attached(b"deep", title=b"d.exe"))
    nested = (writers.binary_property(mapi.ATTACH_DATA, writers.IMESSAGE + inner, mapi.OBJECT),)
    octets = writers.stream(
        writers.message_properties(writers.binary_property(mapi.BODY_HTML, b"<p>")),
        writers.attached(b"MZ", title=b"invoice.exe", long="invoice.pdf"),
        writers.attached(None, long="fw", more=nested),
    )
    assert opened("tnef", octets) == [
        Member("", b"<p>", "text/html", alike=True),
        Member("invoice.pdf", b"MZ"),
        Member("invoice.exe", b"MZ", traits=(Trait(traits.NAMES_DIFFER, "also invoice.pdf"),)),
        Member("fw", inner, "application/ms-tnef"),
    ]


def test_mime_30_a_short_name_of_the_same_kind_is_no_second_file():
    assert len(opened("tnef", writers.stream(writers.attached(b"x", title=b"PAGE~1.HTM", long="page.html")))) == 1


def test_mime_30_a_file_that_is_elsewhere_is_a_link():
    place = writers.text_property(mapi.ATTACH_LONG_PATHNAME, "\\\\192.0.2.1\\s\\x.exe")
    assert opened("tnef", writers.stream(writers.attached(None, long="x.exe", more=(place,)))) == [
        Trait(traits.REMOTE, "\\\\192.0.2.1\\s\\x.exe"),
        Link(
            url="\\\\192.0.2.1\\s\\x.exe",
            host="192.0.2.1",
            source="tnef",
            shown="x.exe",
            traits=("odd-scheme", "ip-host"),
        ),
    ]


def test_mime_30_a_broken_one_gives_what_it_has_and_says_so():
    found = OPENERS["tnef"](
        writers.stream(writers.attached(b"x", title=b"a")) + b"junk", Hints(), Budget(Allowance(), time.process_time)
    )
    assert next(found) == Member("a", b"x")
    with pytest.raises(BadTnef):
        next(found)


def test_mime_30_a_budget_holds():
    with pytest.raises(OverBudget):
        opened("tnef", writers.stream(*[writers.attached(bytes(1000))] * 20), octets=10_000)


# --- S/MIME --------------------
def test_mime_31_what_is_signed_is_an_entity_whatever_it_is_said_to_be():
    other = CONTENT_TYPES + b"\x02"
    for content, declared in ((ENTITY, "message/rfc822"), (b"words", "")):
        octets = signed(writers.der(0x04, content), inner=other)
        assert opened("pkcs7", octets)[-1] == Member("", content, declared)


@pytest.fixture(scope="module")
def signer():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
    return (
        pkcs7.PKCS7SignatureBuilder().set_data(ENTITY).add_signer(made.sign(key, hashes.SHA256()), key, hashes.SHA256())
    )


def test_mime_31_what_is_signed_opaquely_by_a_real_signer_is_opened(signer):
    expected = [Trait(traits.SIGNED, "S/MIME"), Member("", ENTITY, "message/rfc822")]
    for encoding in (serialization.Encoding.DER, serialization.Encoding.PEM):
        assert opened("pkcs7", signer.sign(encoding, [pkcs7.PKCS7Options.Binary])) == expected


def test_mime_31_a_detached_signature_holds_nothing(signer):
    options = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature]
    assert opened("pkcs7", signer.sign(serialization.Encoding.DER, options)) == []


def test_mime_31_what_is_encrypted_is_said_to_be():
    enveloped = writers.der(0x30, writers.der(0x06, PKCS7 + b"\x03"), writers.der(0xA0, writers.der(0x30)))
    assert opened("pkcs7", enveloped) == [Trait(traits.ENCRYPTED, "S/MIME")]
    other = writers.der(0x30, writers.der(0x06, PKCS7 + b"\x05"), writers.der(0xA0, writers.der(0x30)))
    assert opened("pkcs7", other) == [Trait(traits.UNREADABLE, "unknown kind of CMS")]
    with pytest.raises(BadCms):
        opened("pkcs7", b"text")


def compressed(octets):
    holder = writers.der(0x30, writers.der(0x06, DATA), writers.der(0xA0, writers.der(0x04, octets)))
    body = writers.der(0x30, writers.der(0x02, b"\0"), writers.der(0x30), holder)
    return writers.der(0x30, writers.der(0x06, CONTENT_TYPES + b"\x09"), writers.der(0xA0, body))


def test_mime_31_what_is_compressed_is_opened_within_the_budget():
    assert opened("pkcs7", compressed(zlib.compress(ENTITY))) == [Member("", ENTITY, "message/rfc822")]
    assert opened("pkcs7", compressed(b"nonsense"))[-1].code == traits.UNREADABLE
    with pytest.raises(OverBudget):
        opened("pkcs7", compressed(zlib.compress(bytes(20_000_000))))


# --- OpenPGP --------------------


@pytest.mark.parametrize(
    "packed",
    [
        b"\0" + writers.literal(b"a.exe", b"evil"),
        b"\1" + zlib.compress(writers.literal(b"a.exe", b"evil"))[2:-4],
        b"\2" + zlib.compress(writers.literal(b"a.exe", b"evil")),
        b"\3" + bz2.compress(writers.literal(b"a.exe", b"evil")),
        b"\2" + zlib.compress(writers.packet(8, b"\0" + writers.literal(b"a.exe", b"evil"))),
    ],
)
def test_mime_31_what_is_signed_or_compressed_is_opened(packed):
    assert opened("pgp", writers.packet(8, packed)) == [Member("a.exe", b"evil")]
    assert opened("pgp", writers.packet(4, b"x") + writers.literal(b"a.exe", b"evil")) == [
        Trait(traits.SIGNED, "OpenPGP"),
        Member("a.exe", b"evil"),
    ]


def test_mime_31_pgp_that_is_encrypted_bombs_or_is_none_is_said():
    assert opened("pgp", writers.packet(3, b"x") + writers.packet(18, b"y")) == [Trait(traits.ENCRYPTED, "OpenPGP")]
    assert opened("pgp", writers.packet(8, b"\x63"))[-1] == Trait(traits.UNREADABLE, "unknown compression")
    with pytest.raises(OverBudget):
        opened("pgp", writers.packet(8, b"\2" + zlib.compress(bytes(20_000_000))))
    with pytest.raises(BadOpenPgp):
        opened("pgp", b"text")
    octets = writers.literal(b"a", b"b")
    for _ in range(9):
        octets = writers.packet(8, b"\0" + octets)
    assert opened("pgp", octets)[-1] == Trait(traits.UNREADABLE, "compressed again and again")


def test_mime_31_keys_signatures_and_text_in_the_clear_hold_nothing():
    text = b"-----BEGIN PGP SIGNED MESSAGE-----\n\nwords\n-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP "
    text += b"SIGNATURE-----\n"
    assert opened("pgp", text) == []


# --- others --------------------


def test_an_apple_file_gives_its_forks():
    heads = b"\0\0\0\3" + (62).to_bytes(4, "big") + (5).to_bytes(4, "big")
    heads += b"\0\0\0\1" + (67).to_bytes(4, "big") + (2).to_bytes(4, "big")
    heads += b"\0\0\0\2" + (69).to_bytes(4, "big") + (1).to_bytes(4, "big")
    octets = applefile.SINGLE + b"\0\2\0\0" + bytes(16) + b"\0\3" + heads + b"a.exeMZr"
    assert opened("applesingle", octets) == [Member("a.exe", b"MZ"), Member("a.exe", b"r", alike=True)]


def test_a_mailbox_gives_its_messages():
    text = b"From a@b x\na: b\n\nc\n\nFrom a@b x\nd: e\n\nf\n"
    assert opened("mbox", text) == [
        Member("", b"a: b\n\nc\n\n", "message/rfc822"),
        Member("", b"d: e\n\nf\n", "message/rfc822"),
    ]


# --- pictures --------------------


def code(text, scale=5):
    shades = memoryview(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=scale))
    height, width = shades.shape[:2]
    return Image.frombytes("L", (width, height), bytes(shades))


def page(text):
    made = Image.new("RGB", (600, 600), "white")
    made.paste(code(text).convert("RGB"), (120, 200))
    return made


def saved(picture, kind="PNG", **options):
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_spam_05_a_code_in_a_picture_is_a_link(kind):
    assert opened("image", saved(page("https://evil.example/x?u=1"), kind)) == [
        Link(url="https://evil.example/x?u=1", host="evil.example", source="qr")
    ]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("HTTPS://EVIL.EXAMPLE/X", [("evil.example", ())]),
        ("evil.example", []),
        ("www.evil.example", [("www.evil.example", ())]),
        ("http://user@192.0.2.1/", [("192.0.2.1", ("userinfo", "ip-host"))]),
        ("javascript:alert(1)", [("", ("odd-scheme",))]),
        ("WIFI:S:a;P:b;;", []),
        ("BEGIN:VCARD\nURL:https://evil.example/\nEND:VCARD", [("evil.example", ())]),
        ("just words", []),
    ],
)
def test_spam_05_what_a_code_says_is_read_as_a_telephone_would(text, links):
    assert [(link.host, link.traits) for link in opened("image", saved(page(text)))] == links


def test_spam_05_turned_inverted_transparent_and_cut_codes_are_found():
    turned = saved(page("https://evil.example/").rotate(30, fillcolor="white"))
    inverted = saved(Image.eval(page("https://evil.example/"), lambda shade: 255 - shade))
    clear = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (50, 50), Image.eval(code("https://evil.example/"), lambda shade: 255 - shade))
    for octets in (turned, inverted, saved(clear), saved(page("https://evil.example/"))[:-200]):
        assert [link.host for link in opened("image", octets)] == ["evil.example"]


def test_spam_05_pictures_that_are_too_small_too_large_or_none_are_not_searched():
    too_large = [Trait(traits.UNREADABLE, "picture too large to look for codes in it")]
    assert opened("image", saved(Image.new("1", (5000, 5000)))) == too_large
    assert opened("image", saved(Image.new("1", (20_000, 20_000)))) == too_large
    assert opened("image", saved(page("https://evil.example/").resize((30, 30)))) == []
    for octets in (b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(20), saved(page("x"), "TIFF"), saved(page("x"))[:60]):
        assert opened("image", octets) == []


def test_spam_05_a_photograph_is_searched_in_bounded_time():
    photo = page("https://evil.example/").resize((5000, 5000))
    octets = saved(photo, "JPEG")
    started = time.process_time()
    assert [link.host for link in opened("image", octets)] == ["evil.example"]
    assert time.process_time() - started < 1
