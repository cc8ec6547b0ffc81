"""What is sent in the demo, and how should each end? Good mail first, then what a mail server should never see.

Each scenario is played by a client with an address of its own, so that the tar pit and the counters of one
do not touch the next.
"""

from collections.abc import Callable

from msgspec import Struct

from gatepost.cli.demo_client import Client

OURS = "example.com"
BOB, FULL = f"bob@{OURS}", f"full@{OURS}"
KNOWN = (f"ann@{OURS}", BOB, FULL)
"""Who exists; the mailbox of the last one is full."""

ANN = "ann@partner.test"
HELO = "EHLO mail.partner.test"
MESSAGE_LIMIT = 1024 * 1024  # octets the demo's gateway takes
HARVEST_LIMIT = 5  # unknown recipients
HEADER = (
    "From: Ann <ann@partner.test>\r\n"
    "To: Bob <bob@example.com>\r\n"
    "Date: Mon, 1 Jan 2024 10:00:00 +0000\r\n"
    "Subject: Lunch\r\n"
    "Message-ID: <1@partner.test>\r\n"
)
FORGED = "X-MS-Exchange-Organization-SCL: -1\r\nX-MS-Exchange-Organization-AuthAs: Internal\r\n"
HIDDEN = "MAIL FROM:<ceo@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\nSubject: pay this\r\n\r\nNow.\r\n.\r\n"
"""What a smuggler would have the mail server take for a second message."""

Play = Callable[[Client], str]
"""Plays the client's part; the reply that counts."""


class Scenario(Struct, frozen=True, kw_only=True):
    """One thing that is sent.

    Args:
        group: heading under which it is shown.
        title: what is sent, in at most 52 characters.
        answer: how the reply must begin.
        why: what the record must say: a rule's name, a protocol rule, or part of the explanation.
        taken: messages that the mail server must have got.
        is_greeted: the client waits for the greeting.
        header: what was sent, where it is to be shown what became of it.
    """

    group: str
    title: str
    play: Play
    answer: str
    why: str
    taken: int = 0
    is_greeted: bool = True
    header: str = ""


def lines(*commands: str) -> Play:
    """Says these until one is refused."""
    return lambda client: client.say_all(*commands)


def mail(text: str, *, sender: str = ANN, recipient: str = BOB) -> Play:
    """An ordinary transaction, whatever is in the message."""
    return message(text.encode("ascii") + b"\r\n.\r\n", sender=sender, recipient=recipient)


def message(octets: bytes, *, sender: str = ANN, recipient: str = BOB) -> Play:
    """As they are behind DATA: their end is theirs to say."""

    def play(client: Client) -> str:
        reply = client.say_all(HELO, f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA")
        if not reply.startswith("354"):
            return reply
        client.send(octets)
        return client.hear()

    return play


def at_once(octets: bytes) -> Play:
    """Everything in one go; the first reply."""

    def play(client: Client) -> str:
        client.send(octets)
        return client.hear()

    return play


def injection(client: Client) -> str:
    """CVE-2011-0411: a command in clear behind STARTTLS, to be run under TLS."""
    client.say(HELO)
    client.send(b"STARTTLS\r\nMAIL FROM:<ceo@example.com>\r\n")
    return client.hear()


def harvest(client: Client) -> str:
    """One name after the other, until the gateway has heard enough."""
    client.say_all(HELO, f"MAIL FROM:<{ANN}>")
    reply = ""
    for number in range(HARVEST_LIMIT + 1):
        reply = client.say(f"RCPT TO:<name{number}@{OURS}>")
        if not reply.startswith("550"):
            break
    return reply


HELLO = HEADER + "\r\nShall we?"
LOOP = "".join(f"Received: from a by b; hop {hop}\r\n" for hop in range(101)) + HELLO
LARGE = HEADER + "\r\n" + ("x" * 70 + "\r\n") * (MESSAGE_LIMIT // 72 + 1000)
GOOD, STRANGE, PROTOCOL, LIMITS = "Good mail", "Not for us", "Attacks on the protocol", "Limits"

SCENARIOS = (
    Scenario(group=GOOD, title="a message for bob", play=mail(HELLO), answer="250 2.0.0", why="no rule", taken=1),
    Scenario(
        group=GOOD, title="a bounce: MAIL FROM:<>", play=mail(HELLO, sender=""), answer="250 2.0.0", why="no rule",
        taken=1,
    ),
    Scenario(
        group=GOOD, title="a header that Exchange trusts, forged (see below)", play=mail(FORGED + HELLO),
        answer="250 2.0.0", why="no rule", taken=1, header=FORGED + HEADER,
    ),
    Scenario(
        group=GOOD, title="a message for full, whose mailbox is full", play=mail(HELLO, recipient=FULL),
        answer="452 4.2.2", why="the mail server",
    ),
    Scenario(
        group=STRANGE, title="RCPT TO:<nobody@example.com>: unknown",
        play=lines(HELO, f"MAIL FROM:<{ANN}>", f"RCPT TO:<nobody@{OURS}>"), answer="550 5.1.1",
        why="unknown-recipient",
    ),
    Scenario(
        group=STRANGE, title="RCPT TO:<victim@elsewhere.test>: relaying",
        play=lines(HELO, f"MAIL FROM:<{ANN}>", "RCPT TO:<victim@elsewhere.test>"), answer="550 5.7.1",
        why="relay",
    ),
    Scenario(
        group=STRANGE, title="MAIL FROM:<ceo@example.com>: our own domain",
        play=lines(HELO, f"MAIL FROM:<ceo@{OURS}>"), answer="550 5.7.1", why="own-domain",
    ),
    Scenario(
        group=STRANGE, title="VRFY bob: does he exist?", play=lines(HELO, "VRFY bob"), answer="252 2.5.0",
        why="says nothing",
    ),
    Scenario(
        group=STRANGE, title="RCPT TO:<name0@…>, <name1@…> …: harvesting", play=harvest, answer="421 4.7.0",
        why="harvest-detected",
    ),
    Scenario(
        group=PROTOCOL, title="SMTP smuggling, a second message behind LF.LF",
        play=message(f"{HELLO}\n.\n{HIDDEN}\r\n.\r\n".encode()), answer="550 5.6.11", why="content.bare-line-end",
    ),
    Scenario(
        group=PROTOCOL, title="SMTP smuggling, a second message behind CR.CRLF",
        play=message(f"{HELLO}\r.\r\n{HIDDEN}\r\n.\r\n".encode()), answer="550 5.6.11", why="content.bare-line-end",
    ),
    Scenario(
        group=PROTOCOL, title="a NUL in the message", play=mail(HELLO + "\0"), answer="550 5.6.11", why="content.nul",
    ),
    Scenario(
        group=PROTOCOL, title="commands that end in LF alone", play=at_once(b"EHLO mail.partner.test\nRSET\n"),
        answer="554 5.5.2", why="line.",
    ),
    Scenario(
        group=PROTOCOL, title="a command in clear behind STARTTLS", play=injection, answer="554 5.5.0",
        why="command.pipelining",
    ),
    Scenario(
        group=PROTOCOL, title="an HTTP request, before the greeting", is_greeted=False,
        play=at_once(b"POST / HTTP/1.1\r\nHost: mail\r\n\r\n"), answer="554", why="early-talker",
    ),
    Scenario(
        group=PROTOCOL, title="ETRN, which nobody needs from outside", play=lines(HELO, "ETRN example.com"),
        answer="502 5.5.1", why="command.disabled",
    ),
    Scenario(
        group=LIMITS, title="EHLO with a name of 600 octets", play=lines(f"EHLO {'a' * 600}"), answer="500 5.5.2",
        why="command.too-long",
    ),
    Scenario(
        group=LIMITS, title="MAIL … SIZE=90000000, far too large",
        play=lines(HELO, f"MAIL FROM:<{ANN}> SIZE=90000000"), answer="552 5.3.4", why="protocol",
    ),
    Scenario(
        group=LIMITS, title="the same without saying so", play=mail(LARGE), answer="552 5.3.4", why="content.size",
    ),
    Scenario(
        group=LIMITS, title="a message with 101 Received fields: a loop", play=mail(LOOP), answer="554 5.4.6",
        why="mail-loop",
    ),
)  # fmt: skip
"""In the order in which they are played."""
