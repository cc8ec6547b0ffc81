"""`gatepost learn`, as the program that an operator starts: what is taught is known, counted and can be taken back."""

import json
import re
import subprocess
import sys
from xml.dom import minidom

import pytest

from gatepost.app.spam_filter import spam_filter
from gatepost.config.load import load
from tests.config.texts import text
from tests.learn.letters import LETTERS, SALES, header, inspection


@pytest.fixture
def site(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "gatepost.toml").write_text(text({"gateway": {"data_dir": str(tmp_path / "data")}}))
    for kind, texts in (("spam", SALES), ("ham", LETTERS)):
        (tmp_path / kind).mkdir()
        for number in range(12):
            (tmp_path / kind / f"{number}.eml").write_text(mail(kind, texts[number % 3], number))
    return tmp_path


def mail(kind, said, number):
    names = f"From: A <a{number}@example.net>\nSubject: {kind} {number}\nMessage-ID: <{kind}{number}@x>"
    return f"{names}\n\n{said} {number}\n"


@pytest.fixture
def learn(site):
    """Exit code, output, and what was told."""

    def run(*arguments, octets=b""):
        command = [sys.executable, "-m", "gatepost", "learn", *map(str, arguments), "-c", str(site / "gatepost.toml")]
        ended = subprocess.run(command, input=octets, capture_output=True, check=False, timeout=60)
        return ended.returncode, ended.stdout.decode(), ended.stderr.decode()

    return run


def test_spam_and_ham_are_taught_once_and_counted(learn, site):
    assert learn("spam", site / "spam")[:2] == (0, "12 learned\n")
    assert learn("ham", site / "ham")[:2] == (0, "12 learned\n")
    assert learn("ham", site / "ham" / "1.eml", site / "ham" / "2.eml")[:2] == (0, "2 known already\n")
    code, out, _ = learn("status", "--json")
    found = json.loads(out)
    assert code == 0 and (found["ham"], found["spam"], found["is_taught"]) == (12, 12, False)
    assert [source["name"] for source in found["sources"]] == ["hand"]
    assert "12 ham, 12 spam" in learn("status")[1] and "no level above 6" in learn("status")[1]


def test_what_was_taught_moves_what_the_gateway_says_and_can_be_taken_back(learn, site):
    def scores():
        judge = spam_filter(load(site / "gatepost.toml"))
        who = header(from_="B <b@example.org>", subject="x")
        return [judge.opinion(who, inspection(said), ()).score for said in (SALES[0], LETTERS[0])]

    before = scores()
    learn("spam", site / "ham")
    learn("ham", site / "spam")
    sale, private = scores()
    assert sale < before[0] - 1 and private > before[1] + 1, "this site wants it the other way round"
    assert learn("forget", site / "spam", site / "ham")[:2] == (0, "24 forgotten, 0 had taught nothing\n")
    assert scores() == before


def test_a_mailbox_from_standard_input_teaches_the_same_mail_as_its_file(learn, site):
    whole = "".join(f"From x\n{mail('spam', SALES[number % 3], number)}\n" for number in range(12))
    assert learn("spam", "-", octets=whole.encode())[:2] == (0, "12 learned\n")
    received = b"Received: from a by b; date\r\nX-Spam: no\r\n" + (site / "spam" / "3.eml").read_bytes()
    assert learn("spam", "-", octets=received)[:2] == (0, "1 known already\n")
    assert learn("ham", "-", octets=received)[:2] == (0, "1 learned that it is the other kind\n")


def test_it_is_evaluated_by_itself_and_by_other_mail(learn, site):
    learn("spam", site / "spam")
    learn("ham", site / "ham")
    code, out, _ = learn("evaluate", "--plot", site / "roc.svg")
    assert code == 0 and "12 ham and 12 spam" in out and re.search(r"1\.0% +[+-]\d", out)
    drawn = minidom.parse(str(site / "roc.svg"))  # noqa: S318 - drawn by us
    assert drawn.documentElement.tagName == "svg" and len(drawn.getElementsByTagName("path")) == 1
    (site / "new").mkdir()
    for kind, texts in (("spam", SALES), ("ham", LETTERS)):
        for number in range(20, 23):
            (site / "new" / f"{kind}{number}.eml").write_text(mail(kind, texts[number % 3], number))
    ham, spam = sorted((site / "new").glob("ham*")), sorted((site / "new").glob("spam*"))
    given = [*(word for path in ham for word in ("--ham", path)), *(word for path in spam for word in ("--spam", path))]
    found = json.loads(learn("evaluate", "--json", *given, "--ham", site / "ham")[1])
    assert (found["ham"], found["spam"]) == (3, 3), "what taught it is left out"
    assert found["auc_loss"] < 0.2 and found["at"][0]["ham"] == 0.0 and len(found["levels"]) == 9


def test_lessons_are_carried_to_another_gateway(learn, site):
    learn("spam", site / "spam")
    assert learn("export", site / "lessons")[:2] == (0, f"12 lessons written to {site / 'lessons'}\n")
    assert b"watches" not in (site / "lessons").read_bytes()
    learn("forget", site / "spam" / "1.eml")
    assert learn("import", site / "lessons")[:2] == (0, "1 learned, 11 known already\n")


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("spam", "/nowhere/at/all"), 1, "No such file"),
        (("spam",), 2, "PATH"),
        (("evaluate",), 1, "both kinds"),
        (("evaluate", "--ham", "/nowhere"), 2, "both or none"),
        (("import", "/etc/hostname"), 1, "gatepost"),
        (("import", "/nowhere"), 1, "No such file"),
        (("export", "/nowhere/at/all"), 1, "No such file"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_exit_code_of_its_kind(learn, arguments, code, why):
    ended, out, err = learn(*arguments)
    assert ended == code and out == "" and why in err and "Traceback" not in err


def test_nothing_to_learn_from_is_no_success(learn, site):
    (site / "empty").mkdir()
    assert learn("spam", site / "empty")[:2] == (1, "no message found\n")
    assert learn("forget", site / "empty")[0] == 1


def test_where_the_gateway_never_ran_that_is_said(learn, site):
    (site / "data").rmdir()
    code, _, err = learn("spam", site / "spam")
    assert code == 1 and "`gatepost run` makes it" in err
    assert learn("status")[0] == 0
