"""PROTO-25, 26, 27, 31: long lines, 8-bit octets, odd chunk sizes, dots; what passes arrives octet by octet."""

import contextlib
import json
import subprocess

import pytest

from tests.attacks.client import cut
from tests.attacks.smuggling import END, HEADER, begin_chunks
from tests.servers.gateway import PROGRAM

MIB = 1024 * 1024
WAIT = 20.0  # seconds


def tracked(target, finding: str) -> list[dict]:
    """What the journal has with this finding."""
    told = subprocess.run(
        [PROGRAM, "track", "-c", target.gateway.file, "--finding", finding, "--json"],
        capture_output=True, check=True, timeout=WAIT,
    )  # fmt: skip
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.mark.parametrize("length", [998, 999, 1000, 1001, 10_000, 100_000])
@pytest.mark.parametrize("octet", [b"x", b".", b" ", b"\xe4"])
def test_proto_25_long_lines_pass_unchanged(target, length, octet):
    line = (b"." + octet if octet == b"." else octet) + octet * (length - 1)
    content = HEADER + line + b"\r\nshort\r\n" + line + b"\r\n"
    with target.connect() as client:
        client.ehlo()
        assert client.deliver(content).code == 250
    target.assert_backend_saw(content)


def test_proto_25_a_long_line_is_evidence(target):
    with target.connect() as client:
        client.ehlo(b"long-line.test")
        assert client.deliver(HEADER + b"x" * 1200 + b"\r\n").code == 250
    target.wait_for_record(helo="long-line.test")
    assert any(record["helo"] == "long-line.test" for record in tracked(target, "lines.too_long"))


def test_proto_25_one_line_of_nearly_a_megabyte_passes(target):
    content = HEADER + b"x" * (MIB - len(HEADER) - 2) + b"\r\n"
    with target.connect() as client:
        client.ehlo()
        assert client.deliver(content).code == 250
        assert client.deliver(content.replace(b"x", b"xx", 1)).code == 552
    target.assert_backend_saw(content)


def test_proto_25_a_single_line_of_98_megabytes_takes_no_memory(attack):
    target = attack({"listeners": {"inbound": {"limits": {"message_size": "35MiB"}}}})
    target.serve_somebody()
    before = target.resident()
    with target.connect(timeout=60) as client:
        client.data()
        client.send(HEADER)
        block = b"x" * MIB
        for _ in range(98):
            try:
                client.send(block)
            except (BrokenPipeError, ConnectionResetError):
                break
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.send(END)
        assert client.reply(60).code == 552
    assert target.resident() - before < 16 * MIB, "it is spooled in a file, and discarded beyond the limit"
    target.assert_nothing_passed()


@pytest.mark.parametrize("body", [b"", b" BODY=7BIT", b" BODY=8BITMIME"])
@pytest.mark.parametrize("verb", [b"EHLO", b"HELO"])
def test_proto_26_eight_bit_octets_pass_unchanged(target, verb, body):
    every = bytes(set(range(1, 256)) - {10, 13})
    content = b"Subject: gr\xfc\xdfe\r\nX-\xe4: \xff\r\n\r\n" + every + b"\r\n\xff\xfe\x80\r\n"
    with target.connect() as client:
        client.expect(250, verb + b" client.test")
        client.expect(250, b"MAIL FROM:<ann@sender.test>" + body)
        client.expect(250, b"RCPT TO:<rcpt@example.test>")
        client.expect(354, b"DATA")
        client.send(content + b".\r\n")
        assert client.reply().code == 250
    target.assert_backend_saw(content)


def test_proto_26_undeclared_eight_bit_octets_are_evidence(target):
    with target.connect() as client:
        client.ehlo(b"eight-bit.test")
        assert client.deliver(b"Subject: \xfc\r\n\r\n\xfc\r\n").code == 250
    target.wait_for_record(helo="eight-bit.test")
    for finding in ("lines.eight_bit", "header.eight_bit"):
        assert any(record["helo"] == "eight-bit.test" for record in tracked(target, finding)), finding


@pytest.mark.parametrize(
    "size",
    [
        b"-1",
        b"x",
        b"",
        b" ",
        b"99999999999999999999",
        b"1" + b"0" * 20,
        b"1" + b"0" * 12,
        b"0x10",
        b"+5",
        b"4294967296",
        b"2147483648",
    ],
)
def test_proto_27_chunk_sizes_that_are_none(target, size):
    before = target.resident()
    with begin_chunks(target) as client:
        client.send(b"BDAT " + size + b" LAST\r\nRSET\r\n")
        (refused,) = client.remaining()
    assert refused.code in ((552,) if size.isdigit() and len(size) < 13 else (501,))
    assert target.resident() - before < 4 * MIB
    target.assert_nothing_passed()


def test_proto_27_an_empty_chunk(target):
    with target.connect() as client:
        client.ehlo()
        for line in (b"BDAT 0 LAST", b"BDAT 0"):
            client.expect(503, line)
        client.envelope()
        client.expect(250, b"BDAT 0")
        client.expect(250, b"BDAT 0 LAST")
        client.expect(503, b"BDAT 0 LAST")
    target.assert_backend_saw(b"")


def test_proto_27_bdat_and_data_do_not_mix(target):
    with begin_chunks(target) as client:
        client.expect(250, b"BDAT 0")
        for line in (b"DATA", b"MAIL FROM:<b@c.test>", b"RCPT TO:<rcpt@example.test>"):
            client.expect(503, line)
        client.send(b"BDAT 6 LAST\r\nS: x\r\n")
        assert client.reply().code == 250
    target.assert_backend_saw(b"S: x\r\n")


@pytest.mark.parametrize("leave", ["half_close", "close", "reset"])
def test_proto_27_a_chunk_that_never_comes_is_no_message(target, leave):
    for size in (7, 20, MIB):
        client = begin_chunks(target)
        client.send(b"BDAT %d LAST\r\nS: x\r\n" % size)
        getattr(client, leave)()
        client.close()
    target.assert_nothing_passed()


DOTS = [
    b".", b"..", b"...", b".a", b"..a", b". ", b".\t.", b"a.", b"", b".\x00"[:1], b"....", b" .", b"\xe4.", b".\xe4",
    b".-.", b"-.",
]  # fmt: skip


@pytest.mark.parametrize("pieces", [0, 1, 7])
def test_proto_31_every_line_of_dots_arrives_as_it_was(target, pieces):
    """What the client means is what the backend is told: stuffed by one, unstuffed by the other."""
    meant = [line for first in DOTS for line in (first, first[::-1])]
    stuffed = HEADER + b"".join(b"." * line.startswith(b".") + line + b"\r\n" for line in meant)
    with target.connect() as client:
        client.data()
        client.send_pieces(cut(stuffed + b".\r\n", *(range(0, len(stuffed), pieces) if pieces else ())), pause=0)
        assert client.reply().code == 250
    with begin_chunks(target) as client:
        plain = HEADER + b"\r\n".join(meant) + b"\r\n"
        client.send(b"BDAT %d LAST\r\n" % len(plain) + plain)
        assert client.reply().code == 250
    target.assert_backend_saw(stuffed, stuffed)
