"""What does a trace look like before any has come? (the dictionary that a new journal packs its first traces with)"""

from typing import Any

from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.tls import Tls
from gatepost.model.trace import Decision, End, Exchange, Handover, Outcome, RecipientEnd, Step, Trace
from gatepost.model.verdict import Action, Verdict

OK = Verdict(Action.ACCEPT, Reply(250, "2.1.5", "OK"), "default")
UNKNOWN = Verdict(
    Action.REJECT, Reply(550, "5.1.1", "No such user here"), "recipient-unknown", ("recipient.unknown",), 30.0
)
ADDRESS = "user@example.com"


def steps(*checks: str) -> tuple[Step, ...]:
    return tuple(Step(check, elapsed=0.00001) for check in checks)


def typical() -> tuple[Trace, ...]:
    """A refused recipient and a delivered message, the likelier one last."""
    begin = (
        Decision(Phase.CONNECT, OK, steps("access_client", "rate"), 0.0001),
        Decision(Phase.HELO, OK, steps("access_helo", "helo"), 0.001),
        Decision(Phase.MAIL, OK, steps("access_sender", "blank_sender", "own_domain", "sender_syntax"), 0.002),
    )
    asked = steps("access_recipient", "recipient", "recipient_limit", "harvest")
    found = Step("recipient", findings=(Finding("recipient.unknown", ADDRESS, 0.0),), elapsed=0.0001)
    taken = (
        Decision(Phase.RCPT, OK, asked, 0.003, ADDRESS),
        Decision(Phase.DATA, OK, (), 0.004),
        Decision(Phase.MESSAGE, OK, (*steps("header", "hops", "lines"), Step("x", Outcome.CACHED)), 0.01, ADDRESS),
    )
    talk = (Exchange("EHLO", "250 mx.example.com", "mail.example.net", 0.001),
            Exchange("MAIL", "250 2.1.0 OK", "FROM:<user@example.net> SIZE=4096 BODY=8BITMIME", 0.002))  # fmt: skip
    refused = Trace(
        **COMMON, end=End.REFUSED, sender="user@example.net",
        recipients=(RecipientEnd(ADDRESS, End.REFUSED, str(UNKNOWN.reply), UNKNOWN.rule),), action="reject",
        rule=UNKNOWN.rule, because=UNKNOWN.because, reply=str(UNKNOWN.reply),
        decisions=(*begin, Decision(Phase.RCPT, UNKNOWN, (found,), 0.003, ADDRESS)),
        exchanges=(*talk, Exchange("RCPT", str(UNKNOWN.reply), f"TO:<{ADDRESS}>", 0.003, 30.0)),
    )  # fmt: skip
    delivered = Trace(
        **COMMON, end=End.DELIVERED, tls=Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256), sender="user@example.net",
        recipients=(RecipientEnd(ADDRESS, End.DELIVERED, "250 2.1.5 OK"),), size=4096,
        message_id="<20240101100000.1@example.net>", action="accept", rule="default", reply="250 2.0.0 OK",
        decisions=(*begin, *taken),
        exchanges=(*talk, Exchange("RCPT", "250 2.1.5 OK", f"TO:<{ADDRESS}>", 0.003),
                   Exchange("DATA", "354 Start mail input; end with <CRLF>.<CRLF>", "", 0.004),
                   Exchange(".", "250 2.0.0 OK", "", 0.02)),
        handovers=(Handover("mail", "192.0.2.5:25", "250 2.0.0 Ok: queued as 4F3A", 0.008),),
    )  # fmt: skip
    return refused, delivered


COMMON: dict[str, Any] = {
    "id": "0000000000000000", "session": "0000000000000000", "node": "mx.example.com", "worker": 0,
    "listener": "inbound", "began": 1.7e9, "elapsed": 0.02, "client_ip": "192.0.2.1", "client_port": 40_000,
    "server": "192.0.2.2:25", "helo": "mail.example.net",
}  # fmt: skip
