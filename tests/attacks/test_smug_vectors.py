"""The public lists of false ends, in every kind of session: each one ends no message and runs nothing.

`test_smug.py` has them by catalogue id and cut at every octet; here are the sessions in which they come.
"""

import ssl

import pytest

from tests.attacks.client import cut
from tests.attacks.smuggling import BAD_CONTENT, END, FIRST, HEADER, envelope, positions, public_sequences

SEQUENCES = [sequence for sequence in public_sequences() if not sequence.startswith(END)]
LEGITIMATE = HEADER + b"before\r\n"

each_sequence = pytest.mark.parametrize("sequence", SEQUENCES, ids=repr)


def attempts(sequence: bytes) -> list[bytes]:
    """The sequence in every position, with a second envelope behind it, up to the true end and beyond."""
    return [beginning + envelope(repr(beginning)) + END + b"RSET\r\n" for beginning in positions(sequence)]


def assert_refused(client) -> None:
    (refused,) = client.remaining()
    assert (refused.code, refused.enhanced) == BAD_CONTENT, refused


@each_sequence
def test_smug_vector_in_a_helo_session(target, sequence):
    for octets in attempts(sequence):
        with target.connect() as client:
            client.expect(250, b"HELO client.test")
            client.envelope()
            client.expect(354, b"DATA")
            client.send(octets)
            assert_refused(client)
    target.assert_nothing_passed()


@each_sequence
def test_smug_vector_after_a_message_of_the_same_session(target, sequence):
    taken = []
    for octets in attempts(sequence):
        with target.connect() as client:
            client.ehlo()
            assert client.deliver(LEGITIMATE).code == 250
            taken.append(LEGITIMATE)
            client.envelope()
            client.expect(354, b"DATA")
            client.send(octets)
            assert_refused(client)
    target.assert_backend_saw(*taken)


@each_sequence
def test_smug_vector_pipelined_behind_a_message(target, sequence):
    taken = []
    for octets in attempts(sequence)[:3]:
        with target.connect() as client:
            client.data()
            client.send(LEGITIMATE + b".\r\nMAIL FROM:<ann@sender.test>\r\nRCPT TO:<rcpt@example.test>\r\nDATA\r\n")
            taken.append(LEGITIMATE)
            assert [reply.code for reply in client.replies(4)] == [250, 250, 250, 354]
            client.send(octets)
            assert_refused(client)
    target.assert_backend_saw(*taken)


@each_sequence
def test_smug_vector_an_octet_a_segment(target, sequence):
    for octets in attempts(sequence)[:2]:
        with target.connect() as client:
            client.data()
            client.send_cut(octets, *range(len(octets)), pause=0)
            assert_refused(client)
    target.assert_nothing_passed()


@each_sequence
def test_smug_vector_behind_what_is_only_too_large(target, sequence):
    """The session goes on after 552; the false end in the next message is none either."""
    with target.connect() as client:
        client.data()
        client.send(HEADER + (b"y" * 998 + b"\r\n") * 1100 + b".\r\n")
        assert client.reply().code == 552
        client.envelope()
        client.expect(354, b"DATA")
        client.send(attempts(sequence)[0])
        assert_refused(client)
    target.assert_nothing_passed()


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue("mx.example.test")


def test_smug_vector_over_tls(attack, certificate):
    """Records cut where the octets matter most; nothing passes, and the refusal is heard."""
    pair = {"certificate": str(certificate.chain), "key": str(certificate.key)}
    target = attack({"listeners": {"inbound": {"tls": {"certificates": [pair]}}}})
    context = ssl.create_default_context(cafile=str(certificate.authority))
    for sequence in SEQUENCES:
        octets = HEADER + FIRST + sequence + envelope(repr(sequence)) + END
        for at in ((), range(len(HEADER + FIRST), len(HEADER + FIRST + sequence) + 1)):
            with target.connect() as client:
                client.ehlo()
                client.start_tls(context)
                client.data()
                client.send_pieces(cut(octets, *at), pause=0)
                refused = client.reply()
            assert (refused.code, refused.enhanced) == BAD_CONTENT
    target.assert_nothing_passed()
