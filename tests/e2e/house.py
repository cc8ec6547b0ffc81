"""A gateway in front of a mailbox, with a name server that knows some senders: what a mail server behind it sees."""

from gatepost.auth.results_reader import read_results
from gatepost.auth.samples import BODY, keys_of
from gatepost.syntax.header import read_header
from tests.attacks.client import Client
from tests.servers.loopback import HOST

NAMES = {
    "example.net": {"TXT": [f"v=spf1 ip4:{HOST} -all"], "MX": [(10, "mx.example.net")]},
    "mx.example.net": {"A": ["192.0.2.1"]},
    "_dmarc.example.net": {"TXT": ["v=DMARC1; p=reject"]},
    "strict.test": {"TXT": ["v=spf1 -all"], "MX": [(10, "mx.example.net")]},
    "_dmarc.strict.test": {"TXT": ["v=DMARC1; p=reject"]},
    "_dmarc.mild.test": {"TXT": ["v=DMARC1; p=quarantine"]},
    "mild.test": {"TXT": ["v=spf1 -all"], "MX": [(10, "mx.example.net")]},
    "example.test": {"TXT": ["v=spf1 -all"], "MX": [(10, "mx.example.net")]},
    "client.test": {"A": [HOST]},
    "relayed.test": {"TXT": ["v=spf1 ip4:192.0.2.9 -all"], "MX": [(10, "mx.example.net")]},
    "_dmarc.relayed.test": {"TXT": ["v=DMARC1; p=reject"]},
    **keys_of("example.net", "lists.example.org"),
}


def letter(sender, *more):
    fields = [f"From: {sender}", "To: rcpt@example.test", "Date: Mon, 1 Jan 2024 10:00:00 +0000", "Subject: Hello"]
    return "".join(f"{field}\r\n" for field in (*more, *fields)).encode()


class House:
    """A gateway in front of a mailbox, asking a name server."""

    def __init__(self, gateway, mailbox, names):
        self.gateway, self.mailbox, self.names = gateway, mailbox, names

    def send(self, header, body=BODY, sender="ann@example.net"):
        """The reply to the message."""
        with Client(self.gateway.port) as client:
            client.ehlo()
            client.envelope(sender.encode())
            client.expect(354, b"DATA")
            client.send(header + b"\r\n" + body + b".\r\n")
            return str(client.reply())

    def arrived(self):
        """The header of the newest message behind the gateway."""
        return read_header(self.mailbox.received[-1].octets)[0]

    def results(self):
        """What our Authentication-Results says: method → result."""
        (field,) = [f for f in self.arrived() if f.name == "Authentication-Results"]
        found = read_results(field.value)
        assert found.authserv_id == "mx.example.test"
        return {each.method: each.result for each in found.results}


def said(port, sender, recipient, content):
    """The last reply to a message, or to the command that was refused."""
    with Client(port) as client:
        client.ehlo()
        client.expect(250, b"MAIL FROM:<" + sender + b">")
        reply = client.command(b"RCPT TO:<" + recipient + b">")
        if reply.code == 250:
            client.expect(354, b"DATA")
            client.send(content + b".\r\n")
            reply = client.reply()
        return str(reply)
