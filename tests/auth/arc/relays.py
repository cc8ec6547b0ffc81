"""Messages that have passed relays, each of which sealed them, for tests."""

from gatepost.auth.arc.seal import seal
from gatepost.auth.arc.validate import validate
from gatepost.auth.dkim.body import body_hashes
from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.sign import Signer
from tests.auth.dkim.workshop import BODY, HEADER, NOW, answer, ed25519_key, letter, record, rsa_key
from tests.auth.zone import Zone

PLAIN = HEADER + b"\r\n" + BODY
KEYS = Zone({
    **{f"s1._domainkey.relay{number}.example": {"TXT": [record(rsa_key())]} for number in range(1, 60)},
    "e1._domainkey.relay.example": {"TXT": [record(ed25519_key())]},
})  # fmt: skip


def signer(number, **more):
    """Odd relays have an RSA key, even ones too: it is quick enough; 0 has an Ed25519 key."""
    if number == 0:
        return Signer(key=ed25519_key(), domain="relay.example", selector="e1", **more)
    return Signer(key=rsa_key(), domain=f"relay{number}.example", selector="s1", **more)


def chain(octets, dns=KEYS, now=NOW):
    return answer(validate(dns, letter(octets), now))


def body_digest(octets):
    return body_hashes(letter(octets), [Form.RELAXED]).digest(Form.RELAXED).digest


def seals(octets, number, results="spf=pass", dns=KEYS):
    """What relay `number` puts on top."""
    who = signer(number)
    text = f"{who.domain}; {results}"
    return seal(who, letter(octets).header, body_digest(octets), chain(octets, dns), text, NOW)


def relayed(octets=PLAIN, *numbers):
    for number in numbers:
        octets = b"".join(seals(octets, number)) + octets
    return octets
