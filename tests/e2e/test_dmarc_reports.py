"""DMARC aggregate reports as a site has them: the gateway runs, its journal has yesterday's mail, Postfix takes one."""

import json
import smtplib
import subprocess
import time
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes

import pytest

from gatepost.adapters.journal.store import Received, Store
from gatepost.adapters.journal.summary import summarized
from gatepost.adapters.journal.wire import encode
from gatepost.auth.dmarc.report_parts import attachments
from gatepost.auth.dmarc.report_reader import read_report
from gatepost.auth.dmarc.unpacked import documents
from tests.cli.dmarc_traces import evaluated, failed
from tests.servers.gateway import PROGRAM, Gateway, with_names
from tests.servers.loopback import HOST, wait_until

NAMES = {"_dmarc.partner.test": {"TXT": ["v=DMARC1; p=reject; rua=mailto:dmarc@partner.test"]}}
REPORTS = {
    "enabled": True, "organization": "Example Ltd.", "contact": "postmaster@example.test",
    "mail_from": "dmarc@example.test", "backend": "smarthost", "at": "00:00",
}  # fmt: skip


def yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


def remember(gateway: Gateway, *, last_day: date) -> None:
    """Yesterday's mail in its journal; all days up to `last_day` are reported."""
    noon = datetime.combine(yesterday(), datetime.min.time(), UTC).timestamp() + 43_200
    traces = [evaluated(n, domain="partner.test", began=noon) for n in range(5)]
    traces += [failed(9, domain="partner.test", began=noon)]
    store = Store(gateway.directory / "data" / "journal.db")
    store.write([Received(summarized(trace), encode(trace)) for trace in traces], (), {}, time.time())
    store.close()
    outbox = gateway.directory / "data" / "dmarc-reports"
    outbox.mkdir()
    (outbox / "last-day").write_text(f"{last_day}\n")


@pytest.fixture
def partner(start_postfix):
    """The smarthost, and the partner's mail server in one."""
    return start_postfix(domains=["partner.test"])


@pytest.fixture
def gateway(start_names, partner):
    """With yesterday's mail to be reported; not started yet."""
    settings = {
        "dns": {"servers": [start_names(NAMES).where]},
        "backends": {"smarthost": {"hosts": [f"{HOST}:{partner.port}"], "tls": "off"}},
        "dmarc_reports": REPORTS,
    }
    made = Gateway(backend=partner.port, settings=settings)
    remember(made, last_day=yesterday() - timedelta(days=1))
    yield made
    print(made.said())  # noqa: T201  pytest shows it with a failure
    made.remove()


def test_yesterday_is_reported_once(gateway, partner):
    gateway.start()
    (mail,) = partner.mailbox.wait(1, seconds=20)
    assert (mail.sender, mail.recipient) == ("dmarc@example.test", "dmarc@partner.test")
    subject = " ".join(message_from_bytes(mail.content)["Subject"].split())
    assert subject.startswith("Report Domain: partner.test Submitter: example.test Report-ID: ")
    (file,) = attachments(mail.content)
    report = read_report(documents(file)[0])
    assert [(row.count, row.disposition.value) for row in report.rows] == [(5, "pass"), (1, "reject")]
    assert report.identity in subject and report.organization == "Example Ltd."
    wait_until(lambda: gateway.records(event="dmarc report", fate="sent"), seconds=10, what="it is in the log")
    assert gateway.stop() == 0
    gateway.start()
    gateway.wait_for_records(2, event="process started", process="housekeeper")
    time.sleep(1)
    assert len(partner.mailbox) == 1
    assert (gateway.directory / "data/dmarc-reports/last-day").read_text() == f"{yesterday()}\n"


def test_a_smarthost_that_is_away_raises_an_alarm_and_gets_it_after_a_restart(gateway, partner):
    partner.halt()
    gateway.start()
    gateway.wait_for_records(event="alarm", key="dmarc-reports", seconds=20)
    assert gateway.stop() == 0
    partner.start()
    gateway.start()
    assert len(partner.mailbox.wait(1, seconds=20)) == 1


def test_reports_can_be_switched_on_and_off_by_a_reload(start_gateway, partner):
    off = {"enabled": False}
    smarthost = {"smarthost": {"hosts": [f"{HOST}:{partner.port}"], "tls": "off"}}
    running = start_gateway(backend=partner.port, settings={"dmarc_reports": {**REPORTS, **off}, "backends": smarthost})
    assert not running.records(event="process started", process="housekeeper")
    running.reload({"dmarc_reports": {"enabled": True}})
    running.wait_for_records(event="process started", process="housekeeper")
    running.reload({"dmarc_reports": {"organization": "Another name"}})
    running.wait_for_records(2, event="process started", process="housekeeper")
    running.reload({"dmarc_reports": off})
    wait_until(
        lambda: len(running.records(event="process ended", process="housekeeper")) == 2, seconds=15,
        what=lambda: f"it ends: {running.said()}",
    )  # fmt: skip
    assert not running.records(event="alarm", key="service.failed.housekeeper")


def test_what_comes_today_is_what_will_be_reported(start_gateway, start_names, receiving_postfix):
    here = {"A": ["192.0.2.9"]}
    names = {**NAMES, "partner.test": {"TXT": ["v=spf1 ip4:127.0.0.1 -all"], **here}, "stranger.test": here}
    running = start_gateway(backend=receiving_postfix.port, settings=with_names(start_names(names).port))
    began = time.time()
    hand_over(running, "ann@partner.test")
    with pytest.raises(smtplib.SMTPDataError, match="DMARC policy"):
        hand_over(running, "x@stranger.test")
    wait_until(lambda: len(running.transactions()) == 2, seconds=10, what="both are recorded")
    rows = []
    for day in sorted({datetime.fromtimestamp(moment, UTC).date() for moment in (began, time.time())}):
        command = [str(PROGRAM), "dmarc", "report", "-c", str(running.file), "--day", str(day), "--json"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
        rows += [row for line in said.splitlines() for row in json.loads(line)["report"]["rows"]]
    assert sorted((row["disposition"], row["spf_aligned"], row["count"]) for row in rows) == [
        ("pass", True, 1), ("reject", False, 1),
    ]  # fmt: skip


def hand_over(running: Gateway, sender: str) -> None:
    """A letter of ann@partner.test, from whoever it is."""
    text = "From: ann@partner.test\r\nTo: rcpt@example.test\r\nDate: Thu, 13 Feb 2025 10:00:00 +0000\r\n\r\nHello\r\n"
    with smtplib.SMTP(HOST, running.port, local_hostname="mail.partner.test", timeout=20) as client:
        client.sendmail(sender, ["rcpt@example.test"], text)
