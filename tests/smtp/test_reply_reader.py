"""Whatever a mail server says, in whatever pieces: whole replies, or one error and nothing after it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.reply import Reply
from gatepost.smtp.reply_reader import LINE_LIMIT, REPLY_LIMIT, BadReply, ReplyReader

ALPHABET = [
    b"250",
    b"354 ",
    b"550",
    b"199",
    b"-",
    b" ",
    b"2.1.0",
    b"a",
    b"\xc3\xa9",
    b"\xff",
    b"\r\n",
    b"\r",
    b"\n",
    b"\0",
    b"x" * 5000,
]
GOOD_LINES = [b"250 2.1.0 Ok\r\n", b"354 go\r\n", b"250-a\r\n250-b\r\n250 c\r\n", b"550\r\n", b"250-\r\n250 \r\n"]
PIECES = st.lists(st.sampled_from(ALPHABET + GOOD_LINES), max_size=20).map(b"".join)


def read(chunks):
    """Replies, then True if the reader broke."""
    reader, replies = ReplyReader(), []
    for chunk in chunks:
        reader.receive(chunk)
        try:
            while (reply := reader.next_reply()) is not None:
                replies.append(reply)
        except BadReply:
            return replies, True
    return replies, False


def cut(octets, size):
    return [octets[at : at + size] for at in range(0, len(octets), size)]


@given(PIECES, st.sampled_from([1, 2, 3, 7, 4096]))
def test_however_the_octets_are_cut_the_replies_are_the_same(octets, size):
    assert read(cut(octets, size)) == read([octets])


@given(PIECES)
def test_no_reply_has_more_octets_than_the_limit_or_a_line_end_inside(octets):
    for reply in read([octets])[0]:
        lines = (reply.text, *reply.more)
        assert sum(map(len, lines)) <= REPLY_LIMIT and 200 <= reply.code < 600
        assert not any(end in line for line in lines for end in ("\r", "\n", "\0"))


@given(st.lists(st.sampled_from(GOOD_LINES), max_size=10))
def test_well_formed_replies_are_all_read(lines):
    replies, broken = read([b"".join(lines)])
    assert (len(replies), broken) == (len(lines), False)


@pytest.mark.parametrize(
    ("octets", "reply"),
    [
        (b"250 Ok\r\n", Reply(250, "", "Ok")),
        (b"250\r\n", Reply(250, "", "")),
        (b"250 2.1.0 Ok\r\n", Reply(250, "2.1.0", "Ok")),
        (b"250 2.1.0\r\n", Reply(250, "2.1.0", "")),
        (b"550 4.1.0 odd\r\n", Reply(550, "", "4.1.0 odd")),
        (b"550 5.1 short\r\n", Reply(550, "", "5.1 short")),
        (b"550 5.1.1.1 long\r\n", Reply(550, "", "5.1.1.1 long")),
        (b"550 5..1 gap\r\n", Reply(550, "", "5..1 gap")),
        (b"550-5.7.1 one\r\n550 5.7.1 two\r\n", Reply(550, "5.7.1", "one", ("two",))),
        (b"550-5.7.1 one\r\n550 two\r\n", Reply(550, "", "5.7.1 one", ("two",))),
        (b"250-mx\r\n250-SIZE 5\r\n250 DSN\r\n", Reply(250, "", "mx", ("SIZE 5", "DSN"))),
        (b"250 gr\xc3\xbc\xc3\x9f\r\n", Reply(250, "", "grüß")),
        (b"250 gr\xfc\r\n", Reply(250, "", "gr\\xfc")),
    ],
)
def test_a_reply_is_read_as(octets, reply):
    assert read([octets]) == ([reply], False)


@pytest.mark.parametrize(
    "octets",
    [
        b"hello\r\n",
        b"\r\n",
        b"25\r\n",
        b"2500\r\n",
        b"250_Ok\r\n",
        b"199 low\r\n",
        b"600 high\r\n",
        b"\xb2\xb5\xb0 superscripts\r\n",
        b"250 bare\nLF\r\n",
        b"250 bare\rCR\r\n",
        b"250 Ok\r\r\n",
        b"250 NUL\0\r\n",
        b"250-one\r\n251 two\r\n",
        b"250-one\r\n250x\r\n",
        b"250 " + b"x" * LINE_LIMIT + b"\r\n",
    ],
    ids=repr,
)
def test_this_is_no_reply(octets):
    assert read([octets]) == ([], True)


@pytest.mark.parametrize(
    "octets",
    [b"250 Ok\n", b"250 a\0", b"250 a\rb", b"x" * (LINE_LIMIT + 1), b"250-x\r\n" * (REPLY_LIMIT // 7 + 1)],
    ids=["bare LF", "NUL", "bare CR", "long line", "many lines"],
)
def test_what_can_become_no_reply_is_not_waited_for(octets):
    assert read([octets]) == ([], True)


def test_a_line_of_the_longest_length_is_read():
    octets = b"250 " + b"x" * (LINE_LIMIT - 6) + b"\r\n"
    assert read([octets])[0][0].text == "x" * (LINE_LIMIT - 6)


def test_after_an_error_nothing_more_is_read():
    reader = ReplyReader()
    reader.receive(b"what?\r\n250 Ok\r\n")
    for _ in range(2):
        with pytest.raises(BadReply):
            reader.next_reply()
    reader.receive(b"250 Ok\r\n")
    with pytest.raises(BadReply):
        reader.next_reply()


def test_many_short_lines_take_linear_time():
    reader, octets = ReplyReader(), b"250-\r\n" * 10_000 + b"250 \r\n" + b"250 ok\r\n" * 100_000
    reader.receive(octets)
    assert sum(1 for _ in iter(reader.next_reply, None)) == 100_001  # minutes, if each line copied the rest
