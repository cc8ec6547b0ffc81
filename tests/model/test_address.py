"""Mailboxes as values."""

from gatepost.model.address import Address, Domain, text


def test_it_is_written_as_it_was_sent():
    assert str(Address("Ann", Domain("example.net"))) == "Ann@example.net"
    assert str(Address("postmaster", Domain(""))) == "postmaster"


def test_the_null_sender_is_written_as_nothing():
    assert text(None) == ""
    assert text(Address("a", Domain("b.c"))) == "a@b.c"


def test_only_the_local_part_may_need_smtputf8():
    assert Address("ann", Domain("xn--mnchen-3ya.example")).is_ascii
    assert not Address("änn", Domain("example.net")).is_ascii
