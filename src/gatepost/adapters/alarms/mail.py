"""What does the mail say? Plain text in seven bits (RFC 5322), marked as automatic (RFC 3834 §5)."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from gatepost.model.health import Notice

SUBJECT_LIMIT = 120  # characters


def written(notice: Notice, *, hostname: str, sender: str, recipients: tuple[str, ...], now: float) -> bytes:
    """A whole message with CRLF, not yet dot-stuffed; nothing in `notice` can add to the header."""
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = one_line(f"[{hostname}] {'over: ' if notice.over else ''}{notice.key}: {notice.text}")
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    mail["Message-ID"] = make_msgid(domain=hostname)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(told(notice, hostname), cte="quoted-printable")
    return mail.as_bytes()


def told(notice: Notice, hostname: str) -> str:
    """The text for people; also what the operator's program reads."""
    began = datetime.fromtimestamp(notice.began, UTC).isoformat(" ", "seconds")
    lines = [
        printable(notice.text),
        "",
        f"gateway: {hostname}",
        f"alarm:   {printable(notice.key)}",
        f"state:   {'over' if notice.over else 'raised'}",
        f"since:   {began}",
    ]
    if notice.repeats:
        lines.append(f"repeats: {notice.repeats} since you were last told")
    return "\n".join(lines) + "\n"


def one_line(text: str) -> str:
    line = " ".join(printable(text).split())
    return line if len(line) <= SUBJECT_LIMIT else f"{line[: SUBJECT_LIMIT - 1]}…"


def printable(text: str) -> str:
    """Line feeds kept; whatever else is no printable character is shown as an escape."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text)
