"""Aggregate reports as documents: RFC 9990 §3.1 and its schema."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from msgspec.structs import replace

from gatepost.auth.dmarc.report import DkimEntry
from gatepost.auth.dmarc.report_reader import read_report
from gatepost.auth.dmarc.report_writer import NAMESPACE, SIGNATURES_LIMIT, written
from tests.auth.dmarc.reports import FULL, REPORTS, ROW


def tree(document):
    return ElementTree.fromstring(document)  # noqa: S314 - our own document


def elements(document, path):
    return [element.text or "" for element in tree(document).iterfind(path, {"": NAMESPACE})]


def children(document, path):
    found = tree(document).find(path, {"": NAMESPACE})
    return [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in found]


def test_a_report_is_a_document_of_the_namespace():
    root = tree(written(FULL))
    assert root.tag == f"{{{NAMESPACE}}}feedback" and elements(written(FULL), "version") == ["1.0"]


def test_elements_stand_in_the_order_of_the_schema():
    document = written(FULL)
    assert children(document, ".") == ["version", "report_metadata", "policy_published", "record", "record"]
    assert children(document, "record") == ["row", "identifiers", "auth_results"]
    assert children(document, "record/row") == ["source_ip", "count", "policy_evaluated"]
    assert children(document, "record/row/policy_evaluated") == ["disposition", "dkim", "spf", "reason", "reason"]
    assert children(document, "record/auth_results") == ["dkim", "dkim", "spf"]


def test_values_are_said_as_they_are():
    document = written(FULL)
    assert elements(document, "report_metadata/org_name") == ["Sample & Reporter <Ltd>"]
    assert elements(document, "record/identifiers/envelope_from") == [""]
    assert elements(document, "policy_published/testing") == ["n"]
    assert elements(document, "policy_published/discovery_method") == ["treewalk"]


@pytest.mark.parametrize("text", ["\0", "\x1b[31m", "\ud800", "\uffff", "</feedback>", "]]>", "<!DOCTYPE a>", "&x;"])
def test_no_text_of_a_stranger_breaks_the_document(text):
    document = written(replace(FULL, rows=(replace(ROW, header_from=f"a{text}b"),)))
    (said,) = elements(document, "record/identifiers/header_from")
    assert said.startswith("a") and said.endswith("b")


def test_a_row_holds_so_many_signatures_and_one_spf_result():
    row = replace(ROW, dkim=(DkimEntry("a.example", "s", "pass"),) * 500, spf=ROW.spf * 3)
    document = written(replace(FULL, rows=(row,)))
    assert len(elements(document, "record/auth_results/dkim")) == SIGNATURES_LIMIT
    assert len(elements(document, "record/auth_results/spf")) == 1


def test_a_report_without_rows_must_not_be():
    with pytest.raises(ValueError, match="at least one row"):
        written(replace(FULL, rows=()))


@given(REPORTS)
def test_what_is_written_is_read_back_the_same(report):
    assert read_report(written(report)) == report
