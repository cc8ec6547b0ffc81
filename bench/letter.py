"""A letter as offices send it: text, page and a PDF, about 51 KiB, signed; and the record of its key."""

import base64
import random
import zlib
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bench.load import SENDER_DOMAIN

SELECTOR = "s1"
SEED = 20261124
WORDS = (
    "report shows that our team has shipped more parcels than planned and the desk answered every question within two "
    "hours please look at the figures before the meeting and send remarks to accounts thanks schedule budget supplier "
    "invoice contract office travel room agenda minutes customer order"
).split()


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_record() -> str:
    """What `<selector>._domainkey.<domain>` has to say."""
    public = (
        key().public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def letter(attachment: int = 31_500) -> bytes:
    """The same for the same size, but for its signature. CRLF line ends.

    Args:
        attachment: octets that do not compress, in the PDF.
    """
    dice = random.Random(SEED)
    said = [f"{' '.join(dice.choice(WORDS) for _ in range(60)).capitalize()}." for _ in range(8)]
    page = "".join(
        f'<p>{text}</p><p><a href="https://www.{SENDER_DOMAIN}/page/{number}">Read more</a></p>\n'
        for number, text in enumerate(said)
    )
    inner = multipart(
        "alternative",
        ("text/plain; charset=utf-8", "7bit", "\r\n\r\n".join(wrapped(text) for text in said).encode()),
        ("text/html; charset=utf-8", "7bit", f"<html><body>\n{page}</body></html>".replace("\n", "\r\n").encode()),
    )
    stream = zlib.compress(dice.randbytes(attachment))
    document = lines(pdf(stream))
    whole = multipart("mixed", (inner[0], "", inner[1]), ('application/pdf; name="report.pdf"', "base64", document))
    unsigned = (
        f"From: Ann <ann@{SENDER_DOMAIN}>\r\nTo: rcpt@example.test\r\nSubject: Report and agenda\r\n"
        f"Date: Mon, 23 Nov 2026 09:12:44 +0000\r\nMessage-ID: <4711@{SENDER_DOMAIN}>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: {whole[0]}\r\n\r\n"
    ).encode() + whole[1]
    pem = key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    signature: bytes = dkim.sign(
        unsigned, SELECTOR.encode(), SENDER_DOMAIN.encode(), pem, canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[b"from", b"to", b"subject", b"date", b"message-id"],
    )  # fmt: skip
    return signature + unsigned


def lesson(number: int, *, is_spam: bool) -> bytes:
    """A short letter, another one for each number, for filters that have to learn; spam says other things."""
    dice = random.Random(f"{SEED} {number} {is_spam}")
    words = [dice.choice(WORDS)[:: -1 if is_spam else 1] for _ in range(200)]
    return (
        f"From: a{number}@b{number}.test\r\nTo: rcpt@example.test\r\nSubject: {' '.join(words[:4])}\r\n"
        f"Date: Mon, 23 Nov 2026 09:12:44 +0000\r\nMessage-ID: <{number}{is_spam}@b{number}.test>\r\n\r\n"
        f"{wrapped(' '.join(words))}\r\n"
    ).encode()


def pdf(stream: bytes) -> bytes:
    """One page with that stream, and the table of where each object is, as programs write it."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(stream), stream),
    )
    octets, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(octets))
        octets += b"%d 0 obj%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return octets + (
        b"xref\n0 5\n0000000000 65535 f \n%btrailer<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(octets))
    )


def multipart(kind: str, *parts: tuple[str, str, bytes]) -> tuple[str, bytes]:
    """Its Content-Type and its body; of each part type, encoding and body."""
    boundary = f"={kind}="
    body = b""
    for media_type, encoding, octets in parts:
        said = f"--{boundary}\r\nContent-Type: {media_type}\r\n"
        said += f"Content-Transfer-Encoding: {encoding}\r\n" if encoding else ""
        body += said.encode() + b"\r\n" + octets + b"\r\n"
    return f'multipart/{kind}; boundary="{boundary}"', body + f"--{boundary}--\r\n".encode()


def lines(octets: bytes) -> bytes:
    text = base64.b64encode(octets)
    return b"\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))


def wrapped(text: str, width: int = 76) -> str:
    found, line = [], ""
    for word in text.split():
        if len(line) + len(word) >= width:
            found.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    return "\r\n".join([*found, line])
