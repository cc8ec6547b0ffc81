"""Our own signatures: they hold, and cover what they should."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dkim.body import body_hashes
from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.result import Reason
from gatepost.auth.dkim.sign import Signer, private_key, sign
from gatepost.auth.dkim.verify import verify
from gatepost.syntax.bad_syntax import BadSyntax
from tests.auth.dkim.workshop import (
    BODY,
    DOMAIN,
    HEADER,
    NOW,
    answer,
    ed25519_key,
    letter,
    pem,
    record,
    rsa_key,
    weak_key,
    zone,
)

KEYS = {"s1": record(rsa_key()), "e1": record(ed25519_key())}
SIGNERS = [
    Signer(key=rsa_key(), domain=DOMAIN, selector="s1"),
    Signer(key=ed25519_key(), domain=DOMAIN, selector="e1"),
]
each_signer = pytest.mark.parametrize("signer", SIGNERS, ids=["rsa", "ed25519"])
HEADERS = st.lists(
    st.sampled_from([
        b"To: x\r\n", b"Subject: a  b\r\n\tc \r\n", b"from: b\r\n", b"X-Other: d\r\n", b".dot: e\r\n", b"CC:\r\n",
    ]),
    max_size=6,
).map(b"".join)  # fmt: skip
BODIES = st.lists(st.sampled_from([b"a", b"\r\n", b" ", b"\t", b".", b"\r\n.", b"\xe9"]), max_size=12).map(b"".join)


def signed(signer, octets, **more):
    message = letter(octets)
    body = body_hashes(message, [Form.RELAXED]).digest(Form.RELAXED).digest
    return sign(signer, message.header, body, NOW, **more) + octets


def outcome(octets, now=NOW):
    (result,) = answer(verify(zone(**KEYS), letter(octets), now, is_public_suffix=lambda domain: False))
    return result


@each_signer
def test_a_message_is_signed(signer):
    result = outcome(signed(signer, HEADER + b"\r\n" + BODY))
    assert (result.reason, result.from_is_oversigned, result.time) == (Reason.VERIFIED, True, NOW)


@each_signer
@pytest.mark.parametrize(
    "added", [b"From: b@x\r\n", b"Subject: x\r\n", b"Reply-To: x\r\n", b"Content-Type: text/html\r\n"]
)
def test_no_field_that_is_shown_can_be_added(signer, added):
    octets = signed(signer, HEADER + b"\r\n" + BODY)
    end = octets.index(b"From:")
    assert outcome(octets[:end] + added + octets[end:]).reason is Reason.SIGNATURE


@each_signer
def test_fields_of_the_way_may_come_and_go(signer):
    octets = signed(signer, b"Received: x\r\n" + HEADER + b"\r\n" + BODY)
    assert outcome(b"Received: y\r\nX-Spam: no\r\n" + octets.replace(b"Received: x\r\n", b"")).reason is Reason.VERIFIED


def test_a_signature_can_expire():
    octets = signed(SIGNERS[0], HEADER + b"\r\n" + BODY, expires=NOW + 10.9)
    assert outcome(octets).reason is Reason.VERIFIED
    assert outcome(octets, NOW + 11).reason is Reason.EXPIRED


def test_from_is_signed_whatever_the_settings_say():
    signer = Signer(key=rsa_key(), domain=DOMAIN, selector="s1", signed=("to",), oversigned=())
    assert outcome(signed(signer, HEADER + b"\r\n" + BODY)).signed == ("from", "to")
    assert b"h=from;" in signed(signer, b"\r\n" + BODY)


@each_signer
@given(HEADERS, BODIES)
def test_whatever_is_signed_verifies(signer, header, body):
    octets = signed(signer, b"From: a@example.com\r\n" + header + b"\r\n" + body)
    assert outcome(octets).reason is Reason.VERIFIED


@pytest.mark.parametrize("key", [rsa_key(), ed25519_key()], ids=["rsa", "ed25519"])
def test_a_private_key_is_read(key):
    assert private_key(pem(key)).public_key() == key.public_key()


@pytest.mark.parametrize(
    "octets", [b"", b"junk", pem(ed25519_key())[:60], pem(ec.generate_private_key(ec.SECP256R1()))], ids=str
)
def test_what_is_no_private_key_is_refused(octets):
    with pytest.raises(BadSyntax):
        private_key(octets)


def test_a_key_that_others_would_not_verify_is_refused():
    with pytest.raises(BadSyntax, match="1024 to 4096"):
        private_key(pem(weak_key()))
