"""Who reports, whose networks are ours, and what would be reported."""

from datetime import date
from ipaddress import ip_network

import pytest

from gatepost.app.dmarc_reports import kept_reports, own_networks, relay, reported, reporter_of, take_in
from gatepost.auth.dmarc.report_writer import written
from gatepost.config.load import load
from tests.auth.dmarc.reports import FULL
from tests.cli.dmarc_traces import evaluated
from tests.cli.journal_cli import configured
from tests.config.texts import loaded

SECTION = {
    "enabled": True, "organization": "Example Ltd.", "contact": "postmaster@example.com",
    "mail_from": "dmarc@example.com", "backend": "inside",
}  # fmt: skip


def test_who_reports_is_configured():
    reporter = reporter_of(loaded({"dmarc_reports": SECTION}).settings)
    assert (reporter.organization, str(reporter.sender)) == ("Example Ltd.", "dmarc@example.com")


def test_without_it_the_gateway_stands_for_itself():
    reporter = reporter_of(loaded({}).settings)
    assert (reporter.organization, reporter.contact) == ("mx1.example.com", "postmaster@mx1.example.com")


def test_reports_go_out_through_the_backend_that_is_named():
    assert relay(loaded({"dmarc_reports": SECTION}).settings).name == "inside"
    with pytest.raises(ValueError, match="no backend"):
        relay(loaded({}).settings)


def test_our_networks_are_those_of_the_configuration():
    change = {
        "gateway": {"trusted_relays": ["198.51.100.0/24"]},
        "backends": {"inside": {"hosts": ["192.0.2.5:25", "mail.example.com:25"]}},
        "listeners": {
            "inbound": {"bind": ["0.0.0.0:25", "203.0.113.1:25"]},
            "inside": {"bind": ["10.0.0.2:25"], "role": "internal", "relay": "inside", "relay_from": ["10.0.0.0/8"]},
        },
    }
    wanted = "198.51.100.0/24 192.0.2.5/32 203.0.113.1/32 10.0.0.2/32 10.0.0.0/8".split()
    assert set(own_networks(loaded(change).settings)) == set(map(ip_network, wanted))


async def test_what_is_only_looked_at_is_not_sent(tmp_path, start_names):
    server = start_names({"_dmarc.example.net": {"TXT": ["v=DMARC1; p=reject; rua=mailto:dmarc@example.net"]}})
    settings = load(
        configured(tmp_path, (evaluated(1), evaluated(2, domain="x.test")), dns={"servers": [server.where]})
    )
    found = [preview async for preview in reported(settings, date(2026, 3, 14))]
    assert [(p.package.domain, p.pending.to, p.outcomes) for p in found] == [
        ("example.net", ("dmarc@example.net",), ()), ("x.test", (), ()),
    ]  # fmt: skip
    one = [preview async for preview in reported(settings, date(2026, 3, 14), "x.test")]
    assert [preview.package.domain for preview in one] == ["x.test"]


async def test_without_a_resolver_it_is_said_why_nobody_is_known(tmp_path):
    dns = {"servers": ["127.0.0.1:9"], "timeout": "100ms", "deadline": "200ms"}
    settings = load(configured(tmp_path, (evaluated(1),), dns=dns))
    (preview,) = [preview async for preview in reported(settings, date(2026, 3, 14))]
    assert preview.pending.to == () and "_dmarc.example.net" in preview.problem


def test_files_are_taken_in_once(tmp_path):
    settings = load(configured(tmp_path, ()))
    (tmp_path / "report.xml").write_bytes(written(FULL))
    (tmp_path / "other").write_text("hello")
    said = []
    first = take_in(settings, [tmp_path / "report.xml", tmp_path / "other"], FULL.end + 1.0, said.append)
    assert (first.new, first.known, first.bad, len(first.senders)) == (1, 0, 1, 2)
    assert said == [f"{tmp_path / 'other'}: no report in it"]
    again = take_in(settings, [tmp_path / "report.xml"], FULL.end + 2.0, said.append)
    assert (again.new, again.known, again.senders) == (0, 1, ())
    senders, reports = kept_reports(settings, 0, "")
    assert (len(senders), reports) == (2, 1)


def test_where_nothing_was_taken_in_nothing_is_made(tmp_path):
    settings = load(configured(tmp_path, ()))
    assert kept_reports(settings, 0, "") == ((), 0)
    assert not (settings.gateway.data_dir / "dmarc.db").exists()
