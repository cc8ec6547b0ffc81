"""How is a moment written in a message (RFC 5322 §3.3)?"""

from datetime import UTC, datetime

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc5322_date(now: float) -> str:
    """Unix time in seconds as, for instance, `Thu, 13 Feb 2025 10:00:00 +0000`: English in every locale."""
    at = datetime.fromtimestamp(now, UTC)
    return (
        f"{DAYS[at.weekday()]}, {at.day} {MONTHS[at.month - 1]} {at.year:04} "
        f"{at.hour:02}:{at.minute:02}:{at.second:02} +0000"
    )
