"""Hops, counted only where there are many fields at all."""

from gatepost.checks.hops import Config, Hops
from gatepost.model.limits import Limits
from gatepost.model.samples import PLAIN_HEADER, message


def test_many_fields_are_not_many_hops():
    header = b"X-Note: x\r\n" * 200 + PLAIN_HEADER
    assert not Hops(Config())(message(header)).findings


def test_dos_12_a_loop_is_told_with_its_count():
    header = b"received: x\r\n" * 15 + PLAIN_HEADER
    (found,) = Hops(Config())(message(header, limits=Limits(hops=15))).findings
    assert found.detail == "16 hops, 15 are allowed"


def test_a_short_header_needs_no_counting():
    assert not Hops(Config())(message()).findings
