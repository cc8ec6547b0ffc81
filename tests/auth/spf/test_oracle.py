"""The same zones, read by pyspf: two readers of one standard have to agree.

pyspf expands every term before it looks at the first, and counts at other moments, so neither reader has limits here,
and no record leads back to itself. What is left is in DEVIATIONS, with the reason.
"""

from collections import Counter
from ipaddress import ip_address
from random import Random

import pytest
import spf

from gatepost.auth.spf.check import check_host
from gatepost.auth.spf.limits import SpfLimits
from tests.auth.zone import Zone

NO_LIMITS = SpfLimits(terms=1000, voids=1000, questions=1000)
NO_EXPLANATION = spf.EXPLANATIONS["fail"]
HELO = "h.b.example"
RECEIVER = "mx.example.com"

# A record of b.example, what we say, what pyspf says, and why it is meant.
DEVIATIONS = (
    ("ptr ip4:192.0.2.9 -all", "fail", "permerror", "void answers for the client's own names do not count"),
    ("x=1 x=2 -all", "fail", "permerror", "only exp and redirect must not come twice (RFC 7208 §6)"),
    ("Redirect=all.example", "pass", "neutral", "names of modifiers are case-insensitive (RFC 5234 §2.3)"),
    ("+all include:b.example", "pass", "permerror", "a loop that is never entered is none"),
    ("a:%{d0}.example +all", "permerror", "pass", "no part is no number of parts (RFC 7208 §7.3)"),
    ("exists:%{d!}.example +all", "permerror", "pass", "a delimiter is one of seven (RFC 7208 §7.1)"),
)

HOSTS = {
    "mx.b.example": {"A": ["192.0.2.1", "198.51.100.7"], "AAAA": ["2001:db8::1"]},
    "www.b.example": {"A": ["192.0.2.200"], "AAAA": ["2001:db8:ffff::1"]},
    "mx/b.example": {"A": ["192.0.2.200"], "MX": [[1, "mx.b.example"]]},
    "silent.example": {"TIMEOUT": True},
    "192.0.2.1.list.example": {"A": ["127.0.0.2"]},
    "y.x.list.example": {"A": ["127.0.0.2"]},
    "x-y.list.example": {"A": ["127.0.0.2"]},
    "example.b.list.example": {"A": ["127.0.0.2"]},
    "b.example.list.example": {"A": ["127.0.0.2"]},
    "why.example": {"TXT": ["%{i} is not %{o}, says %{d} (%{h}, %{L}, %{lr-}, %{p}, %{v}, %{c}, %{r})."]},
    "two.example": {"TXT": ["one", "two"]},
    "1.2.0.192.in-addr.arpa": {"PTR": ["mx.b.example", "www.b.example", "void.example"]},
    ip_address("2001:db8::1").reverse_pointer: {"PTR": ["mx.b.example"]},
}
ADDRESSES = {"A": ["192.0.2.1"], "AAAA": ["2001:db8::7"], "MX": [[10, "www.b.example"], [5, "mx.b.example"]]}
OTHERS = ("include:c.example", "include:d.example", "redirect=c.example", "redirect=d.example")
SOUND = (
    "all", "ip4:192.0.2.1", "ip4:192.0.2.0/24", "ip4:192.0.2.128/25", "ip4:1.2.3.4/0", "ip6:2001:db8::/32", "ip6:::/0",
    "ip6:2001:db8::1/127", "ip6:::ffff:192.0.2.1", "ptr", "ptr:b.example", "ptr:c.example", "include:silent.example",
    "moo=%{d}", "exp=why.example", "exp=two.example", "exp=silent.example", "exp=%{l}.example",
    "exists:%{i}.list.example", "exists:%{ir}.list.example", "exists:%{l}.list.example", "exists:%{lr-}.list.example",
    "exists:%{l1r-}.%{o1}.list.example", "exists:%{dr}.list.example", "exists:%{d1}.b.list.example",
    "exists:%{p2}.list.example", "exists:%{l2r-}.list.example", "exists:%%%_%-.list.example", "exists:mx.b.example",
    "exists:void.example", "exists:silent.example", "exists:%{L}.list.example", "exists:%{hr}.list.example",
)  # fmt: skip
ODD = (
    "ip4:192.0.2", "ip4:1.2.3.4/33", "ip4:1.2.3.4/024", "ip4:1.2.3.4//", "ip6:1.2.3.4", "ip6:::1/129", "ip6:::1//64",
    "include", "include:com", "include:none.example", "include:d.example/24", "redirect=none.example", "ptr/24", "ptr:",
    "moo", "moo=%", "exp=com", "exp=", "redirect=", "redirect=com", "all.", "all:x.example", "exists", "exists:",
    "exists:%{x}.example", "exists:%{l", "exists:%(l).example", "exists:%.example", "exists:%{r}.example", "all\t",
    "al\xe9", "a:", "a:com", "a:1.2.3.4", "a:a_b", "a:x.example:25", "a/", "a/33", "a/24/64", "mx//129", "mx/024",
    "mx:x.-y", "1x=y", "=y", "-x=y",
)  # fmt: skip
TARGETS = (
    "", "", ":mx.b.example", ":www.b.example", ":silent.example", ":void.example", ":c.example", ":%{d}", ":%{o}",
    ":%{d2}", ":mx.%{o}", ":WWW.b.example.", ":no..example", ":mx/b.example",
)  # fmt: skip
PREFIXES = ("", "", "", "/0", "/24", "/32", "//64", "/16//32", "/24//0")
CLIENTS = ("192.0.2.1", "192.0.2.200", "203.0.113.9", "2001:db8::1", "2001:db8:1::1", "::ffff:192.0.2.1")
SENDERS = ("a@b.example", "x-y@b.example", "x-y-z@b.example", "@b.example", "a@c.example", "a@none.example", "")


class Oracle:
    """pyspf over a zone."""

    def __init__(self, zone, monkeypatch):
        self.zone = zone
        monkeypatch.setattr(spf, "DNSLookup", self.look_up)

    def look_up(self, name, qtype, strict=True, timeout=20):
        records = self.zone.get(name.lower().rstrip("."), {})
        if qtype not in records and "TIMEOUT" in records:
            raise spf.TempError("no answer")
        for record in records.get(qtype, ()):
            value = [record.encode("latin-1")] if qtype == "TXT" else tuple(record) if qtype == "MX" else record
            yield (name, qtype), value

    def check(self, ip, helo, sender):
        result, _, explanation = spf.query(i=ip, s=sender, h=helo, receiver=RECEIVER).check()
        return result, explanation if result == "fail" and explanation != NO_EXPLANATION else ""


def record(dice, others=()):
    terms = dict.fromkeys(term(dice, others) for _ in range(dice.randint(1, 5)))
    modifiers = [word.partition("=")[0] for word in terms if "=" in word]
    return "v=spf1 " + " ".join(terms) if len(set(modifiers)) == len(modifiers) else record(dice, others)


def term(dice, others):
    chance = dice.random()
    if chance < 0.02:
        return dice.choice(ODD)
    if chance < 0.2 and others:
        found = dice.choice(others)
    elif chance < 0.5:
        found = dice.choice(("a", "mx", "A", "mX")) + dice.choice(TARGETS) + dice.choice(PREFIXES)
    else:
        found = dice.choice(SOUND)
    return found if "=" in found else dice.choice(("", "", "+", "-", "-", "~", "?")) + found


async def test_two_readers_agree_about_four_thousand_zones(monkeypatch):
    monkeypatch.setattr(spf, "MAX_LOOKUP", 1000)
    monkeypatch.setattr(spf, "MAX_VOID_LOOKUPS", 1000)
    seen = Counter()
    for seed in range(4000):
        dice = Random(seed)
        zone = HOSTS | {
            "b.example": ADDRESSES | {"TXT": [record(dice, OTHERS)]},
            "c.example": ADDRESSES | {"TXT": [record(dice, OTHERS[1::2])]},
            "d.example": {"TXT": [record(dice)]},
        }
        ip, sender = dice.choice(CLIENTS), dice.choice(SENDERS)
        ours = await check_host(Zone(zone), ip_address(ip), HELO, sender, receiver=RECEIVER, now=0.0, limits=NO_LIMITS)
        theirs = Oracle(zone, monkeypatch).check(ip, HELO, sender)
        assert (ours.result.value, ours.explanation) == theirs, (seed, zone["b.example"], ip, sender, ours)
        seen[ours.result] += 1
    assert len(seen) == 7 and min(seen.values()) > 50, seen


@pytest.mark.parametrize(("terms", "ours", "theirs", "reason"), DEVIATIONS)
async def test_where_they_differ_it_is_meant(terms, ours, theirs, reason, monkeypatch):
    zone = {
        "b.example": {"TXT": [f"v=spf1 {terms}"]},
        "all.example": {"TXT": ["v=spf1 +all"]},
        "1.2.0.192.in-addr.arpa": {"PTR": [f"n{number}.example" for number in range(4)]},
    }
    ip, sender = "192.0.2.1", "a@b.example"
    found = await check_host(Zone(zone), ip_address(ip), HELO, sender, receiver=RECEIVER, now=0.0)
    assert found.result.value == ours
    assert Oracle(zone, monkeypatch).check(ip, HELO, sender)[0] == theirs
