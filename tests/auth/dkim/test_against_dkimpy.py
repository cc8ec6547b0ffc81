"""The same messages, signed and verified by us and by dkimpy.

What they are known to disagree on is left out: dkimpy needs another library for Ed25519, takes other control
characters for white space, counts a second From as signed, and keeps white space before an end without a line end.
"""

import dkim
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gatepost.auth.dkim.body import body_hashes
from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.result import Result
from gatepost.auth.dkim.sign import Signer, sign
from gatepost.auth.dkim.verify import verify
from tests.auth.dkim.workshop import DOMAIN, NOW, answer, letter, record, rsa_key, zone

KEY = record(rsa_key()).encode()
PKCS1 = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
VALUES = st.lists(st.sampled_from([b" ", b"\t", b"a", b"bc", b"\r\n x", b"\r\n\ty", b":", b";", b"="]), max_size=6).map(
    b"".join
)
NAMES = st.sampled_from([b"To:", b"Subject:", b"subject:", b"X-A:", b"x-a:", b"CC:"])
FIELDS = st.lists(st.builds(lambda name, value: name + value + b"\r\n", NAMES, VALUES), max_size=6).map(b"".join)
BODIES = st.lists(
    st.sampled_from([b"a", b"  ", b"\t", b"\r\n", b"\r\n\r\n", b".", b"..", b"\xe9", b"longer text"]), max_size=12
).map(lambda pieces: b"".join(pieces) + b"\r\n")
SIGNED = st.lists(st.sampled_from([b"to", b"subject", b"x-a", b"cc", b"none"]), max_size=8)
CHANGES = st.sampled_from([b"", b" ", b"\t", b"x", b"\r\n", b"\r\n ", b";", b"a"])


def ours(octets):
    """Whenever it was signed: dkimpy writes the real time into t=."""
    found = answer(verify(zone(s1=KEY), letter(octets), 2.0**40, is_public_suffix=lambda domain: False))
    return [result.result for result in found] == [Result.PASS]


def theirs(octets):
    return dkim.verify(octets, dnsfunc=lambda name, timeout=5: KEY if name == b"s1._domainkey.example.com." else None)


def signed_by_them(octets, forms, names, with_length):
    made = dkim.sign(
        octets, b"s1", DOMAIN.encode(), PKCS1, canonicalize=forms, include_headers=names, length=with_length
    )
    return made + octets


def signed_by_us(octets):
    message = letter(octets)
    body = body_hashes(message, [Form.RELAXED]).digest(Form.RELAXED).digest
    return sign(Signer(key=rsa_key(), domain=DOMAIN, selector="s1"), message.header, body, NOW) + octets


def written(fields, body):
    return b"From: ann@example.com\r\n" + fields + b"\r\n" + body


@pytest.mark.parametrize("header_form", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body_form", [b"simple", b"relaxed"])
@settings(max_examples=25)
@given(fields=FIELDS, body=BODIES, names=SIGNED, with_length=st.booleans())
def test_what_they_sign_we_verify(header_form, body_form, fields, body, names, with_length):
    octets = signed_by_them(written(fields, body), (header_form, body_form), [b"from", *names], with_length)
    assert theirs(octets) and ours(octets)


@settings(max_examples=50)
@given(FIELDS, BODIES)
def test_what_we_sign_they_verify(fields, body):
    octets = signed_by_us(written(fields, body))
    assert theirs(octets) and ours(octets)


@pytest.mark.parametrize("header_form", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body_form", [b"simple", b"relaxed"])
@settings(max_examples=50)
@given(fields=FIELDS, body=BODIES, names=SIGNED, at=st.integers(0, 200), put=CHANGES)
def test_of_what_was_changed_behind_the_signature_both_think_the_same(
    header_form, body_form, fields, body, names, at, put
):
    octets = written(fields, body)
    signature = signed_by_them(octets, (header_form, body_form), [b"from", *names], with_length=False)[: -len(octets)]
    at = len(b"From:") + at % (len(octets) - len(b"From:"))
    changed = (octets[:at] + put + octets[at + 1 :]).replace(b"\r", b"").replace(b"\n", b"\r\n")
    message = letter(changed)
    assume(not message.malformed and len(message.fields("from")) == 1 and changed.endswith(b"\r\n"))
    assert theirs(signature + changed) == ours(signature + changed)
