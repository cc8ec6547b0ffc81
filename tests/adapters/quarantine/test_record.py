"""Records say all that is known of a copy, and come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.quarantine.record import (
    ID_LENGTH,
    TEXT_LIMIT,
    Copy,
    copy_id,
    decoded,
    encode,
    held_of,
    listed_fields,
    record_of,
    spoken,
)
from gatepost.adapters.quarantine.sealing import Seal
from gatepost.model.samples import address
from gatepost.ports.quarantine import Fate, Held
from gatepost.ports.unavailable import Unavailable
from tests.adapters.quarantine.warehouse import KEY, OURS

HELD = Held(
    id="0123456789ABCDEF", message="ab" * 16, transaction="T1", since=1704103200.25, rule="held", sender=None,
    recipient=address("bob@example.com"), size=100, ours=OURS, because=("macro.found",), backend="inside",
    author="Ann", subject="\u202eOffer", body="8BITMIME", smtputf8=True, ret="HDRS", envid="one", notify="NEVER",
    orcpt="rfc822;b@old.test", fate=Fate.RELEASED, decided=5.5, by="ann", to="bob@example.com",
)  # fmt: skip


def test_a_copy_comes_back_as_it_was():
    record = decoded(encode(record_of(HELD)), "x")
    assert held_of(record, record.copies[0]) == HELD


def test_every_field_of_a_copy_is_kept():
    record = record_of(HELD)
    lost = {
        name for name in Held.__struct_fields__ if not hasattr(record, name) and not hasattr(record.copies[0], name)
    }
    assert not lost


@pytest.mark.parametrize("octets", [b"", b"{}", b"[]", b'{"version": 1', b"\xff"])
def test_what_is_no_record_is_said(octets):
    with pytest.raises(Unavailable):
        decoded(octets, "x")


@given(st.binary(min_size=10, max_size=32))
def test_an_id_can_be_said_aloud(digest):
    assert len(spoken(digest)) == ID_LENGTH and set(spoken(digest)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_an_id_is_of_message_and_recipient_and_says_nothing_to_others():
    ids = {
        copy_id(seal, message, address(to))
        for seal in (Seal(), Seal(KEY))
        for message in ("a" * 32, "b" * 32)
        for to in ("bob@example.com", "Bob@example.com", "eve@example.com")
    }
    assert len(ids) == 12
    assert copy_id(Seal(), "a", Copy("", address("b@c")).recipient) == copy_id(Seal(), "a", address("b@c"))


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"From: Ann\r\nSubject: Hi\r\n\r\nFrom: body\r\n", ("Ann", "Hi")),
        (b"SUBJECT : a\r\n b\r\nsubject: c\r\n\r\n", ("", "a b")),
        (b"Subject: =?utf-8?q?x?=\r\n\r\n", ("", "=?utf-8?q?x?=")),
        (b"Subject: \xff\x00\r\n\r\n", ("", "\ufffd\x00")),
        (b"", ("", "")),
        (b"no header at all", ("", "")),
    ],
)
def test_from_and_subject_are_taken_as_they_came(head, found):
    assert listed_fields(head) == found


def test_they_are_bounded():
    assert len(listed_fields(b"Subject: " + b"\xc3\xa9" * 30_000 + b"\r\n\r\n")[1]) == TEXT_LIMIT
