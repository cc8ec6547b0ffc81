"""Traps are found wherever they stand, and for nobody who is trusted."""

from gatepost.checks.spam_trap import Config, SpamTrap, SpamTrapMessage
from gatepost.model.samples import message, rcpt
from gatepost.testing.fakes import FakeLists

TRAPS = Config(addresses=("old-desk@example.com", "@traps.example.com"))


def test_a_whole_domain_may_be_one():
    check = SpamTrap(TRAPS, FakeLists({}))
    assert [f.code for f in check(rcpt("anybody@traps.example.com")).findings] == ["spam_trap.recipient"]


def test_who_has_logged_in_may_write_to_it():
    assert not SpamTrap(TRAPS, FakeLists({}))(rcpt("old-desk@example.com", user="bob")).findings
    trapped = message(recipients=("old-desk@example.com",), user="bob")
    assert not SpamTrapMessage(TRAPS, FakeLists({}))(trapped).findings


def test_without_traps_there_is_nothing_to_do():
    assert SpamTrap(Config(), FakeLists({})).is_idle()
    assert SpamTrapMessage(Config(), FakeLists({})).is_idle()
    assert not SpamTrap(Config(file="/etc/traps"), FakeLists({"/etc/traps": ()})).is_idle()
