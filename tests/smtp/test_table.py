"""One table: what is taken, how long it may be, what is advertised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gatepost.smtp.table import (
    AUTH_GROWTH,
    BODY_GROWTH,
    DSN_MAIL_GROWTH,
    DSN_RCPT_GROWTH,
    SIZE_GROWTH,
    SMTPUTF8_GROWTH,
    CommandTable,
    Offer,
)  # fmt: skip

BARE = Offer(size=1000)
ALL = Offer(size=1000, eight_bit_mime=True, smtputf8=True, dsn=True, starttls=True, auth=("PLAIN", "LOGIN"))
FULL = CommandTable({verb: 100 for verb in (b"EHLO", b"MAIL", b"RCPT", b"BDAT", b"STARTTLS", b"AUTH")})


def test_a_verb_that_is_absent_is_denied():
    assert FULL.allows("MAIL") and not FULL.allows("VRFY")


@pytest.mark.parametrize(
    ("offered", "mail", "rcpt"),
    [
        ({}, 0, 0), ({"eight_bit_mime": True}, BODY_GROWTH, 0), ({"smtputf8": True}, SMTPUTF8_GROWTH, 0),
        ({"dsn": True}, DSN_MAIL_GROWTH, DSN_RCPT_GROWTH), ({"auth": ("PLAIN",)}, AUTH_GROWTH, 0),
        ({"starttls": True}, 0, 0),
    ],
)  # fmt: skip
def test_mail_and_rcpt_grow_by_what_the_offer_invites(offered, mail, rcpt):
    lengths = FULL.terms(structs.replace(BARE, **offered)).lengths
    assert lengths == {**FULL.lengths, b"MAIL": 100 + SIZE_GROWTH + mail, b"RCPT": 100 + rcpt}


def test_a_verb_that_is_denied_does_not_grow():
    assert CommandTable({b"NOOP": 10}).terms(ALL).lengths == {b"NOOP": 10}


def test_everything_is_advertised_in_the_usual_order():
    assert FULL.terms(ALL).keywords == (
        "PIPELINING", "SIZE 1000", "STARTTLS", "AUTH PLAIN LOGIN", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN",
        "SMTPUTF8", "CHUNKING",
    )  # fmt: skip


def test_what_the_table_denies_is_not_advertised_whatever_is_offered():
    assert CommandTable({b"EHLO": 100}).terms(ALL).keywords == (
        "PIPELINING", "SIZE 1000", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8",
    )  # fmt: skip


@given(
    st.sets(st.sampled_from(sorted(FULL.lengths))),
    st.builds(
        Offer, size=st.integers(0, 10), eight_bit_mime=st.booleans(), smtputf8=st.booleans(), dsn=st.booleans(),
        starttls=st.booleans(), auth=st.sampled_from([(), ("PLAIN",)]),
    ),
)  # fmt: skip
def test_nothing_is_advertised_that_is_not_offered(verbs, offer):
    words = {line.split()[0] for line in CommandTable(dict.fromkeys(verbs, 100)).terms(offer).keywords}
    assert ("STARTTLS" in words) == (offer.starttls and b"STARTTLS" in verbs)
    assert ("AUTH" in words) == (bool(offer.auth) and b"AUTH" in verbs)
    assert ("CHUNKING" in words) == (b"BDAT" in verbs)
    assert ("8BITMIME" in words, "SMTPUTF8" in words, "DSN" in words) == (
        offer.eight_bit_mime,
        offer.smtputf8,
        offer.dsn,
    )
    assert "BINARYMIME" not in words
