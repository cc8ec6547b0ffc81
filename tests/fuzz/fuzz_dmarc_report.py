"""DMARC aggregate reports from strangers."""

from gatepost.auth.dmarc.report_reader import BadReport, read_report
from gatepost.auth.dmarc.report_writer import written

SEEDS = (
    b'<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"><report_metadata><org_name>a</org_name><date_range><begin>1'
    b"</begin><end>2</end></date_range></report_metadata><policy_published><domain>b.example</domain><p>none</p>"
    b"</policy_published><record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated><disposition>"
    b"none</disposition><dkim>pass</dkim><spf>fail</spf><reason><type>other</type></reason></policy_evaluated></row>"
    b"<identifiers><header_from>b.example</header_from></identifiers><auth_results><dkim><domain>b.example</domain>"
    b"<result>pass</result></dkim><spf><domain>b.example</domain><result>fail</result></spf></auth_results></record>"
    b"</feedback>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]><feedback>&b;</feedback>",
)
PIECES = (
    b"<feedback>", b"</feedback>", b"<record>", b"</record>", b"<row>", b"<count>", b"</count>", b"1", b"<dkim>",
    b"</dkim>", b"<auth_results>", b"<policy_published>", b"<p>none</p>", b"<!DOCTYPE a>", b"<![CDATA[", b"]]>",
    b"&amp;", b"&#0;", b"<x:y xmlns:x='z'>", b"</x:y>", b"<?xml version='1.0' encoding='", b"utf-16", b"'?>",
    b"\x00", b"\xff",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    try:
        report = read_report(data)
    except BadReport as bad:
        assert str(bad).isascii()
        return
    assert report.published.domain and report.begin >= 0
    if report.rows:
        again = read_report(written(report))
        assert len(again.rows) == len(report.rows) and again.published == report.published
