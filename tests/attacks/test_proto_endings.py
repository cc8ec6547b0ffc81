"""PROTO-32, PROTO-33: clients that stop talking, or leave without a word, at every step of a session."""

import time

import pytest

from gatepost.testing.sloppy import SloppyServer
from tests.attacks.background import Background
from tests.attacks.client import Client, Closed
from tests.attacks.smuggling import HEADER
from tests.servers.loopback import wait_until

EHLO, MAIL = b"EHLO client.test\r\n", b"MAIL FROM:<ann@sender.test>\r\n"
RCPT, DATA = b"RCPT TO:<rcpt@example.test>\r\n", b"DATA\r\n"
TRANSACTION = [EHLO, MAIL + RCPT]

# What has been said and answered, what is said last, and the codes that must still be heard.
STATES = {
    "greeted": ([], b"", []),
    "in the first verb": ([], b"EH", []),
    "behind a CR": ([], b"EHLO client.test\r", []),
    "behind EHLO": ([], EHLO, [250]),
    "behind HELO": ([], b"HELO client.test\r\n", [250]),
    "in MAIL": ([EHLO], MAIL[:12], []),
    "behind MAIL": ([EHLO], MAIL, [250]),
    "behind a refused MAIL": ([EHLO], b"MAIL FROM:<\r\n", [501]),
    "behind RCPT": ([EHLO], MAIL + RCPT, [250, 250]),
    "behind a refused RCPT": ([EHLO, MAIL], b"RCPT TO:<a@b.test>\r\n", [550]),
    "behind DATA": (TRANSACTION, DATA, [354]),
    "in content": ([*TRANSACTION, DATA], HEADER + b"half a li", []),
    "behind CRLF": ([*TRANSACTION, DATA], HEADER, []),
    "behind CRLF and dot": ([*TRANSACTION, DATA], HEADER + b".", []),
    "behind CRLF, dot and CR": ([*TRANSACTION, DATA], HEADER + b".\r", []),
    "in bad content": ([*TRANSACTION, DATA], HEADER + b"a\nb", []),
    "behind bad content": ([*TRANSACTION, DATA], HEADER + b"a\nb\r\n.\r\n", [550]),
    "behind the size of a chunk": (TRANSACTION, b"BDAT 10 LAST\r\n", []),
    "in a chunk": (TRANSACTION, b"BDAT 10 LAST\r\nabc", []),
    "behind a chunk": (TRANSACTION, b"BDAT 3\r\nabc", [250]),
    "in a refused chunk": ([EHLO], b"BDAT 10\r\nabc", [503]),
    "in an endless line": ([EHLO], b"NOOP " + b"x" * 5000, []),
    "in a pipeline": ([EHLO], b"NOOP\r\n" * 200 + b"RS", [250] * 200),
    "behind NUL": ([EHLO], b"\0\r\n", [500]),
    "behind QUIT": ([EHLO], b"QUIT\r\n", [221]),
}  # fmt: skip


def say(client: Client, answered: list[bytes], last: bytes) -> None:
    for octets in answered:
        client.send(octets)
        for _ in range(max(octets.count(b"\r\n"), 1)):
            client.reply()
    client.send(last)


@pytest.mark.parametrize("state", STATES)
def test_proto_32_what_was_asked_is_answered_after_a_half_close(target, state):
    """Then the gateway closes too, in an orderly way and soon."""
    answered, last, codes = STATES[state]
    with target.connect() as client:
        say(client, answered, last)
        client.half_close()
        began = time.monotonic()
        assert [reply.code for reply in client.remaining()] == codes
        assert time.monotonic() - began < 3
    target.assert_nothing_passed()


def test_proto_32_the_half_closed_still_hear_what_became_of_their_message(target):
    with target.connect() as client:
        client.data()
        client.send(HEADER + b".\r\n")
        client.half_close()
        assert [reply.code for reply in client.remaining()] == [250]
    with target.connect() as client:
        client.ehlo()
        client.send(MAIL + RCPT + b"BDAT 6 LAST\r\nS: x\r\n")
        client.half_close()
        assert [reply.code for reply in client.remaining()] == [250, 250, 250]
    target.assert_backend_saw(HEADER, b"S: x\r\n")


def test_proto_32_before_the_greeting(target):
    client = target.connect(greeting=False)
    client.half_close()
    assert [reply.code for reply in client.remaining()] in ([220], [])
    client.close()
    target.assert_nothing_passed()


def test_proto_32_while_the_backend_thinks(attack):
    """A half-closed client waits for its answer; whatever it is, it is heard."""
    with Background(SloppyServer()) as slow:
        target = attack(backend=slow.server.port)
        target.backend = slow.server
        with target.connect() as client:
            client.data()
            slow.loop.call_soon_threadsafe(time.sleep, 0.4)
            client.send(HEADER + b".\r\n")
            client.half_close()
            assert [reply.code for reply in client.remaining()] == [250]


def test_proto_32_in_the_tar_pit(attack):
    target = attack({"listeners": {"inbound": {"tarpit": {"delay": "300ms", "maximum": "300ms"}}}})
    with target.connect() as client:
        say(client, [EHLO, MAIL], b"RCPT TO:<nobody@example.test>\r\n")
        client.half_close()
        assert [reply.code for reply in client.remaining()] == [550]


@pytest.mark.parametrize("state", STATES)
def test_proto_33_a_reset_leaves_nothing_behind(target, state):
    answered, last, _ = STATES[state]
    before = target.descriptors()
    for _ in range(10):
        client = target.connect()
        say(client, answered, last)
        client.reset()
    target.wait_for_descriptors(before)
    target.assert_nothing_passed()


def test_proto_33_resets_before_the_greeting_and_right_behind_the_end(target):
    before = target.descriptors()
    for _ in range(50):
        target.connect(greeting=False).reset()
    for _ in range(20):
        client = target.connect()
        client.data()
        client.send(HEADER + b".\r\n")
        client.reset()
    target.wait_for_descriptors(before + 20)  # a connection to the backend for each message at most, kept for the next
    target.serve_somebody()
    assert set(target.contents()) <= {HEADER, *target.legitimate}, "a message is whole or not there"


def test_proto_33_resets_while_the_backend_thinks(attack):
    with Background(SloppyServer()) as slow:
        target = attack(backend=slow.server.port)
        with target.connect() as client:
            client.ehlo()
            assert client.deliver(HEADER).code == 250
        before = target.descriptors()
        slow.loop.call_soon_threadsafe(time.sleep, 0.5)
        for _ in range(20):
            client = target.connect()
            client.data()
            client.send(HEADER + b".\r\n")
            client.reset()
        wait_until(
            lambda: target.descriptors() <= before + 20,  # at most one pooled connection for each
            seconds=10,
            what="the clients' descriptors are given back",
        )
        with target.connect() as client:
            client.ehlo()
            assert client.deliver(HEADER).code == 250


def test_proto_33_resets_in_the_tar_pit_give_their_place_back(attack):
    target = attack(
        {
            "listeners": {
                "inbound": {"tarpit": {"delay": "60s", "maximum": "60s"}, "limits": {"tarpitted": 3, "connections": 5}}
            }
        }
    )
    before = target.descriptors()
    for _ in range(10):
        client = target.connect()
        say(client, [EHLO, MAIL], b"RCPT TO:<nobody@example.test>\r\n")
        assert client.is_silent(0.01), "it waits: there is room in the pit"
        client.reset()
        target.wait_for_descriptors(before)
    target.serve_somebody()


def test_proto_33_connections_that_left_are_not_counted(attack):
    """Forty resets at every step; then as many clients as may be are served at once."""
    target = attack({"listeners": {"inbound": {"limits": {"connections_per_client": 8}}}})
    before = target.descriptors()
    for answered, last, _ in STATES.values():
        for _ in range(2):
            client = target.connect()
            say(client, answered, last)
            client.reset()
        target.wait_for_descriptors(before)
    clients = [target.connect() for _ in range(8)]
    for client in clients:
        client.ehlo()
    with target.connect(greeting=False) as ninth:
        assert ninth.reply().code == 421
    for client in clients:
        client.expect(221, b"QUIT")
        with pytest.raises(Closed):
            client.reply()
        client.close()
