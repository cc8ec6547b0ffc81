"""Letters, keys and signatures of any shape, for tests.

What RFC 6376 says is done here once more, as plainly as it says it: line by line, field by field, sharing no code with
what is tested.
"""

import base64
import hashlib
import re
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gatepost.model.message import Message
from gatepost.model.samples import Octets
from gatepost.syntax.header import read_header
from tests.auth.zone import Zone

NOW = 1_700_000_000
DOMAIN = "example.com"
HEADER = (
    b"From: Ann <ann@example.com>\r\n"
    b"To: bob@example.net\r\n"
    b"Subject: A  long\r\n\tsubject \r\n"
    b"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
    b"Message-ID: <1@example.com>\r\n"
)
BODY = b"Hello  Bob, \r\n\r\n.. and good bye.\r\n\r\n\r\n"
SIGNED = "from:to:subject:date:message-id"


@cache
def rsa_key(bits=1024):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ed25519_key():
    return ed25519.Ed25519PrivateKey.generate()


@cache
def weak_key():
    """RSA of 512 bits, which no library makes any more."""
    p = 0xF774EB5248DB40AF72158370D269A9A5AE658F33FE3B890B93F448B3A5AA3C81
    q = 0xDE7D6B377936D536243D35702C1EEA1F265974A7CC966F46C6AA7D550101B811
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), rsa.rsa_crt_iqmp(p, q), public).private_key()


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def der(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def text64(octets):
    return base64.b64encode(octets).decode()


def record(key, tags="v=DKIM1"):
    """A key record; `tags` come before p=."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"{tags}; k=ed25519; p={text64(raw)}".lstrip("; ")
    return f"{tags}; k=rsa; p={text64(der(key))}".lstrip("; ")


def rsa_record(modulus, exponent=65537, tags="v=DKIM1; k=rsa"):
    """Of a key nobody has: RSAPublicKey in DER (RFC 8017 §A.1.1)."""
    body = integer(modulus) + integer(exponent)
    return f"{tags}; p={text64(bytes([0x30]) + length(len(body)) + body)}"


def integer(number):
    octets = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return bytes([0x02]) + length(len(octets)) + octets


def length(number):
    if number < 128:
        return bytes([number])
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def zone(**records):
    """Key records by selector, of `example.com`; a list is several texts."""
    names = {}
    for selector, texts in records.items():
        name = f"{selector}._domainkey.{DOMAIN}"
        names[name] = {"TXT": texts if isinstance(texts, list) else [texts]}
    return Zone(names)


def letter(octets):
    """The message of these octets, which are not dot-stuffed, as a gateway would hold it."""
    kept = re.sub(rb"(?m)^\.", b"..", octets)
    header, header_octets, malformed = read_header(kept)
    return Message(
        size=len(octets), header=header, header_octets=header_octets, content=Octets(kept), malformed=malformed
    )


def answer(coroutine):
    """What a coroutine returns that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waited")


# ── RFC 6376 word for word ───────────────────────────────────────────────────


def simple_body(body):
    lines = body.split(b"\r\n")
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines) or b"\r\n"


def relaxed_body(body):
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


BODIES = {"simple": simple_body, "relaxed": relaxed_body}


def simple_field(raw):
    return raw


def relaxed_field(raw):
    name, value = raw.split(b":", 1)
    value = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b""))
    return name.lower().strip(b" \t") + b":" + value.strip(b" ") + b"\r\n"


FIELDS = {"simple": simple_field, "relaxed": relaxed_field}


def fields_of(header):
    return re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", header)


def selected(fields, names):
    left = list(fields)[::-1]
    for name in names.split(":"):
        for place, field in enumerate(left):
            if field.split(b":")[0].strip().lower() == name.strip().lower().encode():
                yield left.pop(place)
                break


def body_hash(body, form="relaxed"):
    return hashlib.sha256(BODIES[form](body)).digest()


def signature_field(header=HEADER, body=BODY, key=None, name="DKIM-Signature", **changed):
    """A signature by hand; `changed` replaces tags, or takes one out if None."""
    key = key or rsa_key()
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    tags = {
        "v": "1", "a": "rsa-sha256" if is_rsa else "ed25519-sha256", "c": "relaxed/relaxed", "d": DOMAIN, "s": "s1",
        "t": str(NOW), "h": SIGNED, **changed,
    }  # fmt: skip
    header_form, _, body_form = (tags["c"] or "simple").partition("/")
    covered = BODIES.get(body_form or "simple", simple_body)(body)
    if tags.get("l"):
        covered = covered[: int(tags["l"])]
    tags.setdefault("bh", text64(hashlib.sha256(covered).digest()))
    written = ";\r\n\t".join(f"{tag}={value}" for tag, value in tags.items() if value is not None)
    unsigned = f"{name}: {written};\r\n\tb=".encode()
    canonical = FIELDS.get(header_form, simple_field)
    hashed = b"".join(canonical(field) for field in selected(fields_of(header), tags["h"] or ""))
    hashed += canonical(unsigned + b"\r\n").removesuffix(b"\r\n")
    return unsigned + text64(signature(key, hashed)).encode() + b"\r\n"


def signature(key, octets):
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(octets, padding.PKCS1v15(), SHA256())
    return key.sign(hashlib.sha256(octets).digest())


def signed_letter(header=HEADER, body=BODY, key=None, **changed):
    return letter(signature_field(header, body, key, **changed) + header + b"\r\n" + body)
