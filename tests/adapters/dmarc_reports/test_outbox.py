"""What is still to be sent, over restarts."""

import stat
from datetime import date

from msgspec.structs import replace

from gatepost.adapters.dmarc_reports.outbox import Outbox, Pending
from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.report_mail import Package


def pending(identity="20260314aa", **change):
    package = Package(identity=identity, domain="example.net", begin=1, end=2, file=b"\x1f\x8b")
    return replace(Pending(package=package, discovery=Discovery.TREE_WALK, written=3.0, messages=4), **change)


def test_at_first_there_is_nothing(tmp_path):
    outbox = Outbox(tmp_path / "reports")
    assert outbox.last_day() is None and list(outbox.pending()) == []


def test_what_was_put_is_there_after_a_restart(tmp_path):
    Outbox(tmp_path).put(pending(to=("a@b.test", "c@d.test"), left=("c@d.test",)))
    Outbox(tmp_path).finish(date(2026, 3, 14))
    again = Outbox(tmp_path)
    assert list(again.pending()) == [pending(to=("a@b.test", "c@d.test"), left=("c@d.test",))]
    assert again.last_day() == date(2026, 3, 14)


def test_the_same_report_is_there_once(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.put(pending())
    outbox.put(pending(messages=9))
    assert [each.messages for each in outbox.pending()] == [9]


def test_the_oldest_day_comes_first(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.put(pending("20260315aa"))
    outbox.put(pending("20260314zz"))
    assert [each.package.identity for each in outbox.pending()] == ["20260314zz", "20260315aa"]


def test_what_everybody_has_goes(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.put(pending())
    outbox.done(pending())
    outbox.done(pending())
    assert list(outbox.pending()) == []


def test_what_is_no_report_does_not_stop_the_others(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.put(pending("20260315aa"))
    (tmp_path / "20260314.report").write_bytes(b"cut off")
    (tmp_path / "20260314.new").write_bytes(b"half written")
    assert [each.package.identity for each in outbox.pending()] == ["20260315aa"]
    assert not (tmp_path / "20260314.report").exists()


def test_a_day_that_cannot_be_read_is_none(tmp_path):
    outbox = Outbox(tmp_path)
    (tmp_path / "last-day").write_text("yesterday")
    assert outbox.last_day() is None


def test_nobody_else_may_look(tmp_path):
    outbox = Outbox(tmp_path / "reports")
    outbox.put(pending())
    (file,) = (tmp_path / "reports").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
