"""What can be looked up of that which clients say in HELO."""

import pytest

from gatepost.auth.host_names import host_name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("MX.Example.NET", "mx.example.net"),
        ("mx.example.net.", "mx.example.net"),
        ("under_score.example.net", "under_score.example.net"),
        ("[192.0.2.1]", ""),
        ("[IPv6:2001:db8::1]", ""),
        ("192.0.2.1", ""),
        ("2001:db8::1", ""),
        ("2001:db8::192.0.2.1", ""),
        ("printer7", ""),
        ("localhost.", ""),
        ("", ""),
    ],
)
def test_only_a_qualified_name_is_one(said, name):
    assert host_name(said) == name
