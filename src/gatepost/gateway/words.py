"""An event in the words of the time line: verb and argument, bounded, as the client meant them."""

from collections.abc import Callable
from typing import Any

from gatepost.model.address import text
from gatepost.smtp.events import Auth, ChunkEnd, Data, Event, Helo, Invalid, Mail, Plain, Rcpt, StartTls

ARGUMENT = 512  # characters


def described(event: Event) -> tuple[str, str]:
    """Verb and argument; never a credential."""
    describe = DESCRIPTIONS.get(type(event))
    return describe(event) if describe is not None else (".", "")


def size_of(event: Mail) -> str:
    return "" if event.size is None else f" SIZE={event.size}"


DESCRIPTIONS: dict[type, Callable[[Any], tuple[str, str]]] = {
    Rcpt: lambda event: ("RCPT", f"TO:<{event.recipient}>"),
    Mail: lambda event: ("MAIL", f"FROM:<{text(event.sender)}>{size_of(event)}"),
    Helo: lambda event: (event.verb, event.name[:ARGUMENT]),
    Data: lambda event: ("BDAT" if event.chunked else "DATA", ""),
    Plain: lambda event: (event.verb, ""),
    Invalid: lambda event: (event.verb, event.rule),
    StartTls: lambda event: ("STARTTLS", ""),
    Auth: lambda event: ("AUTH", event.mechanism),
    ChunkEnd: lambda event: ("BDAT", str(event.size)),
}
