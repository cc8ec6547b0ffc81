"""`gatepost dmarc`: reports that are sent, reports that are taken in."""

import gzip
import json
import subprocess
import sys

import pytest
import typer

from gatepost.auth.dmarc.report_reader import read_report
from gatepost.auth.dmarc.report_writer import written
from tests.auth.dmarc.reports import FULL
from tests.cli.dmarc_traces import evaluated, failed
from tests.cli.journal_cli import call, configured

NAMES = {"_dmarc.example.net": {"TXT": ["v=DMARC1; p=reject; rua=mailto:dmarc@example.net"]}}
SECTION = {
    "organization": "Example Ltd.", "contact": "postmaster@example.com", "mail_from": "dmarc@example.com",
    "backend": "inside",
}  # fmt: skip
DAY = ("--day", "2026-03-14")


@pytest.fixture
def file(tmp_path, start_names):
    traces = (evaluated(1), evaluated(2), failed(3), evaluated(4, domain="quiet.test"))
    return configured(tmp_path, traces, dns={"servers": [start_names(NAMES).where]})


@pytest.fixture
def called(capsys):
    """Exit code, output, and what was told."""

    def run(*arguments):
        try:
            code = call("dmarc", *arguments)
        except typer.Exit as end:
            code = end.exit_code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


# ── report ───────────────────────────────────────────────────────────────────
def test_what_would_be_reported_is_shown(called, file):
    code, out, err = called("report", "-c", file, *DAY)
    assert code == 0 and "enabled is false" in err
    header, net, quiet = [line.split() for line in out.splitlines()]
    assert header == ["DOMAIN", "POLICY", "MESSAGES", "FAILED", "ROWS", "TO"]
    assert net == ["example.net", "reject", "3", "1", "2", "dmarc@example.net"]
    assert quiet == ["quiet.test", "reject", "1", "0", "1", "nobody"]


def test_one_domain_can_be_chosen(called, file):
    _, out, _ = called("report", "-c", file, *DAY, "--domain", "Example.NET")
    assert len(out.splitlines()) == 2


def test_the_report_itself_can_be_printed(called, file):
    _, out, _ = called("report", "-c", file, *DAY, "--domain", "example.net", "--print")
    assert [row.count for row in read_report(out.strip().encode()).rows] == [2, 1]


def test_json_is_a_line_for_each(called, file):
    _, out, _ = called("report", "-c", file, *DAY, "--json")
    first, second = map(json.loads, out.splitlines())
    assert (first["domain"], first["messages"], first["to"]) == ("example.net", 3, ["dmarc@example.net"])
    assert second["to"] == [] and len(first["report"]["rows"]) == 2


def test_a_day_without_mail_has_nothing(called, file):
    code, out, err = called("report", "-c", file, "--day", "2026-03-13")
    assert (code, out) == (0, "") and "nothing to report of 2026-03-13" in err


def test_without_a_journal_it_is_said(called, tmp_path):
    code, _, err = called("report", "-c", configured(tmp_path, ()), *DAY)
    assert code == 0
    (tmp_path / "data/journal.db").unlink()
    code, _, err = called("report", "-c", tmp_path / "gatepost.toml", *DAY)
    assert code == 1 and "there is no journal yet" in err


def test_who_does_not_say_who_he_is_sends_nothing(called, file):
    code, _, err = called("report", "-c", file, *DAY, "--send")
    assert code == 1 and "organization and contact and mail_from and backend" in err


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "14.3.2026"])
def test_what_is_no_day_is_refused(file, day):
    with pytest.raises(typer.BadParameter, match="is no day"):
        call("dmarc", "report", "-c", file, "--day", day)


def test_what_is_no_domain_is_refused(file):
    with pytest.raises(typer.BadParameter, match="is no domain"):
        call("dmarc", "report", "-c", file, "--domain", "a..b")


@pytest.mark.servers
def test_a_report_can_be_sent_at_once_to_a_real_mail_server(called, tmp_path, start_names, start_postfix):
    postfix = start_postfix(domains=["example.net"])
    file = configured(
        tmp_path, (evaluated(1), failed(2)), dns={"servers": [start_names(NAMES).where]}, dmarc_reports=SECTION,
        backends={"inside": {"hosts": [f"127.0.0.1:{postfix.port}"], "tls": "off"}},
    )  # fmt: skip
    code, out, _ = called("report", "-c", file, *DAY, "--send")
    assert code == 0 and "dmarc@example.net: sent" in out
    (mail,) = postfix.mailbox.wait(1)
    assert (mail.sender, mail.recipient) == ("dmarc@example.com", "dmarc@example.net")
    (tmp_path / "mail").write_bytes(mail.content)
    code, out, _ = called("import", tmp_path / "mail", "-c", file, "--json")
    assert code == 0 and sorted(row["count"] for row in json.loads(out)) == [1, 1]


def test_a_server_that_is_away_fails(called, tmp_path, start_names):
    file = configured(
        tmp_path, (evaluated(1),), dns={"servers": [start_names(NAMES).where]}, dmarc_reports=SECTION,
        backends={"inside": {"hosts": ["127.0.0.1:9"], "tls": "off"}},
    )  # fmt: skip
    code, out, _ = called("report", "-c", file, *DAY, "--send")
    assert code == 1 and "dmarc@example.net: later" in out


# ── import, show ─────────────────────────────────────────────────────────────
@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.xml.gz"
    path.write_bytes(gzip.compress(written(FULL)))
    return path


def test_what_was_taken_in_is_shown(called, file, report):
    code, out, err = called("import", report, "-c", file, "--ours", "192.0.2.0/24")
    assert code == 0 and "1 reports are new, 0 were known already, 0 files or mails hold none" in err
    header, failing, passing = [line.split() for line in out.splitlines()]
    assert header == ["SOURCE", "COUNT", "DISPOSITION", "SPF", "DKIM", "DOMAIN", "OURS"]
    assert failing == ["2001:db8::1", "1", "reject", "fail", "fail", "sub.example.com"]
    assert passing == ["192.0.2.123", "123", "pass", "fail", "pass", "example.com", "ours"]


def test_a_second_time_it_is_known(called, file, report):
    called("import", report, "-c", file)
    code, out, err = called("import", report, "-c", file)
    assert (code, out) == (0, "") and "0 reports are new, 1 were known already" in err


def test_what_is_no_report_is_said(called, file, tmp_path, report):
    (tmp_path / "other\x1b[2J").write_text("hello")
    code, _, err = called("import", tmp_path / "other\x1b[2J", report, "-c", file)
    assert code == 0 and "no report in it" in err and "\x1b" not in err
    code, _, err = called("import", tmp_path / "nowhere", "-c", file)
    assert code == 1 and "No such file" in err


def test_a_domain_that_is_not_ours_is_told(called, tmp_path, report):
    own = configured(
        tmp_path, (), domains={"example.com": None, "example.org": {"backend": "inside", "recipients": "any"}}
    )
    assert "example.com is in none of [domains]" in called("import", report, "-c", own)[2]


def test_what_was_taken_in_before_is_shown_again(called, file, report):
    called("import", report, "-c", file)
    code, out, err = called("show", "-c", file, "--days", "3650")
    assert (code, out) == (0, "") and "0 reports about the last 3650 days" in err  # it is of 1979


@pytest.fixture
def recent(tmp_path, file, called):
    """A report that is about yesterday was taken in."""
    import time

    from msgspec.structs import replace

    now = int(time.time())
    path = tmp_path / "recent.xml"
    path.write_bytes(written(replace(FULL, begin=now - 172_800, end=now - 86_400)))
    called("import", path, "-c", file)
    return file


def test_days_are_counted_from_now(called, recent):
    code, out, err = called("show", "-c", recent)
    assert code == 0 and "1 reports about the last 30 days" in err
    assert out.splitlines()[-1] == "example.com: 124 messages, 99.2 % pass"
    assert len(out.splitlines()) == 4


def test_what_passes_can_be_left_out(called, recent):
    _, out, _ = called("show", "-c", recent, "--failing")
    assert len(out.splitlines()) == 3 and "2001:db8::1" in out


def test_show_in_json(called, recent):
    _, out, _ = called("show", "-c", recent, "--json", "--ours", "2001:db8::/32")
    first, second = json.loads(out)
    assert (first["source"], first["ours"], first["passes"]) == ("2001:db8::1", True, False)
    assert (second["count"], second["disposition"], second["reporters"]) == (123, "pass", 1)


def test_show_one_domain(called, recent):
    assert called("show", "-c", recent, "--domain", "example.org")[1] == ""


def test_there_may_be_more_lines_than_are_shown(called, recent):
    _, out, err = called("show", "-c", recent, "--limit", "1")
    assert "the first 1 of 2: --limit" in err and len(out.splitlines()) == 3


def test_what_is_no_network_is_refused(recent):
    with pytest.raises(typer.BadParameter, match="write a network"):
        call("dmarc", "show", "-c", recent, "--ours", "mx1")


def test_the_group_has_help_of_its_own():
    done = subprocess.run(
        [sys.executable, "-m", "gatepost", "dmarc"], capture_output=True, text=True, timeout=30, check=False
    )
    assert all(name in done.stdout + done.stderr for name in ("report", "import", "show"))
