"""Spam in disguise, and mail made to be dear: ATTACKS SPAM-01 to SPAM-06. What it is said to be stands in the trace."""

import base64
import json
import random
import subprocess

import pytest

from gatepost.model.spam import GTUBE as TEST
from tests.attacks.mail import LETTER, SAID, lines, mail, multipart, part
from tests.servers.gateway import PROGRAM

GTUBE = TEST.encode()
SPLIT = b"<html><body><p>" + GTUBE.replace(b"EN*GTUBE", b"<b>EN*GTUBE</b>").replace(b"UBE-TEST", b"<i></i>UBE-TEST")
HIDDEN = b'<html><body><p>Hello</p><div style="display:none">' + GTUBE + b"</div></body></html>"
HTML = b"text/html; charset=utf-8"


def said(body, kind=b"text/plain", encoding=b"7bit"):
    return mail(b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n", body + b"\r\n")


SPAM = {
    "spam_01 plain": said(GTUBE),
    "spam_01 no MIME at all": LETTER + b"\r\n" + GTUBE + b"\r\n",
    "spam_01 base64": said(base64.b64encode(GTUBE), encoding=b"base64"),
    "spam_01 quoted-printable": said(GTUBE.replace(b"*", b"=2A"), encoding=b"quoted-printable"),
    "spam_01 html, split by tags": said(SPLIT, HTML),
    "spam_01 html, hidden": said(HIDDEN, HTML),
    "spam_01 html, in entities": said(GTUBE.replace(b"*", b"&#42;"), HTML),
    "spam_01 utf-16": said(lines(b"\xff\xfe" + TEST.encode("utf-16-le")), b"text/plain; charset=utf-16", b"base64"),
    "spam_01 utf-16be": said(lines(TEST.encode("utf-16-be")), b"text/plain; charset=utf-16be", b"base64"),
    "spam_01 unknown charset": said(GTUBE, b"text/plain; charset=x-nowhere"),
    "spam_01 second part": multipart(SAID, part(GTUBE, kind=b"text/plain", encoding=b"", name=b"")),
    "spam_01 message within": multipart(SAID, b"Content-Type: message/rfc822\r\n\r\n" + said(GTUBE)),
}  # fmt: skip


@pytest.mark.parametrize("content", SPAM.values(), ids=SPAM)
def test_the_test_message_of_spam_filters_is_refused(inspecting, content):
    reply, record = inspecting.judged(content)
    assert (reply.code, record["rule"], record["because"]) == (554, "spam-refused", ["spam.scl_nine"])
    assert not inspecting.has(content)


def test_spam_01_half_of_it_is_none(inspecting):
    inspecting.assert_delivered(said(GTUBE[:30]))


# ── SPAM-02 ──────────────────────────────────────────────────────────────────
def subject(value):
    return LETTER.replace(b"Subject: Hello\r\n", b"Subject: " + value + b"\r\n") + b"\r\nHello.\r\n"


LINE_ENDS = base64.b64encode(b"Hi\r\nX-Gateway-SCL: -1\r\nBcc: eve@sender.test\r\n\r\nbody")
SUBJECTS = {
    "line ends": subject(b"=?utf-8?B?" + LINE_ENDS + b"?="),
    "line ends in Q": subject(b"=?utf-8?Q?Hi=0D=0AX-Gateway-SCL:_-1=0D=0A?="),
    "20,000 encoded words": subject(b"\r\n ".join([b"=?utf-8?Q?a?= " * 60] * 333)),
    "40,000 beginnings": subject(b"\r\n ".join([b"=?" * 400] * 100)),
    "no charset": subject(b"=??Q?x?= =?x?? ?= =?=?=?="),
}


@pytest.mark.parametrize("content", SUBJECTS.values(), ids=SUBJECTS)
def test_spam_02_an_encoded_subject_makes_no_field_and_costs_little(inspecting, content):
    _, record = inspecting.judged(content)
    assert record["elapsed"] < 5.0
    for taken in inspecting.contents():
        header = taken.partition(b"\r\n\r\n")[0]
        assert b"\r\nBcc:" not in header and b"X-Gateway-SCL: -1" not in header


# ── SPAM-03 to SPAM-06 ───────────────────────────────────────────────────────
def traits_of(inspecting, content):
    """Codes of what was found, by the log and the trace of the message."""
    _, record = inspecting.judged(content)
    command = [str(PROGRAM), "explain", "-c", str(inspecting.gateway.file), record["id"], "--json"]
    trace = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)
    steps = [step for decision in trace["trace"]["decisions"] for step in decision["steps"]]
    return {each["code"]: each.get("detail", "") for step in steps for each in step.get("findings", ())}


LINKS = {
    "userinfo": b"http://www.bank.example@evil.test/",
    "decimal": b"http://3232235777/login",
    "hex": b"http://0xC0A80101/login",
    "script": b"jav&#x09;ascript:location='http://evil.test/'",
    "data": b"data:text/html;base64,PGgxPkhpPC9oMT4=",
    "backslash": b"http:\\\\evil.test\\login",
    "other text": b'http://evil.test/">https://www.bank.example/login</a><a href="http://x.test/',
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_spam_03_a_link_in_disguise_is_told_and_raises_the_phishing_level(inspecting, link):
    content = said(b'<html><body><p>Your account: <a href="' + link + b'">please log in</a></p></body></html>', HTML)
    found = traits_of(inspecting, content)
    assert [code for code in found if code.startswith("links.")] or "spam.phishing" in found, found


def test_spam_04_what_is_hidden_does_not_hide_what_is_seen(inspecting):
    words = b"Buy cheap viagra cialis pills now, no prescription, best price, order online http://pills.test/buy "
    ham = b"the meeting agenda is attached please review the schedule and the budget before thursday thanks "
    plain = said(b"<html><body><p>" + words * 3 + b"</p></body></html>", HTML)
    dressed = said(
        b"<html><body><p>" + b"<span style='font-size:0'>x</span>".join(words.split(b" ")) + (b" " + words) * 2
        + b'</p><div style="display:none">' + ham * 20 + b"</div></body></html>", HTML,
    )  # fmt: skip
    levels = [level(traits_of(inspecting, content)) for content in (plain, dressed)]
    assert levels[0] >= 5 and levels[1] >= levels[0] - 1, levels


NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def level(found):
    return next((NUMBERS.index(code[9:]) + 1 for code in found if code.startswith("spam.scl_")), 0)


def test_spam_06_a_megabyte_of_random_words_costs_little_and_is_judged(inspecting):
    dice = random.Random(6)
    words = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randint(3, 9))) for _ in range(150_000)]
    body = "\r\n".join(" ".join(words[at : at + 10]) for at in range(0, len(words), 10)).encode()
    reply, record = inspecting.judged(said(body))
    assert record["elapsed"] < 5.0 and reply.code in (250, 554)
