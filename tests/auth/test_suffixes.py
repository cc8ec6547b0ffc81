"""Registered domains, against the cases of the Public Suffix List: ATTACKS AUTHN-62."""

import json
from pathlib import Path

import pytest

from gatepost.auth.suffixes import organizational_domain, registered_domain
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "psl" / "domains.json").read_text())


def as_asked(text):
    """As domains are within: lower-case A-labels; what is no domain at all only lower-case."""
    try:
        return domain(text)
    except BadSyntax:
        return text.lower()


def test_the_vectors_are_whole():
    assert len(VECTORS) == 78


@pytest.mark.parametrize(("name", "registered"), [case for case in VECTORS if case[0] is not None])
def test_AUTHN_62_the_registered_domain_is_found(name, registered):
    assert registered_domain(as_asked(name)) == (domain(registered) if registered else "")


@pytest.mark.parametrize("name", ["com", "co.uk", "[192.0.2.1]", "[IPv6:2001:db8::1]", "", "localhost"])
def test_what_nobody_registered_is_its_own_organization(name):
    assert registered_domain(name) == "" and organizational_domain(name) == name


def test_private_suffixes_have_owners_of_their_own_below_them():
    assert organizational_domain("a.b.github.io") == "b.github.io"
    assert organizational_domain("mail.example.co.uk") == "example.co.uk"
