"""Mails as the filter sees them, made for tests."""

from gatepost.learn.features import Features, features, sight
from gatepost.model.inspection import Inspection, Link, Text
from gatepost.model.message import Field

SALES = (
    "Buy cheap watches now, limited offer, click here to order and save 80 percent today",
    "Your account is suspended. Verify your password here within 24 hours or lose access",
    "Dear friend, I have 10 million dollars in a bank and need your help to transfer the funds",
)
LETTERS = (
    "Hi Ann, the minutes of Tuesday's meeting are attached, please comment by Friday. Cheers, Bob",
    "The build failed again since the cache was cold; I pushed a fix and the tests are green now",
    "Thanks for dinner yesterday, the children loved the garden. See you at the station on Sunday?",
)


def header(**fields: str) -> tuple[Field, ...]:
    """`reply_to` is Reply-To, `from_` is From."""
    named = {name.strip("_").replace("_", "-"): value for name, value in fields.items()}
    return tuple(
        Field(name, f"{name}: {value}\r\n".encode("utf-8", "surrogateescape")) for name, value in named.items()
    )


def inspection(text: str = "", html: str = "", hidden: str = "", links: tuple[Link, ...] = ()) -> Inspection:
    kinds = (("plain", text), ("html", html), ("hidden", hidden))
    return Inspection(texts=tuple(Text(path="1", kind=kind, text=one) for kind, one in kinds if one), links=links)


def letter(text: str = "", *, subject: str = "Hello", sender: str = "Ann <ann@example.com>", **parts: str) -> Features:
    return features(sight(header(from_=sender, subject=subject), inspection(text, **parts)))
