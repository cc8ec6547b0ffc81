"""One text from many, one newsletter, one that had a virus: what a running gateway finds, over all its workers."""

import pytest

from gatepost.testing.mailbox import Mailbox
from tests.attacks.authn import codes
from tests.attacks.background import Background
from tests.attacks.client import Client
from tests.attacks.engines import mixed, part
from tests.servers.clamd import EICAR
from tests.servers.gateway import Gateway, laid_over, with_names
from tests.servers.names import Names

pytestmark = pytest.mark.servers

NAMES: Names = {
    "news.test": {"TXT": ["v=spf1 ip4:127.0.0.0/16 -all"], "MX": [(10, "mx.news.test")]},
    "mx.news.test": {"A": ["192.0.2.1"]},
    **{f"sender{number}.test": {"MX": [(10, "mx.news.test")]} for number in range(8)},
}
SETTINGS = {"checks": {"mime": {"enabled": True}, "campaign": {"recipients": 24}}}
BODY = (
    "Dear {name},\r\nour doctors have found what drug stores do not want you to know. Order number {number} waits in "
    "our shop in the islands, and you save more than half of the ${number} that others pay today. No prescription is "
    "asked for, nobody at home will see what is in the parcel, and if you are not happy we send your money back.\r\n"
    "Look at http://shop{number}.example/{name} while this offer lasts, for the stocks are low and the season is "
    "short. We have sent millions of parcels to happy customers in all parts of the world since we opened our doors, "
    "and every one of them came back for more within the year. Yours truly, the friends of the house. {closing}\r\n"
)
CLOSINGS = ("Until soon", "See you", "With kind regards from all of us", "Be well", "Yours", "Bye for now", "Cheers")
RECIPIENTS = tuple(f"user{number}@example.test" for number in range(4))


def words(number):
    """The text as it is varied in this message."""
    closing = CLOSINGS[number % len(CLOSINGS)]
    return BODY.format(name=f"{'abcdefgh'[number]}nn", number=1000 + 17 * number, closing=closing).encode()


def letter(sender, number):
    head = (f"From: {sender}", "To: a@example.test", "Date: Mon, 1 Jan 2024 10:00:00 +0000", f"Subject: Order {number}")
    return "".join(f"{field}\r\n" for field in head).encode() + b"\r\n" + words(number)


class House:
    """A gateway of two workers that looks into messages, and asks a name server."""

    def __init__(self, gateway):
        self.gateway = gateway

    def send(self, number, sender, content=b""):
        """What is found in message `number`, sent to all from a network of its own."""
        with Client(self.gateway.port, address=f"127.0.{number + 1}.1") as client:
            client.ehlo()
            client.expect(250, f"MAIL FROM:<{sender}>".encode())
            for recipient in RECIPIENTS:
                client.expect(250, f"RCPT TO:<{recipient}>".encode())
            client.expect(354, b"DATA")
            client.send((content or letter(sender, number)) + b".\r\n")
            reply = client.reply()
        return codes(self, str(reply))


@pytest.fixture
def house(start_names):
    names = start_names(NAMES)
    settings = laid_over(with_names(names.port), SETTINGS)
    with (
        Background(Mailbox()) as behind,
        Gateway(backend=behind.server.port, settings=settings, recipients=None, workers=2) as gateway,
    ):
        yield House(gateway)


def test_a_campaign_from_many_networks_is_found_and_a_newsletter_from_as_many_is_not(house):
    newsletter = [house.send(number, f"news{number}@news.test") for number in range(8)]
    assert all("spf.pass" in codes and "campaign.many_sources" not in codes for codes in newsletter)
    campaign = [house.send(number, f"ann@sender{number}.test") for number in range(8)]
    assert not any("campaign.many_sources" in codes for codes in campaign[:3])
    assert "campaign.many_sources" in campaign[7]


def test_a_text_that_came_with_malware_is_known_again_without_it(house):
    text = b"Content-Type: text/plain\r\n\r\n" + words(1)
    assert "antivirus.embedded" in house.send(1, "ann@sender1.test", mixed(text, part(EICAR, name=b"order.com")))
    assert "campaign.known_bad" in house.send(1, "bob@sender2.test", mixed(text))
    assert "campaign.known_bad" in house.send(2, "bob@sender2.test")
