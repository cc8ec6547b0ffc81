"""Calendars and cards: ATTACKS SPAM-05."""

import base64
import time

from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.budget import Allowance, Budget
from gatepost.adapters.inspection.encoded.calendar_files import open_calendar
from gatepost.adapters.inspection.encoded.words import words
from gatepost.adapters.inspection.opened import Hints, Member
from gatepost.model.inspection import Link, Text


def opened(text):
    octets = text.replace("\n", "\r\n").encode("utf-8", "surrogatepass")
    return list(open_calendar(octets, Hints(), Budget(Allowance(), time.process_time)))


def folded(line):
    return "\n ".join(line[at : at + 60] for at in range(0, len(line), 60))


DATA = base64.b64encode(b"MZ" * 100).decode()
INVITE = f"""BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Pay\\, now
DESCRIPTION;LANGUAGE=en:Go to https://evil.examp
 le/pay\\nor call
ORGANIZER;CN="http://c.example/":mailto:a@b.example
URL:http://d.example/
ATTACH;FMTTYPE=text/html:https://e.example/x.html
{folded('ATTACH;FILENAME="a;b.exe";FMTTYPE=Application/X;ENCODING=BASE64;VALUE=BINARY:' + DATA)}
X-ALT-DESC;FMTTYPE=text/html:<p>Rich <a href=http://f.example/>text</a></p>
END:VEVENT
END:VCALENDAR
"""


def test_spam_05_an_invitation_gives_its_files():
    assert opened(INVITE) == [Member("a;b.exe", b"MZ" * 100, "application/x")]


def test_spam_05_an_invitation_gives_its_words_and_its_links():
    found = list(words(INVITE.encode(), "text/calendar", "utf-8", "2"))
    assert [(text.path, text.kind, text.text) for text in found if isinstance(text, Text)] == [
        ("2", "plain", "Pay, now\nGo to https://evil.example/pay\nor call"),
        ("2", "html", "Rich text"),
    ]
    assert [(link.host, link.source) for link in found if isinstance(link, Link)] == [
        ("evil.example", "calendar"),
        ("d.example", "calendar"),
        ("e.example", "calendar"),
        ("f.example", "html"),
    ]


def test_a_card_gives_its_picture():
    card = f"BEGIN:VCARD\nFN:A\nitem1.PHOTO;ENCODING=b;TYPE=JPEG:{DATA}\nLOGO:data:image/png;base64,{DATA}\nEND:VCARD\n"
    assert [(m.declared, m.octets) for m in opened(card)] == [
        ("", b"MZ" * 100),
        ("image/png", b"MZ" * 100),
    ]


PIECES = st.lists(
    st.sampled_from(["ATTACH", "SUMMARY", ";ENCODING=BASE64", ":", ";", "=", '"', "\n ", "\n", "AAAA", "=", "\\n",
                     "\\", "data:x;base64,", "http://a.example/", "\ud800"]),
    max_size=14,
).map("".join)  # fmt: skip


@given(PIECES)
def test_any_calendar_is_read_without_a_crash(text):
    assert sum(len(file.octets) for file in opened(text)) <= len(text)
    assert list(words(text.encode("utf-8", "replace"), "text/calendar", "utf-8", ""))


def test_a_calendar_of_many_lines_takes_linear_time():
    for piece in ("ATTACH;ENCODING=BASE64:AAAA\n", ";A=B", "\n ", "A:B\n", 'A;B="', "SUMMARY:http://a.example/\n"):
        started = time.process_time()
        text = "A" + piece * (1_000_000 // len(piece))
        opened(text)
        list(words(text.encode(), "text/calendar", "utf-8", ""))
        assert time.process_time() - started < 2
