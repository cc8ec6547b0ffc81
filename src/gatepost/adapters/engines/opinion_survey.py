"""Does a spam engine do what it is there for? It is shown the harmless message that all of them know (GTUBE)."""

from gatepost.adapters.engines.arrival import Arrival
from gatepost.adapters.engines.opinion_desk import OpinionDesk
from gatepost.adapters.engines.sample import in_memory
from gatepost.model.spam import GTUBE
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion
from gatepost.syntax.date import rfc5322_date

SENDER, RECIPIENT = "test@example.com", "postmaster@example.com"  # RFC 2606


async def consult(desk: OpinionDesk) -> SecondOpinion | NoOpinion:
    """What it says of that message, as if a client at a documentation address (RFC 5737) had sent it."""
    now = desk.clock.now()
    said = (
        f"From: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: Test\r\nDate: {rfc5322_date(now)}\r\n"
        f"Message-ID: <{now:.0f}.gtube@example.com>\r\n\r\n{GTUBE}\r\n"
    )
    arrival = Arrival(
        ip="192.0.2.1", helo="mail.example.com", name="", sender=SENDER, recipients=(RECIPIENT,), transaction="test",
        user="", esmtp=True, tls=False, now=now,
    )  # fmt: skip
    return await desk.ask(in_memory(said.encode("ascii")), arrival)
