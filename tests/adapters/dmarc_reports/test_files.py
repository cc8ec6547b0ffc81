"""Reports as an operator has them on disk."""

import gzip
import mailbox
import os

import pytest

from gatepost.adapters.dmarc_reports import files
from gatepost.adapters.dmarc_reports.files import found_in
from gatepost.auth.dmarc.report_writer import written
from tests.auth.dmarc.reports import FULL
from tests.auth.dmarc.test_report_parts import mail
from tests.auth.dmarc.test_unpacked import archive

XML = written(FULL)
FILE = gzip.compress(XML)
MAIL = mail(FILE)


def reports(path):
    return [found.report.identity if found.report else found.problem for found in found_in(path)]


def put(folder, name, octets):
    path = folder / name
    path.write_bytes(octets)
    return path


@pytest.mark.parametrize(
    "octets",
    [XML, FILE, archive({"report.xml": XML}), MAIL, MAIL.replace(b"\r\n", b"\n")],
    ids=["XML", "gzip", "zip", "mail", "mail with LF"],
)
def test_a_report_is_found_whatever_the_file_is_called(tmp_path, octets):
    assert reports(put(tmp_path, "x.bin", octets)) == [FULL.identity]


def test_an_mbox_has_many(tmp_path):
    box = mailbox.mbox(tmp_path / "mbox")
    for octets in (MAIL, mail(), MAIL):
        box.add(octets)
    box.flush()
    assert reports(tmp_path / "mbox") == [FULL.identity, "no report in it", FULL.identity]


def test_a_maildir_has_many(tmp_path):
    box = mailbox.Maildir(tmp_path / "box")
    box.add(MAIL)
    box.add(MAIL)
    os.rename(next((tmp_path / "box/new").iterdir()), tmp_path / "box/cur/1:2,S")
    (tmp_path / "box/tmp/half").write_bytes(MAIL)
    assert reports(tmp_path / "box") == [FULL.identity] * 2


def test_a_directory_has_the_files_in_it(tmp_path):
    put(tmp_path, "1.xml", XML)
    put(tmp_path, "2.gz", FILE)
    (tmp_path / "below").mkdir()
    put(tmp_path / "below", "3.xml", XML)
    assert reports(tmp_path) == [FULL.identity] * 2


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (b"", "no report in it"),
        (b"hello", "no report in it"),
        (b"<feedback></feedback>", "no report: no published policy"),
        (b"<feedback", "no report in it"),
        (FILE[:-9], "cut off"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><feedback>&b;</feedback>', "no report: a document type"),
    ],
)
def test_why_there_is_none_is_said(tmp_path, octets, problem):
    assert reports(put(tmp_path, "x", octets)) == [problem]


def test_what_is_not_there_is_said(tmp_path):
    assert reports(tmp_path / "nothing") == ["No such file or directory"]


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert reports(tmp_path / "pipe") == ["not a file"]
    assert reports(tmp_path) == []


def test_a_mail_that_is_too_large_is_not_kept_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAIL_LIMIT", 20_000)
    large = b"Subject: x\n\n" + b"a" * 50_000 + b"\n"
    assert reports(put(tmp_path, "mail", large)) == ["too large"]
    box = b"From a\n" + large + b"\nFrom b\n" + MAIL.replace(b"\r\n", b"\n") + b"\n"
    assert reports(put(tmp_path, "mbox", box)) == ["too large", FULL.identity]


def test_a_line_without_end_does_not_become_two_mails(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LINE_PIECE", 10)
    box = b"From a\nSubject: x\n\n1234567890From b\n\n" + b"From c\n" + MAIL.replace(b"\r\n", b"\n")
    with (put(tmp_path, "mbox", box)).open("rb") as opened:
        assert [mail_[:7] for mail_ in files.mails(opened)] == [b"Subject", b"Subject"]


def test_the_line_from_begins_a_mail_only_after_a_blank_one(tmp_path):
    box = b"From a\nSubject: x\n\nDear all,\nFrom here on\n\n" + b"From b\n" + MAIL.replace(b"\r\n", b"\n")
    assert reports(put(tmp_path, "mbox", box)) == ["no report in it", FULL.identity]
