from ipaddress import ip_address

import pytest
from pycares import AAAARecordData, ARecordData, MXRecordData, PTRRecordData, SOARecordData, TXTRecordData

from gatepost.adapters.dns import records
from gatepost.adapters.dns.records import RecordType
from gatepost.ports.dns import MailExchanger

KINDS = {
    RecordType.A: (records.A, ARecordData("192.0.2.1"), ip_address("192.0.2.1")),
    RecordType.AAAA: (records.AAAA, AAAARecordData("2001:db8::1"), ip_address("2001:db8::1")),
    RecordType.MX: (records.MX, MXRecordData(10, "MX1.Example.com"), MailExchanger(10, "mx1.example.com")),
    RecordType.TXT: (records.TXT, TXTRecordData(b"a\xffb"), b"a\xffb"),
    RecordType.PTR: (records.PTR, PTRRecordData("Mail.Example.COM"), "mail.example.com"),
}


@pytest.mark.parametrize("kind", RecordType)
def test_each_type_has_its_value(kind):
    of, content, value = KINDS[kind]
    assert of.type is kind
    assert of.value(content) == value


@pytest.mark.parametrize("kind", RecordType)
def test_records_of_other_types_have_none(kind):
    others = [content for other, (_, content, _) in KINDS.items() if other is not kind]
    others.append(SOARecordData("a", "b", 1, 2, 3, 4, 5))
    assert [KINDS[kind][0].value(content) for content in others] == [None] * 5


def test_the_null_mx_has_no_host():
    assert records.MX.value(MXRecordData(0, "")) == MailExchanger(0, "")


@pytest.mark.parametrize(
    ("kind", "small", "large"),
    [
        (records.TXT, b"", b"x" * 1000),
        (records.PTR, "a", "a" * 253),
        (records.MX, MailExchanger(1, ""), MailExchanger(1, "a" * 253)),
    ],
)
def test_what_is_longer_weighs_more(kind, small, large):
    assert kind.weight(large) - kind.weight(small) >= 252


def test_only_mail_exchangers_have_a_rank():
    assert records.MX.rank(MailExchanger(7, "a")) == 7
    assert [kind.rank("") for kind in (records.A, records.AAAA, records.TXT, records.PTR)] == [0] * 4
