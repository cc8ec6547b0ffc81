"""SMUG-18 … SMUG-24: lines that are nearly dots, places where buffers end, content that is too large."""

import pytest

from gatepost.testing.sloppy import SloppyServer
from tests.attacks.background import Background
from tests.attacks.client import cut
from tests.attacks.smuggling import END, FIRST, HEADER, canonical, envelope, say_data
from tests.attacks.target import without_ours
from tests.servers.loopback import wait_until

QUIT = b"QUIT\r\n"
PYTHON_LINE_ENDS = [b"\x85", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\v", b"\f", b"\x1c", b"\x1d", b"\x1e"]
READS = (4096, 65_536, 262_144)  # octets: pages, segments on loopback, what the event loop reads at once


def assert_taken(target, content: bytes, *at: int) -> bytes:
    """In these segments it is one message, then QUIT is heard. Gives what the backend must have."""
    with target.connect() as client:
        client.data()
        client.send_cut(content + b".\r\n" + QUIT, *at)
        taken, bye = client.remaining()
    assert (taken.code, bye.code) == (250, 221), (taken, bye)
    return canonical(content)


@pytest.mark.parametrize("padding", [b" ", b"\t", b"\v", b"\f", b"  \t", b"\x1f", b"\xa0", b"\xe3\x80\x80"])
def test_smug_18_a_dot_and_blanks_are_an_ordinary_line(target, padding):
    content = HEADER + FIRST + b"\r\n." + padding + b"\r\n" + envelope(repr(padding)) + b"\r\n"
    target.assert_backend_saw(assert_taken(target, content))


@pytest.mark.parametrize("padding", [b" ", b"\t", b"\v", b"\f"])
def test_smug_18_a_stuffed_dot_and_blanks_stay_stuffed(target, padding):
    content = HEADER + b".." + padding + b"\r\n" + envelope(repr(padding)) + b"\r\n"
    assert canonical(content) == content
    target.assert_backend_saw(assert_taken(target, content))


@pytest.mark.parametrize("end", PYTHON_LINE_ENDS)
def test_smug_19_other_line_ends_are_plain_octets(target, end):
    body = b"8-bit" + end + b"." + end + envelope(repr(end)) + end + b"." + end
    content = HEADER + FIRST + body + b"\r\n" + end + b"\r\n"
    target.assert_backend_saw(assert_taken(target, content))


@pytest.mark.parametrize("end", PYTHON_LINE_ENDS)
def test_smug_19_other_line_ends_end_no_command(target, end):
    with target.connect() as client:
        client.ehlo()
        client.send(b"NOOP" + end + b"MAIL FROM:<smuggler@evil.test>\r\n")
        assert client.reply().code == 500
        assert client.command(b"RCPT TO:<rcpt@example.test>").code == 503
    target.assert_nothing_passed()


def test_smug_20_bare_lf_around_stuffed_dots_is_refused(target):
    for sequence in (b"\n..\n", b"\n..\r\n", b"\r\n..\n", b"\r..\r", b"\n...\n"):
        (reply,) = say_data(target, [HEADER + FIRST + sequence + envelope(repr(sequence)) + END + QUIT])
        assert (reply.code, reply.enhanced) == (550, "5.6.11")
    target.assert_nothing_passed()


def test_smug_20_stuffed_dots_are_stuffed_again_as_they_were(target):
    bodies = [b"..\r\n", b"...\r\n", b"....\r\n..\r\n", b".a\r\n", b"..a\r\n.b\r\n", b". .\r\n"]
    expected = [assert_taken(target, HEADER + body + envelope(repr(body)) + b"\r\n") for body in bodies]
    target.assert_backend_saw(*expected)


def test_smug_20_what_is_unstuffed_twice_would_end(target):
    """Lines of dots alone lose one and get one back; one fewer would be the end."""
    content = HEADER + b"".join(b"." * dots + b"\r\n" for dots in range(2, 9)) + envelope("dots") + b"\r\n"
    assert assert_taken(target, content) == content
    target.assert_backend_saw(content)


def test_smug_21_the_end_may_be_cut_anywhere(target):
    content = HEADER + b"..stuffed\r\n" + FIRST + b"\r\n"
    whole = content + b".\r\n" + QUIT
    places = range(len(content) - 3, len(whole))
    expected = [assert_taken(target, content, at) for at in places]
    expected += [assert_taken(target, content, *pair) for pair in zip(places, places[2:], strict=False)]
    expected += [assert_taken(target, content, *range(1, len(whole)))]
    target.assert_backend_saw(*expected)


def test_smug_21_the_envelope_and_the_content_may_be_cut_anywhere(target):
    commands = b"MAIL FROM:<ann@sender.test>\r\nRCPT TO:<rcpt@example.test>\r\nDATA\r\n"
    content = HEADER + b"..\r\n" + FIRST + b"\r\n"
    for first in (cut(commands, *range(1, len(commands))), cut(commands, *range(3, len(commands), 7))):
        with target.connect() as client:
            client.send_pieces(cut(b"EHLO client.test\r\n", *range(20)), pause=0)
            assert client.reply().code == 250
            client.send_pieces(first, pause=0)
            assert [client.reply().code for _ in range(3)] == [250, 250, 354]
            client.send_cut(content + b".\r\n" + QUIT, *range(1, len(content) + 9), pause=0)
            assert [reply.code for reply in client.remaining()] == [250, 221]
    target.assert_backend_saw(content, content)


def sized(length: int) -> bytes:
    """Content of so many octets, in lines that begin with a stuffed dot."""
    line = b"..34567\r\n"
    lines, rest = divmod(length - len(HEADER) - 2, len(line))
    return HEADER + line * lines + b"x" * rest + b"\r\n"


@pytest.mark.parametrize("read", READS)
def test_smug_22_the_end_astride_of_a_buffer(target, read):
    expected = []
    for length in range(read - 4, read + 3):
        content = sized(length)
        assert len(content) == length
        expected.append(assert_taken(target, content))
        expected.append(assert_taken(target, content, read - 1, read, read + 1))
    target.assert_backend_saw(*expected)


@pytest.mark.parametrize("read", READS)
def test_smug_22_a_false_end_astride_of_a_buffer(target, read):
    for length in range(read - 4, read + 3):
        octets = sized(length)[:-2] + b"\n.\r\n" + envelope(f"at {length}") + END + QUIT
        for at in ((), (read,)):
            (reply,) = say_data(target, cut(octets, *at))
            assert (reply.code, reply.enhanced) == (550, "5.6.11")
    target.assert_nothing_passed()


def test_smug_23_commands_behind_a_false_end_in_what_is_too_large(target):
    """One reply, which says that it is too large; the session ends, for it was an attack too."""
    large = HEADER + b"x" * 78 + b"\r\n"
    large += (b"y" * 78 + b"\r\n") * (1024 * 1024 // 80)
    for sequence in (b".\n", b"\n.\n", b"\n.\r\n", b"\r.\r"):
        (reply,) = say_data(target, [large + sequence + envelope(repr(sequence)) + END + QUIT])
        assert (reply.code, reply.enhanced) == (552, "5.3.4"), (sequence, reply)
    target.assert_nothing_passed()


def test_smug_23_what_is_only_too_large_leaves_the_session(target):
    with target.connect() as client:
        client.data()
        client.send(HEADER + (b"y" * 78 + b"\r\n") * (1100 * 1024 // 80) + b"..\r\n" + envelope("large") + END)
        assert (client.reply().code, client.command(b"RSET").code) == (552, 250)
        assert client.deliver(HEADER).code == 250
    target.assert_backend_saw(HEADER)


def test_smug_24_a_lax_backend_gets_only_crlf_and_stuffed_dots(target):
    """Content full of near-ends that are well framed: the backend takes any of them, were they not stuffed."""
    lines = [b".." + tail for tail in (b"", b" ", b"\t", b"\v", b".", b"\x85")] + [
        b". ",
        b".\t",
        b". .",
        b"\xa0.",
        b".\f",
    ]
    content = HEADER + b"\r\n".join(lines) + b"\r\n" + envelope("lax") + b"\r\n"
    target.assert_backend_saw(assert_taken(target, content))
    raw = target.raw()
    for line in raw[raw.index(b"\r\n\r\n") : raw.rindex(END)].split(b"\r\n"):
        assert not line.startswith(b".") or line.startswith(b"..") or line == b"."


def test_smug_24_a_backend_that_splits_like_python_gets_no_dot_of_its_own(attack):
    """Where content is only ASCII nothing passes that even such a backend takes for an end."""
    with Background(SloppyServer(splits_like_python=True)) as lax:
        target = attack(backend=lax.server.port)
        with target.connect() as client:
            client.ehlo()
            for line in (b". ", b"..", b".\x0b", b".. \x0c"):
                assert client.deliver(HEADER + line + b"\r\n" + envelope(repr(line)) + b"\r\n").code == 250
        wait_until(lambda: len(lax.server.messages) >= 4, seconds=10, what="four messages")
        assert [without_ours(m.octets).startswith(HEADER) for m in lax.server.messages] == [True] * 4
