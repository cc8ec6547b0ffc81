"""Filters and entries, without a server; `ldap.filter` is the oracle for escaping."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.directory_ldap.query import (
    ACTIVE_DIRECTORY,
    ADDRESS_LENGTH,
    GROUP_LENGTH,
    GROUP_LIMIT,
    POSIX,
    BadTemplate,
    Schema,
    addresses,
    first_component,
    found,
    schema,
)
from gatepost.ports.directory import Found

HOSTILE = st.lists(
    st.sampled_from(["*", "(", ")", "\\", "\0", "|", "&", "!", "=", "a", "5c", "2a", "{local}", "{address}", "ß", "@"]),
    max_size=12,
).map("".join)
OWN = Schema("(|(a={local})(b={domain})(c={address}))", ("mail",))


def value_of(escaped: str) -> str:
    """What a server makes of an assertion value (RFC 4515 §3)."""
    return re.sub(r"\\([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), escaped)


@given(HOSTILE, HOSTILE)
def test_whatever_is_asked_for_stays_a_value(local, domain):
    parts = re.fullmatch(r"\(\|\(a=([^()*\0]*)\)\(b=([^()*\0]*)\)\(c=([^()*\0]*)\)\)", OWN.filter_for(local, domain))
    assert parts, "no octet of the value ends it or is a wildcard"
    assert [value_of(part) for part in parts.groups()] == [local, domain, f"{local}@{domain}"]


@given(HOSTILE)
def test_escaping_is_that_of_python_ldap(text):
    oracle = pytest.importorskip("ldap.filter")
    assert Schema("{local}", ()).filter_for(text, "") == oracle.escape_filter_chars(text)


@pytest.mark.parametrize(
    ("shipped", "everybody"),
    [
        (ACTIVE_DIRECTORY, "(|(proxyAddresses=smtp:*)(&(mail=*)(!(proxyAddresses=*))))"),
        (
            POSIX,
            "(|(mail=*)(mailLocalAddress=*)(mailAlternateAddress=*)(&(objectClass=posixAccount)(uid=*)(!(mail=*))))",
        ),
        (Schema("(mail={local}@{domain})", ()), "(mail=*)"),
    ],
)
def test_the_same_schema_lists_everybody(shipped, everybody):
    assert shipped.filter_for_all() == everybody


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("ad", "is no schema: write"),
        ("(mail={address}", "is no schema: write"),
        ("(mail={address}))", "parentheses of the filter do not match"),
        ("(a={address})(b={address})", "parentheses of the filter do not match"),
        ("(mail={adress})", "{adress} in the filter is unknown: write"),
        ("(mail={address)", "{address\\) in the filter is unknown: write"),
        ("(mail=*)", "the same for everybody: write"),
        ("(domain={domain})", "the same for everybody: write"),
    ],
)
def test_a_filter_that_cannot_work_is_refused(text, complaint):
    with pytest.raises(BadTemplate, match=complaint):
        schema(text, ())


def test_an_attribute_that_is_none_is_refused():
    with pytest.raises(BadTemplate, match="is no attribute: write its name"):
        schema("posix", ["mail)(x"])


def test_ones_own_attributes_replace_the_shipped_ones():
    assert schema("posix", ["mailPrimary"]).attributes == ("mailprimary",)


BOB = {
    "proxyaddresses": [b"smtp:robert@example.test", b"SIP:bob@example.test", b"SMTP:bob@example.test", b"X500:/o=E"],
    "mail": [b"old@example.test"],
    "memberof": [b"CN=Sales,DC=example,DC=test"],
}


def test_the_primary_comes_first_and_only_mail_addresses_count():
    assert list(addresses(BOB, ACTIVE_DIRECTORY)) == ["bob@example.test", "robert@example.test"]


def test_mail_counts_where_there_are_no_proxy_addresses():
    assert list(addresses({"mail": [b"ann@example.test"]}, ACTIVE_DIRECTORY)) == ["ann@example.test"]


def test_without_any_address_the_primary_is_the_one_asked_for():
    assert found({}, POSIX, "ann@example.test", "off") == Found("ann@example.test", listed=True)


@pytest.mark.parametrize(
    ("groups", "seen"), [("names", ("Sales",)), ("dns", ("CN=Sales,DC=example,DC=test",)), ("off", ())]
)
def test_groups_are_seen_as_wanted(groups, seen):
    assert found(BOB, ACTIVE_DIRECTORY, "", groups) == Found("bob@example.test", seen, listed=True)


def test_an_entry_without_measure_is_bounded():
    entry = {"mail": [b"m" * 10_000], "memberof": [b"CN=" + b"g" * 10_000] * 10_000}
    bounded = found(entry, POSIX, "", "names")
    assert (len(bounded.primary), len(bounded.groups), len(bounded.groups[0])) == (
        ADDRESS_LENGTH,
        GROUP_LIMIT,
        GROUP_LENGTH,
    )


@pytest.mark.parametrize(
    ("name", "component"),
    [
        ("CN=Sales,DC=example", "Sales"),
        (r"CN=Sales\, West,OU=Groups", "Sales, West"),
        (r"cn=Vertr\C3\A4ge,dc=x", "Verträge"),
        (r"CN=a\2Cb+OU=x", "a,b"),
        ("Sales", ""),
        ("", ""),
    ],
)
def test_a_group_is_named_by_its_first_component(name, component):
    assert first_component(name) == component


@given(st.lists(st.sampled_from(["CN=", "a", "\\", ",", "+", "\\41", "\\ff", "\n", "ß"]), max_size=15).map("".join))
def test_any_name_has_a_first_component(name):
    assert isinstance(first_component(name), str)
