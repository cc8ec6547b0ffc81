"""Hosts of URLs: ATTACKS SPAM-03, DOS-13."""

import ipaddress
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.encoded.url_hosts import (
    IDN,
    IP_HOST,
    MIXED_SCRIPT,
    OBFUSCATED,
    Host,
    host_of,
)

CANONICAL = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")


def is_canonical(name):
    try:
        return str(ipaddress.ip_address(name)) == name
    except ValueError:
        return CANONICAL.fullmatch(name) is not None and len(name) <= 253


@pytest.mark.parametrize(
    ("written", "name", "traits"),
    [
        ("WWW.Example.COM", "www.example.com", ()),
        ("example.com.", "example.com", ()),
        ("192.168.1.1", "192.168.1.1", (IP_HOST,)),
        ("3232235777", "192.168.1.1", (IP_HOST, OBFUSCATED)),
        ("0xC0A80101", "192.168.1.1", (IP_HOST, OBFUSCATED)),
        ("0300.0250.1.1", "192.168.1.1", (IP_HOST, OBFUSCATED)),
        ("192.168.257", "192.168.1.1", (IP_HOST, OBFUSCATED)),
        ("0x7f.1", "127.0.0.1", (IP_HOST, OBFUSCATED)),
        ("0", "0.0.0.0", (IP_HOST, OBFUSCATED)),
        ("1.2.3.256", "", (IP_HOST, OBFUSCATED)),
        ("1.2.3.4.5", "", (IP_HOST, OBFUSCATED)),
        ("0x1ffffffff", "", (IP_HOST, OBFUSCATED)),
        ("08.1.1.1", "", (IP_HOST, OBFUSCATED)),
        ("[2001:DB8::1]", "2001:db8::1", (IP_HOST,)),
        ("[::ffff:192.0.2.1]", "192.0.2.1", (IP_HOST, OBFUSCATED)),
        ("[fe80::1%25eth0]", "fe80::1", (OBFUSCATED, IP_HOST)),
        ("[nonsense]", "", (IP_HOST, OBFUSCATED)),
        ("%65xample.com", "example.com", (OBFUSCATED,)),
        ("evil[.]example", "evil.example", (OBFUSCATED,)),
        ("evil(dot)example", "evil.example", (OBFUSCATED,)),
        ("evil\u3002example", "evil.example", (OBFUSCATED,)),
        ("\uff11\uff12\uff17.0.0.1", "127.0.0.1", (OBFUSCATED, IP_HOST)),
        ("ex\u200bample.com", "example.com", (OBFUSCATED,)),
        ("b\u00fccher.example", "xn--bcher-kva.example", (IDN,)),
        ("\u0440aypal.com", "xn--aypal-uye.com", (IDN, MIXED_SCRIPT)),
        ("xn--aypal-uye.com", "xn--aypal-uye.com", (IDN, MIXED_SCRIPT)),
        ("\U0001f600.example", "xn--e28h.example", (IDN,)),
        ("ex_ample.com", "ex_ample.com", ()),
        ("-a_-.example", "-a_-.example", ()),
        ("a b.example", "", ()),
        ("a" * 64 + ".example", "", ()),
        ("", "", ()),
    ],
)
def test_spam_03_a_host_has_one_spelling(written, name, traits):
    assert host_of(written) == Host(name, traits)


@pytest.mark.parametrize(
    "written", ["a" * 1_000_000, "\u00fc" * 900, "xn--" + "9" * 900, "1" * 900, "%41" * 300, "[" * 900]
)
def test_dos_13_lengths_are_checked_first(written):
    started = time.process_time()
    assert host_of(written).name == ""
    assert time.process_time() - started < 0.05


PIECES = st.lists(
    st.sampled_from(
        ["a", "A", ".", "-", "_", "%", "%2e", "0x", "07", "1", "256", "xn--", "[", "]", ":", "[.]", "\u3002",
         "\u0440", "\u00fc",
         "\u200d", "\U0001f600", "\ud800", " ", "\0", "@", "/", "a" * 60]
    ),
    max_size=9,
).map("".join)  # fmt: skip


@given(PIECES)
def test_spam_03_whatever_is_written_the_host_is_canonical_or_none(written):
    found = host_of(written)
    assert not found.name or is_canonical(found.name)
    if found.name and ":" not in found.name:
        assert host_of(found.name).name == found.name
