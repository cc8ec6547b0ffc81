"""What does this record say (RFC 7208 §4.6, §12)?

The whole record is read before anything in it counts: one mistake anywhere spoils it (§4.6).
"""

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from gatepost.auth.spf.errors import BadRecord
from gatepost.auth.spf.limits import TEXT_LIMIT
from gatepost.auth.spf.macros import MacroString, domain_spec, macro_string
from gatepost.auth.spf.result import Spf
from gatepost.auth.spf.terms import All, ClientName, Exchangers, Exists, Hosts, Include, Network, Record, Term

QUALIFIERS = {"": Spf.PASS, "+": Spf.PASS, "-": Spf.FAIL, "~": Spf.SOFTFAIL, "?": Spf.NEUTRAL}
DIRECTIVE = re.compile(r"([-+?~]?)([a-z0-9]++)((?:[:/].*+)?)", re.ASCII | re.IGNORECASE)
MODIFIER = re.compile(r"([a-z][a-z0-9._-]*+)=(.*+)", re.ASCII | re.IGNORECASE)
PREFIX = re.compile("0|[1-9][0-9]{0,2}", re.ASCII)
# Target and dual-cidr-length. The target may hold slashes, so it ends where the prefixes reach to the end.
TARGET_AND_PREFIXES = re.compile(r"(:.*?)?(?:/(0|[1-9][0-9]{0,2}))?(?://(0|[1-9][0-9]{0,2}))?", re.ASCII)

CACHED_RECORDS = 512
LONGEST_CACHED = 1024  # octets; parsed, a hostile record takes up to 70 times its length


def read_record(octets: bytes) -> Record:
    """The record, version section included; `BadRecord` if anything in it breaks the grammar."""
    return cached_record(octets) if len(octets) <= LONGEST_CACHED else parsed_record(octets)


def parsed_record(octets: bytes) -> Record:
    if not octets.isascii():
        raise BadRecord("record with octets beyond ASCII")
    text = octets.decode("ascii")
    if not text.isprintable():
        raise BadRecord("record with control characters")
    terms: list[Term] = []
    modifiers: dict[str, MacroString] = {}
    for word in text.split(" ")[1:]:
        if word:
            read_term(word, terms, modifiers)
    return Record(tuple(terms), modifiers.get("redirect"), modifiers.get("exp"))


cached_record = lru_cache(CACHED_RECORDS)(parsed_record)


def read_term(word: str, terms: list[Term], modifiers: dict[str, MacroString]) -> None:
    modifier = MODIFIER.fullmatch(word)
    if modifier is None:
        terms.append(directive(word))
        return
    name = modifier[1].lower()
    if name not in ("redirect", "exp"):
        macro_string(modifier[2], explains=True)  # unknown ones mean nothing, but have to be well-formed (§6)
        return
    if name in modifiers:
        raise BadRecord(f"two {name} modifiers")
    modifiers[name] = domain_spec(modifier[2])


def directive(word: str) -> Term:
    found = DIRECTIVE.fullmatch(word)
    read = MECHANISMS.get(found[2].lower()) if found else None
    if found is None or read is None:
        raise BadRecord(f"no such mechanism: '{word[:40]}'")
    try:
        return read(QUALIFIERS[found[1]], word[:TEXT_LIMIT], found[3])
    except BadRecord as error:
        raise BadRecord(f"{error.args[0]} in '{word[:40]}'") from error


def read_all(result: Spf, text: str, rest: str) -> Term:
    if rest:
        raise BadRecord("something after the mechanism")
    return All(result=result, text=text)


def read_include(result: Spf, text: str, rest: str) -> Term:
    return Include(result=result, text=text, target=domain_spec(argument(rest)))


def read_exists(result: Spf, text: str, rest: str) -> Term:
    return Exists(result=result, text=text, target=domain_spec(argument(rest)))


def read_ptr(result: Spf, text: str, rest: str) -> Term:
    return ClientName(result=result, text=text, target=domain_spec(argument(rest)) if rest else None)


def read_a(result: Spf, text: str, rest: str) -> Term:
    target, prefix4, prefix6 = target_and_prefixes(rest)
    return Hosts(result=result, text=text, target=target, prefix4=prefix4, prefix6=prefix6)


def read_mx(result: Spf, text: str, rest: str) -> Term:
    target, prefix4, prefix6 = target_and_prefixes(rest)
    return Exchangers(result=result, text=text, target=target, prefix4=prefix4, prefix6=prefix6)


def read_ip4(result: Spf, text: str, rest: str) -> Term:
    address, slash, length = argument(rest).partition("/")
    try:
        ip = IPv4Address(address)
    except AddressValueError as error:
        raise BadRecord("no IPv4 address") from error
    return network(result, text, ip, prefix(length if slash else None, 32))


def read_ip6(result: Spf, text: str, rest: str) -> Term:
    address, slash, length = argument(rest).partition("/")
    if "%" in address:  # a scope, which only its own host understands
        raise BadRecord("no IPv6 address")
    try:
        ip = IPv6Address(address)
    except AddressValueError as error:
        raise BadRecord("no IPv6 address") from error
    return network(result, text, ip, prefix(length if slash else None, 128))


MECHANISMS: dict[str, Callable[[Spf, str, str], Term]] = {
    "all": read_all, "include": read_include, "a": read_a, "mx": read_mx, "ptr": read_ptr, "ip4": read_ip4,
    "ip6": read_ip6, "exists": read_exists,
}  # fmt: skip


def argument(rest: str) -> str:
    if rest[:1] != ":":
        raise BadRecord("no colon")
    return rest[1:]


def target_and_prefixes(rest: str) -> tuple[MacroString | None, int, int]:
    found = TARGET_AND_PREFIXES.fullmatch(rest)
    if found is None:
        raise BadRecord("bad prefix length")
    target, length4, length6 = found.groups()
    return domain_spec(argument(target)) if target else None, prefix(length4, 32), prefix(length6, 128)


def prefix(digits: str | None, bits: int) -> int:
    if digits is None:
        return bits
    if PREFIX.fullmatch(digits) is None or int(digits) > bits:
        raise BadRecord("bad prefix length")
    return int(digits)


def network(result: Spf, text: str, ip: IPv4Address | IPv6Address, length: int) -> Network:
    shift = ip.max_prefixlen - length
    return Network(result=result, text=text, version=ip.version, prefix=length, shift=shift, top=int(ip) >> shift)
