"""One reply on the wire: never longer than a line may be, never a second line by accident."""

from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.reply import LINE_LIMIT, Reply

PIECES = st.lists(
    st.sampled_from(["a", "\r", "\n", "\r\n", "\0", "ü", "\x1b[31m", " ", "250 ok", "x" * 600]), max_size=8
)


def test_one_line():
    assert Reply(250, "2.0.0", "OK").encode() == b"250 2.0.0 OK\r\n"
    assert Reply(220, "", "mx.example.com ready").encode() == b"220 mx.example.com ready\r\n"
    assert str(Reply(250, "2.0.0", "OK")) == "250 2.0.0 OK"
    assert str(Reply(220, "", "x")) == "220 x"


def test_several_lines():
    reply = Reply(250, "", "mx.example.com", ("PIPELINING", "SIZE 100"))
    assert reply.encode() == b"250-mx.example.com\r\n250-PIPELINING\r\n250 SIZE 100\r\n"


def test_proto_35_what_is_not_printable_is_escaped():
    assert Reply(550, "5.1.1", "no\r\n250 ok \x1b ü").encode() == b"550 5.1.1 no\\r\\n250 ok \\x1b \\xfc\r\n"


@given(PIECES.map("".join), PIECES.map(tuple))
def test_whatever_is_said_it_is_as_many_short_lines_as_meant(text, more):
    octets = Reply(550, "5.7.1", text, more).encode()
    lines = octets.split(b"\r\n")
    assert len(lines) == len(more) + 2 and lines[-1] == b""
    assert octets.isascii() and b"\0" not in octets
    assert all(len(line) <= LINE_LIMIT - 2 and line.startswith(b"550") for line in lines[:-1])
