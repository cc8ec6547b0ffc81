"""Names shown beside addresses that are not theirs: ATTACKS AUTHN-31, AUTHN-32."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.impersonation import (
    Person,
    ProtectedPeople,
    addresses_in,
    claimed,
    diverted_reply,
    foreign_address,
    impersonated,
)
from gatepost.syntax.address import address
from gatepost.syntax.mailbox_list import Mailbox

ANNA = Person("Anna Smith", (address("anna@example.com"),))
JORG = Person("J\u00f6rg M\u00fcller")
BRAND = Person("Contoso", (address("news@contoso.example"),))
SHORT = Person("Acme")
PEOPLE = ProtectedPeople([ANNA, JORG, BRAND, SHORT, Person(""), Person("!")])


def mailbox(name, text="x@attacker.example"):
    return Mailbox(name, address(text))


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Anna Smith", ANNA),
        ("SMITH, Anna", ANNA),
        ("\u00c1nna  Smith (CEO)", ANNA),
        ("Dr. Anna M. Smith", ANNA),
        ("\u0410nna Sm\u0456th", ANNA),  # Cyrillic
        ("Anna Sm1th", ANNA),
        ("Anna\u2019 SMlTH", ANNA),
        ("Joerg Mueller", JORG),
        ("Jorg Muller", JORG),
        ("Contoso", BRAND),
        ("C0ntoso Support", BRAND),
        ("ACME", SHORT),
        ("Anna", None),
        ("Smith", None),
        ("Annabel Smith", None),
        ("Acme Tools", None),
        ("", None),
        ("@@@ ---", None),
    ],
)
def test_a_protected_name_is_found_however_it_is_written(name, person):
    assert claimed(name, PEOPLE) == person


def test_a_person_may_use_her_own_name():
    assert impersonated(mailbox("Anna Smith"), PEOPLE) == ANNA
    assert impersonated(mailbox("Anna Smith", "Anna@example.com"), PEOPLE) is None
    assert impersonated(mailbox("Anna Smith", "anna@example.org"), PEOPLE) == ANNA
    assert impersonated(mailbox("Somebody"), PEOPLE) is None


def test_with_nobody_protected_nobody_is_claimed():
    assert claimed("Anna Smith", ProtectedPeople([])) is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("admin@victim.example", "admin@victim.example"),
        ("Admin <admin@victim.example>", "admin@victim.example"),
        ("Admin (admin@mail.victim.example)", "admin@mail.victim.example"),
        ("via admin@victim.example, thanks", "admin@victim.example"),
        ("admin @ victim.example", "admin@victim.example"),
        ("admin\uff20victim.example", "admin@victim.example"),
        ("x@attacker.example admin@victim.example", "admin@victim.example"),
        ("x@attacker.example", None),
        ("x@mail.attacker.example", None),
        ("John @ home", None),
        ("@victim.example", None),
        ("a@b", None),
        ("a@-b.example", None),
        ("", None),
    ],
)
def test_AUTHN_31_an_address_of_another_organization_in_the_name_is_found(name, found):
    shown = foreign_address(mailbox(name))
    assert (str(shown) if shown else None) == found


def test_AUTHN_32_replies_that_leave_under_a_protected_name_are_found():
    away = (mailbox("", "y@other.example"),)
    assert diverted_reply(mailbox("Anna Smith"), away, PEOPLE) == ANNA
    assert diverted_reply(mailbox("Somebody"), (mailbox("Contoso Support", "y@other.example"),), PEOPLE) == BRAND
    assert diverted_reply(mailbox("Anna Smith", "anna@example.com"), away, PEOPLE) == ANNA


def test_AUTHN_32_replies_at_home_and_under_no_protected_name_are_fine():
    assert diverted_reply(mailbox("Anna Smith"), (), PEOPLE) is None
    assert diverted_reply(mailbox("Anna Smith"), (mailbox("", "y@mail.attacker.example"),), PEOPLE) is None
    assert diverted_reply(mailbox("Anna Smith"), (mailbox("", "anna@example.com"),), PEOPLE) is None
    assert diverted_reply(mailbox("Somebody"), (mailbox("", "y@other.example"),), PEOPLE) is None


NAMES = st.text(st.sampled_from("Anna Smith@.<>()\u0430\u0301\u2019'-_\u00dfrnl1"), max_size=300)


@given(NAMES)
def test_any_name_is_compared(name):
    for found in addresses_in(name):
        assert "." in found.domain
    claimed(name, PEOPLE)
    foreign_address(mailbox(name))


@given(st.permutations(["Anna", "smith", "Dr.", "CEO"]), st.sampled_from([" ", ", ", "-", "_", "\u00a0"]))
def test_the_order_and_what_is_between_do_not_matter(words, between):
    assert claimed(between.join(words), PEOPLE) == ANNA
