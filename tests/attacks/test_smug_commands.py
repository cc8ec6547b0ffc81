"""SMUG-25 … SMUG-30: BDAT as a smuggling step, commands that come too early, commands that end in something else."""

import itertools

import pytest

from tests.attacks.smuggling import (
    BAD_CONTENT,
    END,
    FIRST,
    HEADER,
    begin_chunks,
    envelope,
    of_chunks,
    public_sequences,
    say_chunks,
)

MAIL = b"MAIL FROM:<smuggler@evil.test>\r\n"
SEQUENCES = public_sequences()


def assert_chunks(target, chunks: list[bytes], *, pieces: int = 0) -> list[bytes]:
    """BDAT chunks become exactly what they mean, or are refused once. Gives what the backend must have."""
    expected = of_chunks(b"".join(chunks))
    with begin_chunks(target) as client:
        replies = say_chunks(client, chunks, pieces=pieces)
        if expected is not None:
            assert [reply.code for reply in replies] == [250] * len(chunks)
            assert client.command(b"QUIT").code == 221
            return [expected]
        assert (replies[-1].code, replies[-1].enhanced) == BAD_CONTENT
        assert client.remaining() == [], "nothing may run behind the refusal"
        return []


@pytest.mark.parametrize("sequence", SEQUENCES, ids=repr)
def test_smug_25_bdat_is_framed_by_its_counts_alone(target, sequence):
    expected = []
    for beginning in (HEADER + FIRST, HEADER, HEADER + FIRST + b"\r\n"):
        content = beginning + sequence + envelope(repr(sequence)) + END
        for at in range(len(beginning), len(beginning) + len(sequence) + 1):
            expected += assert_chunks(target, [content[:at], content[at:]])
        expected += assert_chunks(target, [content])
        expected += assert_chunks(target, [content, b""])
    target.assert_backend_saw(*expected)


@pytest.mark.parametrize("sequence", SEQUENCES, ids=repr)
def test_smug_25_a_chunk_for_each_octet_and_a_segment_for_each(target, sequence):
    content = b"S: x\r\n\r\n" + sequence + b"MAIL FROM:<>\r\n.\r\n"
    expected = assert_chunks(target, [content[at : at + 1] for at in range(len(content))])
    expected += assert_chunks(target, [content], pieces=1)
    target.assert_backend_saw(*expected)


def test_smug_25_a_chunk_that_ends_within_crlf(target):
    expected = []
    for first, second in [
        (b"a\r", b"\n.\r\nQUIT\r\n"),
        (b"a\r\n", b".\r\nQUIT\r\n"),
        (b"a\r\n.", b"\r\nQUIT\r\n"),
        (b"a\r\n.\r", b"\nb"),
    ]:
        expected += assert_chunks(target, [HEADER + first, second])
        expected += assert_chunks(target, [HEADER + first, b"", second])
        expected += assert_chunks(target, [HEADER + first, second], pieces=1)
    assert len(expected) == 12
    target.assert_backend_saw(*expected)


def test_smug_25_a_cr_at_the_end_of_all_chunks_is_bare(target):
    for chunks in ([HEADER + b"a\r"], [HEADER + b"a\r", b""], [HEADER + b"a\r", b"b"], [b"\r", b"\r\n"]):
        assert assert_chunks(target, chunks) == []
    target.assert_nothing_passed()


def test_smug_25_lines_of_dots_are_stuffed(target):
    content = HEADER + b".\n..\n.\r\n. \n.." + b"\n" + envelope("dots").replace(b"\r\n", b"\n") + b"\n.\n."
    expected = [
        b
        for at in (1, 3, 7, 1000)
        for b in assert_chunks(target, [content[i : i + at] for i in range(0, len(content), at)])
    ]
    target.assert_backend_saw(*expected)


def test_smug_25_data_within_bdat_and_bdat_within_data(target):
    with begin_chunks(target) as client:
        client.send(b"BDAT 3\r\nabcDATA\r\n")
        assert [reply.code for reply in client.replies(2)] == [250, 503]
        client.send(b"BDAT 6 LAST\r\ndef\r\n.RSET\r\n")
        assert [reply.code for reply in client.replies(2)] == [250, 250]
    with target.connect() as client:
        client.data()
        client.send(b"BDAT 5 LAST\r\nabcde\r\n.\r\nQUIT\r\n")
        assert [reply.code for reply in client.remaining()] == [250, 221]
    target.assert_backend_saw(b"abcdef\r\n..\r\n", b"BDAT 5 LAST\r\nabcde\r\n")


def test_smug_26_mail_right_behind_the_end_of_data_runs_in_order_where_pipelining_is_offered(target):
    second = MAIL.replace(b"smuggler@evil", b"second@sender") + b"RCPT TO:<rcpt@example.test>\r\nDATA\r\n"
    with target.connect() as client:
        client.data()
        client.send(HEADER + END + second)
        assert [reply.code for reply in client.replies(4)] == [250, 250, 250, 354]
        client.send(b"two" + END)
        assert client.reply().code == 250
    target.assert_backend_saw(HEADER + b"\r\n", b"two\r\n")


@pytest.mark.parametrize("behind", [MAIL, b"RSET\r\n", b"NOOP\r\nQUIT\r\n", b"M", b"\r\n", b"\0", b".\r\n"], ids=repr)
def test_smug_26_anything_right_behind_it_closes_where_pipelining_is_not_offered(target, behind):
    with target.connect() as client:
        client.expect(250, b"HELO client.test")
        client.envelope()
        client.expect(354, b"DATA")
        client.send(HEADER + END + behind)
        taken, refused = client.remaining()
    assert taken.code == 250 and (refused.code, refused.enhanced) == (554, "5.5.0")
    target.assert_backend_saw(HEADER + b"\r\n")


@pytest.mark.parametrize("verb", [b"HELO", b"EHLO"])
@pytest.mark.parametrize("behind", [HEADER + END, b".\r\n", MAIL, b"QUIT\r\n", b"x", b"\r\n", b"\n", b"\0"], ids=repr)
def test_smug_27_what_comes_with_data_before_the_354_is_refused(target, verb, behind):
    with target.connect() as client:
        client.expect(250, verb + b" client.test")
        client.envelope()
        client.send(b"DATA\r\n" + behind)
        (refused,) = client.remaining()
    assert (refused.code, refused.enhanced) == (554, "5.5.0")
    target.assert_nothing_passed()


def test_smug_27_the_whole_dialogue_in_one_segment(target):
    with target.connect() as client:
        client.ehlo()
        client.send(MAIL + b"RCPT TO:<rcpt@example.test>\r\nDATA\r\n" + HEADER + END + MAIL + b"QUIT\r\n")
        assert [reply.code for reply in client.remaining()] == [250, 250, 554]
    target.assert_nothing_passed()


@pytest.mark.parametrize("end", [b"\n", b"\r\r\n", b"\n\r", b"\n\n"], ids=repr)
@pytest.mark.parametrize("command", [b"EHLO x.test", b"NOOP", b"MAIL FROM:<smuggler@evil.test>", b"", b"QUIT"])
def test_smug_28_a_command_that_ends_in_a_bare_lf_is_refused_and_closes(target, command, end):
    stream = command + end + b"EHLO x.test\r\n" + MAIL
    for at in range(len(command) + len(end) + 2):
        with target.connect() as client:
            client.send_cut(stream, at)
            (refused,) = client.remaining()
        assert (refused.code, refused.enhanced) == (554, "5.5.2")
    target.assert_nothing_passed()


@pytest.mark.parametrize("command", [b"EHLO x.test", b"NOOP", b"RSET", b"QUIT"])
def test_smug_29_a_bare_cr_ends_no_command(target, command):
    for separator in (b"\r", b"\r\r", b"\r \r"):
        with target.connect() as client:
            client.ehlo()
            client.send(command + separator + MAIL)
            (refused,) = client.remaining()
        assert (refused.code, refused.enhanced) == (554, "5.5.2")
    with target.connect() as client:
        client.send(command + b"\r")
        assert client.is_silent(0.1), "it may be half a CRLF"
    target.assert_nothing_passed()


@pytest.mark.parametrize(
    ("before", "behind"), list(itertools.product([b"", b"NOOP", b"MAIL FROM:<a", b"EHLO "], [b"", b"x@evil.test>"]))
)
def test_smug_30_nul_in_a_command_is_refused_and_closes(target, before, behind):
    stream = before + b"\0" + behind + b"\r\n" + MAIL
    for at in range(len(before) + 3):
        with target.connect() as client:
            client.send_cut(stream, at)
            (refused,) = client.remaining()
        assert (refused.code, refused.enhanced) == (500, "5.5.2")
    target.assert_nothing_passed()


def test_smug_30_nul_reaches_no_log(target):
    with target.connect() as client:
        client.send(b"EHLO smug-30.test\0.evil.test\r\n")
        assert [reply.code for reply in client.remaining()] == [500]
    with target.connect() as client:
        client.ehlo(b"after.smug-30.test")
    target.wait_for_record(helo="after.smug-30.test")
    assert "\0" not in target.said() and "smug-30.test\\u0000" not in target.said()
