"""Who sent this, as a mail server behind the gateway sees it: real name server, real gateway, real mail."""

import time

import pytest

from gatepost.adapters.dns.probe import LOCALHOST
from gatepost.auth.samples import sealed, signed
from tests.e2e.house import letter, said
from tests.servers.loopback import HOST, free_port, wait_until
from tests.servers.names import FAULT, Fault

pytestmark = pytest.mark.servers


def test_what_passes_is_told_to_the_mail_server(house):
    mine = house()
    assert mine.send(signed()).startswith("250")
    assert mine.results() == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}


def test_a_forged_author_is_refused_as_his_domain_asks(house):
    mine = house()
    assert mine.send(letter("director@strict.test")).startswith("550 5.7.26 ")
    assert mine.send(letter("director@mild.test")).startswith("250")
    assert mine.arrived()[0].name == "Authentication-Results"
    assert b"X-Gateway-Tag: dmarc-quarantine\r\n" in [f.raw for f in mine.arrived()]


def test_our_own_domain_is_refused_to_strangers_whatever_the_envelope(house):
    mine = house()
    said = mine.send(letter("director@example.test"))
    assert said.startswith("550 5.7.1 Sender domain is ours") and "example.test" in said


def test_two_authors_are_refused(house):
    mine = house()
    assert mine.send(letter("a@example.net", "From: b@example.net")).startswith("554 5.6.0 From must name one")


def test_a_message_from_a_trusted_sealer_is_not_held_to_the_authors_policy(house):
    header = sealed("lists.example.org", "dmarc=pass header.from=strict.test", letter("ann@strict.test"))
    assert house().send(header).startswith("550 5.7.26 ")
    trusting = house({"checks": {"dmarc": {"trusted_sealers": ["lists.example.org"]}}})
    assert trusting.send(header).startswith("250")
    assert trusting.results()["arc"] == "pass"


def test_a_resolver_that_says_nothing_stops_no_mail(house):
    mine = house(
        {"dns": {"timeout": "100ms", "deadline": "300ms"}},
        {"*.test": {FAULT: Fault.SILENT}, "*.net": {FAULT: Fault.SILENT}},
    )
    began = time.monotonic()
    assert mine.send(signed()).startswith("250")
    assert time.monotonic() - began < 10
    assert mine.results()["spf"] == "temperror"


def test_while_no_resolver_answers_mail_does_not_wait_for_one(house):
    mine = house({"dns": {"timeout": "100ms", "deadline": "300ms"}})
    mine.names.fault = Fault.SILENT
    assert mine.send(signed()).startswith("250")
    wait_until(lambda: "No resolver answers" in mine.gateway.said(), seconds=15, what="the alarm is up")
    asked = len(mine.names.asked)
    assert mine.send(signed()).startswith("250")
    assert {each.name for each in mine.names.asked[asked:]} <= {LOCALHOST}
    assert mine.results()["spf"] == "temperror"
    mine.names.fault = None

    def passes():
        return mine.send(signed()).startswith("250") and mine.results()["spf"] == "pass"

    wait_until(passes, seconds=15, what="it is asked again")


def test_large_messages_are_hashed_while_they_come(house):
    import hashlib

    from gatepost.auth.dkim.sign import Signer, sign
    from gatepost.auth.samples import PRIVATE
    from gatepost.model.samples import PLAIN_HEADER, fields

    body = b"All work and no play.\r\n" * 60_000
    signer = Signer(key=PRIVATE, domain="example.net", selector="s")
    header = sign(signer, fields(PLAIN_HEADER), hashlib.sha256(body).digest(), 1704103200.0) + PLAIN_HEADER
    mine = house()
    assert mine.send(header, body).startswith("250")
    assert mine.results()["dkim"] == "pass"


def test_mail_from_outside_can_be_marked(house):
    mine = house(
        {"listeners": {"inbound": {"headers": {"external": True, "subject_tag": "[EXTERNAL]", "received_spf": True}}}}
    )
    assert mine.send(letter("ann@example.net")).startswith("250")
    raw = [field.raw for field in mine.arrived()]
    assert b"X-Gateway-External: yes\r\n" in raw and b"Subject: [EXTERNAL] Hello\r\n" in raw
    assert any(field.startswith(b"Received-SPF: pass") for field in raw)


def test_what_was_found_can_be_sealed(house, tmp_path):
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    from gatepost.auth.samples import PRIVATE

    key = tmp_path / "seal.pem"
    key.write_bytes(PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key.chmod(0o600)
    seal = {"domain": "example.net", "selector": "s", "key": str(key)}
    mine = house({"listeners": {"inbound": {"headers": {"arc_seal": seal}}}})
    assert mine.send(signed()).startswith("250")
    sealed_message = mine.mailbox.received[-1].octets
    assert [f.name for f in mine.arrived()][:3] == ["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"]
    behind = house()
    header, _, body = sealed_message.partition(b"\r\n\r\n")
    assert behind.send(header + b"\r\n", body).startswith("250")
    assert behind.results()["arc"] == "pass"


def test_behind_a_relay_of_ours_the_client_it_names_is_asked_about(house):
    mine = house({"gateway": {"trusted_relays": [f"{HOST}/32"]}})

    def sent_by(client):
        trace = f"Received: from x.test (x.test [{client}]) by relay.example.test with ESMTP id 1"
        return mine.send(letter("ann@relayed.test", trace), sender="ann@relayed.test")

    assert sent_by("192.0.2.9").startswith("250")
    assert mine.results() == {"spf": "pass", "dkim": "none", "dmarc": "pass"}
    assert sent_by("192.0.2.10").startswith("550 5.7.26 ")


def test_a_bounce_of_signed_mail_comes_back_and_others_do_not(house, tmp_path):
    secret = tmp_path / "bounce.keys"
    secret.write_text("0 correct horse battery staple\n")
    secret.chmod(0o600)
    port = free_port()
    outbound = {"bind": [f"{HOST}:{port}"], "role": "internal", "relay": "mail", "relay_from": [f"{HOST}/32"]}
    mine = house({"checks": {"bounce": {"secret_file": str(secret)}}, "listeners": {"outbound": outbound}})
    sent = letter("rcpt@example.test") + b"\r\nHi.\r\n"
    assert said(port, b"rcpt@example.test", b"zoe@elsewhere.test", sent).startswith("250")
    sender = mine.mailbox.received[-1].sender
    assert sender.startswith("prvs=0") and sender.endswith("=rcpt@example.test")
    bounce = letter("MAILER-DAEMON@elsewhere.test") + b"\r\nNot delivered.\r\n"
    assert said(mine.gateway.port, b"", sender.encode(), bounce).startswith("250")
    assert mine.mailbox.received[-1].recipients == ("rcpt@example.test",)
    assert said(mine.gateway.port, b"", b"rcpt@example.test", bounce).startswith("550 5.7.1 This bounce")
    forged = sender.replace("prvs=0", "prvs=1").encode()
    assert said(mine.gateway.port, b"", forged, bounce).startswith("550 5.1.1")
