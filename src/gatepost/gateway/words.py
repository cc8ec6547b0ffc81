"""An event in the words of the time line: verb and argument, bounded, as the client meant them."""

from gatepost.model.address import text
from gatepost.smtp.events import Auth, ChunkEnd, Data, Event, Helo, Invalid, Mail, Plain, Rcpt, StartTls

ARGUMENT = 512  # characters


def described(event: Event) -> tuple[str, str]:
    """Verb and argument; never a credential."""
    match event:
        case Rcpt():
            return "RCPT", f"TO:<{event.recipient}>"
        case Mail():
            return "MAIL", f"FROM:<{text(event.sender)}>"
        case Helo():
            return event.verb, event.name[:ARGUMENT]
        case Data():
            return ("BDAT" if event.chunked else "DATA"), ""
        case Plain():
            return event.verb, ""
        case Invalid():
            return event.verb, event.rule
        case StartTls():
            return "STARTTLS", ""
        case Auth():
            return "AUTH", event.mechanism
        case ChunkEnd():
            return "BDAT", str(event.size)
        case _:
            return ".", ""
