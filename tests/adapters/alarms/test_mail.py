"""Claims about the mail that tells of an alarm."""

import email
import email.policy

from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.alarms.mail import told, written
from gatepost.model.health import Notice

NOTICE = Notice(key="directory.down.ad", text="The directory ad does not answer.", over=False, began=0.0, repeats=3)


def mail(notice: Notice) -> email.message.EmailMessage:
    octets = written(
        notice,
        hostname="mx.example.com",
        sender="postmaster@mx.example.com",
        recipients=("a@example.com",),
        now=86400.0,
    )
    parsed = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(parsed, email.message.EmailMessage)
    return parsed


def test_it_says_what_where_since_when_and_how_often() -> None:
    text = told(NOTICE, "mx.example.com")
    for part in ("The directory ad does not answer.", "mx.example.com", "directory.down.ad", "1970-01-01", "3 since"):
        assert part in text


def test_the_end_is_told_as_such() -> None:
    over = Notice(key="a", text="x", over=True, began=0.0)
    assert "state:   over" in told(over, "h")
    assert mail(over)["Subject"].startswith("[mx.example.com] over: a:")


def test_it_is_marked_as_automatic() -> None:
    message = mail(NOTICE)
    assert message["Auto-Submitted"] == "auto-generated"
    assert (message["From"], message["To"]) == ("postmaster@mx.example.com", "a@example.com")


def test_nothing_names_the_product() -> None:
    octets = written(NOTICE, hostname="mx.example.com", sender="p@example.com", recipients=("a@example.com",), now=0.0)
    assert b"gatepost" not in octets.lower()


HOSTILE = st.text(alphabet=["a", "\r", "\n", "\x00", ".", ":", " ", "€", "\udc80", "\x1b", "="], max_size=200)


@given(HOSTILE, HOSTILE)
def test_no_text_adds_to_the_header_or_breaks_the_lines(key: str, text: str) -> None:
    octets = written(
        Notice(key=key, text=text, over=False, began=0.0),
        hostname="mx.example.com",
        sender="p@example.com",
        recipients=("a@example.com",),
        now=0.0,
    )
    assert octets.isascii()
    assert octets.count(b"\r\n") == octets.count(b"\n") == octets.count(b"\r")
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    names = [name.lower() for name in email.message_from_bytes(octets, policy=email.policy.default)]
    assert len(names) == len(set(names))
    assert set(names) == {
        "from", "to", "subject", "date", "message-id", "auto-submitted", "content-type", "content-transfer-encoding",
        "mime-version",
    }  # fmt: skip
