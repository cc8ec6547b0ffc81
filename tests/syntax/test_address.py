"""Mailboxes without brackets, against the vectors of is_email (no deviation): ATTACKS PROTO-11."""

import json
from pathlib import Path

import pytest

from gatepost.model.address import Address, Domain
from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "addr-isemail" / "addresses.json").read_text())
FOR_SMTP = ("VALID", "DNSWARN", "RFC5321")  # all its other categories are no Mailbox of RFC 5321 §4.1.2


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['id']}-{vector['diagnosis']}")
def test_is_email_agrees_on_what_can_be_said_in_smtp(vector):
    if vector["category"] in FOR_SMTP:
        mailbox = address(vector["address"])
        assert address(str(mailbox)) == mailbox
    else:
        with pytest.raises(BadSyntax):
            address(vector["address"])


def test_an_address_is_read_to_its_value():
    assert address('"a@b"@Example.COM') == Address('"a@b"', Domain("example.com"))


@pytest.mark.parametrize("text", ["", "postmaster", "@example.com", "<a@b>", "a@b ", " a@b", '"a', '"', '"a"', "a@b@c"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(BadSyntax):
        address(text)
