"""At once where it is a small text, in a process elsewhere."""

import asyncio
import time

import pytest

from gatepost.adapters.inspection.inspector import ContentInspector, spent
from gatepost.adapters.inspection.settings import InspectionSettings
from gatepost.model.inspection import FileClass, Inspection
from gatepost.model.traits import OVER_BUDGET
from gatepost.ports.unavailable import Unavailable
from tests.adapters.inspection.mails import EICAR, LETTER, base64_lines, items, mail, message, walked, zipped


@pytest.fixture
async def inspector():
    made = ContentInspector(InspectionSettings(processes=1))
    yield made
    made.close()


PLAIN = [
    LETTER,
    LETTER.replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\n\r\n"),
    LETTER.replace(b"\r\n\r\n", b'\r\nContent-Type: Text/Plain; charset="utf-8"\r\n\r\n') + "Grüße".encode(),
    b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64_lines(b"Dear sir, https://a.test/"),
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nDear sir=2C\r\n",
    LETTER + b"..dots\r\n" + b"line\r\n" * 2000,
    b"Subject: nothing\r\n\r\n",
]


@pytest.mark.parametrize("octets", PLAIN)
async def test_a_small_text_is_looked_into_at_once_and_as_a_process_would(inspector, octets):
    seen = inspector.inspect(message(octets))
    assert isinstance(seen, Inspection)
    elsewhere = walked(octets.replace(b"\r\n.", b"\r\n"), match=inspector.rules.matches)
    assert (seen.items, seen.texts, seen.links, seen.unscannable) == (
        elsewhere.items, elsewhere.texts, elsewhere.links, elsewhere.unscannable
    )  # fmt: skip


async def test_what_a_rule_finds_in_a_small_text_is_told(inspector):
    seen = inspector.inspect(message(b"Subject: x\r\n\r\n" + EICAR))
    assert isinstance(seen, Inspection)
    assert seen.items[0].engines


ELSEWHERE = {
    "an attachment": mail(("x.zip", zipped(a=b"x"))),
    "a page": b"Content-Type: text/html\r\n\r\n<p>hello",
    "a page that is said to be text": b"Content-Type: text/plain\r\n\r\n<html><script>",
    "two types": b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nhello",
    "two encodings": b"Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=",
    "an encoding that is not known": b"Content-Transfer-Encoding: x\r\n\r\nhello",
    "base64 that programs read differently": b"Content-Transfer-Encoding: base64\r\n\r\naGVs=bG8.=x\r\n",
    "a name": b'Content-Type: text/plain; name="x.js"\r\n\r\nhello',
    "a disposition": b"Content-Disposition: attachment; filename=x.js\r\n\r\nhello",
    "uuencode": b"Subject: x\r\n\r\nbegin 644 x.exe\r\n#0V%T\r\n`\r\nend\r\n",
    "OpenPGP": b"Subject: x\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n",
    "a program": b"Subject: x\r\n\r\nMZ\x01\x02\x7f",
    "a PDF": b"Subject: x\r\n\r\n%PDF-1.4",
    "a mail": b"Subject: x\r\n\r\nReceived: from x\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>",
    "much text": LETTER + b"line\r\n" * 20_000,
    "a broken header": b"Subject: x\r\n nonsense\r\nno field\r\n\r\nhello",
}


async def test_everything_else_goes_to_a_process(inspector):
    asked = {what: inspector.inspect(message(octets)) for what, octets in ELSEWHERE.items()}
    assert [what for what, seen in asked.items() if isinstance(seen, Inspection)] == []
    assert [what for what, seen in asked.items() if not (await seen).items] == []


async def test_the_inspection_is_the_same_as_without_a_process(inspector):
    octets = mail(("order.zip", zipped(order_exe=b"MZ" + bytes(100))))
    seen = await inspector.inspect(message(octets))
    assert seen.items == walked(octets, match=inspector.rules.matches).items
    assert FileClass.EXECUTABLE in items(seen)["2!order.exe"].classes


async def test_a_process_has_the_databases_that_libraries_read_late(inspector):
    """It may open no file of them; libmagic then has no answer, and raises nothing."""
    sound = b"FORM\0\0\0\x64AIFFCOMM" + bytes(90)
    seen = await inspector.inspect(message(mail(("x", sound))))
    assert items(seen)["2"].media_type == items(walked(mail(("x", sound))))["2"].media_type == "audio/x-aiff"


def test_of_what_was_too_much_the_header_tells_the_type():
    seen = spent(message(b"Content-Type: Multipart/Mixed; boundary=x\r\n\r\nhello"), "time")
    assert (seen.over, seen.items[0].declared, len(seen.unscannable)) == (("time",), "multipart/mixed", 1)
    assert seen.items[0].traits[0].code == OVER_BUDGET
    assert spent(message(b"\r\n"), "memory").over == ("memory",)


async def test_after_it_is_closed_what_waits_has_been_told():
    made = ContentInspector(InspectionSettings(processes=1))
    waiting = made.inspect(message(ELSEWHERE["a page"]))
    made.close()
    with pytest.raises(Unavailable):
        await waiting


async def test_a_small_text_takes_little_time(inspector):
    octets = b"From: ann@sender.test\r\nSubject: order\r\n\r\n" + b"Dear sir, this is a line of text in it.\r\n" * 98
    best = 1.0
    for _ in range(200):
        one = message(octets)
        began = time.perf_counter()
        assert isinstance(inspector.inspect(one), Inspection)
        best = min(best, time.perf_counter() - began)
        await asyncio.sleep(0)
    assert best < 0.0005, "twice what is asked for: the machine may be busy"
