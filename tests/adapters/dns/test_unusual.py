import time

import dns.rdata
import pytest

from gatepost.adapters.dns import records
from gatepost.adapters.dns.outcome import EXPIRED, Failure, Told
from gatepost.adapters.dns.records import RecordType
from gatepost.adapters.dns.reply import read
from gatepost.adapters.dns.settings import server_address
from gatepost.adapters.dns.unusual import ask_unusual, content_of
from tests.adapters.dns.conftest import quick
from tests.servers.loopback import HOST, free_port
from tests.servers.names import FAULT, Fault, NameServer

NAME = "jack+list._spf.test"
KINDS = [records.A, records.AAAA, records.MX, records.TXT, records.PTR]


def asked(*where, name=NAME, kind=RecordType.TXT, **settings):
    return ask_unusual(tuple(map(server_address, where)), quick(**settings), name, kind)


@pytest.mark.parametrize("name", [NAME, "a b.test", 'a"b;(c)@$.test', "a=b%c!&.test", "J+K.test"])
def test_a_name_of_any_printable_octets_is_asked_as_it_is(names, name):
    names.names = {"*.test": {"TXT": [("te", "xt")]}}
    assert read(asked(names.where, name=name, timeout=2.0, deadline=5.0), name, records.TXT).records == (b"text",)


def test_a_backslash_is_an_octet_like_others(names):
    asked(names.where, name=r"a\046b.test")
    assert names.asked[0].name == r"a\\046b.test"  # so dnspython writes it down


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type.name)
def test_every_type_is_read_as_c_ares_does_and_aliases_are_followed(names, kind):
    names.names = {
        NAME: {"CNAME": "Y+.test"},
        "y+.test": {
            "A": ["192.0.2.1"], "AAAA": ["2001:db8::1"], "MX": [(0, ".")], "TXT": ["text"], "PTR": ["A@b.test"]
        },
    }  # fmt: skip
    values = read(asked(names.where, kind=kind.type), NAME, kind).records
    assert len(values) == 1
    assert kind is not records.PTR or values == ("a@b.test",)


def test_other_types_are_not_read():
    assert content_of(dns.rdata.from_text("IN", "NS", "ns.test.")) is None


def test_there_is_none_and_there_is_no_such_name_are_told_apart(names):
    names.names = {NAME: {"TXT": ["x"]}}
    assert asked(names.where, kind=RecordType.A) == Told(asked(names.where, name="n+.test").result)
    assert not asked(names.where, name="n+.test").exists


def test_servers_are_asked_in_turn_until_one_answers(names):
    names.names = {NAME: {"TXT": ["x"]}}
    with NameServer() as silent, NameServer() as failing:
        silent.fault, failing.fault = Fault.SILENT, Fault.SERVFAIL
        told = asked(f"{HOST}:{free_port()}", silent.where, failing.where, names.where)
    assert told.result.answer
    assert (len(silent.asked), len(failing.asked), len(names.asked)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("fault", "failure"),
    [(Fault.SILENT, EXPIRED), (Fault.SERVFAIL, Failure("SERVFAIL")), (Fault.REFUSED, Failure("REFUSED"))],
)
def test_why_there_is_no_answer_is_told(names, fault, failure):
    names.names = {NAME: {"TXT": ["x"], FAULT: fault}}
    assert asked(names.where) == failure
    assert len(names.asked) == 2


def test_a_refusal_is_silence():
    assert asked(f"{HOST}:{free_port()}") == Failure("connection refused", is_silence=True)


def test_the_deadline_ends_it(names):
    names.fault = Fault.SILENT
    began = time.monotonic()
    assert asked(names.where, tries=10, deadline=0.25) == EXPIRED
    assert time.monotonic() - began < 0.5
